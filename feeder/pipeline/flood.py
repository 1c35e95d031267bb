"""Whether so many new articles at once can be true. Pure.

A source that moves house, or makes its ids anew, shows its whole past as new; nobody wants to be told of that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

# More than this may look new at once: so many, and such a share of what the source shows.
_MANY, _SHARE = 5, 0.4
# Of a source's usual pace, three times over, and never fewer than these.
_BURST, _FEWEST = 3, 10
_SHORTEST = timedelta(hours=1)


def many(new: int, shown: int) -> bool:
    """Whether so many that look new are a great part of what is shown."""
    return new > max(_MANY, _SHARE * shown)


def several(new: int) -> bool:
    """Whether so many that look new are worth a second look."""
    return new > _MANY


@dataclass(frozen=True, slots=True)
class Tide:
    """What a source shows that looks new.

    `new` are the dates of what was read of it (None for none), of which `familiar` have the title and the words of
    articles that it shows no more. `unknown` is how many it shows that were never seen, of `shown` in all; `held`
    is how many are held already.
    """

    new: Sequence[datetime | None]
    familiar: int
    unknown: int
    shown: int
    held: int = 0


def flood(tide: Tide, known: Sequence[datetime], since: datetime, now: datetime) -> str:
    """Why these are held; empty when they may be true.

    `known` are the dates of the source's newest articles, `since` is when it was last looked at.
    """
    if tide.familiar > _MANY:
        return (
            f"{tide.familiar} that look new have the titles and words of articles that were known by other names"
        )
    if tide.held and tide.unknown > _MANY:
        return f"{tide.unknown} more look new, while {tide.held} are held"
    if not many(tide.unknown, tide.shown):
        return ""
    newest = max(known, default=since)
    old = sum(date is None or date <= newest for date in tide.new)
    if many(old * tide.unknown // max(1, len(tide.new)), tide.shown):
        return f"{tide.unknown} of {tide.shown} look new, but are not newer than those known"
    usual = _usual(known, max(now - since, _SHORTEST))
    if tide.unknown > max(_FEWEST, _BURST * usual):
        return f"{tide.unknown} of {tide.shown} look new, where about {usual:.0f} were expected"
    return ""


def _usual(known: Sequence[datetime], time: timedelta) -> float:
    """How many articles the source would publish in this time, by the dates of its last ones."""
    span = max(known) - min(known) if known else timedelta()
    return (len(known) - 1) * (time / span) if span else 0.0
