"""Text -> paragraphs: characters made regular, hard-wrapped lines joined; and what is a word and a sentence."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

_NEWLINE = re.compile("\r\n?|[\x85\u2028\v]")
_PAGE = re.compile("[\f\u2029]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# Joiners mean something in Arabic, Indic and emoji, and are litter elsewhere.
_JOINER = re.compile(
    "(?<![\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_WIDE = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_WIDE_CHAR = re.compile(f"[{_WIDE}]")
_MARKS = r"\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0981-\u0d57"  # vowel signs are no letters to `re`
_NARROW_WORD = re.compile(f"[^\\W{_WIDE}](?:[^\\W{_WIDE}]|[{_MARKS}]|['’.,-](?=\\w))*")
_ASCII_WORD = re.compile(r"\w+(?:['.,-]\w+)*", re.ASCII)  # the same, in a third of the time
_TERMINAL = re.compile(r"[.!?…。！？｡।॥؟۔։።၊။៕](?:\s?['\"”’»«›)\]）」』】*_])*\s*\Z")
_RULE = re.compile(r"[\W_]+\Z")  # ----, ====, ###
_BULLET = re.compile(r"(?:[-*•·–—‣▪●]|\d{1,3}[.)])\s")
_SENTENCE = re.compile(r"(?<=[.!?…])['\"”’»)\]]*\s+(?=[^\sa-zà-ÿа-я])|(?<=[。！？।۔])[」』）”]*")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:\w|\w\.\w|Mr|Mrs|Ms|Dr|Prof|St|Gov|Sen|Rep|Gen|Col|Lt|Capt|Sgt|Rev|Hon|Jr|Sr|No|Nr|vs|"
    r"approx|bzw|ca|etc|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Inc|Ltd|Co|Corp|Mme|Mlle|Sra?|Dra?|Av|Str|z\.B|d\.h|u\.a|"
    r"\d{1,2})\.\Z"
)


def regular(text: str) -> str:
    """One kind of line end, plain spaces, no invisible marks, entities as characters, NFC."""
    text = _PAGE.sub("\n\n", _NEWLINE.sub("\n", text))
    text = _ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text
    if text.isascii():
        return text
    text = _JOINER.sub("", _INVISIBLE.sub("", _SPACES.sub(" ", text)))
    return unicodedata.normalize("NFC", text)


def regular_lines(text: str) -> str:
    """One kind of line end, NFC, no byte order mark; Markdown's own spaces and entities stay."""
    return unicodedata.normalize("NFC", _PAGE.sub("\n\n", _NEWLINE.sub("\n", text)).replace("\ufeff", ""))


@lru_cache(maxsize=64)  # of most lines it is asked again and again
def words(text: str) -> int:
    """How many words; two characters count as one in scripts that set no spaces."""
    if text.isascii():
        return len(_ASCII_WORD.findall(text))
    return len(_NARROW_WORD.findall(text)) + len(_WIDE_CHAR.findall(text)) // 2


def ends(text: str) -> bool:
    """Ends as a sentence does."""
    return _TERMINAL.search(text[-12:]) is not None


def is_prose(text: str) -> bool:
    least = 13 if ends(text) else 45
    for size in (300, 2000):  # most lines show it at once
        if words(text[:size]) >= least:
            return True
        if len(text) <= size:
            return False
    return False


def is_caseless(line: str) -> bool:
    """In a script without capitals, where a short line above the title is all that a masthead can be."""
    return line.lower() == line.upper() and any(map(str.isalpha, line))


def is_bullet(text: str) -> bool:
    return _BULLET.match(text) is not None


def opening(text: str, limit: int) -> str:
    """The first sentences of `text` that fit in `limit` characters; a longer one is cut at a word."""
    if len(text) <= limit:
        return text
    cut = 0
    for found in _SENTENCE.finditer(text[: limit + 2]):
        if found.start() > limit:
            break
        if found.end() > 0 and not _ABBREVIATION.search(text[max(0, found.start() - 12) : found.start()]):
            cut = found.end()
    return text[:cut].strip() if cut else shortened(text, limit)


