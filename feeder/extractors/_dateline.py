"""A paragraph -> its dateline and the rest: `PARIS, Jan 14 (Reuters) - `, `Nara, January 14, 2026 – The Post: `.

The beginning is cut into segments, and each must be a date, an agency, a publisher or a place; which of them stand
together decides whether it is a dateline. Order does not matter, so that `(ANSA) - ROMA, 14 GEN - ` needs no rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from feeder.extractors import _dateline_east as east
from feeder.extractors._dates import Stated, find
from feeder.extractors._place import is_caps, is_place, titled
from feeder.extractors._places import is_city, is_region
from feeder.extractors._prose import is_prose, words
from feeder.extractors._words import AGENCIES, is_agency, is_press

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from feeder.model.document import Hints

_REACH = 200
_END = re.compile(
    r"\s*(?P<dash>--+|[–—―]|(?<=[\s)])[-=_](?=\s)|(?<=[)\]])\.\s?[-–—]|\.[-–—])\s*"
    r"|\s?(?P<colon>[:：])(?=\s)\s*|(?P<stop>\.)\s+|(?P<none>(?<=\))\s+(?=[^\s\-–—=_/(]))"
)
_SPLIT = re.compile(r"[\x1f,|·•;\[\]【】（）()、，]|(?:^|\s)/|/(?=\W|$)|\s[-–—=_](?=\s|$)|--+|[–—―]|\.-")
_NOISE = re.compile(
    r"(?:\d{1,2}[:.h]\d{2}(?:\s?[ap]\.?m\.?)?|GMT|UTC|[CEW]ES?T|local time|updated|update \d|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tue|wed|thu|fri|sat|sun)\.?|"
    r"montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|lundi|mardi|mercredi|jeudi|"
    r"vendredi|samedi|dimanche|"
    r"lunes|martes|miércoles|jueves|viernes|sábado|domingo|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|"
    r"domenica|"
    r"(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|"
    r"zondag|den|am|le|il|el|à)\Z",
    re.IGNORECASE,
)
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


@dataclass(slots=True)
class _Parts:
    dates: list[Stated]
    places: list[str] = field(default_factory=list)
    agencies: list[str] = field(default_factory=list)
    bureaus: list[str] = field(default_factory=list)  # in brackets, but no agency that we know
    publishers: list[str] = field(default_factory=list)
    bracketed: bool = False
    last: str = ""

    @property
    def year(self) -> bool:
        return any(stated.year for stated in self.dates)


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
    """A line that is a dateline and nothing else."""
    bare = line[:_REACH].rstrip(" :–—-")
    parts = _parts(bare, find(bare, hints, language), names) if len(line) <= _REACH else None
    if parts is None or not parts.places or not (parts.year or parts.agencies):
        return None
    first = parts.places[0]
    sure = parts.agencies or is_city(first) or is_region(parts.places[-1]) or " " not in first or is_caps(first)
    return _made(parts, "") if sure else None


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
        parts = _parts(head[: found.start()], dates, names)
        if parts is None:
            continue
        rest = paragraph[found.end() :]
        if _accepted(parts, found.lastgroup or "", rest, names) and _extends(best, parts):
            best, end = parts, found.end()
    return _made(best, paragraph[end:].strip()) if best else None


def _inside(paragraph: str, hints: Hints, language: str | None) -> Dateline | None:
    """Wire copy that was glued behind a summary; only the surest form."""
    found = _INSIDE.search(paragraph[:600])
    if found is None:
        return None
    inner = _best(paragraph[found.start() :], hints, frozenset(), language)
    return replace(inner, before=paragraph[: found.start()].strip()) if inner else None


def _made(parts: _Parts, rest: str) -> Dateline:
    return Dateline(
        rest,
        ", ".join(titled(place) for place in parts.places) or None,
        next((stated for stated in parts.dates if stated.year), parts.dates[0] if parts.dates else None),
        next(iter(parts.agencies or parts.bureaus), None),
        parts.publishers[0] if parts.publishers else None,
    )


def _parts(prefix: str, dates: list[Stated], names: AbstractSet[str]) -> _Parts | None:
    """The segments by kind; None as soon as one of them is of no kind."""
    if not prefix.strip():
        return None
    parts = _Parts([stated for stated in dates if stated.end <= len(prefix)], bracketed=prefix.lstrip()[0] in "([")
    brackets = re.findall(r"[(\[/]([^()\[\]/]{1,60})[)\]/]", prefix)
    for stated in reversed(parts.dates):
        prefix = f"{prefix[: stated.start]}\x1f{prefix[stated.end :]}"
    for segment in _SPLIT.split(prefix):
        name = segment.strip(' :*"')
        if name.strip(" .") and not _NOISE.match(name) and not _sorted_in(parts, name, names, name in brackets):
            return None
    return parts if len(parts.places) <= 3 and len(parts.dates) <= 2 else None


def _sorted_in(parts: _Parts, name: str, names: AbstractSet[str], bracketed: bool) -> bool:  # noqa: FBT001 - a fact of the segment
    shelf = None
    if is_agency(name):
        shelf = parts.agencies
    elif (parts.places or parts.dates) and _is_publisher(name, names):
        shelf = parts.publishers
    elif bracketed and (parts.places or parts.dates) and not is_region(name) and _is_bureau(name):
        shelf = parts.bureaus
    elif is_place(name):
        shelf = parts.places
    if shelf is None:
        return False
    shelf.append(name)
    parts.last = name
    return True


def _is_publisher(name: str, names: AbstractSet[str]) -> bool:
    plain = name.casefold().removeprefix("the ")
    if plain in {known.removeprefix("the ") for known in names}:
        return True
    return (
        is_press(name)
        and words(name) <= 5
        and not any(word[0].islower() for word in name.split() if len(word) > 3)
    )


def _is_bureau(name: str) -> bool:
    return (words(name) <= 4 and name[0].isupper()) or name.isupper()


def _extends(best: _Parts | None, parts: _Parts) -> bool:
    """Behind a dateline that stands already, only a date, an agency or a publisher may follow."""
    return best is None or not best.places or len(parts.places) == len(best.places)


def _accepted(parts: _Parts, end: str, rest: str, names: AbstractSet[str]) -> bool:
    if not rest.strip() or not _opens(rest):
        return False
    if parts.agencies:
        somewhere = bool(parts.places or parts.dates or parts.bracketed)
        return somewhere and (end in {"dash", "colon"} or is_agency(parts.last))
    if end in {"stop", "none"}:  # HANNOVER. Der Rat …
        return end == "stop" and is_caps(parts.last) and is_city(parts.last) and parts.places == [parts.last]
    if parts.publishers:
        return parts.year or any(name.casefold() in names for name in parts.publishers)
    return _unsigned(parts, end, rest)


def _unsigned(parts: _Parts, end: str, rest: str) -> bool:
    """Without an agency or a publisher: the less is said, the more must speak for it."""
    if parts.bureaus and parts.places:
        return bool(parts.dates) or is_caps(parts.places[0])
    if parts.dates and parts.places:
        return parts.year or is_prose(rest)
    if parts.dates:
        return parts.year and end == "dash" and is_prose(rest)
    return _place_alone(parts.places, end, rest, parts.bracketed)


def _place_alone(places: list[str], end: str, rest: str, bracketed: bool) -> bool:  # noqa: FBT001 - a fact
    if not places or words(rest[:400]) < 8:
        return False
    first, known = places[0], is_city(places[0])
    if end == "colon":
        return known and len(places) == 1
    if len(places) == 1:
        return known or is_caps(first)
    return not bracketed and is_region(places[-1])


def _opens(rest: str) -> bool:
    """Begins as a sentence does; scripts without capitals always do."""
    first = rest.lstrip(" \"'“„«‘’‚(¿¡*_[")[:1]
    return first.isalnum() and not first.islower()
