"""An mbox -> mails: what was added since the last look, or all of it when it was written anew.

The last mail is read again at every look, since whoever delivers it may have stopped halfway.
"""

from __future__ import annotations

import json
import os
import stat
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

from feeder.errors import Passing, SourceError
from feeder.model.document import Found
from feeder.sources._mail_box import digest, head_of
from feeder.sources._mbox_scan import Piece, is_internal, mail_of, moment_of, scan
from feeder.sources._pulled import remembered
from feeder.sources._source import Look, Refused
from feeder.sources._whole import too_large

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from feeder.sources._mail_box import Rules

_SETTLE = 2.0  # seconds; a mail at the end of a file that changed this short a while ago waits
_WAITING = "offset:"  # key of a mail that is not whole yet
_HEAD, _TAIL = 4096, 1024  # bytes by which a file is known again


@dataclass(frozen=True, slots=True)
class _Past:
    """What the last look left: where its last mail began, its key, and how large the file was at first."""

    offset: int
    last: str
    first: int


@dataclass(frozen=True, slots=True)
class _Mail:
    key: str
    stamp: str
    piece: Piece


@dataclass(slots=True)
class _Seen:
    """What a look saw; `double` counts mails that say to be another."""

    mails: dict[str, _Mail] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    double: int = 0


class Mbox:
    """Of two mails with one Message-ID the first counts: mails do not change."""

    def __init__(self, name: str, path: Path, rules: Rules) -> None:
        self._name, self._path, self._rules = name, path, rules
        self._places: dict[str, _Mail] = {}
        self._anew = False

    def look(self, known: Mapping[str, str], only: Collection[str] | None, memory: str, *, final: bool) -> Look:
        with self._open() as (file, info):
            past = self._past(file, info, memory)
            found = scan(file, past.offset, info.st_size)
            waits = not final and found.whole and 0 <= time.time() - info.st_mtime < _SETTLE
            last = found.pieces[-1] if found.pieces and waits else None
            seen = self._seen(file, [piece for piece in found.pieces if piece is not last], past, known)
            memory = self._memory(file, found.rest, past, seen)
        asked = None if only is None or any(key.startswith(_WAITING) for key in only) else only
        new = [
            it
            for it in seen.mails.values()
            if known.get(it.key) != it.stamp and (asked is None or it.key in asked)
        ]
        self._places = {it.key: it for it in new}
        self._anew = False
        return Look(
            found=tuple(Found(it.key, it.stamp, old=it.piece.start < past.first) for it in new),
            refused=tuple(it for it in seen.refused if known.get(it.found.key) != it.found.stamp),
            unsettled=(f"{_WAITING}{last.start}",) if last else (),
            present=frozenset(seen.mails) if seen.mails or not past.offset else None,
            memory=memory,
            notes=(f"{seen.double:,} mails passed over: their Message-ID is that of another",)
            if seen.double
            else (),
        )

    def take(self, found: Found) -> tuple[bytes, datetime] | None:
        it = self._places.get(found.key)
        if it is None:
            return None
        self._anew = True  # unless all goes well: the next look must not believe that this mail was read
        try:
            with self._open() as (file, info):
                raw = _bytes(file, it.piece)
        except SourceError as error:
            raise Passing(error.reason) from None
        body = mail_of(raw)
        if self._stamp(body) != it.stamp:
            return None
        self._anew = False
        came = min(max(info.st_mtime, 0), time.time())
        return body, moment_of(raw) or datetime.fromtimestamp(came, UTC)

    # ------------------------------------------------------------ mails

    def _seen(self, file: IO[bytes], pieces: list[Piece], past: _Past, known: Mapping[str, str]) -> _Seen:
        seen = _Seen()
        for piece in pieces:
            if piece.end - piece.start > self._rules.limit:
                seen.refused.append(self._too_large(file, piece))
                continue
            it = self._mail(file, piece)
            if it is not None and (it.key in seen.mails or self._is_other(it, known, past)):
                seen.double += piece.start != past.offset
            elif it is not None:
                seen.mails[it.key] = it
        return seen

    def _mail(self, file: IO[bytes], piece: Piece) -> _Mail | None:
        body = mail_of(_bytes(file, piece))
        if is_internal(body) or not body.strip():
            return None
        return _Mail(head_of(body).id or f"digest:{digest(body)}", self._stamp(body), piece)

    def _too_large(self, file: IO[bytes], piece: Piece) -> Refused:
        size = piece.end - piece.start
        key = head_of(mail_of(_bytes(file, Piece(piece.start, piece.start + 65536)))).id
        found = Found(key or f"offset {piece.start}", f"{size}:{self._rules.of}")
        return Refused(found, too_large(size, self._rules.limit))

    def _is_other(self, it: _Mail, known: Mapping[str, str], past: _Past) -> bool:
        """Whether another mail is known by this name. The last one of the last look may only have grown."""
        before = known.get(it.key) or it.stamp
        judged_alike = before.endswith(f":{self._rules.of}")
        grown = it.piece.start == past.offset and it.key == past.last
        return before != it.stamp and judged_alike and not grown

    def _stamp(self, body: bytes) -> str:
        return f"{digest(body)}:{self._rules.of}"

    # ------------------------------------------------------------ the file

    @contextmanager
    def _open(self) -> Iterator[tuple[IO[bytes], os.stat_result]]:
        """Without waiting: a pipe must not hold us. Never locked: whoever delivers goes on meanwhile."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                info = os.fstat(descriptor)
                if not stat.S_ISREG(info.st_mode):
                    raise SourceError(self._name, f"{self._path} is neither a Maildir nor a file")
                yield file, info
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise SourceError(self._name, f"the mailbox {self._path} cannot be read: {reason}") from None

    def _past(self, file: IO[bytes], info: os.stat_result, memory: str) -> _Past:
        """Where to go on; the beginning, if the file is another one than it was."""
        said = remembered(memory)
        offset, first = (it if isinstance(it := said.get(name), int) else 0 for name in ("offset", "first"))
        if said.get("path") != str(self._path):  # nothing that is there at first is news
            past = _Past(0, "", info.st_size)
        elif self._anew or said.get("of") != self._rules.of or said.get("marks") != self._marks(file, offset):
            past = _Past(0, "", info.st_size if first > offset else 0)
        else:
            past = _Past(offset, str(said.get("last")), first)
        if past.offset == 0 and info.st_size and _bytes(file, Piece(0, 5)) != b"From ":
            raise SourceError(self._name, f"{self._path} is no mbox: it does not begin with a line From …")
        return past

    def _marks(self, file: IO[bytes], offset: int) -> str:
        """Of the bytes at the beginning, and of those before the offset and the From_ behind it."""
        start = max(0, offset - _TAIL)
        head = _bytes(file, Piece(0, min(_HEAD, offset)))
        return digest(head + _bytes(file, Piece(start, offset)) + _bytes(file, Piece(offset, offset + 5)))

    def _memory(self, file: IO[bytes], offset: int, past: _Past, seen: _Seen) -> str:
        last = next((it.key for it in seen.mails.values() if it.piece.start == offset), "")
        said = {"path": str(self._path), "of": self._rules.of, "marks": self._marks(file, offset)}
        return json.dumps(said | {"offset": offset, "last": last, "first": past.first})


def _bytes(file: IO[bytes], piece: Piece) -> bytes:
    file.seek(piece.start)
    return file.read(max(0, piece.end - piece.start))
