"""Host and port in, connected socket out: the name is resolved once, and the guard judges its addresses."""

from __future__ import annotations

import socket
from concurrent.futures import Future
from ipaddress import ip_address
from threading import Lock, Thread
from typing import TYPE_CHECKING

from feeder.model.delivery import Phase
from feeder.net._deadline import Socket, current

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from feeder.net.guard import Guard

    Lookup = Callable[[str], Sequence[str]]

_TRIED = 4  # addresses of one host


class Blocked(OSError):
    """The guard allows none of a host's addresses; the text says what would."""


class Crowded(OSError):
    """So many names are being looked up that one more would have to wait."""


def system_lookup(host: str) -> list[str]:
    """The numeric addresses of `host`, best first (RFC 6724), as the operating system knows them."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


class Resolver:
    """Look-ups with an end.

    `getaddrinfo` cannot be cancelled: each name has a thread of its own, shared by all who ask for that name, so
    that a dead name server holds one thread and nobody else waits behind it.
    """

    def __init__(self, lookup: Lookup, at_once: int = 64) -> None:
        self._lookup, self._at_once = lookup, at_once
        self._running: dict[str, Future[Sequence[str]]] = {}
        self._lock = Lock()

    def addresses(self, host: str, seconds: float) -> Sequence[str]:
        try:
            return [str(ip_address(host))]
        except ValueError:
            return self._shared(host).result(seconds)

    def _shared(self, host: str) -> Future[Sequence[str]]:
        with self._lock:
            if host in self._running:
                return self._running[host]
            if len(self._running) >= self._at_once:
                raise Crowded
            future = self._running[host] = Future()
        Thread(target=self._run, args=(host, future), name="feeder-dns", daemon=True).start()
        return future

    def _run(self, host: str, future: Future[Sequence[str]]) -> None:
        try:
            future.set_result(self._lookup(host))
        except (OSError, ValueError) as error:  # ValueError: a name that IDNA has no form for
            future.set_exception(error)
        finally:
            with self._lock:
                del self._running[host]


class Dialler:
    """Connects to numeric addresses that the guard allows, and to nothing else."""

    def __init__(self, guard: Guard, lookup: Lookup, connect: float) -> None:
        self._guard, self._resolver, self._connect = guard, Resolver(lookup), connect

    def dial(self, host: str, port: int, kind: type[Socket] = Socket) -> socket.socket:
        exchange = current()
        exchange.phase, exchange.dialled = Phase.DNS, True
        found = self._resolver.addresses(host.strip("[]"), exchange.left())
        allowed = [address for address in found if self._guard.allows(address)]
        if not allowed:
            self._refuse(found[0])
        return self._first(allowed[:_TRIED], port, kind)

    def _first(self, addresses: Sequence[str], port: int, kind: type[Socket]) -> socket.socket:
        share = self._connect / len(addresses)
        for address in addresses[:-1]:
            try:
                return self._connected(address, port, share, kind)
            except OSError:
                continue
        return self._connected(addresses[-1], port, share, kind)

    def _connected(self, address: str, port: int, seconds: float, kind: type[Socket]) -> socket.socket:
        exchange = current()
        exchange.address = address
        sock = kind(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            with exchange.within(seconds):
                sock.connect((address, port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._check(sock.getpeername()[0])
        except BaseException:
            sock.close()
            raise
        return sock

    def _check(self, peer: str) -> None:
        if not self._guard.allows(peer):
            self._refuse(peer)

    def _refuse(self, address: str) -> None:
        current().phase = Phase.GUARD
        raise Blocked(self._guard.refusal(address))