def first_sentence(text: str, limit: int) -> str:
    sample = text[: limit * 3]
    for found in _SENTENCE.finditer(sample):
        if found.end() and not _ABBREVIATION.search(sample[max(0, found.start() - 12) : found.start()]):
            return shortened(sample[: found.end()].strip(), limit)
    return shortened(text, limit)


def shortened(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    short = text[: limit - 1]
    cut = short.rfind(" ", limit // 2)
    return (short[:cut] if cut > 0 else short).rstrip(" ,;:–—-") + "…"


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a plain text. Where lines are wrapped by hand they are joined, else each line is one."""
    lines = _without_margin([line.rstrip() for line in text.expandtabs(4).split("\n")])
    width = _wrapped_at(lines)
    joined: list[list[str]] = []
    before = ""
    for line in lines:
        inside = bool(joined) and (len(joined[-1]) > 1 or before.startswith("  "))
        if before and line and (_soft(before, line, width) or (inside and _goes_on(before, line, width))):
            joined[-1].append(line.strip())
        elif line:
            joined.append([line.strip()])
        before = line
    return [_glued(parts) for parts in joined]


def _without_margin(lines: list[str]) -> list[str]:
    margin = min((len(line) - len(line.lstrip(" ")) for line in lines if line), default=0)
    return [line[margin:] for line in lines]


def _columns(line: str) -> int:
    return len(line) if line.isascii() else len(line) + len(_WIDE_CHAR.findall(line))


def _wrapped_at(lines: list[str]) -> int:
    """The width at which lines were wrapped by hand; 0 when they were not."""
    widths = sorted(_columns(line) for line in lines if line)
    long = [line for line in lines if _columns(line) > 45]
    if long and widths[-1] <= 100 and any(map(_is_indented, lines, lines[1:])):
        return widths[-1]
    if len(long) < 4 or widths[-1] > 100:
        return 0
    unfinished = sum(not ends(line) for line in long)
    return widths[int(len(widths) * 0.97)] if unfinished * 100 >= 45 * len(long) else 0


def _is_indented(line: str, behind: str) -> bool:
    """A paragraph that begins with an indent, as typewriters did, and goes on at the margin."""
    text = line.lstrip(" ")
    indent = len(line) - len(text)
    return (
        2 <= indent <= 8
        and len(line) > 45
        and not ends(line)
        and not is_bullet(text)
        and behind[:1] not in {"", " "}
    )


def _soft(before: str, line: str, width: int) -> bool:
    """The break between two lines is one of layout, not of a paragraph."""
    text = line.lstrip()
    if (
        is_bullet(text)
        or _RULE.match(text)
        or _RULE.match(before)
        or (len(line) - len(text) >= 2 and not before.startswith("  "))
    ):
        return False
    if text[0].islower() and _columns(before) > 45 and not ends(before):
        return True
    if not width or _columns(before) > 100:
        return False
    word = text.split(" ", 1)[0]
    return text[0].islower() or _columns(before) + 1 + _columns(word) > width - 4


def _goes_on(before: str, line: str, width: int) -> bool:
    """Within a paragraph a line may be a little short: its sentence goes on at the margin of the next."""
    long = width and _columns(before) * 10 >= width * 7
    return bool(long and line[0] != " " and not ends(before) and not is_bullet(line) and not _RULE.match(line))


def _glued(parts: list[str]) -> str:
    out = [parts[0]]
    for before, part in pairwise(parts):
        tight = _WIDE_CHAR.match(before[-1]) and _WIDE_CHAR.match(part[0])
        hyphen = before[-2:-1].isalpha() and before.endswith("-") and part[0].isalpha()
        out.append(part if tight or hyphen or before[-1] in "，、。」" else f" {part}")
    return "".join(out)
