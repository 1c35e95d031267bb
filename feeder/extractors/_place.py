"""What may be a place in a dateline, and how it is written for people: `NEW YORK` is New York."""

from __future__ import annotations

import re

from feeder.extractors._places import is_city, is_region
from feeder.extractors._prose import words
from feeder.extractors._words import CONNECTORS, NO_PLACE, PLACE_ARTICLES, is_section

_FORBIDDEN = re.compile(r"[\d:;!?\"“”„«»<>@#%&*=…]")
# `San Fernando – ` is a town where `Chris Coffey – ` is a man.
_BEGINNINGS = re.compile(
    r"(?:bad|cape|castle|ciudad|el|fort|great|high|kota|lake|las|little|long|los|low|lower|market|mount|new|north|now[aey]|"
    r"old|port|porto|puerto|saint|sainte|sankt|san|santa|são|south|star[aey]|st\.?|ste\.?|upper|west|east|villa|"
    r"нижний|новый|старый) ",
    re.IGNORECASE,
)
_ENDINGS = re.compile(
    r" (?:abbey|bay|beach|bridge|city|common|corner|creek|cross|crossing|end|falls|ferry|ford|gate|green|grove|"
    r"harbou?r|haven|head|heath|heights|hill|hills|island|isle|junction|lake|landing|marsh|mills?|moor|mouth|park|point|pond|port|"
    r"quay|ridge|river|rock|rocks|sands|shore|springs?|station|town|township|vale|valley|village|wells|wood|woods)\Z",
    re.IGNORECASE,
)


def is_place(name: str) -> bool:
    """One to five words that begin with capitals, or a short name in a script that has none."""
    if is_city(name) or is_region(name):
        return True
    parts = name.split()
    if not 1 <= len(parts) <= 5 or len(name) > 40 or _FORBIDDEN.search(name) or is_section(name):
        return False
    first = parts[0].strip("'’.").casefold()
    articled = len(parts) > 1 and (first in PLACE_ARTICLES or (first == "the" and name.isupper()))
    if first in NO_PLACE and not articled:
        return False
    return _capital(parts[0]) and all(_capital(part) or part.casefold() in CONNECTORS for part in parts[1:])


def is_town_name(name: str) -> bool:
    """Words that towns are called by and people are not."""
    return bool(_BEGINNINGS.match(name) or _ENDINGS.search(name))


def is_caps(name: str) -> bool:
    """Set in capitals, as wire services set a place; shorter ones are acronyms, or cities that are known."""
    letters = [char for char in name if char.isalpha()]
    return len(letters) >= 5 and name.isupper() and name.casefold() not in NO_PLACE and len(name.split()) <= 4


def is_acronym(name: str, places: list[str], *, dated: bool) -> bool:
    """An agency that no table knows, behind a country or beside a full date: `GEORGETOWN, Guyana, CMC - `."""
    short = name.isupper() and name.isalpha() and len(name) < 6
    return short and bool(places) and (dated or (len(places) > 1 and is_region(places[-1])))


def is_bureau(name: str) -> bool:
    return (words(name) <= 4 and name[0].isupper()) or name.isupper()


def titled(place: str) -> str:
    place = place.strip()
    if is_region(place) and len(place) <= 4:  # UAE, D.C., Ore.
        return place
    if not place.isupper():
        return place if is_region(place) else place.rstrip(".")
    if "İ" in place:  # KIRKLARELİ: in Turkish the other I has no dot
        place = place.replace("I", "ı")
    return " ".join(_word(word, index > 0) for index, word in enumerate(place.split()))


def _word(word: str, inner: bool) -> str:  # noqa: FBT001 - its place in the name
    if inner and word.casefold() in CONNECTORS:
        return word.lower()
    pieces = re.split(r"([-'’/])", word)
    out = [piece if len(piece) < 2 else piece[0] + piece[1:].replace("İ", "i").lower() for piece in pieces]
    if len(out) > 2 and out[-1] == "S":  # ST. JOHN'S
        out[-1] = "s"
    return "".join(
        piece.lower() if 0 < i < len(out) - 1 and piece.casefold() in CONNECTORS else piece
        for i, piece in enumerate(out)
    )


def _capital(word: str) -> bool:
    first = word.lstrip("'’(“\"")[:1]
    if word.startswith(("'s-", "’s-")):
        return True
    return first.isalpha() and not first.islower()
