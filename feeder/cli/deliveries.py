"""feeder deliveries list|show|retry|replay."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from feeder.cli.common import (
    ago,
    attempts_table,
    config_option,
    iso,
    json_option,
    known_webhook,
    moment,
    opened,
    print_json,
    say,
    table,
)
from feeder.cli.receivers import options_of
from feeder.cli.replays import replay
from feeder.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from feeder.config import Config, WebhookOptions
    from feeder.model.delivery import Delivery
    from feeder.store import Store, Tx
    from feeder.store.webhooks import WebhookState

HELD = "held"  # pending, but to a webhook that is told nothing as it stands
STATES = ("pending", HELD, "leased", "delivered", "dead", "cancelled")


@click.group("deliveries")
def command() -> None:
    """List, show, retry or replay deliveries."""


command.add_command(replay)


@command.command("list")
@config_option
@json_option
@click.option("--webhook", help="Only to this webhook.")
@click.option(
    "--state", type=click.Choice(STATES), help="Only in this state; held is what a webhook must wait for."
)
@click.option("--since", help="Only created since then: 2026-01-14, 2h, 3d.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
def list_(
    path: Path, as_json: bool, webhook: str | None, state: str | None, since: str | None, limit: int
) -> None:
    """The newest deliveries."""
    from feeder.app import now
    from feeder.store import webhooks

    after = moment(since, now()) if since else None
    with opened(path) as (config, store), store.read() as tx:
        states, at = webhooks.states(tx), store.now(tx)
        if webhook is not None and webhook not in states | webhooks.states(tx, [webhook]):
            known_webhook(config, webhook)
        found = _found(tx, states, config, webhook, state, after, limit)
        names = {it.webhook for it in found}
        states, options = webhooks.states(tx, names), options_of(tx, config, names)
        rows = [_row(it, states[it.webhook], options.get(it.webhook), at) for it in found]
        rows = _with_slugs(tx, rows)
    if as_json:
        print_json(rows)
        return
    _print(rows, at)
    if not rows:
        click.echo("None.", err=True)


def _found(
    tx: Tx,
    states: Mapping[str, WebhookState],
    config: Config,
    name: str | None,
    state: str | None,
    since: datetime | None,
    limit: int,
) -> tuple[Delivery, ...]:
    from feeder.model.delivery import DeliveryState
    from feeder.pipeline.coming import HELD as STANDING
    from feeder.pipeline.coming import standing
    from feeder.store import deliveries

    if state != HELD:
        wanted = DeliveryState(state) if state else None
        return deliveries.listed(tx, limit, name=name, state=wanted, since=since)
    among = [it.name for it in states.values() if standing(it, config.webhooks.get(it.name)) in STANDING]
    return deliveries.listed(tx, limit, name=name, among=among, state=DeliveryState.PENDING, since=since)


def _plain(it: Delivery) -> dict[str, Any]:
    """Everything of the row but its token, which is the key to its lease."""
    plain = {name: getattr(it, name) for name in it.__slots__ if name != "token"}
    return plain | {"lane": it.lane.name.lower()}


def _row(it: Delivery, state: WebhookState, options: WebhookOptions | None, now: datetime) -> dict[str, Any]:
    from feeder.pipeline.coming import HELD as STANDING
    from feeder.pipeline.coming import next_at, standing, why_resting

    word = standing(state, options)
    held = word if it.state == "pending" and word in STANDING else ""
    free = it.behind is None and not held
    resting = why_resting(state, now) if free and it.state == "pending" else ""
    return {**_plain(it), "held": held, "next": next_at(it, state) if free else None, "resting": resting}


def _with_slugs(tx: Tx, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    from feeder.store import articles

    slugs = articles.slugs(tx, {row["article"] for row in rows if row["article"]})
    return [{**row, "slug": slugs.get(row["article"] or "")} for row in rows]


def _print(rows: list[dict[str, Any]], now: datetime) -> None:
    table(
        ("ID", "WEBHOOK", "EVENT", "ARTICLE", "STATE", "TRIES", "NEXT", "REASON"),
        [
            (
                row["id"],
                row["webhook"],
                row["kind"],
                row["slug"] or "",
                _state(row),
                row["tries"],
                _next(row, now),
                row["reason"],
            )
            for row in rows
        ],
    )


def _state(row: Mapping[str, Any]) -> str:
    word = HELD if row["held"] else str(row["state"])
    return f"{word} ({row['lane']})" if row["lane"] == "replay" else word


def _next(row: Mapping[str, Any], now: datetime) -> str:
    if row["held"]:
        return f"webhook {row['held']}"
    if row["state"] == "pending" and row["behind"] is not None:
        return f"behind {row['behind']}"
    if row["next"] is None:
        return ""
    when = "now" if row["next"] <= now else ago(row["next"], now)
    return f"{when}, left alone" if row["resting"] else when


# ---------------------------------------------------------------- show


@command.command("show")
@config_option
@json_option
@click.argument("delivery", type=int)
def show(path: Path, as_json: bool, delivery: int) -> None:
    """One delivery, how its webhook stands, every attempt of it, and what comes next."""
    from feeder.store import deliveries

    with opened(path) as (config, store):
        with store.read() as tx:
            found = deliveries.get(tx, delivery)
        if found is None:
            raise UsageError(f"no delivery {delivery}; feeder deliveries list shows them")
        facts = _facts(found, config, store)
    if as_json:
        print_json(facts)
        return
    stands, attempts = facts["standing"], facts["attempts"]
    fields = {name: _said(facts[name]) for name in facts if name not in {"standing", "attempts", "next"}}
    table(("FIELD", "VALUE"), [*fields.items(), ("webhook is", stands["status"])])
    if attempts:
        click.echo()
        attempts_table(attempts)
    click.echo()
    if stands["note"] and stands["note"] not in facts["next"]:
        say(f"Webhook: {stands['note']}")
    say(f"Next: {facts['next']}")


def _facts(it: Delivery, config: Config, store: Store) -> dict[str, Any]:
    from feeder.cli.overview import next_of, standing
    from feeder.store import articles, deliveries, webhooks

    with store.read() as tx:
        options = options_of(tx, config, [it.webhook]).get(it.webhook)
        state, now = webhooks.states(tx, [it.webhook]).get(it.webhook), store.now(tx)
        return {
            **_plain(it),
            "slug": articles.slugs(tx, {it.article}).get(it.article) if it.article else None,
            "standing": standing(it.webhook, state, options, now),
            "attempts": deliveries.attempts(tx, it.id),
            "next": next_of(tx, it, state, options, store),
        }


def _said(value: object) -> object:
    return iso(value) if isinstance(value, datetime) else value


# ---------------------------------------------------------------- retry


@command.command("retry")
@config_option
@json_option
@click.argument("delivery", type=int, nargs=-1, required=True)
def retry(path: Path, as_json: bool, delivery: tuple[int, ...]) -> None:
    """Send these again now, under the same id, with the whole retry schedule before them."""
    from feeder.cli.replays import told
    from feeder.store.again import again

    wanted = sorted(set(delivery))
    with opened(path) as (_, store), store.write() as tx:
        number = again(tx, store.now(tx), wanted)
    if as_json:
        print_json({"sent_again": number})
    else:
        told(number)
    if number < len(wanted):
        raise UsageError(
            f"{len(wanted) - number} of these deliveries do not exist, are under way just now, "
            "or tell of an article that was withdrawn since"
        )
