"""A webhook as it stands + what its receiver answered -> as it stands then. Decided here, written by deliver.

A receiver in trouble is left alone for longer each time and then asked with one delivery; one that recovers is
given more step by step. Nothing that is owed to it is ever dropped for its sake: it is held.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from feeder.model.delivery import NoticeKind, Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.model.delivery import Verdict
    from feeder.store.webhooks import WebhookState

# The first failure of the receiver as a whole may be chance; from the second on it is left alone.
CHANCE = 2
_LONGEST = timedelta(minutes=10)
_DOUBLINGS = 10
_LONGEST_PAUSE = timedelta(hours=1)
# How soon an address that the guard refused is looked up again.
_BLOCKED = timedelta(minutes=5)
# Failing for so long, and so often, it is disabled; at half of it that is told.
PATIENCE = timedelta(days=5)
ENOUGH = 10
# A webhook that left the configuration may come back for so long, and gets all that it was owed.
FORGOTTEN = timedelta(days=7)

_FAILED = {Outcome.RETRY, Outcome.REFUSED}
_TOLD = {"active", "blocked"}
_SAY_NOTHING = {Outcome.ABORTED, Outcome.CONFIG, Outcome.LOST}


def after(state: WebhookState, verdict: Verdict, now: datetime, concurrency: int) -> WebhookState:
    """How it stands after this answer. `concurrency` is the most that it may ever have under way."""
    if verdict.outcome in _SAY_NOTHING:
        return state
    if verdict.outcome is Outcome.GONE:
        return replace(state, status="disabled", reason=verdict.reason)
    if verdict.outcome is Outcome.BLOCKED:
        if state.status not in _TOLD:  # what is paused or disabled goes on by hand only
            return state
        return replace(state, status="blocked", reason=verdict.reason, rest=now + _BLOCKED)
    if state.status == "blocked":
        state = replace(state, status="active", reason="", rest=None)
    if verdict.outcome is Outcome.DELIVERED:
        return _well(state, concurrency)
    return _judged(_failed(state, verdict, now), verdict, now)


def _well(state: WebhookState, concurrency: int) -> WebhookState:
    if not state.failures and state.ramp is None:
        return state  # as nearly always
    rest = None if state.fails else state.rest  # what it asked for itself stands
    ramp = None if state.ramp is None or state.ramp + 1 >= concurrency else state.ramp + 1
    return replace(state, fails=0, failures=0, failing_since=None, warned=False, rest=rest, ramp=ramp)


def _failed(state: WebhookState, verdict: Verdict, now: datetime) -> WebhookState:
    state = replace(state, failures=state.failures + 1, failing_since=state.failing_since or now)
    if verdict.outcome is not Outcome.RETRY:
        return state
    if verdict.pause and verdict.retry_after is not None:
        until = now + min(verdict.retry_after, _LONGEST_PAUSE)
        return replace(state, ramp=1, rest=max(until, state.rest or until))
    fails = state.fails + 1
    rest = now + pause(fails) if fails >= CHANCE else state.rest
    return replace(state, fails=fails, ramp=1, rest=rest)


def pause(fails: int) -> timedelta:
    """For how long a receiver is left alone that has failed so often in a row."""
    return min(timedelta(seconds=2 << min(fails - 1, _DOUBLINGS)), _LONGEST)


def _judged(state: WebhookState, verdict: Verdict, now: datetime) -> WebhookState:
    failing = now - (state.failing_since or now)
    if failing >= PATIENCE and state.failures >= ENOUGH:
        return replace(state, status="disabled", reason=f"failing for {failing.days} days: {verdict.reason}")
    if failing >= PATIENCE / 2 and state.failures >= ENOUGH / 2:
        return replace(state, warned=True)
    return state


def told(before: WebhookState, now: WebhookState, verdict: Verdict) -> tuple[NoticeKind, str] | None:
    """What operators are told of the change, if anything."""
    if now.status not in {before.status, "active"}:
        kept = "what it is owed is kept"
        return NoticeKind.WEBHOOK_DISABLED, f"webhook {now.name} is {now.status}: {now.reason}; {kept}"
    if now.warned and not before.warned:
        left = (PATIENCE - PATIENCE / 2) / timedelta(days=1)
        text = f"webhook {now.name} is failing since {before.failing_since:%Y-%m-%d %H:%M %Z}: {verdict.reason}"
        return NoticeKind.WEBHOOK_FAILING, f"{text}; it is disabled if that goes on for {left:g} days more"
    if before.warned and not now.warned:
        return NoticeKind.WEBHOOK_RECOVERED, f"webhook {now.name} is well again"
    if before.status == "blocked" and now.status == "active":
        return NoticeKind.WEBHOOK_RECOVERED, f"webhook {now.name} is not blocked any more"
    return None
