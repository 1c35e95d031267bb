"""A paragraph -> its dateline when that is but a place that no table knows: `Lauenburg - `, `Lauenburg. `."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder.extractors._dateline import STOPPING, Dateline
from feeder.extractors._language import is_stop_word
from feeder.extractors._mentions import is_common, is_setting, is_somebody
from feeder.extractors._months import WEEKDAYS
from feeder.extractors._place import is_caps, is_place, is_town_name, titled
from feeder.extractors._prose import ends, words
from feeder.extractors._words import LABELS, STAFF, is_agency, is_noise, is_press, is_section

if TYPE_CHECKING:
    from collections.abc import Callable

_LETTER = r"(?:[^\W\d_]|[\u0900-\u0963\u0970-\u0dff])"  # the vowel signs of India are no letters to Python
_NAME = rf"{_LETTER}(?:{_LETTER}|['’](?={_LETTER})){{2,21}}"
_TOWN = rf"(?:(?:St|Ste|Mt|Ft)\.? )?{_NAME}(?:[ -](?:{_LETTER}{{1,5}}[ -]){{0,2}}{_NAME}){{0,2}}"
_START = re.compile(
    rf"(?P<place>{_TOWN}(?:(?:\s?/\s?|\s&\s){_TOWN})?)(?P<region>, {_TOWN})?"
    r"(?:\s\((?P<agency>[^()]{2,40})\)(?=\s?[-–—:]))?"
    r"(?:\s?(?:[–—]|--)\s|\s(?:[-|]|//)\s|\.[-–—]\s|(?P<stop>\.)\s(?:[-–—]\s)?|\s?(?P<danda>।)\s|\s?(?P<colon>:)\s)"
    r"(?=[^\W_a-z]|[\"“«„'‘])"
)
_SHORT = re.compile(
    r"(?P<place>[\u30a0-\u30ff\u4e00-\u9fff]{2,6})(?P<region>)(?P<agency>)(?P<stop>)(?P<danda>)(?P<colon>)"
    r" – (?=\w)"
)
_LEAST, _LEAST_SURE = 8, 3  # words of a first sentence
# (Trois-Rivières) Le pont …, [Ormsgill] The …, 【松本】雪の…
_BRACKETS = re.compile(
    rf"(?:\((?P<round>{_TOWN})\)\s(?:[-–—]\s)?|\[(?P<angular>{_TOWN})\]\s(?:[-–—]\s)?|【(?P<square>[\u30a0-\u9fff]{{2,6}})】)"
)
_REPORTER = re.compile(rf"(?P<place>{_NAME}(?:[ -]{_NAME}){{0,2}}) \((?P<who>[^()]{{4,40}})\)(?=[:\s])")
_KICKERS = {"速報", "独自", "解説", "動画", "写真", "詳報", "更新", "特集", "連載", "社説"}
# What a colon stands behind when a text names its subject: `Reconstruction: `, `Verwaltung: `.
_ABSTRACT = re.compile(
    r"(?:tion|sion|ment|ness|ity|ics|ism|ung|heit|keit|schaft|ismus|tät|ción|zione|idad|ità|ité)\Z"
)


def read(
    paragraph: str, others: str, language: str | None, *, signed: bool, sure: bool = False
) -> Dateline | None:
    """`others` is the rest of the text; that it is set `in` the place, or a byline or date, speaks for it.

    Without either, `Background - ` and `Python – ` would be places. `sure` says that the head is a newspaper's:
    it has two of a masthead, a byline and a date.
    """
    if bracketed := _BRACKETS.match(paragraph[:80]):
        name = bracketed["round"] or bracketed["angular"] or bracketed["square"]
        paragraph = f"{name} – {paragraph[bracketed.end() :]}"
    reporter = _REPORTER.match(paragraph[:80])
    if reporter and STAFF.match(reporter["who"]):
        paragraph, signed = reporter["place"] + paragraph[reporter.end() :], True
    found = _START.match(paragraph[:120]) or _SHORT.match(paragraph[:20])
    if found is None or not _may_be_place(found["place"]) or not _may_be_agency(found["agency"]):
        return None
    region = "" if (found["region"] or "")[2:].casefold() in WEEKDAYS else found["region"] or ""
    rest = paragraph[found.end() :].strip()
    told = f"{others[:20000]}\n{rest[:2000]}"
    signed, sure = signed or bool(found["agency"]), sure or bool(found["agency"] and found["agency"].isupper())
    if not (_named(found, region, told) or (signed and _believable(found, region, told, language, sure=sure))):
        return None
    if words(rest) < (_LEAST_SURE if signed else _LEAST) or not ends(rest):
        return None
    return Dateline(rest, titled(found["place"]), agency=found["agency"] or None)


def _named(found: re.Match[str], region: str, told: str) -> bool:
    return not region and is_setting(found["place"], told)


def _believable(found: re.Match[str], region: str, told: str, language: str | None, *, sure: bool) -> bool:
    """Where nothing names the place again, its letters and the mark behind it must be a paper's."""
    place = found["place"]
    if len(place) <= 3 and place.isascii():
        return False
    if is_caps(place) and place.casefold() not in LABELS:
        return sure or not (region and (found["colon"] or found["stop"]))
    if is_somebody(titled(place), told) or is_common(place, told):
        return False
    if found["colon"]:
        return _stands_before_colon(place, region, told, language, sure=sure)
    if region or (" " in place and not is_town_name(place)):
        return (
            (sure or (region != "" and language != "de"))
            and not found["stop"]
            and (region != "" or language != "de")
        )
    return not found["stop"] or language in STOPPING or "-" in place or (sure and place in told)


def _stands_before_colon(place: str, region: str, told: str, language: str | None, *, sure: bool) -> bool:
    """`IPOH: ` and, below a newspaper's head, `Alnwick: `; a text that begins `NATO: ` says it again.

    In German every noun has a capital, and two words may be who was asked.
    """
    if place.casefold() in LABELS or is_section(place) or _ABSTRACT.search(place):
        return False
    if place.isupper():
        return place not in told
    return sure and language != "de" and (bool(region) or " " not in place or is_town_name(place))


def _may_be_place(name: str) -> bool:
    refused: tuple[Callable[[str], bool], ...] = (is_press, is_agency, is_noise)
    if words(name) > 5 or any(test(name) for test in refused) or name in _KICKERS:
        return False
    return all(map(is_place, re.split(r"\s?/\s?|\s&\s", name))) and not is_stop_word(
        name.split(maxsplit=1)[0].casefold()
    )


def _may_be_agency(name: str | None) -> bool:
    """`(NPK)`, `(Fellside News Agency)`, which no table has."""
    if not name:
        return True
    return (2 <= len(name) <= 6 and name.isupper() and name.isalpha()) or (
        (is_press(name) or is_agency(name)) and name[0].isupper() and words(name) <= 5
    )
