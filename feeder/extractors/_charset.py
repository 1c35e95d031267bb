"""Bytes of a document -> text: byte order mark, the operator's word, NULs, strict UTF-8, declared, chardet."""

from __future__ import annotations

import codecs
import re
import unicodedata

from feeder.errors import Unreadable
from feeder.text import character_set

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x1f\x8b", "a gzip archive"),
)
# Labels that the web writes where it means the larger set (https://encoding.spec.whatwg.org/#names-and-labels).
_LARGER = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "big5": "big5hkscs",
}
_ESCAPES = re.compile(rb"\x1b[$(]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_LONE = re.compile("[\ud800-\udfff]")
_NO_TEXT = {"Cn", "Co"}  # unassigned, private: bytes that only look like UTF-32
_SAMPLE = 65536


def decode(body: bytes, declared: str | None = None, known: str | None = None) -> str:
    """The text of a document; `Unreadable` when it is none. `known` is what its source is said to write."""
    if not body.strip():
        raise Unreadable("it is empty")
    for magic, what in _MAGIC:
        if body.startswith(magic):
            raise Unreadable(f"it is {what}, not text; save it as plain text, Markdown or HTML")
    text = _LONE.sub("", _decoded(body, declared, known))
    _refuse_binary(text)
    return text


def _decoded(body: bytes, declared: str | None, known: str | None) -> str:
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    if said := _usable(known):
        return body.decode(said, "replace")
    if b"\0" in body:
        return _with_nuls(body)
    try:
        if not _ESCAPES.search(body):  # ISO-2022-JP is valid ASCII: chardet knows its escapes
            return body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        pass  # the next rung of the ladder
    return body.decode(_usable(declared) or _guessed(body), "replace")


def _with_nuls(body: bytes) -> str:
    """UTF-32 or UTF-16 without a mark: strict decoding and the side on which the NULs stand tell them apart."""
    even, odd = body[::2].count(0), body[1::2].count(0)
    if (even + odd) * 5 < len(body) and _is_utf8(body.replace(b"\0", b"")):
        raise Unreadable("it is binary: NUL bytes stray among its letters; save it as UTF-8 text")
    wide = ["utf-32-le", "utf-32-be"] if len(body) % 4 == 0 else []
    wide += ["utf-16-le"] if odd > 9 * even else ["utf-16-be"] if even > 9 * odd else []
    for encoding in wide:
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROLS.search(text) and all(unicodedata.category(c) not in _NO_TEXT for c in text[:_SAMPLE]):
            return text
    raise Unreadable("it is binary: it has NUL bytes; save it as UTF-8 text")


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _usable(declared: str | None) -> str | None:
    if not declared:
        return None
    return character_set(_LARGER.get(declared.strip().lower(), declared))


def _guessed(body: bytes) -> str:
    import chardet
    from chardet.enums import EncodingEra

    first = next((i for i, byte in enumerate(body) if byte >= 0x80 or byte == 0x1B), 0)
    sample = body[max(0, first - 1000) : first + _SAMPLE]
    # All but mainframes: 420 of chardet's 424 samples, and every short article in the sets of today's web.
    era = EncodingEra.ALL & ~EncodingEra.MAINFRAME
    found = chardet.detect(sample, encoding_era=era)["encoding"]
    return _usable(found) or "utf-8"


def _refuse_binary(text: str) -> None:
    if "\0" in text:
        raise Unreadable("it is binary: it has NUL characters; save it as UTF-8 text")
    if len(_CONTROLS.findall(text)) > max(20, len(text) // 200):  # wire envelopes have a handful
        raise Unreadable("it is binary: it is full of control characters; save it as UTF-8 text")
    if text.count("\ufffd") * 200 > len(text):
        raise Unreadable("more than 0.5 % of it cannot be decoded; save it as UTF-8")
