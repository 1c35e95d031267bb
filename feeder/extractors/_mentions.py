"""What a text says of a name elsewhere: that it is set there, that it is somebody, that it is a common word."""

from __future__ import annotations

import re

_IN = r"\b(?:in|im|aus|bei|nach|at|near|from|of|à|a|de|en|em|di|da|te|uit|i|från|fra|w|z|v|u|na|în|din)\s"
_AT = r"(?i:\b(?:in|near|bei|nach|à|en|em|w|na)\s)"
_SPEAKS = (
    r"(?:said|says|told|asks?|asked|adds?|added|thinks?|believes?|sagte?|erklärte?|meinte?|betonte?|dit|"
    r"a dit|a déclaré|explique|dijo|dice|explicó|afirmó|ha detto|spiega|disse|explicou|zei|zegt|vertelt|säger|"
    r"sade|sier|siger|mówi)"
)
_TITLE = (
    r"(?:Mrs?|Ms|Miss|Dr|Prof|Sir|Dame|Lord|Lady|Herrn?|Frau|M|Mmes?|Mlle|Sra?|Don|Doña|Signor[ae]?|President|Minister|"
    r"Mayor|Chancellor|Capt|Captain|Coach|Bürgermeister(?:in)?)\.?\s"
)
_JOINED = re.compile(r"\s?[/&,]\s?|\s(?:and|und|et|y|e|och|og|en|ja|oraz)\s")
_FAR = 22_000


def is_setting(name: str, text: str, *, strict: bool = False) -> bool:
    """`in Alnwick`: something happens there; of several places the first. `strict` without `of`."""
    return (
        re.search((_AT if strict else _IN) + re.escape(_JOINED.split(name)[0]) + r"(?![^\W_])", text[:_FAR])
        is not None
    )


def is_somebody(name: str, text: str) -> bool:
    """`Coffey said`, `Mr Coffey`: whoever has a voice or a title is no town."""
    last = re.escape(name.rsplit(" ", maxsplit=1)[-1])
    return re.search(rf"(?<!\w)(?:{_TITLE}{last}(?!\w)|{last}\s{_SPEAKS}\b)", text[:_FAR]) is not None


def is_common(name: str, text: str) -> bool:
    """The text has it in small letters."""
    return (
        name[:1] != name[:1].lower()
        and re.search(rf"(?<!\w){re.escape(name.lower())}(?!\w)", text[:_FAR]) is not None
    )
