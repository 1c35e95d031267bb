"""A long feed -> the same with some of its entries, so that ten thousand are read in calls of a second each."""

from __future__ import annotations

import re

PIECE = 500  # entries
_ENDS = re.compile(r"</(item|entry)\s*>", re.IGNORECASE)


def piece(text: str, number: int, most: int) -> tuple[str, int]:
    """The piece of this number (from 0), with head and end of the whole; and how many hold `most` entries."""
    ends = [found.end() for found in _ENDS.finditer(text)]
    first = _first(text)
    if len(ends) <= PIECE or first > ends[0]:
        return text, 1
    start = ends[number * PIECE - 1] if number else first
    end = ends[min((number + 1) * PIECE, len(ends)) - 1]
    pieces = -(-min(len(ends), most) // PIECE)
    return text[:first] + text[start:end] + text[ends[-1] :], pieces


def _first(text: str) -> int:
    found = re.search(r"<(?:item|entry)[\s>]", text, re.IGNORECASE)
    return found.start() if found else len(text)
