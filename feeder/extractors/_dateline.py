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
from feeder.extractors._months import WEEKDAYS
from feeder.extractors._place import is_acronym, is_bureau, is_caps, is_place, titled
from feeder.extractors._places import is_city, is_region
from feeder.extractors._prose import ends, is_prose, words
from feeder.extractors._words import AGENCIES, LABELS, is_agency, is_press

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from feeder.model.document import Hints

_REACH = 200
_END = re.compile(
    r"\s*(?P<dash>--+|[–—―]|(?<=[\s)])[-=_](?=\s)|(?:(?<=[A-Z]{2})|(?<=[\s\d]\d))-(?=\s+[A-Z\"“<])|(?<=[)\]])\.\s?[-–—]|\.[-–—](?!-))\s*"
    r"|\s?(?P<colon>[:：])(?=\s)\s*|(?P<stop>[.।])\s+|(?P<none>(?<=[)/])\s+(?=[^\s\-–—=_/(]))"
)
_SPLIT = re.compile(
    r"[\x1f,،؛|·•;\[\]【】（）()、，]|(?:^|\s)/|/(?=\W|$)|\s[-–—=_](?=\s|$)|--+|[–—―]|(?<=[\u0621-\u064a])-(?=[\u0621-\u064a])|\.-(?!-)|\.\s*\x1f"
)
_NOISE = re.compile(
    r"(?:\d{1,2}[:.h]\d{2}(?:\s?[ap]\.?m\.?)?|GMT|UTC|IST|PKT|[CEW]ES?T|local time|updated|update \d|"
    r"den|am|le|il|el|à|vom|on|r\.?|هـ|م|الموافق|\d{1,2}|"  # a day alone: São Paulo, 14 (Agência Estado) -
    r"(?:كانون|تشرين) (?:الأول|الاول|الثاني)|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول)\Z",
    re.IGNORECASE,
)
_HIJRI = re.compile(r"\d{1,2}\s\S{2,8}(?:\s\S{4,8})?\s1[34]\d\d\s?هـ|(?<=\x1f)\s?م(?=\s)")
_LABELLED = re.compile(r"[^\W\d_]+(?:\s[^\W\d_]+){0,2}\s?[:：]\s*\S")
_DOMAIN = re.compile(r"[\w-]{2,30}\.(?:com|net|org|news|co|id|in|ru|ua|info|pk|ng|de|fr|it|es)", re.IGNORECASE)
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
    """A line that is a dateline and nothing else, or with a reporter and a time behind it."""
    if (eastern := _eastern(line, hints)) and words(eastern.rest) < 12 and not ends(eastern.rest):
        stated = eastern.stated or next(iter(find(eastern.rest, hints, language)), None)
        return replace(eastern, stated=stated)
    bare = line[:_REACH].rstrip(" :–—-")
    if _LABELLED.match(bare):  # `Stand: 12. Januar 2026`
        return None
    parts = _parts(bare, find(bare, hints, language), names) if len(line) <= _REACH else None
    if parts is None or not parts.places or not (parts.year or parts.agencies):
        return None
    first = parts.places[0]
    known = is_city(first) or is_region(parts.places[-1]) or is_caps(first)
    signed = parts.agencies and (known or "(" in bare)  # `Una Ward, Reuters` is a byline
    return _made(parts, "") if signed or (parts.year and (known or " " not in first)) else None


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
        if _accepted(parts, found.lastgroup or "", rest, names, language) and _extends(best, parts):
            best, end = parts, found.end()
    return _made(best, _unmarked(paragraph[end:].strip(), best)) if best else None


def _unmarked(rest: str, parts: _Parts) -> str:
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
    parts = _Parts(
        [stated for stated in dates if stated.end <= len(prefix) + 1], bracketed=prefix.lstrip()[0] in "(["
    )
    brackets = re.findall(r"[(\[/]([^()\[\]/]{1,60})[)\]/]", prefix)
    for stated in reversed(parts.dates):
        prefix = f"{prefix[: stated.start]}\x1f{prefix[stated.end :]}"
    for segment in _SPLIT.split(_HIJRI.sub("\x1f", prefix)):
        name = segment.strip(' :*"').removesuffix(" في")  # أبوظبي في 14 يناير
        if name.strip(" .") and not _says_nothing(name) and not _sorted_in(parts, name, names, name in brackets):
            return None
    return parts if len(parts.places) <= 3 and len(parts.dates) <= 2 else None


