"""A delivery, its webhook as it stands, what stands before it -> what comes next and when, in words. All pure."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from feeder.config import WebhookOptions
from feeder.model.delivery import DeliveryState, Lane
from feeder.pipeline import allowance, health
from feeder.pipeline.retry import SCHEDULE
from feeder.text import span

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.model.delivery import Delivery
    from feeder.store.webhooks import WebhookState

# What is owed to a webhook that stands so is kept and not sent.
HELD = frozenset({"blocked", "disabled", "off", "paused", "removed"})
# Of the pauses that are still to come so many are named.
_NAMED = 3
_SOON = timedelta(hours=12)
_UNKNOWN = WebhookOptions(type="")


def standing(state: WebhookState | None, options: WebhookOptions | None) -> str:
    """How a webhook stands in one word; the configuration has the first say."""
    if options is None:
        return "removed"
    if not options.enabled:
        return "off"
    return state.status if state else "new"


def at(moment: datetime, now: datetime) -> str:
    """A moment as people read it; the day only where it is not plain."""
    return f"{moment:%H:%M:%S %Z}" if abs(moment - now) < _SOON else f"{moment:%Y-%m-%d %H:%M %Z}"


# ---------------------------------------------------------------- of a webhook


def why_held(name: str, state: WebhookState | None, options: WebhookOptions | None, now: datetime) -> str:
    """Why a webhook is told nothing, and what has to be done; empty when it is told."""
    word, reason = standing(state, options), state.reason if state else ""
    if word == "removed":
        return f"the webhook is not in the configuration; {_kept(state, now)}"
    if word == "off":
        return "the webhook is switched off (enabled: false)"
    if word == "paused":
        return f"the webhook is paused; feeder webhooks resume {name}"
    if word == "disabled":
        return f"the webhook is disabled: {reason}; feeder webhooks enable {name}"
    if word == "blocked":
        again = f"; it is looked up again at {at(state.rest, now)}" if state and state.rest else ""
        return f"the webhook is blocked, {reason.removeprefix('blocked: ')}{again}"
    return ""


def kept_until(state: WebhookState) -> datetime | None:
    """Until when a webhook that has left the configuration keeps what it is owed."""
    return state.left and state.left + health.FORGOTTEN


def _kept(state: WebhookState | None, now: datetime) -> str:
    until = kept_until(state) if state else None
    days = health.FORGOTTEN.days
    return f"what it is owed is kept {f'until {at(until, now)}' if until else f'for {days} days'}"


def why_resting(state: WebhookState | None, now: datetime) -> str:
    """Why a webhook that is told is left alone just now; empty when it is not."""
    if state is None or state.rest is None or state.rest <= now or state.status == "blocked":
        return ""
    if state.fails >= health.CHANCE:
        return f"left alone until {at(state.rest, now)} after {state.fails} failures in a row"
    return f"left alone until {at(state.rest, now)}: its receiver asked for that"


# ---------------------------------------------------------------- of a delivery


def next_at(it: Delivery, state: WebhookState | None) -> datetime | None:
    """The earliest moment at which it may be sent; None when nothing is due of it."""
    if it.state is not DeliveryState.PENDING or it.due is None:
        return None
    return max(it.due, state.rest) if state and state.rest else it.due


def coming(
    it: Delivery,
    state: WebhookState | None,
    options: WebhookOptions | None,
    now: datetime,
    before: Delivery | None = None,
    *,
    sending: bool = True,
) -> str:
    """What comes next of a delivery, in one sentence. `before` is what it stands behind.

    `options` is None when its webhook is not in the configuration; `sending`: somebody is there who sends.
    """
    if it.state is not DeliveryState.PENDING:
        return _ended(it, now)
    if held := why_held(it.webhook, state, options, now):
        return f"held: {held}"
    if it.behind is not None:
        return _behind(it, before, state, options, now)
    said = _when(it, state, options or _UNKNOWN, now)
    return said if sending else f"{said}; nobody sends just now: feeder run"


def _ended(it: Delivery, now: datetime) -> str:
    when = f" {span(now - it.done)} ago" if it.done else ""
    again = f"feeder deliveries retry {it.id} sends it again"
    if it.state is DeliveryState.LEASED:
        return f"it is under way just now (try {it.tries + 1})"
    if it.state is DeliveryState.DELIVERED:
        return f"nothing: it was delivered{when}"
    if it.state is DeliveryState.DEAD:
        return f"nothing: it was given up{when} after {_tries(it)}: {it.reason}; {again}"
    return f"nothing: it was cancelled{when}: {it.reason}"


def _behind(
    it: Delivery,
    before: Delivery | None,
    state: WebhookState | None,
    options: WebhookOptions | None,
    now: datetime,
) -> str:
    what = f"waits behind delivery {it.behind}"
    return f"{what}, of which: {coming(before, state, options, now)}" if before else what


def _when(it: Delivery, state: WebhookState | None, options: WebhookOptions, now: datetime) -> str:
    moment = next_at(it, state) or now
    resting, failed = why_resting(state, now), _failed(it, state, options, now)
    if moment <= now:
        return "; ".join(word for word in (f"due now{failed}", _bounds(it, state, options, now)) if word)
    number = "first try" if not it.tries and not it.crashes else "next try"
    said = f"{number} in {span(moment - now)} ({at(moment, now)}){failed}"
    return f"{resting}; {said}" if resting else said


def _failed(it: Delivery, state: WebhookState | None, options: WebhookOptions, now: datetime) -> str:
    """What went before this try, and what is to follow if it fails too."""
    if not it.tries:
        return f": its sender died {it.crashes} times" if it.crashes else ""
    schedule = options.retry or SCHEDULE
    rest = [span(pause) for pause in islice(schedule, it.tries, it.tries + _NAMED)]
    more = ", …" if it.tries + _NAMED < len(schedule) else ""
    then = f"if it fails again, then after {', '.join(rest)}{more}" if rest else "it is the last"
    end = max(it.began, (state and state.resumed) or it.began) + options.expires
    return f": it failed {_times(it.tries)}, lastly with {it.reason}; {then}; none after {at(end, now)}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _tries(it: Delivery) -> str:
    return "one try" if it.tries == 1 else f"{it.tries} tries"


def _bounds(it: Delivery, state: WebhookState | None, options: WebhookOptions, now: datetime) -> str:
    """What keeps a delivery that is due from being sent at once."""
    found = []
    if options.rate and state and not allowance.allowed(options.rate, state.paced, now):
        found.append(f"rate {options.rate} allows the next at {at(_paced(state, options, now), now)}")
    if state and allowance.troubled(state):
        found.append("its receiver has just failed, and is asked with one delivery at a time")
    elif state and state.ramp and state.ramp < options.concurrency:
        found.append(f"after trouble it is sent {state.ramp} at a time")
    if it.lane is Lane.REPLAY:
        found.append("replays have half of the webhook at most")
    return "; ".join(found)


def _paced(state: WebhookState, options: WebhookOptions, now: datetime) -> datetime:
    """When the rate allows one more."""
    assert options.rate is not None  # noqa: S101 - the caller has looked
    return (state.paced or now) - (options.rate.burst - 1) * options.rate.interval
