"""One version of a document, all its answers made ready: to answer is to choose among messages.

The strong ETag of the document as it is, is the hash of its bytes, HEX; packed it is `HEX-gzip` and so on: the
same on every node and after every start. (The packed bytes need not be: two nodes may pack the same version in two
ways, which only who puts together parts of both can notice; a document is never sent in parts.)
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from feeder.server.coding import IDENTITY, SUFFIXES, accepted
from feeder.server.conditional import http_date, listed, unchanged_since
from feeder.server.delta import wants_feed
from feeder.server.freshness import FOREVER, rhythm
from feeder.server.kinds import POLICY, SHARED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feeder.server.delta import History
    from feeder.server.files import File, Stamp
    from feeder.server.kinds import Fields

Asked = dict[bytes, bytes]
_VARY = (b"vary", b"Accept-Encoding")
_OVERHEAD = 4096  # of a version in memory, beside its bodies
_SMALLEST = 200  # bytes that are worth packing
_TAGS = 100  # of a list that are looked at
_DELTAS = 8  # that are kept, packed
_FIRST_LOOK, _LAST_LOOK = 1.0, 64.0  # seconds until what was missing is looked for again


@dataclass(frozen=True, slots=True)
class Opening:
    """Status and headers, as a message for ASGI and as bytes: without a Date, and without the empty line."""

    status: int
    fields: Fields
    message: dict[str, Any]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """In one coding: what opens 200 and 304."""

    etag: bytes
    body: bytes
    whole: Opening
    same: Opening


@dataclass(frozen=True, slots=True)
class Delta:
    """`base` is the ETag that it starts from, as the client wrote it; `whole` is what opens 200 at the time."""

    version: int
    base: str
    coding: str
    whole: Opening


class Document:
    """`described` is what 200 says beside the validators. `now` is in seconds since 1970.

    Another version may come in the same second as this one. Clients by libcurl (newsboat) throw away what is not
    of a later second than what they have, and remember its ETag nevertheless. So Last-Modified is only told when
    its second is over, and never of a version that is not `later` than the one before.
    """

    def __init__(
        self,
        file: File,
        described: Fields,
        now: float,
        *,
        sealed: bool = False,
        later: bool = True,
    ) -> None:
        self.file = file
        self.history: History | None = None  # until somebody asks for what is new
        self.sealed = sealed  # will never change again
        self._described = [*described, (b"content-security-policy", POLICY.encode())]
        self._dated_from = file.modified + 1 if later else float("inf")
        self._answers: dict[str, Answer] = {}
        self._deltas: OrderedDict[tuple[int, str], bytes] = OrderedDict()
        self._bodies = {IDENTITY: file.body or b""}
        self.look_at = now
        self._packable = file.size >= _SMALLEST
        self._pause = _FIRST_LOOK
        self.postpone(now)
        self._prepare(now)

    @property
    def stamp(self) -> Stamp:
        return self.file.stamp

    @property
    def weight(self) -> int:
        return _OVERHEAD + sum(map(len, (*self._bodies.values(), *self._deltas.values())))

    # ------------------------------------------------------------ making ready

    def lacking(self) -> list[str]:
        """The codings that it has no body for."""
        return [coding for coding in SUFFIXES if coding not in self._bodies] if self._packable else []

    def add(self, bodies: Mapping[str, bytes], now: float, *, sealed: bool = False) -> None:
        """Packed bodies; one that saves nothing is of no use."""
        self.sealed = self.sealed or sealed
        self._packable = self._packable and all(len(body) < self.file.size for body in bodies.values())
        self._bodies |= {coding: body for coding, body in bodies.items() if len(body) < self.file.size}
        self._prepare(now)

    def postpone(self, now: float) -> None:
        """The next look for what is lacking; each later than the one before."""
        self.look_at = now + self._pause
        self._pause = min(_LAST_LOOK, self._pause * 2)

    def _prepare(self, now: float) -> None:
        caching, self._until = (FOREVER, float("inf")) if self.sealed else rhythm(self.file.modified, now)
        dated = [(b"last-modified", http_date(self.file.modified).encode())] if now >= self._dated_from else []
        if not dated:
            self._until = min(self._until, self._dated_from)
        self._answers = {
            coding: self._answer(coding, body, caching, dated) for coding, body in self._bodies.items()
        }

    def _answer(self, coding: str, body: bytes, caching: bytes, dated: Fields) -> Answer:
        etag = f'"{self.file.hash}"' if coding == IDENTITY else f'"{self.file.hash}-{coding}"'
        shared = [(b"etag", etag.encode()), (b"cache-control", caching), _VARY, *SHARED]
        packed = [] if coding == IDENTITY else [(b"content-encoding", coding.encode())]
        length = (b"content-length", b"%d" % len(body))
        whole = start(200, [*shared, *dated, *self._described, *packed, length])
        return Answer(etag.encode(), body, whole, start(304, shared))

    # ------------------------------------------------------------ answering

    def wants_history(self, asked: Asked) -> bool:
        """Whether the answer may depend on what was written down of this version."""
        return self.history is None and not self.sealed and wants_feed(asked.get(b"a-im", b""))

    def answer(self, asked: Asked, now: float) -> tuple[Opening, bytes] | Delta | str | None:
        """What opens it and its body; or a delta to be made; or a coding to be made first; None for 406."""
        if now >= self._until:
            self._prepare(now)
        order = accepted(asked.get(b"accept-encoding"))
        best = next(filter(self._answers.__contains__, order), None)
        if best is None:
            return None if "gzip" not in order or not self._packable else "gzip"
        answer = self._answers[best]
        tags = asked.get(b"if-none-match")
        if tags == answer.etag:
            return answer.same, b""
        if tags is not None:
            found = self._compared(tags.decode("latin-1"), order, answer, asked.get(b"a-im"))
            if found:
                return found
        elif b"if-modified-since" in asked and now >= self._dated_from and self._unchanged(asked):
            return answer.same, b""
        if best == IDENTITY and self._packable and "gzip" in order[: order.index(IDENTITY)]:
            return "gzip"
        return answer.whole, answer.body

    def _unchanged(self, asked: Asked) -> bool:
        return unchanged_since(self.file.modified, asked[b"if-modified-since"].decode("latin-1"))

    def _compared(
        self, tags: str, order: tuple[str, ...], answer: Answer, manipulations: bytes | None
    ) -> tuple[Opening, bytes] | Delta | None:
        """304 names the tag that fitted: a cache that has several versions goes on with that one.

        So the coding of that one must be one that this client takes.
        """
        if tags.strip() == "*":
            return answer.same, b""
        named = listed(tags)[:_TAGS]
        mine = f'"{self.file.hash}"'
        for tag in sorted(named, key=lambda it: it != answer.etag.decode()):
            plain, coding = _told_apart(tag)
            if plain == mine and coding in order:
                return _renamed(answer.same, tag.encode()), b""
        if manipulations is None or self.history is None or not wants_feed(manipulations):
            return None
        return self._delta(named, order, answer)

    def _delta(self, named: list[str], order: tuple[str, ...], answer: Answer) -> Delta | None:
        """From the newest of the versions that the client has and we know."""
        known = self.history.known if self.history else {}
        bases = [
            (known[plain.strip('"')], tag) for tag in named if (plain := _told_apart(tag)[0]).strip('"') in known
        ]
        coding = next((it for it in order if it in {"gzip", IDENTITY}), None)
        if not bases or coding is None:
            return None
        version, base = max(bases)
        return Delta(version, base, coding, answer.whole)

    # ------------------------------------------------------------ deltas

    def delta(self, delta: Delta) -> bytes | None:
        """As it is; None when the whole is not more."""
        return self.history.delta(self.file.body or b"", delta.version) if self.history else None

    def kept(self, delta: Delta) -> bytes | None:
        return self._deltas.get((delta.version, delta.coding))

    def keep(self, delta: Delta, body: bytes) -> None:
        self._deltas[delta.version, delta.coding] = body
        if len(self._deltas) > _DELTAS:
            self._deltas.popitem(last=False)


def opening_of(delta: Delta, body: bytes) -> Opening:
    """Never stored by caches: most would give it to those who asked for the whole (RFC 3229, section 10.5.2)."""
    changed = {b"cache-control", b"content-encoding", b"content-length", b"last-modified", b"vary"}
    fields = [field for field in delta.whole.fields if field[0] not in changed]
    fields += [
        (b"cache-control", b"no-store"),
        (b"vary", b"A-IM, If-None-Match, Accept-Encoding"),
        (b"im", b"feed"),
        (b"delta-base", delta.base.encode("latin-1")),
        (b"content-length", b"%d" % len(body)),
    ]
    if delta.coding != IDENTITY:
        fields.append((b"content-encoding", delta.coding.encode()))
    return start(226, fields)


def start(status: int, fields: Fields) -> Opening:
    lines = [b"HTTP/1.1 %d %b" % (status, HTTPStatus(status).phrase.encode())]
    lines += [b"%b: %b" % field for field in fields]
    message = {"type": "http.response.start", "status": status, "headers": fields}
    return Opening(status, fields, message, b"\r\n".join(lines) + b"\r\n")


def _told_apart(tag: str) -> tuple[str, str]:
    """The ETag of the document as it is, and the coding that `tag` is of."""
    plain, _, coding = tag.strip('"').partition("-")
    return f'"{plain}"', coding or IDENTITY


def _renamed(opening: Opening, tag: bytes) -> Opening:
    fields = [(name, tag if name == b"etag" else value) for name, value in opening.fields]
    return start(opening.status, fields)
