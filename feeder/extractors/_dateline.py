"""A paragraph -> its dateline and the rest: `PARIS, Jan 14 (Reuters) - `, `Nara, January 14, 2026 – The Post: `.

The beginning is cut into segments, and each must be a date, an agency, a publisher or a place; which of them stand
together decides whether it is a dateline. Order does not matter, so that `(ANSA) - ROMA, 14 GEN - ` needs no rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from feeder.extractors import _dateline_east as east
from feeder.extractors._dateline_parts import Parts, segments
from feeder.extractors._dates import Stated, find
from feeder.extractors._place import is_caps, is_town_name, titled
from feeder.extractors._places import is_city, is_region
from feeder.extractors._prose import ends, is_prose, words
from feeder.extractors._words import AGENCIES, is_agency

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from feeder.model.document import Hints

_REACH = 200
_END = re.compile(
    r"\s*(?P<dash>--+|[–—―]|(?<=[\s)])[-=_](?=\s)|(?:(?<=[A-Z]{2})|(?<=[\s\d]\d))-(?=\s+[A-Z\"“<])|(?<=[)\]])\.\s?[-–—]|\.[-–—](?!-)|(?<=\s)//(?=\s))\s*"
    r"|\s?(?P<colon>[:：])(?=\s)\s*|(?P<stop>[.।])\s+|(?P<none>(?<=[)/])\s+(?=[^\s\-–—=_/(]))"
)
_LABELLED = re.compile(r"[^\W\d_]+(?:\s[^\W\d_]+){0,2}\s?[:：]\s*\S")
_DESK = re.compile(r"/[a-z]{2,3}\Z")  # dpa/lni
STOPPING = {"de", "fi", "sv", "nl", "pl"}  # papers there set `Lauenburg. ` where others set a dash
_AGENCY = "|".join(sorted((re.escape(name) for name in AGENCIES), key=len, reverse=True))
_INSIDE = re.compile(
    rf"(?<=[.!?\s])(?P<line>[A-Z][A-Z .'’-]{{2,30}}(?:, [A-Z][A-Za-z.]{{1,15}})? \((?i:{_AGENCY})\) ?(?:--|"
    rf"[-–—]) )"
)


@dataclass(frozen=True, slots=True)
class Dateline:
    """What a dateline says, and the text behind it. `before` is a summary that stood in front of it."""

    rest: str
    place: str | None = None
    stated: Stated | None = None
    agency: str | None = None
    publisher: str | None = None
    byline: str | None = None
    before: str = ""


def read(
    paragraph: str, hints: Hints, names: AbstractSet[str] = frozenset(), language: str | None = None
) -> Dateline | None:
    """The dateline that `paragraph` begins with. `names` are possible publishers, casefolded."""
    found = _eastern(paragraph, hints) or _best(paragraph, hints, names, language)
    if found is None:
        return _inside(paragraph, hints, language)
    again = _best(found.rest, hints, names, language)  # the wrapper of a release repeats it
    if again and again.stated and again.place:
        publisher = found.publisher or again.publisher
        return replace(
            again, stated=found.stated or again.stated, agency=found.agency or again.agency, publisher=publisher
        )
    return found


def alone(
    line: str, hints: Hints, names: AbstractSet[str] = frozenset(), language: str | None = None
) -> Dateline | None:
    """A line that is a dateline and nothing else, or with a reporter and a time behind it."""
    if (eastern := _eastern(line, hints)) and words(eastern.rest) < 12 and not ends(eastern.rest):
        stated = eastern.stated or next(iter(find(eastern.rest, hints, language)), None)
        return replace(eastern, stated=stated)
    bare = line[:_REACH].rstrip(" :–—-")
    if _LABELLED.match(bare):  # `Stand: 12. Januar 2026`
        return None
    parts = segments(bare, find(bare, hints, language), names) if len(line) <= _REACH else None
    if parts is None or not parts.places or not (parts.year or parts.agencies):
        return None
    who, bar = _reporter(parts.places), re.search(r"\s[|·•]\s", bare)
    if who:
        parts.places = parts.places[1:]
    first = parts.places[0]
    known = is_city(first) or is_region(parts.places[-1]) or is_caps(first)
    signed = parts.agencies and (known or "(" in bare)  # `Una Ward, Reuters` is a byline
    sectioned = (
        bar is not None and parts.dates and parts.dates[0].end <= bar.start() + 1
    )  # `14 January 2026 | Planning`
    plain = (" " not in first or is_town_name(first)) and not sectioned
    return replace(_made(parts, ""), byline=who) if signed or (parts.year and (known or plain)) else None


def _reporter(places: list[str]) -> str | None:
    """`Selin YILDIZ / TRABZON`: the first of two names is a man's where only the second is known."""
    if len(places) != 2 or not (is_city(places[1]) or is_caps(places[1])):
        return None
    first = places[0]
    return None if " " not in first or is_city(first) or first.isupper() or is_town_name(first) else first


def _eastern(paragraph: str, hints: Hints) -> Dateline | None:
    found = east.read(paragraph[:_REACH], hints)
    if found is None:
        return None
    end, place, stated, agency, byline = found
    return Dateline(paragraph[end:].strip(), place, stated, agency, byline=byline)


