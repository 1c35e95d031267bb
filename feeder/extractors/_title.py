"""The lines above a body -> which of them is the title, by what the body speaks of and by how they are set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder.extractors._language import is_stop_word
from feeder.extractors._prose import ends, is_prose, words
from feeder.extractors._words import is_press

if TYPE_CHECKING:
    from collections.abc import Collection

HEADING = re.compile(r"#{1,2}\s+(?=\S)")
_TOKEN = re.compile(r"[^\W\d_]{3,}")
_ASCII_TOKEN = re.compile("[a-z]{3,}")
_ELIDED = re.compile("(?:d|l|dell|nell|sull|all|dall)['’]")
_ARTICLES = {"dello", "della", "delle", "degli"}
WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


_LEAST = 0.1  # of its words the body has


def title(candidates: list[str], body: str, known: Collection[str]) -> int | None:
    """Which is the title: the first long one that speaks of what the body speaks of, else the best of all."""
    marked = next((i for i, line in enumerate(candidates) if HEADING.match(line)), None)
    if marked is not None or not candidates:
        return marked
    open_to = [i for i, line in enumerate(candidates) if line.casefold() not in known and not _is_aside(line)]
    titles = [i for i in open_to if not is_masthead(candidates[i])] or open_to
    titles = [i for i in titles if not _is_told(candidates[i])] or titles
    if titles and titles[0] == 0 and _is_headline(candidates):
        return 0
    vocabulary = vocabulary_of(body[:8000])
    shares = {i: share_of(candidates[i], vocabulary) for i in titles}
    fitting = next((i for i in titles if _fits(candidates, i, shares[i])), None)
    if fitting is not None and fitting + 1 in titles and candidates[fitting - 1].casefold() in known:
        fitting += _is_motto(candidates, fitting, shares)
    if fitting is not None or not titles:
        return fitting
    counts = {i: words(candidates[i][:400]) for i in titles}
    # A word or three are a kicker or a caption, whatever the body has of them, where there is a longer line.
    long = [i for i in titles if counts[i] >= 4] or titles
    return max(long, key=lambda i: (shares[i] + min(counts[i], 10) / 20 - i * 0.04, -i))


def _is_aside(line: str) -> bool:
    return line.startswith("(") and line.endswith(")")


def _is_told(line: str) -> bool:
    """A standfirst: several sentences, or a long one with its full stop."""
    return ends(line) and line.rstrip(" \"'”’»)")[-1:] not in "?!？！" and (is_prose(line) or ". " in line[4:-1])


def _is_headline(candidates: list[str]) -> bool:
    """Nothing stands above it, it is set as a sentence is, and what stands below it is longer, as a standfirst is.

    Such a headline may play with words of which the body has none; a kicker is shorter.
    """
    line, count = candidates[0], words(candidates[0][:400])
    return (
        count >= 4
        and not (is_titled(line) or ends(line) or is_press(line))
        and (len(candidates) == 1 or words(candidates[1][:400]) > count)
    )


def _is_motto(candidates: list[str], index: int, shares: dict[int, float]) -> bool:
    """A short line between a masthead that the dateline repeats and a line that is more of a headline."""
    here, behind = candidates[index], candidates[index + 1]
    longer = words(behind[:400]) * 2 >= words(here[:400]) * 3
    return words(here) <= 7 and longer and not ends(behind) and shares[index + 1] > _LEAST


def _fits(candidates: list[str], index: int, share: float) -> bool:
    """A longer line is less likely a kicker, and needs to share less, unless it may be the motto of a masthead."""
    count = words(candidates[index][:400])
    motto = ends(candidates[index]) or (0 < index < len(candidates) - 1 and is_masthead(candidates[index - 1]))
    return count >= 4 and share >= (0.34 if count < 6 or motto else 0.2)


def is_masthead(line: str) -> bool:
    return is_press(line) and words(line) <= 6 and not ends(line) and is_titled(line)


def is_titled(line: str) -> bool:
    """All but short words begin with capitals, where there are any."""
    parts = (_ELIDED.sub("", word) for word in line.split() if len(word) > 3 and word not in _ARTICLES)
    return not any(word[:1].islower() for word in parts)


def vocabulary_of(text: str) -> set[str]:
    """Beginnings of words, so that `meets` and `meeting` agree; pairs of characters where there are no spaces."""
    folded = text.casefold()
    found = (_ASCII_TOKEN if folded.isascii() else _TOKEN).findall(folded)
    return {word.removesuffix("s")[:5] for word in found if not is_stop_word(word)} | {
        folded[found.start() : found.start() + 2] for found in WIDE.finditer(folded)
    }


def share_of(line: str, vocabulary: set[str]) -> float:
    own = vocabulary_of(line[:400])
    return len(own & vocabulary) / len(own) if own else 0.0
