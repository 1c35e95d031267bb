"""Bylines -> people: `By Nellie Bly and Ida B. Wells, Staff Writers`, `Albert Londres <albert@post.example>`."""

from __future__ import annotations

import re

from feeder.extractors._place import is_place
from feeder.extractors._words import CONNECTORS, STAFF, is_agency, is_section
from feeder.model.article import Person

_BY = re.compile(
    r"(?:by|von|par|por|di|da|door|av|af|text|words|written by|story by|reported by|reporting by|report by|"
    r"autor(?:in)?|auteur|de|przez|od|автор|автора?|作者|文|记者|記者|取材|글)(?P<colon>\s?[:：／/]\s*|\s+)(?P<names>\S.*)\Z",
    re.IGNORECASE,
)
_KOREAN = re.compile(r"([가-힣]{2,4})\s?(?:기자|특파원|선임기자)(?:\s+\S+@\S+)?\Z")
_CHINESE = re.compile(
    r"(?:本报|本報)?(?:记者|記者|特派員|作者|文)[:：\s/／]\s*"
    r"([\u4e00-\u9fff]{2,4}(?:[、 ][\u4e00-\u9fff]{2,4}){0,3})\Z"
)
_SPLIT = re.compile(r"\s*[,;/&|•·、]\s*|\s+(?:and|und|et|y|en|och|og|ja|oraz|i|и|та|ve|with|mit|avec|con)\s+")
# Lucie Marchand, à Tulle; Rhodri Pugh at the Principality Stadium, Cardiff
_FROM = re.compile(
    r"(?P<name>[^\W\d_].{2,80}?),?\s(?P<word>in|at|à|aus|from|en|a|em|te)\s(?P<where>[^\W\d_].{2,60})\Z"
)
_SURE = {"in", "at", "à"}
_MAIL = re.compile(r"(?P<name>[^<>()]*?)\s*[<(]?(?P<mail>[^\s<>()@]+@[^\s<>()@]+\.[^\s<>()@]+)[>)]?\Z")
_HANDLE = re.compile(r"\s*[-–—|/•,]?\s*\(?@\w{2,30}\)?\Z")
_ROLE = re.compile(
    r"(?:[^\W\d_][\w&'’-]*\s){0,3}(?:correspondent|editor|reporter|writer|columnist|producer|journalist|contributor|fellow|"
    r"korrespondent(?:in)?|redakteur(?:in)?|correspondante?|journaliste|corresponsal|redactora?|corrispondente|inviat[oa]|"
    r"correspondente|repórter|redacteur|verslaggever|редактор|корреспондент|muhabiri?|editörü)s?\Z",
    re.IGNORECASE,
)
_PARTICLES = CONNECTORS | {"van", "von", "bin", "ibn", "zu", "ten", "ter", "al-", "abu", "san", "st."}
_REFUSED = re.compile(r"[\d!?:…\"“”=#*<>\[\]{}]|\.\s*\Z(?<!\b\w\.)")


def byline(line: str) -> tuple[Person, ...]:
    """The people of a line that is a byline, nobody when it is none."""
    line = _HANDLE.sub("", line.strip(" *_—–-|")).removesuffix(".") if len(line) <= 200 else ""
    if found := _KOREAN.match(line) or _CHINESE.match(line):
        return tuple(Person(name) for name in re.split("[、 ]", found[1]))
    found = _BY.match(line)
    if found:
        name = placed(found["names"])
        names = _names(name[0] if name else found["names"], bool(found["colon"].strip()))
    else:
        names = _before_role(line)
    return names or ((Person(line),) if STAFF.match(line) and line[:1].isupper() else ())


def is_role(line: str) -> bool:
    """`Economics Editor`: what somebody is, without who."""
    return len(line) <= 60 and _ROLE.match(line.strip()) is not None


def placed(line: str) -> tuple[str, str, bool] | None:
    """Who signs, where, and whether the word between them has no other meaning; of a venue only its town."""
    found = _FROM.match(line) if len(line) <= 160 else None
    if found is None:
        return None
    where, sure = found["where"].strip(" ."), found["word"] in _SURE
    if found["word"] == "at" or where.startswith("the "):
        where = where.rpartition(", ")[2] if ", " in where else ""
    if where and not (where.count(", ") < 2 and all(map(is_place, where.split(", ")))):
        return None
    return found["name"].removeprefix("From "), where, sure


def _before_role(line: str) -> tuple[Person, ...]:
    """`Nora Whitfield Environment correspondent`, `Nora Whitfield, editor`, `Nora Whitfield in Oban`."""
    if (found := placed(line)) and found[2] and (is_name(found[0]) or _before_role(found[0])):
        return (Person(found[0].partition(", ")[0]),)
    parts = line.replace(",", " ").split()
    for count in (2, 3):
        name = " ".join(parts[:count])
        if count < len(parts) and is_name(name) and is_role(" ".join(parts[count:])) and not is_role(name):
            return (Person(name),)
    return ()


def people(text: str) -> tuple[Person, ...]:
    """The people of a value that is known to name some."""
    text = text.strip()
    found = _BY.match(text)
    parts = _SPLIT.split(found["names"] if found and text[:3].lower() == "by " else text)
    return tuple(person(part) for part in parts if part.strip())


def person(text: str) -> Person:
    found = _MAIL.match(text.strip()[:300])
    if not found:
        return Person(text.strip())
    return Person(found["name"].strip(" \"'") or found["mail"].split("@")[0], found["mail"])


def is_name(text: str) -> bool:
    """Two to five words, all but particles with a capital."""
    parts = text.split()
    if not 2 <= len(parts) <= 5 or len(text) > 60 or _REFUSED.search(text) or is_section(text):
        return False
    return all(part.lower() in _PARTICLES or part[0].isupper() or _caseless(part[0]) for part in parts) and (
        not parts[0].islower() and parts[0].lower() not in {"the", "a", "an"}
    )


def _names(text: str, labelled: bool) -> tuple[Person, ...]:  # noqa: FBT001 - a fact of the line
    """The first part must be a name; later parts that are none are a role or a paper."""
    parts = [part for part in _SPLIT.split(text) if part.strip()]
    if not parts or not (_author(parts[0]) or (labelled and len(parts[0].split()) == 1 and parts[0][0].isupper())):
        return ()
    return tuple(
        person(part) for index, part in enumerate(parts) if index == 0 or (is_name(part) and not _role(part))
    )


def _author(text: str) -> bool:
    return is_name(text) or bool(STAFF.match(text)) or is_agency(text) or bool(_MAIL.match(text[:300]))


def _role(text: str) -> bool:
    return (
        bool(STAFF.search(text))
        or is_agency(text)
        or bool(re.search(r"(?i)\b(?:writers?|editor|reporter|press|news|times|post)\b", text))
    )


def _caseless(char: str) -> bool:
    return char.isalpha() and not char.isupper() and not char.islower()
