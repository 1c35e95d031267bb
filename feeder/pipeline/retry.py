"""An answer -> what becomes of its delivery, and when it is tried again. Decided here, written by settling."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from feeder.model.delivery import DeliveryState, Outcome
from feeder.store.outcomes import Settled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from feeder.config import WebhookOptions
    from feeder.model.delivery import Delivery, Verdict

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
# What was under way at so many deaths of its sender is their likely cause. It waits longer after each, a quarter
# of an hour in all: a daemon that is killed again and again for other reasons takes no innocent with it.
POISON = 10
# A delivery of an ordered webhook that fails for so long lets the others pass.
LONGEST_BLOCK = timedelta(hours=1)

_HELD = {Outcome.GONE, Outcome.BLOCKED}
_FINAL = {Outcome.ABORTED, Outcome.CONFIG}


def next_attempt(
    tries: int,
    now: datetime,
    retry_after: timedelta | None,
    chance: float,
    schedule: Sequence[timedelta] = SCHEDULE,
) -> datetime | None:
    """When to try after the `tries`-th answer that was not well (counted from 1); None when that was the last.

    `chance` in 0..1 spreads the moment by a fifth either way; the receiver's own wish is a lower bound.
    """
    if tries > len(schedule):
        return None
    pause = schedule[tries - 1] * (1 + JITTER * (2 * chance - 1))
    return now + max(pause, retry_after or timedelta())


def becomes(
    it: Delivery, verdict: Verdict, now: datetime, chance: float, options: WebhookOptions, resumed: datetime | None
) -> Settled:
    """What an answer makes of its delivery. `resumed`: when its webhook was last enabled by hand."""
    outcome, reason = verdict.outcome, verdict.reason
    if outcome is Outcome.LOST:
        return _lost(it, reason, now)
    if outcome in _HELD:  # for the day when the webhook can be told again; no try is used up
        return _settled(it, DeliveryState.PENDING, reason, it.tries, due=now)
    # What was held, or waited for others, was not tried: its schedule begins with its first answer.
    tries, began = it.tries + 1, it.began if it.tries else now
    if outcome is Outcome.DELIVERED:
        return _settled(it, DeliveryState.DELIVERED, reason, tries, began=began)
    due = None
    if outcome not in _FINAL:
        due = next_attempt(tries, now, verdict.retry_after, chance, options.retry or SCHEDULE)
        if due is not None and due > max(began, resumed or began) + options.expires:
            due, reason = None, f"{reason}; it expired"
    return _settled(it, DeliveryState.PENDING if due else DeliveryState.DEAD, reason, tries, due=due, began=began)


def unsent(it: Delivery) -> Settled:
    """It was handed over, and came back before a byte of it was sent."""
    return _settled(it, DeliveryState.PENDING, it.reason, it.tries, due=it.due)


def _lost(it: Delivery, reason: str, now: datetime) -> Settled:
    """A crash does not use up a try. From the second on it waits a little, and the innocent go first."""
    crashes = it.crashes + 1
    if crashes >= POISON:
        reason = f"given up: its sender died {crashes} times with it"
        return _settled(it, DeliveryState.DEAD, reason, it.tries, crashes)
    due = now if crashes == 1 else now + timedelta(seconds=2**crashes)
    return _settled(it, DeliveryState.PENDING, reason, it.tries, crashes, due)


def _settled(
    it: Delivery,
    state: DeliveryState,
    reason: str,
    tries: int,
    crashes: int | None = None,
    due: datetime | None = None,
    began: datetime | None = None,
) -> Settled:
    crashes = it.crashes if crashes is None else crashes
    return Settled(it.id, it.token or "", state, reason, tries, crashes, due, began or it.began)
