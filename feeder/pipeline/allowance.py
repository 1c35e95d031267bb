"""How much a webhook may have under way -> how many deliveries may be claimed for it now. All pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

from feeder.model.delivery import Lane

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.config import Rate, WebhookOptions
    from feeder.store.webhooks import WebhookState


@dataclass(slots=True)
class Busy:
    """What is under way: on all nodes, by webhook and lane; and how much more this node can carry.

    `slow` is how many more of that may go to receivers in trouble. It counts along while deliveries are given out.
    `wanted` is how many more there would be under way if all webhooks had as many as they may.
    """

    leased: dict[tuple[str, Lane], int]
    free: int
    slow: int
    wanted: float = inf

    def to(self, name: str) -> int:
        return self.leased.get((name, Lane.NEWS), 0) + self.leased.get((name, Lane.REPLAY), 0)

    def take(self, state: WebhookState, lane: Lane, number: int) -> None:
        """So many more are under way; a negative number gives back."""
        key = (state.name, lane)
        self.leased[key] = self.leased.get(key, 0) + number
        self.free -= number
        if troubled(state):
            self.slow -= number


def open_to(state: WebhookState, options: WebhookOptions, now: datetime) -> bool:
    """Whether it may be told anything at this moment."""
    if not options.enabled or (state.rest is not None and state.rest > now):
        return False
    return state.status in {"active", "blocked"}


def troubled(state: WebhookState) -> bool:
    """Whether its receiver has just failed: it is asked with one delivery, in the slow lane."""
    return state.fails > 0 or state.status == "blocked"


def room(state: WebhookState, options: WebhookOptions, busy: Busy, now: datetime, lane: Lane) -> int:
    """How many deliveries of this lane may be claimed for the webhook."""
    if not open_to(state, options, now):
        return 0
    cap = 1 if troubled(state) else min(options.concurrency, state.ramp or options.concurrency)
    most = cap - busy.to(state.name)
    if lane is Lane.REPLAY:  # half of it at most: news finds its place at once
        most = min(most, max(cap // 2, 1) - busy.leased.get((state.name, lane), 0))
    if troubled(state):
        most = min(most, busy.slow)
    if options.rate is not None:
        most = min(most, allowed(options.rate, state.paced, now))
    return max(0, min(most, busy.free))


# ---------------------------------------------------------------- rate
# A bucket that holds a second's worth (at least one), kept as the moment at which it will be full again (GCRA).


def allowed(rate: Rate, paced: datetime | None, now: datetime) -> int:
    """How many may be sent at once now."""
    start = max(paced or now, now)
    spare = rate.burst * rate.interval - (start - now)
    return max(0, spare // rate.interval)


def spent(state: WebhookState, rate: Rate | None, number: int, now: datetime) -> WebhookState:
    """As it stands when so many more have been claimed."""
    if rate is None or not number:
        return state
    return replace(state, paced=max(state.paced or now, now) + number * rate.interval)
