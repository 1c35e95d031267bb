"""The bytes of a mail -> its parts, and the words of its head. Bounded, whatever the mail is made of.

Python's newer policy reads every head by a grammar of its own, which takes most of a second for a long one and
recurses into comments; the older one leaves them as they are, and little of them is needed. RFC 5322, 2045, 2047.
"""

from __future__ import annotations

import binascii
import re
from contextlib import suppress
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from feeder.errors import Unreadable
from feeder.extractors._charset import decode
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

_LINES, _PARTS, _NESTED, _VALUE = 400_000, 200, 20, 4000
_HEADS = ("from", "subject", "date", "message-id", "received", "content-type", "to")
_ENCODED = re.compile(r"=\?([\w.:+-]{1,60})(?:\*[\w-]{1,20})?\?([bq])\?([^?\n]{0,3000})\?=", re.IGNORECASE)
_QUOTED = re.compile(rb"=([0-9A-Fa-f]{2})")
# Sets of seven bits, whose texts are valid ASCII as well.
_SHIFTED = {"utf-7", "utf7", "unicode-1-1-utf-7", "hz", "hz-gb-2312"}


class _Policy(Compat32):
    """Heads are cut where no honest one reaches."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_VALUE]


def parse(body: bytes) -> Message:
    """Raises Unreadable for what is no mail, or one that nobody wrote by hand."""
    if body.count(b"\n") > _LINES:
        raise Unreadable(f"it is a mail of more than {_LINES:,} lines")
    text = body.lstrip(b"\xef\xbb\xbf\r\n\t ")
    mail = BytesParser(policy=_Policy(message_factory=_counted())).parsebytes(text)
    if not any(name in mail for name in _HEADS):
        raise Unreadable("it is no mail: it has none of the headers that every mail has")
    return mail


def _counted() -> Callable[..., Message]:
    """A factory that stops where parts and levels become a weapon: each level costs a comparison for each line."""
    made = nested = 0

    class Part(Message):
        def __init__(self, *args: Any, **named: Any) -> None:
            nonlocal made
            made += 1
            if made > _PARTS:
                raise Unreadable(f"it is a mail of more than {_PARTS} parts")
            super().__init__(*args, **named)

        def get_boundary(self, failobj: Any = None) -> Any:
            nonlocal nested
            nested += 1
            if nested > _NESTED:
                raise Unreadable(f"it is a mail with more than {_NESTED} parts within parts")
            return super().get_boundary(failobj)

    return Part


# ---------------------------------------------------------------- heads


def raw(part: Message, name: str) -> str:
    """The first header of this name as it stands, on one line; bytes beyond ASCII are read by the ladder."""
    value = next((str(value) for key, value in part.raw_items() if key.lower() == name), "")
    if not value.isascii():
        value = _text(value.encode("ascii", "surrogateescape"), part.get_content_charset())
    return one_line(value)


def words(part: Message, name: str) -> str:
    return decoded(raw(part, name))


def address(value: str) -> tuple[str, str]:
    """Name and address of the first of those in a header; both empty where it is none."""
    try:
        return parseaddr(value)
    except (RecursionError, ValueError, IndexError):  # comments in comments, and whatever else it is made of
        return "", ""


def decoded(value: str) -> str:
    """With encoded words read: RFC 2047. Of one set they are joined before, since programs cut within letters."""
    out: list[str] = []
    held, charset, end = b"", "", 0
    for found in _ENCODED.finditer(value):
        gap = value[end : found.start()]
        if held and (gap.strip() or found[1].lower() != charset):
            out.append(_text(held, charset))
            held = b""
        if gap.strip() or end == 0:
            out.append(gap)
        held, charset, end = held + _bytes(found[2], found[3]), found[1].lower(), found.end()
    return one_line("".join([*out, _text(held, charset), value[end:]]))


def _bytes(kind: str, text: str) -> bytes:
    data = text.encode("ascii", "replace")
    if kind in "qQ":
        return _QUOTED.sub(lambda found: bytes([int(found[1], 16)]), data.replace(b"_", b" "))
    try:
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return b""


# ---------------------------------------------------------------- texts


def text_of(part: Message, expected: str | None = None) -> str:
    """The text of a part; empty where it has none. `expected` is the set that its source is known for."""
    try:
        data = part.get_payload(decode=True)
    except (IndexError, ValueError):  # what the library makes of a broken uuencode
        data = str(part.get_payload()).encode("utf-8", "replace")
    return _text(data, part.get_content_charset() or expected) if isinstance(data, bytes) else ""


def _text(data: bytes, charset: str | None) -> str:
    if not data.strip():
        return ""
    if charset in _SHIFTED:
        return data.decode("hz" if charset.startswith("hz") else "utf-7", "replace")
    for named in (charset, None):  # what the head claims may be wrong
        with suppress(Unreadable):
            return decode(data, named)
    return data.decode("cp1252", "replace").replace("\0", "")
