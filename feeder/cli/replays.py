"""feeder deliveries replay."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from feeder.cli.common import config_option, iso, json_option, known_webhook, moment, opened, print_json, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from feeder.model.delivery import DeliveryState
    from feeder.store import Store
    from feeder.store.again import Replay


@click.command("replay")
@config_option
@json_option
@click.option("--since", required=True, help="Created since then: 2026-01-14, 2h, 3d.")
@click.option("--webhook", help="Only to this webhook.  [default: all of the configuration]")
@click.option(
    "--state",
    type=click.Choice(("delivered", "dead", "cancelled")),
    help="Only in this state.  [default: delivered and dead]",
)
def replay(path: Path, as_json: bool, since: str, webhook: str | None, state: str | None) -> None:
    """Send everything of a time again, oldest first, each under its old id, beside the news and not before it.

    Stopped half way it goes on when it is said again, and the running daemon finishes it in any case.
    What is held needs no replay: feeder webhooks enable lets it go.
    """
    from feeder.model.delivery import DeliveryState

    states = [DeliveryState(state)] if state else [DeliveryState.DELIVERED, DeliveryState.DEAD]
    with opened(path) as (config, store):
        if webhook is not None:
            known_webhook(config, webhook)
        with store.read() as tx:
            after = moment(since, store.now(tx))
        names = [webhook] if webhook is not None else list(config.webhooks)
        done = [it for name in names for it in _replayed(store, name, states, after)]
    number = sum(it["sent_again"] for it in done)
    if as_json:
        print_json({"sent_again": number, "replays": done})
    else:
        told(number)


def _replayed(store: Store, name: str, states: Sequence[DeliveryState], since: datetime) -> list[dict[str, Any]]:
    from feeder.store import again, webhooks

    with store.write() as tx:
        if name not in webhooks.states(tx):  # it has not run yet, and is owed nothing
            return []
        before = again.interrupted(tx, name, states, since)
        key = again.begin(tx, name, states, since, store.now(tx))
    if before is not None:
        _say_on(before)
    it = _finished(store, key)
    return [{"webhook": name, "sent_again": it.number, "since": it.since, "gone_on_with": before is not None}]


def _say_on(it: Replay) -> None:
    say(f"{it.webhook}: goes on with an interrupted replay since {iso(it.since)}, {it.number} so far", err=True)


def _finished(store: Store, key: int) -> Replay:
    """Step by step, so that nobody waits for it."""
    from feeder.store import again

    while True:
        with store.write() as tx:
            it = again.go_on(tx, key, store.now(tx), again.STEP)
        assert it is not None  # noqa: S101 - replays are never deleted
        _progress(it)
        if it.done:
            return it


def _progress(it: Replay) -> None:
    if sys.stderr.isatty():
        share = round(100 * it.cursor / it.upto) if it.upto and not it.done else 100
        end = "\n" if it.done else ""
        click.echo(f"\r{it.webhook}: {it.number} so far, {share} %{end}", nl=False, err=True)


def told(number: int) -> None:
    say(f"{number} will be sent again by the running daemon, or by feeder run --once")