def _best(paragraph: str, hints: Hints, names: AbstractSet[str], language: str | None) -> Dateline | None:
    head, best, end = paragraph[:_REACH], None, 0
    ends = list(islice(_END.finditer(head), 10))
    dates = find(head, hints, language) if ends else []
    for found in ends:
        parts = segments(head[: found.start()], dates, names)
        if parts is None:
            continue
        rest = paragraph[found.end() :]
        if _accepted(parts, found.lastgroup or "", rest, names, language) and _extends(best, parts):
            best, end = parts, found.end()
    return _made(best, _unmarked(paragraph[end:].strip(), best)) if best else None


def _unmarked(rest: str, parts: Parts) -> str:
    """`… — REGNUM В северных районах`: an agency that follows the dash without one of its own."""
    first, _, behind = rest.partition(" ")
    signed = first.isupper() and len(first) > 2 and is_agency(first) and not behind[:20].isascii()
    if signed and parts.places and parts.dates and behind[:1].isupper():
        parts.agencies.append(first)
        return behind
    return rest


def _inside(paragraph: str, hints: Hints, language: str | None) -> Dateline | None:
    """Wire copy that was glued behind a summary; only the surest form."""
    found = _INSIDE.search(paragraph[:600])
    if found is None:
        return None
    inner = _best(paragraph[found.start() :], hints, frozenset(), language)
    return replace(inner, before=paragraph[: found.start()].strip()) if inner else None


def _made(parts: Parts, rest: str) -> Dateline:
    return Dateline(
        rest,
        titled(parts.places[0]) if parts.places else None,  # the town; a state or a country behind it explains it
        next((stated for stated in parts.dates if stated.year), parts.dates[0] if parts.dates else None),
        next((_DESK.sub("", name) for name in parts.agencies or parts.bureaus), None),
        parts.publishers[0] if parts.publishers else None,
    )


def _extends(best: Parts | None, parts: Parts) -> bool:
    """Behind a dateline that stands already, only a date, an agency or a publisher may follow."""
    return best is None or not best.places or len(parts.places) == len(best.places)


def _accepted(parts: Parts, end: str, rest: str, names: AbstractSet[str], language: str | None) -> bool:
    if not rest.strip() or not _opens(rest):
        return _is_wire(parts, end) and bool(rest.strip())
    if parts.agencies:
        return _by_agency(parts, end, rest)
    if end in {"stop", "none"}:
        return end == "stop" and _stopped(parts, rest, language)
    if parts.publishers and not _is_wire(parts, end):
        return parts.year or any(name.casefold() in names for name in parts.publishers)
    return _is_wire(parts, end) or _unsigned(parts, end, rest)


def _by_agency(parts: Parts, end: str, rest: str) -> bool:
    if not (parts.places or parts.dates or parts.bracketed):  # AGI - Il consiglio …
        return end == "dash" and parts.agencies[0].isupper() and is_prose(rest)
    if end == "stop":  # ANDINA, Lima, ene. 13. La policía …
        return bool(parts.places and parts.dates) or is_agency(parts.last)
    return end in {"dash", "colon"} or is_agency(parts.last)


def _is_wire(parts: Parts, end: str) -> bool:
    """`NEW YORK, Feb 26 - `: capitals, a date and a dash need nothing else, whatever follows."""
    return (
        end == "dash" and bool(parts.places and parts.dates) and parts.places[0].isupper() and not parts.bracketed
    )


def _stopped(parts: Parts, rest: str, language: str | None) -> bool:
    """`HANNOVER. Der Rat …`, `Bogotá, 14 de enero de 2026. El Gobierno …`."""
    if parts.dates:
        return bool(parts.places) and parts.year and is_prose(rest)
    if parts.places != [parts.last]:
        return False
    return (is_city(parts.last) + is_caps(parts.last) + (language in STOPPING)) > 1


def _unsigned(parts: Parts, end: str, rest: str) -> bool:
    """Without an agency or a publisher: the less is said, the more must speak for it."""
    if parts.bureaus and parts.places:
        return bool(parts.dates) or is_caps(parts.places[0])
    if parts.dates and parts.places:
        return parts.year or is_prose(rest) or (ends(rest) and words(rest) >= 5)
    if parts.dates:
        return parts.year and end == "dash" and is_prose(rest)
    return _place_alone(parts.places, end, rest, parts.bracketed)


def _place_alone(places: list[str], end: str, rest: str, bracketed: bool) -> bool:  # noqa: FBT001 - a fact
    if not places or words(rest[:400]) < 8:
        return False
    first, known = places[0], is_city(places[0])
    if end == "colon":
        return known and (len(places) == 1 or (len(places) == 2 and is_region(places[-1])))
    if len(places) == 1:
        return known or is_caps(first)
    return not bracketed and is_region(places[-1])


def _opens(rest: str) -> bool:
    """Begins as a sentence does; scripts without capitals always do."""
    first = rest.lstrip(" \"'“„«‘’‚(¿¡*_[<")[:1]
    return first.isalnum() and not first.islower()
