"""Small pure functions on text that several rooms need."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

# XML 1.0 `Char` less C1 controls, U+FFFD, noncharacters and lone surrogates: those are deleted, never replaced,
# since the W3C validator objects to the replacement character as well. One class, since `clean` sees every text.
_ASTRAL = "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 17))
_ILLEGAL = re.compile(f"[^\t\n -~\u00a0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffc{_ASTRAL}]")
_CONTROLS = bytes({*range(0x20), 0x7F} - {0x09, 0x0A})
# Latin letters that no decomposition takes apart.
_SPELT = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i"}
_NO_TEXTS = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
_SPACE = re.compile(r"\s+")
_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def clean(text: str) -> str:
    """`text` with only the characters that every feed format can carry; CR and CRLF become LF."""
    if text.isascii() and len(text.encode().translate(None, _CONTROLS)) == len(text):  # most; eight times as fast
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    return _ILLEGAL.sub("", text)


def one_line(text: str, limit: int | None = None) -> str:
    """Cleaned, white space folded, cut with an ellipsis at `limit` characters."""
    if text.isprintable() and "  " not in text and "\ufffd" not in text:  # most; ten times as fast
        line = text.strip()
    else:
        line = _SPACE.sub(" ", clean(text)).strip()
    if limit is not None and len(line) > limit:
        return line[: limit - 1].rstrip() + "…"
    return line


def span(length: timedelta) -> str:
    """A time as people say it, in its largest whole unit: `3 min`, `2 d`."""
    seconds = abs(round(length.total_seconds()))
    unit, size = next((pair for pair in _UNITS if seconds >= pair[1]), _UNITS[-1])
    return f"{seconds // size} {unit}"


def slug(text: str, limit: int = 60) -> str:
    """Lower-case words joined by hyphens, at most `limit` characters; may be empty.

    Latin letters lose their accents. Scripts without an ASCII form keep their letters: such a word stands in
    an address percent-encoded, and in a file name as it is.
    """
    there = _words(text)
    words = [word for word in map(_ascii, there) if word]
    if sum(map(len, words)) * 2 < sum(map(len, there)):
        words = [unicodedata.normalize("NFC", word).lower() for word in there]
    return _joined(words, limit)


def _words(text: str) -> list[str]:
    """Runs of letters, numbers and the marks upon them; an apostrophe between letters joins nothing."""
    kept = (c if unicodedata.category(c)[0] in "LNM" else " " for c in text)
    return [word for word in "".join(kept).split() if any(c.isalnum() for c in word)]


def _ascii(word: str) -> str:
    spelt = "".join(_SPELT.get(c, c) for c in word.lower())
    return unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()


def _joined(words: list[str], limit: int) -> str:
    out = ""
    for word in words:
        longer = f"{out}-{word}" if out else word[:limit]
        if len(longer) > limit or len(longer.encode()) > 3 * limit:
            break
        out = longer
    return out


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` when one of the `known` words is close, otherwise nothing."""
    import difflib

    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{found[0]}"?' if found else ""


def character_set(name: str) -> str | None:
    """The codec of this name, where it is one of texts; None for others.

    Those that serve Python and domain names are no one's texts, and take a time that grows with the square.
    """
    try:
        found = codecs.lookup(name.strip()).name
        known = "".encode(found) == b"" and found.replace("_", "-") not in _NO_TEXTS
    except (LookupError, ValueError, TypeError):  # unknown, or a codec that is not of text, as base64
        return None
    return found if known else None
