"""An address -> Fetched, over the client: redirects followed, coding undone, everything else a FetchError.

The guard judges every hop where it connects. A redirect from https to http is followed, as some feeds need it;
it is no new address to be written down, and takes no credentials along.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urldefrag, urljoin, urlsplit, urlunsplit

from feeder.errors import FetchError
from feeder.model.delivery import Request, Way
from feeder.net._dial import system_lookup
from feeder.net._unpack import Broken, TooLarge, unpacked
from feeder.net.client import Client
from feeder.net.guard import Guard
from feeder.net.waiting import retry_after

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from feeder.model.delivery import Answer
    from feeder.net._dial import Lookup

_HOPS = 5
_LASTING = frozenset({301, 308})
_MOVED = _LASTING | {302, 303, 307}
_LONGEST_REST = timedelta(days=7)
_CONDITIONS = frozenset({"if-none-match", "if-modified-since"})
# What may be told to another host than the one it was meant for. Whatever is not named may be a secret.
_HARMLESS = _CONDITIONS | {"accept-language"}
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address holds. `status` is 200, or 304 (nothing new, no body) when conditions were asked.

    `url` is where it was in the end, without name and password, and `moved` the same where all the redirects on
    the way are meant to last.
    """

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    moved: str | None = None

    def header(self, name: str) -> str | None:
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class _Hop:
    """Where to go, with what, and whether the way there is meant to last."""

    url: str
    headers: tuple[tuple[str, str], ...]
    lasting: bool = True


class Fetcher:
    """Fetches addresses, for any number of threads. `total` seconds end everything, redirects and all.

    `strange` is the guard over where strangers lead to: nothing private. With a `proxy`, that one is the guard,
    and `guard` judges only its address.
    """

    def __init__(
        self,
        guard: Guard,
        *,
        strange: Guard | None = None,
        proxy: str | None = None,
        total: float = 40.0,
        cafile: str | None = None,
        lookup: Lookup = system_lookup,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._trusted, self._strange = (
            Client(it, total=total, body=total, connect=min(10.0, total), cafile=cafile, lookup=lookup)
            for it in (guard, guard if proxy else strange or Guard())
        )
        self._way = Way(proxy=proxy)
        self._total, self._now = total, now

    def close(self) -> None:
        self._trusted.close()
        self._strange.close()

    def get(
        self,
        url: str,
        *,
        accept: str,
        limit: int,
        headers: Collection[tuple[str, str]] = (),
        home: str | None = None,
    ) -> Fetched:
        """The document at `url`, unpacked, at most `limit` bytes. `headers` are for its host only. FetchError.

        The private networks that the guard allows are for the host of `home`, the address that the operator wrote
        (default: `url`): not for wherever a stranger redirects or links to.
        """
        trusted = _host(home or url)
        end = monotonic() + self._total
        asked = any(name.lower() in _CONDITIONS for name, _ in headers)
        hop, been = _Hop(url, tuple(headers)), {url}
        answer = self._asked(hop, accept, limit, end, trusted)
        while answer.status in _MOVED:
            hop = _next(hop, answer)
            if len(been) > _HOPS:
                raise FetchError(f"redirects more than {_HOPS} times", answer.status)
            if hop.url in been:
                raise FetchError("redirects in a circle", answer.status)
            been.add(hop.url)
            answer = self._asked(hop, accept, limit, end, trusted)
        moved = hop.lasting and len(been) > 1
        return self._fetched(answer, hop.url, limit, asked=asked, moved=moved)

    def post(self, url: str, body: bytes, headers: tuple[tuple[str, str], ...], *, home: str) -> Answer:
        """What `url`, to which a stranger has led, answers to this. Nothing is raised, no redirect followed."""
        client = self._trusted if _host(url) == _host(home) else self._strange
        return client.send(Request("POST", url, headers, body, self._way), keep=1024)

    def _asked(self, hop: _Hop, accept: str, limit: int, end: float, trusted: str) -> Answer:
        left = end - monotonic()
        if left <= 0:
            raise FetchError(f"timeout after {self._total:g} s while following redirects")
        wanted = (*hop.headers, ("Accept", accept), ("Accept-Encoding", "gzip, deflate"))
        client = self._trusted if _host(hop.url) == trusted else self._strange
        answer = client.send(Request("GET", hop.url, wanted, b"", self._way), total=left, keep=limit)
        if answer.status is None:
            raise FetchError(answer.error or "no answer")
        return answer

    def _fetched(self, answer: Answer, url: str, limit: int, *, asked: bool, moved: bool) -> Fetched:
        bare = _without_user(url)
        if answer.status == 304 and asked:
            return Fetched(bare, 304, answer.headers, b"", bare if moved else None)
        if answer.status != 200:
            rest = retry_after(answer.header("Retry-After"), self._now(), _LONGEST_REST)
            raise FetchError(f"answered {_named(answer.status or 0)}", answer.status, rest)
        body = _body(answer, limit)
        return Fetched(bare, 200, answer.headers, body, bare if moved else None)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _body(answer: Answer, limit: int) -> bytes:
    if answer.error:
        raise FetchError(answer.error, answer.status)
    try:
        if answer.truncated:
            raise TooLarge  # noqa: TRY301 - the two ways of being too large have one text
        return unpacked(answer.body, answer.header("Content-Encoding") or "", limit)
    except TooLarge:
        raise FetchError(f"is larger than {limit:,} bytes", answer.status) from None
    except Broken as trouble:
        raise FetchError(f"the answer's body is broken: {trouble}", answer.status) from None


def _named(status: int) -> str:
    """The status with the standard's name for it; the server's own may be anything."""
    try:
        found = HTTPStatus(status)
    except ValueError:
        return str(status)
    if found is HTTPStatus.GONE:
        return "410 Gone: it will not come back"
    return f"{status} {found.phrase}"


def _next(hop: _Hop, answer: Answer) -> _Hop:
    """Where a redirect leads, and what may be taken along."""
    location = answer.header("Location")
    if not location:
        raise FetchError(f"answered {_named(answer.status or 0)}, but not where to", answer.status)
    try:
        old = urlsplit(hop.url)
        new = urlsplit(urldefrag(urljoin(_without_user(hop.url), _spelt(location))).url)
        same, lower = _same(old, new), (old.scheme, new.scheme) == ("https", "http")
    except ValueError:
        raise FetchError("redirects to an address that cannot be read", answer.status) from None
    if new.scheme not in _PORTS:
        raise FetchError("redirects to an address that is not http:// or https://", answer.status)
    headers = hop.headers if same else tuple((k, v) for k, v in hop.headers if k.lower() in _HARMLESS)
    user = old.netloc.rpartition("@")[0] if same else ""
    netloc = new.netloc.rpartition("@")[2]
    target = urlunsplit(new._replace(netloc=f"{user}@{netloc}" if user else netloc))
    return _Hop(target, headers, hop.lasting and answer.status in _LASTING and not lower)


def _same(old: SplitResult, new: SplitResult) -> bool:
    """Whether both are one server; the usual step from http to https stays there."""
    ports = old.port or _PORTS.get(old.scheme), new.port or _PORTS.get(new.scheme)
    if old.hostname != new.hostname:
        return False
    return (old.scheme == new.scheme and ports[0] == ports[1]) or (
        (old.scheme, new.scheme) == ("http", "https") and ports == (80, 443)
    )


def _spelt(location: str) -> str:
    """UTF-8 where the server sent it unquoted: http.client reads every header as Latin-1."""
    with suppress(UnicodeError):
        return location.encode("latin-1").decode()
    return location


def _without_user(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))
