"""When a source is looked at next: by its schedule, or by its failures, and never while it asks for rest.

Who asks to be told is owed a notice when a source fails for good, and when it is well again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from feeder.model.delivery import NoticeKind
from feeder.pipeline import notices
from feeder.store import documents

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from feeder.config import WebhookOptions
    from feeder.store import Tx

# A source that failed is asked again after so long, twice as long each time, and at least once an hour for ever.
_FIRST, _LONGEST = timedelta(minutes=1), timedelta(hours=1)
_DOUBLINGS = 10
# So many failures in a row are no chance any more.
_LASTING = 3
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
    tx: Tx,
    name: str,
    rhythm: Rhythm,
    asking: Mapping[str, WebhookOptions],
    now: datetime,
    error: str = "",
    rest: timedelta | None = None,
) -> None:
    """Note that a look has ended, well or not, and when the next one is due.

    `asking` are the options of all webhooks, some of which may want to know of a source that fails.
    """
    state = documents.state_of(tx, name)
    before = state.failures if state else 0
    failures = before + 1 if error else 0
    until = now + min(rest, _REST) if rest else None
    due = next_look(rhythm, now, failures, until)
    documents.looked(tx, name, now, due, error, until)
    if (news := told(name, before, failures, error, due)) is not None:
        notices.notify(tx, asking, news[0], name, news[1], now)


def told(name: str, before: int, failures: int, error: str, due: datetime) -> tuple[NoticeKind, str] | None:
    """What operators are told after a look, if anything: once that it fails for good, once that it is well."""
    if before < _LASTING <= failures:
        text = f"source {name} failed {failures} times in a row: {error}; it is asked again at {due:%H:%M:%S %Z}"
        return NoticeKind.SOURCE_FAILING, text
    if failures == 0 and before >= _LASTING:
        return NoticeKind.SOURCE_RECOVERED, f"source {name} is well again, after {before} failures"
    return None
