"""A paragraph -> its dateline when that is but a place that no table knows: `Lauenburg - `, `Lauenburg. `."""

from __future__ import annotations

import re

from feeder.extractors._dateline import STOPPING, Dateline
from feeder.extractors._language import is_stop_word
from feeder.extractors._place import is_caps, is_place, titled
from feeder.extractors._prose import ends, words
from feeder.extractors._words import LABELS, STAFF, is_agency, is_noise, is_press

_LETTER = r"(?:[^\W\d_]|[\u0900-\u0963\u0970-\u0dff])"  # the vowel signs of India are no letters to Python
_NAME = rf"{_LETTER}{{3,21}}"
_START = re.compile(
    rf"(?P<place>{_NAME}(?:[ -](?:{_LETTER}{{2,5}}[ -])?{_NAME}){{0,2}})(?P<region>, {_NAME})?"
    r"(?:\s?(?:[–—]|--)\s|\s[-|]\s|\.[-–—]\s|(?P<stop>\.)\s(?:[-–—]\s)?|\s?(?P<danda>।)\s|(?P<colon>:)\s)"
    r"(?=[^\W\d_a-z]|[\"“«„'‘])"
)
_SHORT = re.compile(
    r"(?P<place>[\u30a0-\u30ff\u4e00-\u9fff]{2,6})(?P<region>)(?P<stop>)(?P<danda>)(?P<colon>) – (?=\w)"
)
_LEAST = 8  # words of a first sentence
# `San Fernando – ` is a town where `Chris Coffey – ` is a man.
_BEGINNINGS = re.compile(
    r"(?:bad|cape|ciudad|el|fort|kota|lake|las|los|mount|new|north|now[aey]|port|porto|puerto|saint|sankt|san|santa|são|"
    r"south|star[aey]|st|upper|west|east|villa|нижний|новый|старый) ",
    re.IGNORECASE,
)
# (Trois-Rivières) Le pont …, 【松本】雪の…
_BRACKETS = re.compile(
    rf"(?:\((?P<round>{_NAME}(?:[ -]{_NAME}){{0,2}})\)\s(?:[-–—]\s)?|【(?P<square>[\u30a0-\u9fff]{{2,6}})】)"
)
_REPORTER = re.compile(rf"(?P<place>{_NAME}(?:[ -]{_NAME}){{0,2}}) \((?P<who>[^()]{{4,40}})\)(?=[:\s])")
_KICKERS = {"速報", "独自", "解説", "動画", "写真", "詳報", "更新", "特集", "連載", "社説"}
_IN = r"\b(?:in|im|aus|bei|nach|at|near|from|of|à|a|de|en|em|di|da|te|uit|i|från|fra|w|z|v|u|na|în|din)\s"


def read(paragraph: str, others: str, language: str | None, *, signed: bool) -> Dateline | None:
    """`others` is the rest of the text; that it is set `in` the place, or a byline or date, speaks for it.

    Without either, `Background - ` and `Python – ` would be places.
    """
    if bracketed := _BRACKETS.match(paragraph[:60]):
        paragraph = f"{bracketed['round'] or bracketed['square']} – {paragraph[bracketed.end() :]}"
    reporter = _REPORTER.match(paragraph[:80])
    if reporter and STAFF.match(reporter["who"]):
        paragraph, signed = reporter["place"] + paragraph[reporter.end() :], True
    found = _START.match(paragraph[:80]) or _SHORT.match(paragraph[:20])
    if found is None or not _may_be_place(found["place"]):
        return None
    place, rest = found["place"], paragraph[found.end() :].strip()
    told = f"{others[:20000]}\n{rest[:2000]}"
    named = re.search(_IN + re.escape(place) + r"(?![^\W_])", told) is not None
    sure = (named and not found["region"]) or (signed and _believable(found, told, language))
    if words(rest) < _LEAST or not ends(rest) or not sure:
        return None
    return Dateline(rest, titled(place) + (found["region"] or ""))


def _believable(found: re.Match[str], told: str, language: str | None) -> bool:
    """Where nothing names the place again, its letters and the mark behind it must be a paper's."""
    place = found["place"]
    if len(place) <= 3 and place.isascii():
        return False
    if is_caps(place) and place.casefold() not in LABELS:
        return not (found["region"] and (found["colon"] or found["stop"]))
    if found["region"]:
        return False
    if found["colon"]:  # `IPOH: `; a text that begins `NATO: ` says it again
        return place.isupper() and place not in told and place.casefold() not in LABELS
    if " " in place and not _BEGINNINGS.match(place):
        return False
    return not found["stop"] or language in STOPPING or "-" in place


def _may_be_place(name: str) -> bool:
    if (
        words(name) > 3
        or not is_place(name)
        or is_press(name)
        or is_agency(name)
        or is_noise(name)
        or name in _KICKERS
    ):
        return False
    return not any(is_stop_word(word.casefold()) for word in name.split()[:1])
