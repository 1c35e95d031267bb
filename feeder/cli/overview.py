"""Webhooks as they stand, in the store and in the configuration -> rows for `feeder webhooks list` and others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feeder.cli.common import ago, safe, say, table
from feeder.cli.receivers import options_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from feeder.config import Config, WebhookOptions
    from feeder.model.delivery import Delivery
    from feeder.store import Store, Tx
    from feeder.store.webhooks import WebhookState


def overview(config: Config, store: Store, also: str = "") -> list[dict[str, Any]]:
    """One row a webhook or hub, those of the configuration first, then those that left it; `also` this one."""
    from feeder.app import hubs_of, public_keys_of
    from feeder.store import deliveries, webhooks

    with store.read() as tx:
        states = webhooks.states(tx) | webhooks.states(tx, like="hub:%") | webhooks.states(tx, [also])
        counts, oldest, now = deliveries.count(tx), deliveries.oldest_waiting(tx), store.now(tx)
        named = [*config.webhooks, *hubs_of(config)]
        options = options_of(tx, config, [*named, *states])
    return [
        {
            "name": name,
            "type": options[name].type if name in options else "",
            **(stands := standing(name, states.get(name), options.get(name), now)),
            **_counts(counts.get(name, {}), str(stands["status"])),
            "oldest_waiting": oldest.get(name),
            "public_keys": public_keys_of(config, name),
        }
        for name in [*named, *(name for name in states if name not in named)]
    ]


def standing(
    name: str, state: WebhookState | None, options: WebhookOptions | None, now: datetime
) -> dict[str, Any]:
    """How a webhook stands, what its bounds are, and in `note` what people have to know of that."""
    from feeder.pipeline import coming

    rest = state.rest if state and state.rest and state.rest > now else None
    return {
        "status": coming.standing(state, options),
        "reason": state.reason if state else "",
        "since": state.since if state else None,
        "failures": state.failures if state else 0,
        "failing_since": state.failing_since if state else None,
        "warned": bool(state and state.warned),
        "rest": rest,
        "concurrency": options.concurrency if options else None,
        "ramp": state.ramp if state else None,
        "rate": str(options.rate) if options and options.rate else None,
        "ordered": bool(options and options.ordered),
        "kept_until": coming.kept_until(state) if state and options is None else None,
        "note": coming.why_held(name, state, options, now) or coming.why_resting(state, now),
    }


def next_of(tx: Tx, it: Delivery, state: WebhookState | None, options: WebhookOptions | None, store: Store) -> str:
    """What comes next of a delivery."""
    from feeder.pipeline.coming import coming
    from feeder.store import deliveries, lock

    before = deliveries.get(tx, it.behind) if it.behind is not None else None
    # Of an embedded store it is plain whether a daemon has it; of a shared one another machine may send.
    sending = store.path is None or lock.holder(store.path) is not None
    return coming(it, state, options, store.now(tx), before, sending=sending)


def _counts(count: Mapping[str, int], status: str) -> dict[str, int]:
    """`held` are those of the waiting that are not sent as long as the webhook stands as it does."""
    from feeder.pipeline.coming import HELD

    return {
        "delivered": count.get("delivered", 0),
        "waiting": count.get("pending", 0) + count.get("leased", 0),
        "held": count.get("pending", 0) if status in HELD else 0,
        "dead": count.get("dead", 0),
        "cancelled": count.get("cancelled", 0),
    }


def print_webhooks(rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    table(
        (
            *("WEBHOOK", "TYPE", "STATUS", "DELIVERED", "WAITING", "HELD", "DEAD", "CANCELLED"),
            *("OLDEST", "AT ONCE", "FAILURES"),
        ),
        [
            (
                *(
                    row[key]
                    for key in ("name", "type", "status", "delivered", "waiting", "held", "dead", "cancelled")
                ),
                ago(row["oldest_waiting"], now) if row["oldest_waiting"] else "",
                _at_once(row),
                _failures(row, now),
            )
            for row in rows
        ],
    )
    for row in rows:
        if row["note"]:
            say(f"{row['name']}: {row['note']}")


def _at_once(row: Mapping[str, Any]) -> str:
    """`1 of 2, 10/s, in order`."""
    if row["concurrency"] is None:
        return ""
    most = 1 if row["ordered"] else row["concurrency"]
    number = f"{row['ramp']} of {most}" if row["ramp"] and row["ramp"] < most else str(most)
    return ", ".join(word for word in (number, row["rate"], "in order" if row["ordered"] else "") if word)


def _failures(row: Mapping[str, Any], now: datetime) -> str:
    if not row["failures"]:
        return ""
    first = f", first {ago(row['failing_since'], now)}" if row["failing_since"] else ""
    return safe(f"{row['failures']} in a row{first}")
