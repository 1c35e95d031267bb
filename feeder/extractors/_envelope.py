"""Wire envelopes and pages that are no articles: what surrounds a text is opened or refused before it is read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feeder.errors import Unreadable
from feeder.extractors._dates import parse

if TYPE_CHECKING:
    from datetime import date, datetime

    from feeder.model.document import Hints

_TRAILERS = (  # 101137 GMT Dez 18 (IPTC 7901), AP-WF-11-13-13 1830GMT, -0- Jan/14/2026 09:00 GMT
    re.compile(
        r"\b(?P<day>\d{2})(?P<hour>\d{2})(?P<minute>\d{2}) (?P<zone>GMT |UTC )?(?P<month>[^\W\d]{3})"
        r" (?P<year>\d{2})\b"
    ),
    re.compile(
        r"\b[A-Z]{2}-[A-Z]{2}-(?P<month>\d{2})-(?P<day>\d{2})-(?P<year>\d{2})(?: (?P<hour>\d{2})"
        r"(?P<minute>\d{2})(?P<zone>GMT|E[SD]T)?)?"
    ),
    re.compile(
        r"-0-\s*(?P<month>[A-Z][a-z]{2})/(?P<day>\d{2})/(?:20)(?P<year>\d{2})(?: (?P<hour>\d{2})"
        r":(?P<minute>\d{2}) (?P<zone>GMT))?"
    ),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_MARKUP = re.compile(r"[ \t]*[<=+]+[ \t]*$|^\^+", re.MULTILINE)
_HTML = re.compile(
    r"\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype html|html|head|body|article|main|h1|p|div)\b",
    re.IGNORECASE | re.DOTALL,
)
_FRONT_MATTER = re.compile(
    r"(---|\+\+\+)[ \t]*\r?\n[\w\"-]+[ \t]*[:=].{0,20000}?\n\1[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
_XML = re.compile(r"\s*<(?:\?xml|rss|feed|rdf:RDF|nitf|newsItem|newsMessage)\b", re.IGNORECASE)
_WALLS = (
    "pardon our interruption", "just a moment", "access denied", "enable javascript and cookies",
    "are you a robot",
    "checking your browser", "verify you are human", "verifying you are human", "attention required",
    "please enable cookies", "you have been blocked", "request unsuccessful", "please enable js",
    "ddos protection by", "performing security verification",
)  # fmt: skip
_CLUES = (
    "cookie",
    "javascript",
    "browser",
    "ray id",
    "reference #",
    "permission to access",
    "robot",
    "cloudflare",
    "incapsula",
)


@dataclass(frozen=True, slots=True)
class Opened:
    """The text of an envelope, the date of its trailer and what was around it."""

    text: str
    published: date | datetime | None = None
    around: tuple[str, ...] = ()


def open_envelope(text: str, hints: Hints) -> Opened:
    header, body, trailer = "", text, ""
    if "\x02" in text:
        header, _, body = text.partition("\x02")
        body, _, trailer = body.partition("\x03")
        body = _MARKUP.sub("", body)
    elif text.startswith("^") or re.search(r"(?m)^\^.*<$", text[:1000]):
        body = _MARKUP.sub("", body)
    found = _trailer(trailer, hints) or _trailer(body[-200:], hints)
    if found and not trailer:
        last = body[-200:].strip().rsplit("\n", 1)[-1]
        if _trailer(last, hints) and len(last) < 60:
            body, trailer = body[: body.rindex(last)], last
    around = tuple(_CONTROL.sub(" ", part) for part in (header, trailer) if part.strip())
    return Opened(body, found, around)


def _trailer(text: str, hints: Hints) -> date | datetime | None:
    found = next((found for row in _TRAILERS if (found := row.search(text[:400]))), None)
    if found is None:
        return None
    part = found.groupdict()
    clock = f" {part['hour']}:{part['minute']} {part['zone'] or ''}" if part["hour"] else ""
    middle = f"20{part['year']}-{part['month']}-{part['day']}" if part["month"].isdigit() else ""
    return parse((middle or f"{part['day']} {part['month']} 20{part['year']}") + clock, hints)


def kind(start: str) -> str:
    """The media type that the first characters of a text speak for."""
    if _HTML.match(start[:2000]):
        return "text/html"
    return "text/markdown" if _FRONT_MATTER.match(start) else "text/plain"


def refuse(text: str) -> None:
    """`Unreadable` for data that belongs to another reader, and for pages that keep robots out."""
    if kind(text[:2000]) == "text/html":
        raise Unreadable("it is HTML in a character set of wide units; save it as UTF-8")
    if _XML.match(text[:200]):
        raise Unreadable("it is XML, not an article; add it as a source of type feed or sitemap")
    if text.lstrip()[:1] in {"{", "["} and _is_json(text):
        raise Unreadable("it is JSON, not an article; push it to /api/articles or add it as a feed")
    refuse_wall(text)


def refuse_wall(text: str) -> None:
    start = text[:2500].casefold()
    walls = sum(wall in start for wall in _WALLS)
    opening = start.lstrip(" #\n")[:200].startswith(_WALLS) and any(clue in start for clue in _CLUES)
    if len(text) < 4000 and (opening or walls > 1):
        raise Unreadable("it is a page that keeps robots out, not the article; save the article itself")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
