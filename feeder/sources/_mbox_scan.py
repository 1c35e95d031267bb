"""The bytes of an mbox from an offset on -> where each mail stands. RFC 4155, and what programs make of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_tz
from typing import IO

_LINE, _MOST, _FAR = 64 * 1024, 5000, 256 * 1024 * 1024  # bytes; mails and bytes of one look
# `From ida@post.example Wed Jan 14 09:00:00 2026`, also with a zone, and with `ida at post.example`.
_FROM = re.compile(rb"From [^\r\n]{1,400}?\d\d?:\d\d(?::\d\d)?[^\r\n]{0,40}\b\d{4}\s*\Z")
_WHEN = re.compile(rb"(?P<day>\w{3}) +(?P<rest>\w{3} +\d{1,2} +\d\d?:\d\d(?::\d\d)?[^\r\n]{0,40}\d{4})")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
# What readers of mail write into heads while the mail stays the same.
_MARKS = re.compile(
    rb"^(?:status|x-status|x-mozilla-[\w-]+|x-uid|x-keywords|x-imap(?:base)?|x-gmail-labels|content-length|lines):"
    rb"[^\n]*\n(?:[ \t][^\n]*\n)*",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A mail with its From_ line, `file[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scan:
    """`rest` is where a later look goes on, and `whole` says that this is where the last mail begins."""

    pieces: tuple[Piece, ...]
    rest: int
    whole: bool


def scan(file: IO[bytes], start: int, size: int) -> Scan:
    """At most so many mails, up to `size` bytes into the file. A From_ line stands behind an empty one."""
    file.seek(start)
    pieces: list[Piece] = []
    at = begin = start
    blank = fresh = True
    while at < size and (line := file.readline(min(_LINE, size - at))):
        if blank and fresh and at > begin and _FROM.match(line):
            pieces.append(Piece(begin, at))
            begin = at
            if len(pieces) >= _MOST or at - start >= _FAR:
                return Scan(tuple(pieces), at, whole=False)
        if fresh:
            blank = line in {b"\n", b"\r\n"}
        fresh = line.endswith(b"\n")
        at += len(line)
    return Scan((*pieces, Piece(begin, at)) if at > begin else (), begin, whole=True)


def mail_of(raw: bytes) -> bytes:
    """The mail without its From_ line, without quotes before `From `, and without marks of readers."""
    _, _, mail = raw.partition(b"\n")
    head, gap, body = mail.partition(b"\r\n\r\n" if b"\r\n\r\n" in mail[:65536] else b"\n\n")
    head = _MARKS.sub(b"", head + b"\n")[:-1]
    return head + gap + _QUOTED.sub(rb"\1", body.rstrip(b"\r\n") + b"\n")


def is_internal(mail: bytes) -> bool:
    """The first mail of some mailboxes, in which a mail server keeps its accounts."""
    head = mail[:4000].lower()
    return b"folder internal data" in head and b"\nsubject: don't delete this message" in b"\n" + head


def moment_of(raw: bytes) -> datetime | None:
    """When it came, by its From_ line."""
    found = _WHEN.search(raw[:500].partition(b"\n")[0])
    parts = parsedate_tz(found[0].decode("ascii", "replace")) if found else None
    try:
        return datetime(*parts[:6], tzinfo=UTC) if parts else None
    except ValueError:
        return None
