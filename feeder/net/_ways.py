"""A way to a receiver -> the adapter that goes it, made when it is first gone.

Files are looked at again before every use: a certificate that was renewed is used from then on.
"""

from __future__ import annotations

import errno
import ssl
from collections import OrderedDict
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import requests.utils
from urllib3.exceptions import HTTPError

from feeder.model.delivery import STRAIGHT, Phase, Way
from feeder.net._deadline import TLSSocket
from feeder.net._transport import Adapter

if TYPE_CHECKING:
    from feeder.net._dial import Dialler

    Stamp = tuple[str, int, int, int]
    Stamps = tuple[Stamp | None, ...]

_WAYS = 128  # that are kept; a context with the public authorities takes about half a megabyte


class Impassable(Exception):
    """A way that cannot be gone: why, in our own words, and how far one came."""

    def __init__(self, text: str, phase: Phase) -> None:
        super().__init__(text)
        self.phase = phase


class Ways:
    """`cafile` names authorities to trust beside the public ones, on every way. For any number of threads."""

    def __init__(self, dialler: Dialler, cafile: str | None) -> None:
        self._dialler, self._cafile = dialler, cafile
        self._straight = Adapter(dialler, tls_context(cafile))
        self._kept: OrderedDict[Way, tuple[Stamps, Adapter]] = OrderedDict()
        self._contexts: WeakValueDictionary[Stamps, ssl.SSLContext] = WeakValueDictionary()
        self._lock = Lock()

    def adapter(self, way: Way) -> Adapter:
        """One that is pushed out ends with its last request, its idle connections with it. Raises Impassable."""
        if way is STRAIGHT or way == STRAIGHT:
            return self._straight
        stamps = _stamps(way)
        with self._lock:
            if (kept := self._known(way, stamps)) is not None:
                return kept
        made = self._made(way, stamps)
        with self._lock:
            self._kept[way] = stamps, made
            self._kept.move_to_end(way)
            while len(self._kept) > _WAYS:
                self._kept.popitem(last=False)
        return made

    def _known(self, way: Way, stamps: Stamps) -> Adapter | None:
        then, adapter = self._kept.get(way, (None, None))
        if then != stamps:
            return None
        self._kept.move_to_end(way)
        return adapter

    def _made(self, way: Way, stamps: Stamps) -> Adapter:
        context = self._context(way, stamps)
        try:
            return Adapter(self._dialler, context, way.proxy)
        except (ValueError, HTTPError):
            raise Impassable("the proxy's address cannot be used", Phase.GUARD) from None

    def _context(self, way: Way, stamps: Stamps) -> ssl.SSLContext:
        """One for all ways that differ in the proxy only."""
        if not any(stamps):
            return tls_context(self._cafile)
        with self._lock:
            if (found := self._contexts.get(stamps)) is not None:
                return found
        made = _own_context(way, self._cafile)
        with self._lock:
            return self._contexts.setdefault(stamps, made)

    def close(self) -> None:
        with self._lock:
            adapters = [self._straight, *(adapter for _, adapter in self._kept.values())]
            self._kept.clear()
        for adapter in adapters:
            adapter.close()


@cache
def tls_context(cafile: str | None) -> ssl.SSLContext:
    """One for all connections: reading the bundle takes longer than a delivery. `cafile` adds to it."""
    context = _strict()
    context.load_verify_locations(requests.utils.DEFAULT_CA_BUNDLE_PATH)
    if cafile is not None:
        context.load_verify_locations(cafile)
    return context


def _strict() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies chain and name; reads no environment
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False
    context.sslsocket_class = TLSSocket
    return context


def _own_context(way: Way, cafile: str | None) -> ssl.SSLContext:
    context, what = _strict(), "certificate"
    try:
        if way.certificate is not None:
            context.load_cert_chain(way.certificate, way.key, _no_password)
        what = "authority"
        for bundle in (way.authority, cafile, requests.utils.DEFAULT_CA_BUNDLE_PATH):
            if bundle is not None:
                context.load_verify_locations(bundle)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        raise _unusable(what, error) from None
    return context


def _no_password() -> str:
    """Without it, OpenSSL would ask at the terminal, and wait."""
    raise ValueError


def _unusable(what: str, error: Exception) -> Impassable:
    if isinstance(error, ssl.SSLError):
        return Impassable(f"the {what} cannot be used ({error.reason or 'SSLError'})", Phase.TLS)
    if isinstance(error, OSError):
        name = errno.errorcode.get(error.errno or 0, "OSError")
        return Impassable(f"the {what} cannot be read ({name})", Phase.TLS)
    return Impassable(f"the {what}'s key needs a password, which nobody can type here", Phase.TLS)


def _stamps(way: Way) -> Stamps:
    """What a file was replaced by has another number, another time or another size."""
    return tuple(
        _stamp(what, path)
        for what, path in (("certificate", way.certificate), ("key", way.key), ("authority", way.authority))
    )


def _stamp(what: str, path: str | None) -> Stamp | None:
    if path is None:
        return None
    try:
        found = Path(path).stat()
    except (OSError, ValueError) as error:
        raise _unusable(what, error) from None
    return path, found.st_ino, found.st_mtime_ns, found.st_size
