"""A plain text -> paragraphs of HTML, and a sanitised fragment -> the lines that its readers see."""

from __future__ import annotations

import re
from html import escape

from feeder.extractors._sanitise import fragment
from feeder.text import clean, one_line

_GAP = re.compile(r"\n[^\S\n]*\n\s*")
_BREAK = re.compile(r"[^\S\n]*\n[^\S\n]*")
_NAMES = "blockquote|caption|dd|div|dl|dt|figcaption|figure|h[1-6]|hr|li|ol|p|pre|table|td|th|tr|ul"
_BLOCK = re.compile(rf"(?=</?(?:{_NAMES})\b)")
_LINE = re.compile(rf"(?=</?(?:{_NAMES}|br)\b)")
_PARAGRAPH = re.compile(r"<p\b")


def paragraphs_of(text: str) -> str:
    """Paragraphs where blank lines stand, breaks where lines end; what looks like markup or a link stays text."""
    parts = (part.strip() for part in _GAP.split(clean(text).replace("\f", "\n\n")))
    return "\n".join(f"<p>{_BREAK.sub('<br>', escape(part, quote=False))}</p>" for part in parts if part)


def shows(html: str) -> bool:
    """Whether there is anything to see in a sanitised fragment."""
    return "<img " in html or bool(one_line(fragment(html).text_content()))


def lines_of(html: str) -> list[str]:
    """The text of each line."""
    return _split(html, _LINE)


def opening_of(html: str) -> str:
    """The first paragraph; the first line where there is none."""
    spaced = html.replace("<br>", " ")
    found = _PARAGRAPH.search(spaced)
    lines = _split(spaced[found.start() :], _BLOCK) if found else []
    return next(iter(lines or lines_of(html)), "")


def _split(html: str, ends: re.Pattern[str]) -> list[str]:
    spaced = ends.sub("\n", html.replace("\n", " "))
    return [line for part in fragment(spaced).text_content().split("\n") if (line := one_line(part))]
