"""feeder deliveries list|show|retry|replay."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from feeder.cli.common import (
    ago,
    config_option,
    iso,
    json_option,
    known_webhook,
    moment,
    opened,
    print_json,
    table,
)
from feeder.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.model.delivery import Delivery

STATES = ("pending", "leased", "delivered", "dead", "cancelled")


@click.group("deliveries")
def command() -> None:
    """List, show, retry or replay deliveries."""


@command.command("list")
@config_option
@json_option
@click.option("--webhook", help="Only to this webhook.")
@click.option("--state", type=click.Choice(STATES), help="Only in this state.")
@click.option("--since", help="Only created since then: 2026-01-14, 2h, 3d.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
def list_(
    path: Path, as_json: bool, webhook: str | None, state: str | None, since: str | None, limit: int
) -> None:
    """The newest deliveries."""
    from feeder.app import now
    from feeder.model.delivery import DeliveryState
    from feeder.store import articles, deliveries, webhooks

    after = moment(since, now()) if since else None
    with opened(path) as (config, store), store.read() as tx:
        states = webhooks.states(tx)
        if webhook is not None and webhook not in states:
            known_webhook(config, webhook)
        wanted = DeliveryState(state) if state else None
        found = deliveries.listed(tx, limit, name=webhook, state=wanted, since=after)
        slugs = articles.slugs(tx, {it.article for it in found})
    if as_json:
        print_json([{**_plain(it), "slug": slugs[it.article]} for it in found])
        return
    table(
        ("ID", "WEBHOOK", "EVENT", "ARTICLE", "STATE", "TRIES", "NEXT", "REASON"),
        [
            (
                it.id,
                it.webhook,
                it.kind,
                slugs[it.article],
                it.state,
                it.tries,
                _next(it, states[it.webhook].status),
                it.reason,
            )
            for it in found
        ],
    )
    if not found:
        click.echo("None.", err=True)


def _plain(it: Delivery) -> dict[str, object]:
    return {name: getattr(it, name) for name in it.__slots__ if name != "token"}


def _next(it: Delivery, status: str) -> str:
    from feeder.app import now

    if it.due is None or it.state != "pending":
        return ""
    return ago(it.due, now()) if status == "active" else f"held: {status}"


@command.command("show")
@config_option
@json_option
@click.argument("delivery", type=int)
def show(path: Path, as_json: bool, delivery: int) -> None:
    """One delivery and every attempt of it."""
    from feeder.store import deliveries

    with opened(path) as (_, store), store.read() as tx:
        found = deliveries.get(tx, delivery)
        attempts = deliveries.attempts(tx, delivery)
    if found is None:
        raise UsageError(f"no delivery {delivery}; feeder deliveries list shows them")
    if as_json:
        print_json({**_plain(found), "attempts": attempts})
        return
    table(("FIELD", "VALUE"), [(name, _said(value)) for name, value in _plain(found).items()])
    click.echo()
    table(
        ("TRY", "AT", "MS", "PHASE", "STATUS", "OUTCOME", "ADDRESS", "REASON", "ANSWER"),
        [
            (
                a.number,
                iso(a.at),
                round(a.took * 1000),
                a.phase,
                a.status,
                a.outcome,
                a.address,
                a.reason,
                a.body[:60],
            )
            for a in attempts
        ],
    )


def _said(value: object) -> object:
    return iso(value) if isinstance(value, datetime) else value


@command.command("retry")
@config_option
@json_option
@click.argument("delivery", type=int, nargs=-1, required=True)
def retry(path: Path, as_json: bool, delivery: tuple[int, ...]) -> None:
    """Send these again now, under the same id, with the whole retry schedule before them."""
    from feeder.app import now
    from feeder.store import deliveries

    with opened(path) as (_, store), store.write() as tx:
        number = deliveries.again(tx, now(), delivery)
    _told(number, as_json=as_json)
    if number < len(set(delivery)):
        raise UsageError(
            f"{len(set(delivery)) - number} of these deliveries do not exist or are under way just now"
        )


@command.command("replay")
@config_option
@json_option
@click.option("--since", required=True, help="Created since then: 2026-01-14, 2h, 3d.")
@click.option("--webhook", required=True, help="To this webhook.")
@click.option("--state", type=click.Choice(("delivered", "dead", "cancelled")), help="Only in this state.")
def replay(path: Path, as_json: bool, since: str, webhook: str, state: str | None) -> None:
    """Send everything of a time again, oldest first, each under its old id."""
    from feeder.app import now
    from feeder.model.delivery import DeliveryState
    from feeder.store import deliveries

    states = [DeliveryState(state)] if state else [DeliveryState.DELIVERED, DeliveryState.DEAD]
    with opened(path) as (config, store):
        known_webhook(config, webhook)
        with store.write() as tx:
            number = deliveries.again_since(tx, now(), webhook, states, moment(since, now()))
    _told(number, as_json=as_json)


def _told(number: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"sent_again": number})
    else:
        click.echo(f"{number} will be sent again by the running daemon, or by feeder run --once")
