"""A line below the title that names who wrote it, for whom, or where -> the draft."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder.extractors._mentions import is_common, is_setting, is_somebody
from feeder.extractors._people import byline, is_name, is_role, placed
from feeder.extractors._place import is_caps, is_place, is_town_name, titled
from feeder.extractors._places import is_city, is_region
from feeder.extractors._prose import ends, words
from feeder.extractors._title import is_titled
from feeder.extractors._words import STAFF, is_agency, is_institution, is_noise, is_press, is_section

if TYPE_CHECKING:
    from feeder.extractors._draft import Draft

_BY = re.compile(r"(?:by|von|par|por|di|door|av|af|text|autor)[:\s]", re.IGNORECASE)
_BEHIND = re.compile(r"(?P<name>.{3,80}?[^\W\d_.])(?:,\s|\s[|·•/–—-]\s)(?P<place>[^\W\d_][^\d,|]{2,30})\Z")


def took_name(line: str, draft: Draft, story: str) -> bool:
    """`story` is the text below, which may speak of the place."""
    name, _, house = (part.strip() for part in re.sub(r"\s[|/·•–—-]\s", ", ", line, count=1).partition(", "))
    if (
        is_name(name)
        and house
        and (is_agency(house) or (is_press(house) and words(house) <= 4 and not is_role(house)))
    ):
        draft.put("authors", byline(f"By: {name.removeprefix('By ')}"), "byline")
        draft.put("publisher", house, "byline")
    elif STAFF.match(name) and is_place(house):  # Our Correspondent, Sylhet
        draft.put("authors", byline(name), "byline")
        draft.put("place", titled(house), "byline")
    elif byline(line) or (is_name(name) and _signed(line, story)[1]):
        put_byline(line, "byline", draft, story)
    elif is_role(line):
        draft.note(line)
    elif words(line[:200]) <= 5 and (
        is_agency(name) or (is_press(line) and not ends(line) and (is_titled(line) or words(line) <= 3))
    ):
        draft.put("publisher", name if is_agency(name) else line, "line under the title")
    elif _is_place_line(line):
        draft.put("place", titled(line.strip(" .:").partition(", ")[0]), "place line")
    else:
        return False
    return True


def put_byline(line: str, origin: str, draft: Draft, story: str) -> None:
    name, place = _signed(line, story)
    draft.put("authors", byline(name) or byline(f"By: {name}"), origin)
    draft.put("place", place, origin)


def _signed(line: str, story: str) -> tuple[str, str | None]:
    """`By Una Ward in Tralee`, `Una Ward | Tralee`: who, and where; behind a comma may be a role or a man."""
    if found := placed(line):
        name, where, sure = found
        town = bool(where) and (sure or is_city(where) or _is_town(where, story, by=True))
        return (name, titled(where.partition(", ")[0])) if town else (name if sure else line, None)
    behind = _BEHIND.match(line) if len(line) < 120 else None
    place = behind["place"].strip(" .") if behind else ""
    if not behind or not is_place(place) or is_role(place) or STAFF.match(place):
        return line, None
    known = is_city(place) or _is_town(place, story, by=_BY.match(line) is not None)
    return (behind["name"], titled(place)) if known else (line, None)


def _is_town(name: str, story: str, *, by: bool) -> bool:
    """Of a word that no table knows; two words are a man, unless the text is set there or towns are called so."""
    if is_press(name) or is_agency(name) or is_section(name) or is_institution(name) or _is_acronym(name):
        return False
    if is_somebody(name, story) or is_common(name, story):
        return False
    return is_setting(name, story) or is_town_name(name) or (" " not in name and (by or name in story))


def _is_acronym(name: str) -> bool:
    return (name.isupper() and not is_caps(name)) or (
        not name[1:].islower() and " " not in name and "-" not in name
    )


def is_town_line(line: str, story: str, *, between: bool) -> bool:
    """`Ormsgill` beside a byline or a date; a heading stands there too, but not `between` the two."""
    name, _, region = (titled(part) for part in line.strip(" .:").partition(", "))
    if words(line[:60]) > 5 or ends(line) or not is_place(name) or (region and not is_place(region)):
        return False
    if is_noise(line) or is_press(line) or is_agency(line) or byline(line) or not _is_town(name, story, by=True):
        return is_city(name) and not is_press(line)
    return (
        is_setting(name, story, strict=True) or is_city(name) or is_caps(line) or (between and name not in story)
    )


def _is_place_line(line: str) -> bool:
    name, _, region = line.strip(" .:").partition(", ")
    if len(line) > 60 or not is_place(name):
        return False
    return is_region(region) if region else is_city(name) and (is_caps(name) or not name.isupper())
