"""A paragraph -> its dateline when that is but a place that no table knows: `Lauenburg - `, `Lauenburg. `."""

from __future__ import annotations

import re

from feeder.extractors._dateline import STOPPING, Dateline
from feeder.extractors._language import is_stop_word
from feeder.extractors._place import is_place, titled
from feeder.extractors._prose import is_prose, words
from feeder.extractors._words import is_agency, is_noise, is_press

_NAME = r"[^\W\d_][^\W\d_'’.-]{2,20}"
_START = re.compile(
    rf"(?P<place>{_NAME}(?:[ -](?:[^\W\d_]{{2,5}} )?{_NAME}){{0,2}})"
    r"(?:\s?[–—]\s|\s[-|]\s|(?P<stop>\.)\s(?:[-–—]\s)?|(?P<colon>:)\s)"
    r"(?=[^\W\d_a-z]|[\"“«„'‘])"
)
_IN = r"\b(?:in|im|aus|bei|nach|at|near|from|of|à|a|de|en|em|di|da|te|uit|i|från|fra|w|z|v|u|na|în|din)\s"


def read(paragraph: str, others: str, language: str | None, *, signed: bool) -> Dateline | None:
    """`others` is the rest of the text; that it is set `in` the place, or a byline or date, speaks for it.

    Without either, `Background - ` and `Python – ` would be places.
    """
    found = _START.match(paragraph[:80])
    if found is None or not _may_be_place(found["place"]):
        return None
    place, rest = found["place"], paragraph[found.end() :].strip()
    named = re.search(_IN + re.escape(place) + r"(?![^\W_])", others[:20000]) is not None
    alone = signed and len(place) > 3 and " " not in place and not found["colon"]
    if not is_prose(rest) or not (named or (alone and (not found["stop"] or language in STOPPING))):
        return None
    return Dateline(rest, titled(place))


def _may_be_place(name: str) -> bool:
    if words(name) > 3 or not is_place(name) or is_press(name) or is_agency(name) or is_noise(name):
        return False
    return not any(is_stop_word(word.casefold()) for word in name.split()[:1])
