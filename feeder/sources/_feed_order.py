"""Entries in a feed's order -> oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feeder.sources._feed_keys import Keyed


def oldest_first(entries: tuple[Keyed, ...]) -> list[Keyed]:
    """By date; what has none stays with its neighbour. Nearly all feeds without dates begin with the newest."""
    dated, last = [], ""
    for it in reversed(entries):
        last = it.date or last
        dated.append((last, it))
    return [it for _, it in sorted(dated, key=lambda one: one[0])]
