"""The bytes of a feed -> its text, whatever its head says of the character set.

Servers write charset=iso-8859-1 over UTF-8 and the other way round, so the bytes are asked first.
"""

from __future__ import annotations

import re

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{2,40})""")
# A declaration of what the text no longer is.
_DECLARATION = re.compile(r"""^(\s*<\?xml[^>]{0,200}?)\s+encoding\s*=\s*(?:"[^"]*"|'[^']*')""")
# What HTML calls by the first name is the second: https://encoding.spec.whatwg.org/#names-and-labels
_MEANT = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252"}
_MEANT |= {"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc-kr": "cp949", "iso-8859-9": "cp1254"}
_WIDE = ("utf-16", "utf-32", "ucs", "utf_16", "utf_32", "unicode")
_FIRST = frozenset({b"<", b"{", b"["})
_FEW = 20  # good characters for each bad one: UTF-8 of which a byte was lost


def decoded(body: bytes, content_type: str, encoding: str | None = None) -> str:
    """`encoding` is what the operator says; it counts before everything else."""
    text = _text(body, content_type, encoding).lstrip("\ufeff \t\r\n\0")
    return _DECLARATION.sub(r"\1", text.replace("\0", ""), count=1)


def _text(body: bytes, content_type: str, encoding: str | None) -> str:
    if encoding:
        return body.decode(encoding, "replace")
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    if wide := _wide(body):
        return body.decode(wide, "replace")
    named = _named(body, content_type)
    if (
        not any(name.startswith(("iso-2022", "hz", "utf-7")) for name in named)
        and (text := _utf8(body)) is not None
    ):
        return text
    return next((text for name in named if (text := _strictly(body, name)) is not None), None) or _guessed(body)


def _wide(body: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of the first tag is a zero."""
    start = body.lstrip(b" \t\r\n")[:4]
    if start[1::2] == b"\0\0" and start[:1] in _FIRST:
        return "utf-16-le"
    return "utf-16-be" if start[::2] == b"\0\0" and start[1:2] in _FIRST else None


def _utf8(body: bytes) -> str | None:
    """UTF-8, if need be with a few bytes spoilt."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(not it.isascii() for it in text) - bad
    return text if good > _FEW * bad else None


def _named(body: bytes, content_type: str) -> list[str]:
    declared = _DECLARED.search(body[:1000])
    header = _CHARSET.search(content_type)
    names = (header and header[1], declared and declared[1].decode("ascii"))
    # What can be read as ASCII is in no alphabet of 16 bits, whatever it says.
    return [_MEANT.get(it, it) for it in (name.lower() for name in names if name) if not it.startswith(_WIDE)]


def _strictly(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (LookupError, ValueError):  # LookupError also for codecs that make no text, as base64
        return None


def _guessed(body: bytes) -> str:
    """By the ladder that feedparser has: it is asked for everything else as well."""
    from feedparser.encodings import convert_to_utf8

    undeclared = _DECLARED.sub(b"<?xml", body, count=1)
    found = convert_to_utf8({"content-type": "application/xml"}, undeclared, {"bozo": False})
    return str(found.decode("utf-8", "replace"))
