"""The beginning of a paragraph -> its segments by kind: dates, places, agencies, publishers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feeder.extractors._months import WEEKDAYS
from feeder.extractors._place import is_acronym, is_bureau, is_place
from feeder.extractors._places import is_city, is_region
from feeder.extractors._prose import words
from feeder.extractors._words import LABELS, is_agency, is_press

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from feeder.extractors._dates import Stated

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
_DOMAIN = re.compile(r"[\w-]{2,30}\.(?:com|net|org|news|co|id|in|ru|ua|info|pk|ng|de|fr|it|es)", re.IGNORECASE)


@dataclass(slots=True)
class Parts:
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


def segments(prefix: str, dates: list[Stated], names: AbstractSet[str]) -> Parts | None:
    """The segments by kind; None as soon as one of them is of no kind."""
    if not prefix.strip():
        return None
    parts = Parts(
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


def _sorted_in(parts: Parts, name: str, names: AbstractSet[str], bracketed: bool) -> bool:  # noqa: FBT001 - a fact of the segment
    shelf = None
    first, _, last = name.partition(" ")
    if parts.places and bracketed and is_region(name):  # Nuuk (Denmark) (AFP) -
        return True
    if parts.places and not bracketed and is_region(name):  # HARRISBURG, PA -
        shelf = parts.places
    elif is_agency(name) or _DOMAIN.fullmatch(name):
        shelf = parts.agencies
    elif last and (is_agency(first) and first.isupper()) and is_city(last):  # ACN Barcelona
        parts.agencies.append(first)
        shelf, name = parts.places, last
    elif (parts.places or parts.dates) and _is_publisher(name, names):
        shelf = parts.publishers
    elif is_acronym(name, parts.places, dated=parts.year) or (
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
