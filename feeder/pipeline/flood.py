"""Whether so many new articles at once can be true. Pure.

A source that moves house, or makes its ids anew, shows its whole past as new; nobody wants to be told of that.
"""

from __future__ import annotations

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
    """Whether so many that look new are worth a second look."""
    return new > max(_MANY, _SHARE * shown)


def flood(
    new: Sequence[datetime | None], shown: int, known: Sequence[datetime], since: datetime, now: datetime
) -> str:
    """Why these are held; empty when they may be true.

    `new` are the dates of what looks new (None for none), `known` those of the source's newest articles, `since`
    is when it was last looked at.
    """
    if not many(len(new), shown):
        return ""
    newest = max(known, default=since)
    old = sum(date is None or date <= newest for date in new)
    if many(old, shown):
        return f"{old} of the {shown} articles that it shows look new, but are not newer than those known"
    usual = _usual(known, max(now - since, _SHORTEST))
    if len(new) > max(_FEWEST, _BURST * usual):
        return f"{len(new)} of the {shown} articles that it shows look new, where about {usual:.0f} were expected"
    return ""


def _usual(known: Sequence[datetime], time: timedelta) -> float:
    """How many articles the source would publish in this time, by the dates of its last ones."""
    span = max(known) - min(known) if known else timedelta()
    return (len(known) - 1) * (time / span) if span else 0.0
