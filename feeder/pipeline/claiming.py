"""Webhooks as they stand, what is under way -> deliveries leased to us, each webhook within its bounds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feeder.pipeline import allowance
from feeder.store import sending, webhooks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from feeder.config import WebhookOptions
    from feeder.model.delivery import Delivery, Lane
    from feeder.pipeline.allowance import Busy
    from feeder.store import Tx
    from feeder.store.webhooks import WebhookState

# Webhooks that one claim looks at: several nodes share the rest.
AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Lease:
    """What is claimed `now` is ours until then, under this token; `upto` is the newest that may be sent."""

    now: datetime
    until: datetime
    token: str
    upto: int


def claim(
    tx: Tx,
    names: Sequence[str],
    locked: Mapping[str, WebhookState],
    options: Mapping[str, WebhookOptions],
    busy: Busy,
    lease: Lease,
) -> tuple[list[Delivery], dict[str, WebhookState]]:
    """Of these webhooks, earlier ones first, and news before replays; with the webhooks as they stand.

    `locked` are those that this transaction has already; of the others another node may have some just now.
    """
    claimed: list[Delivery] = []
    states = dict(locked)
    sure = _sure(names, states, busy)
    ready, busy.leased = sending.look(tx, names, lease.now, lease.upto, min(busy.free, AT_ONCE), sure, states)
    if others := set().union(*ready.values()) - states.keys():
        states |= webhooks.taken(tx, others, wait=False)
        # Counted when they are ours: until then another node may claim of them.
        busy.leased |= sending.under_way(tx, others)
    for lane, waiting in ready.items():
        asked = [states[name] for name in waiting if name in states]
        most = _most(asked, options, busy, lease.now, lane)
        found = sending.claim(tx, most, lane, lease.now, lease.until, lease.token, lease.upto)
        got = Counter(it.webhook for it in found)
        for state in asked:
            busy.take(state, lane, got[state.name] - most[state.name])
        claimed += found
    _spend(tx, states, options, Counter(it.webhook for it in claimed), lease.now)
    return claimed, states


def _sure(names: Sequence[str], locked: Mapping[str, WebhookState], busy: Busy) -> frozenset[str]:
    """Those that are claimed for without a look before: ours already, where none takes the place of another."""
    if busy.free < busy.wanted:
        return frozenset()
    return frozenset(name for name in names if name in locked and not allowance.troubled(locked[name]))


def _most(
    asked: Sequence[WebhookState], options: Mapping[str, WebhookOptions], busy: Busy, now: datetime, lane: Lane
) -> dict[str, int]:
    """How many each may be given, in turn, as if all before it took all that they may."""
    most = {}
    for state in asked:
        most[state.name] = number = allowance.room(state, options[state.name], busy, now, lane)
        busy.take(state, lane, number)
    return most


def _spend(
    tx: Tx,
    states: Mapping[str, WebhookState],
    options: Mapping[str, WebhookOptions],
    got: Mapping[str, int],
    now: datetime,
) -> None:
    """Note what was taken of those that have a rate."""
    paced = [name for name in got if options[name].rate is not None]
    webhooks.put_all(tx, [allowance.spent(states[name], options[name].rate, got[name], now) for name in paced])
