"""An address -> what is the same in every request to it, prepared by requests once."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import requests
from urllib3.util import parse_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from weakref import ref

    from urllib3 import HTTPConnectionPool


@dataclass(slots=True, repr=False)
class Target:
    """An address as requests prepares it: what stands in the head for it. `pool` is where its connections are."""

    url: str
    path: str
    headers: dict[str, tuple[str, str]]
    pool: ref[HTTPConnectionPool] | Callable[[], None]

    @property
    def whole(self) -> str:
        """As a proxy is asked for it: without login and fragment."""
        return parse_url(requests.utils.urldefragauth(self.url)).url


class Unusable(ValueError):
    """An address that cannot be sent to; the text says why, without it."""


def _nowhere() -> None:
    """Stands for a pool that is not there."""


def target(url: str) -> Target:
    """Raises Unusable, or requests' own errors, all of which are ValueErrors, for what is no address."""
    _check(url)
    prepared = requests.Request("POST", url).prepare()
    whole = str(prepared.url)
    headers = {"host": ("Host", _host(whole))}
    if "Authorization" in prepared.headers:
        headers["authorization"] = ("Authorization", prepared.headers["Authorization"])
    return Target(whole, parse_url(whole).request_uri, headers, _nowhere)


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise Unusable("the address cannot be read") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Unusable("the address does not begin with http:// or https:// and a host")


def _host(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").partition("%")[0].rstrip(".")
    bare = f"[{host}]" if ":" in host else host
    usual = parts.port in {None, {"http": 80, "https": 443}.get(parts.scheme)}
    return bare if usual else f"{bare}:{parts.port}"


def login_of(proxy: str) -> tuple[str, dict[str, str]]:
    """The proxy's address without name and password, and the header that says them."""
    parts = urlsplit(proxy)
    login, _, host = parts.netloc.rpartition("@")
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError("no proxy")
    if not login:
        return f"http://{host}", {}
    return f"http://{host}", {"Proxy-Authorization": f"Basic {b64encode(unquote(login).encode()).decode()}"}
