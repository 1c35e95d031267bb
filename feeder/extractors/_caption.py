"""A paragraph above or at the beginning of a body -> whether it tells what a picture shows."""

from __future__ import annotations

import re

from feeder.extractors._prose import words
from feeder.extractors._words import CREDIT

_LONGEST, _COLUMNS = 32, 300  # words, characters
_SHOWN = re.compile(
    r"\b(?:pictured|seen here|shown here|from left|(?:im|auf dem) bild|sur la photo|en la foto|nella foto)\b"
    r"|[(,] ?(?:left|right|cent(?:re|er)|links|rechts|à gauche|à droite)[),]",
    re.IGNORECASE,
)
_DOES = re.compile(
    r"(?P<name>[A-Z][\w'’.-]+ [A-Z][\w'’-]+)(?:, [^,.]{2,40},)? "
    r"(?:arrives|attends|carries|checks|demonstrates|examines|gestures|greets|holds|inspects|leads|leans|leaves|lifts|"
    r"listens|looks|plays|points|poses|prepares|reads|shows|sits|smiles|speaks|stands|walks|watches|waves|works)\b"
)


def is_picture(line: str, behind: str) -> bool:
    """It names a credit, says where to look, or shows somebody whom the text `behind` introduces again."""
    if CREDIT.search(line[:300]):
        return True
    if len(line) > _COLUMNS or words(line) > _LONGEST:
        return False
    does = _DOES.search(line)
    return _SHOWN.search(line) is not None or (does is not None and does["name"] in behind)