def _says_nothing(name: str) -> bool:
    if name.isascii() and len(name.rstrip(".")) < 3 and is_region(name):  # Mo. is Missouri before it is Montag
        return False
    return _NOISE.match(name) is not None or name.rstrip(".").casefold() in WEEKDAYS


def _sorted_in(parts: _Parts, name: str, names: AbstractSet[str], bracketed: bool) -> bool:  # noqa: FBT001 - a fact of the segment
    shelf = None
    first, _, last = name.partition(" ")
    if parts.places and not bracketed and is_region(name):  # HARRISBURG, PA -
        shelf = parts.places
    elif is_agency(name) or _DOMAIN.fullmatch(name):
        shelf = parts.agencies
    elif last and (is_agency(first) and first.isupper()) and is_city(last):  # ACN Barcelona
        parts.agencies.append(first)
        shelf, name = parts.places, last
    elif (parts.places or parts.dates) and _is_publisher(name, names):
        shelf = parts.publishers
    elif is_acronym(name, parts.places) or (
        bracketed and (parts.places or parts.dates) and not is_region(name) and is_bureau(name)
    ):
        shelf = parts.bureaus
    elif is_place(name) and name.casefold() not in LABELS:
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


def _extends(best: _Parts | None, parts: _Parts) -> bool:
    """Behind a dateline that stands already, only a date, an agency or a publisher may follow."""
    return best is None or not best.places or len(parts.places) == len(best.places)


def _accepted(parts: _Parts, end: str, rest: str, names: AbstractSet[str], language: str | None) -> bool:
    if not rest.strip() or not _opens(rest):
        return _is_wire(parts, end) and bool(rest.strip())
    if parts.agencies:
        return _by_agency(parts, end, rest)
    if end in {"stop", "none"}:
        return end == "stop" and _stopped(parts, rest, language)
    if parts.publishers and not _is_wire(parts, end):
        return parts.year or any(name.casefold() in names for name in parts.publishers)
    return _is_wire(parts, end) or _unsigned(parts, end, rest)


def _by_agency(parts: _Parts, end: str, rest: str) -> bool:
    if not (parts.places or parts.dates or parts.bracketed):  # AGI - Il consiglio …
        return end == "dash" and parts.agencies[0].isupper() and is_prose(rest)
    if end == "stop":  # ANDINA, Lima, ene. 13. La policía …
        return bool(parts.places and parts.dates) or is_agency(parts.last)
    return end in {"dash", "colon"} or is_agency(parts.last)


def _is_wire(parts: _Parts, end: str) -> bool:
    """`NEW YORK, Feb 26 - `: capitals, a date and a dash need nothing else, whatever follows."""
    return (
        end == "dash" and bool(parts.places and parts.dates) and parts.places[0].isupper() and not parts.bracketed
    )


def _stopped(parts: _Parts, rest: str, language: str | None) -> bool:
    """`HANNOVER. Der Rat …`, `Bogotá, 14 de enero de 2026. El Gobierno …`."""
    if parts.dates:
        return bool(parts.places) and parts.year and is_prose(rest)
    if parts.places != [parts.last]:
        return False
    return (is_city(parts.last) + is_caps(parts.last) + (language in STOPPING)) > 1


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
        return known and (len(places) == 1 or (len(places) == 2 and is_region(places[-1])))
    if len(places) == 1:
        return known or is_caps(first)
    return not bracketed and is_region(places[-1])


def _opens(rest: str) -> bool:
    """Begins as a sentence does; scripts without capitals always do."""
    first = rest.lstrip(" \"'“„«‘’‚(¿¡*_[<")[:1]
    return first.isalnum() and not first.islower()
