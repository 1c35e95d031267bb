"""The paragraphs of a text -> head, body, and the dateline that stood between them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder.extractors import _dateline, _dateline_local
from feeder.extractors._caption import is_picture
from feeder.extractors._date_line import dated_line
from feeder.extractors._head import is_data, known_names
from feeder.extractors._people import byline, is_name
from feeder.extractors._prose import ends, is_prose, words
from feeder.extractors._title import is_masthead, is_titled
from feeder.extractors._words import CREDIT, is_agency, is_noise, is_press, is_section

if TYPE_CHECKING:
    from feeder.extractors._dateline import Dateline
    from feeder.model.document import Hints

_DATELINE_WITHIN, _PROSE_BEFORE, _HEAD = 30, 2, 60
_LONG, _ANNOUNCING = 25, 8  # words
_PARTS = re.compile(r"\s[|·•/–—-]\s|, ")


def split(
    lines: list[str], hints: Hints, spoken: str | None, signs: int, *, titled: bool
) -> tuple[list[str], list[str], Dateline | None]:
    """Head, body and dateline; `signs` counts publisher, date and author if known, `titled` is for the title."""
    names = known_names(lines[:15], hints)
    prose = 0
    for index, line in enumerate(lines[:_DATELINE_WITHIN]):
        found = _dateline.read(line, hints, names, spoken)
        if found and words(found.rest[:400]) >= _least(line) and not _dateline.alone(line, hints, names, spoken):
            return lines[:index], [found.rest, *lines[index + 1 :]], found
        prose += is_prose(line)
        if prose > _PROSE_BEFORE:
            break
    start = _start(lines, hints, low=0 if titled else 1)
    for at in range(start, min(start + 2, len(lines))):
        if found := _local(lines, at, start, hints, spoken, signs):
            return lines[:at], [found.rest, *lines[at + 1 :]], found
    return lines[:start], lines[start:], None


def _least(line: str) -> int:
    """How many words must follow a dateline; a wire's is one whatever follows."""
    return 1 if line[:3].isupper() else 5


def _local(lines: list[str], at: int, start: int, hints: Hints, spoken: str | None, signs: int) -> Dateline | None:
    """The dateline of a local paper, at the first paragraph, or below a standfirst that looks like one."""
    others = "\n".join(lines[:at] + lines[at + 1 : at + 40])
    signs += _signs(lines[:start], hints)
    found = _dateline_local.read(lines[at], others, spoken, signed=signs > 0, sure=signs > 1)
    if found is None or at == start:
        return found
    again = (_dateline_local.read(line, "", spoken, signed=True, sure=True) for line in lines[at + 1 : at + 8])
    return None if start < 1 or any(again) else found  # towns of a round-up


def _signs(head: list[str], hints: Hints) -> int:
    """How much of a newspaper's head there is: a masthead or an agency, a byline, a date."""
    short = [line for line in head if len(line) <= 160]
    return (
        (any(is_masthead(line) or any(map(is_agency, _PARTS.split(line))) for line in short) or _is_named(head))
        + any(byline(line) for line in short)
        + any(dated_line(line, hints, None) for line in short)
    )


def _is_named(head: list[str]) -> bool:
    """A short name without a word of the press, above a headline."""
    if len(head) < 2 or ends(head[0]) or _is_house(head[0]):
        return False
    return 2 <= words(head[0][:200]) <= 4 and is_titled(head[0]) and words(head[1][:400]) >= 5


def _start(lines: list[str], hints: Hints, low: int) -> int:
    """Where the body begins in a text without a dateline."""
    data = [i for i in range(len(lines[:10])) if is_data(lines[i], hints)]
    first = _first_prose(lines, 0, data)
    if first is None:
        first = 1 if len(lines) > 1 else 0
    behind = max(
        (i + 1 for i in data if i >= first and sum(map(is_prose, lines[:i])) < _PROSE_BEFORE), default=first
    )
    if 0 < first < behind < len(lines):
        prose = _first_prose(lines, behind, data)
        return _walked_back(lines, behind if prose is None or prose > behind + 2 else prose, behind, data)
    first = _walked_back(lines, first, low, data)
    if (
        first == 2
        and not data
        and words(lines[1]) <= 4
        and not is_name(lines[1])
        and not _is_house(lines[1])
        and not CREDIT.search(lines[1])
    ):
        return 1  # a cross-heading in a note that has nothing of a newspaper
    return first


def _first_prose(lines: list[str], low: int, data: list[int]) -> int | None:
    return next(
        (
            i
            for i, line in enumerate(lines[low:_HEAD], low)
            if (is_prose(line) or (i - 1 in data and _is_unfinished(line))) and not _shows(lines, i)
        ),
        None,
    )


def _shows(lines: list[str], index: int) -> bool:
    """A caption above the text; what the whole text consists of is none."""
    line, behind = lines[index], lines[index + 1 : index + 40]
    credited = CREDIT.search(line[:300]) is not None
    return credited or (index > 0 and any(map(is_prose, behind[:1])) and is_picture(line, "\n".join(behind)))


def _is_unfinished(line: str) -> bool:
    """Too long for a caption, or it announces what follows."""
    return words(line) >= _LONG or (line.endswith((":", "…", "—")) and words(line) >= _ANNOUNCING)


def _walked_back(lines: list[str], first: int, low: int, data: list[int]) -> int:
    """A body may open with sentences that are no prose yet: `It squeaks.`; right behind the data, with any."""
    above = (i + 1 for i in range(first) if i not in data and not _is_house(lines[i]))
    least = next(above, first) if low else 0  # the title stays above
    opening = first
    while (
        opening > max(low, least)
        and opening - 1 not in data
        and _is_sentence(lines[opening - 1])
        and not _is_caption(lines, opening - 1)
    ):
        opening -= 1
    if opening - 1 in data or not opening or (opening > 1 and is_name(lines[opening - 1])):
        return opening
    while opening < first and not _is_long_sentence(lines[opening]):
        opening += 1
    return opening


def _is_house(line: str) -> bool:
    return is_noise(line) or is_section(line) or is_agency(line) or is_press(line)


def _is_caption(lines: list[str], index: int) -> bool:
    """The sentence under or above the line that names the photographer."""
    near = lines[max(0, index - 1) : index + 2]
    return any(_is_credit(line) for line in near) or _shows(lines, index)


def _is_credit(line: str) -> bool:
    """Nothing but who took the picture; a caption with its credit behind it is whole."""
    found = CREDIT.search(line[:300])
    return found is not None and (words(line[: found.start()]) < 4 or words(line[:300]) < 6)


def _is_sentence(line: str) -> bool:
    return ends(line) and words(line) >= 1 and not is_noise(line) and not CREDIT.search(line[:300])


def _is_long_sentence(line: str) -> bool:
    return words(line) >= 4 and not line.rstrip().endswith("?")
