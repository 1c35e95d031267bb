"""When to try again: decided here, written by deliver."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

# The table of Standard Webhooks 1.0: ten tries in three days and a good three hours.
SCHEDULE = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER = 0.2


def next_attempt(tries: int, now: datetime, retry_after: timedelta | None, chance: float) -> datetime | None:
    """When to try after the `tries`-th answer that was not well (counted from 1); None when that was the last.

    `chance` in 0..1 spreads the moment by a fifth either way; the receiver's own wish is a lower bound.
    """
    if tries > len(SCHEDULE):
        return None
    pause = SCHEDULE[tries - 1] * (1 + JITTER * (2 * chance - 1))
    return now + max(pause, retry_after or timedelta())
