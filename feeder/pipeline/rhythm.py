"""When a source is looked at next: by its schedule, or by its failures, and never while it asks for rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from feeder.store import documents

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from feeder.store import Tx

# A source that failed is asked again after so long, twice as long each time, and at least once an hour for ever.
_FIRST, _LONGEST = timedelta(minutes=1), timedelta(hours=1)
_DOUBLINGS = 10
# Longer than this nobody's wish to be left alone is obeyed: servers make mistakes too.
_REST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`due(now)` is when the schedule wants the next look; `chance` is random, from 0 to 1.

    `patient`: who fails is left alone for longer, as other people's servers want it.
    """

    due: Callable[[datetime], datetime]
    chance: Callable[[], float]
    patient: bool


def next_look(rhythm: Rhythm, now: datetime, failures: int, rest: datetime | None) -> datetime:
    """The moment of the next look after one that ended now; `failures` in a row, this one too."""
    due = rhythm.due(now)
    if failures and rhythm.patient:
        pause = min(_LONGEST, _FIRST * 2 ** min(failures - 1, _DOUBLINGS))
        due = now + pause * (0.5 + rhythm.chance() / 2)  # many sources that failed at once come apart
    return max(due, rest) if rest else due


def looked(
    tx: Tx, name: str, rhythm: Rhythm, now: datetime, error: str = "", rest: timedelta | None = None
) -> None:
    """Note that a look has ended, well or not, and when the next one is due."""
    state = documents.state_of(tx, name)
    failures = (state.failures if state else 0) + 1 if error else 0
    until = now + min(rest, _REST) if rest else None
    documents.looked(tx, name, now, next_look(rhythm, now, failures, until), error, until)
