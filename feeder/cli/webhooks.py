"""feeder webhooks list|test|pause|resume|enable."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from feeder.cli.common import ago, config_option, iso, json_option, known_webhook, opened, print_json, table
from feeder.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.app import App
    from feeder.config import Config
    from feeder.model.article import Article
    from feeder.model.delivery import Event
    from feeder.store import Store


@click.group("webhooks")
def command() -> None:
    """List, test, pause, resume or enable webhooks."""


@command.command("list")
@config_option
@json_option
def list_(path: Path, as_json: bool) -> None:
    """Every webhook: how it stands, what it has got and what it is owed."""
    from feeder.app import now

    with opened(path) as (config, store):
        rows = overview(config, store)
    if as_json:
        print_json(rows)
        return
    table(
        ("WEBHOOK", "TYPE", "STATUS", "DELIVERED", "WAITING", "DEAD", "OLDEST", "REASON"),
        [
            (
                row["name"],
                row["type"],
                row["status"],
                row["delivered"],
                row["waiting"],
                row["dead"],
                ago(row["oldest_waiting"], now()) if row["oldest_waiting"] else "",
                row["reason"],
            )
            for row in rows
        ],
    )


def overview(config: Config, store: Store) -> list[dict[str, Any]]:
    """One row a webhook, those of the configuration first, then those that left it."""
    from feeder.store import deliveries, webhooks

    with store.read() as tx:
        states, counts, oldest = webhooks.states(tx), deliveries.count(tx), deliveries.oldest_waiting(tx)
    rows = []
    for name in [*config.webhooks, *(name for name in states if name not in config.webhooks)]:
        options, state, count = config.webhooks.get(name), states.get(name), counts.get(name, {})
        rows.append(
            {
                "name": name,
                "type": options.type if options else "",
                "status": _status(options, state.status if state else "new"),
                "reason": state.reason if state else "",
                "since": iso(state.since) if state else None,
                "delivered": count.get("delivered", 0),
                "waiting": count.get("pending", 0) + count.get("leased", 0),
                "dead": count.get("dead", 0),
                "cancelled": count.get("cancelled", 0),
                "oldest_waiting": oldest.get(name),
            }
        )
    return rows


def _status(options: Any, status: str) -> str:
    if options is None:
        return "removed"
    return status if options.enabled else "off"


@command.command("test")
@config_option
@json_option
@click.argument("webhook")
def test(path: Path, as_json: bool, webhook: str) -> None:
    """Send one event now, of the newest article or of a made-up one, and show what happens. Nothing is stored."""
    from feeder import app as apps
    from feeder.model.delivery import Outcome
    from feeder.pipeline.deliver import said
    from feeder.schedule import next_run

    with opened(path) as (config, store):
        known_webhook(config, webhook)
        app = apps.wire(config, store, next_run)
        hook = app.outside.hooks[webhook]
        event = _test_event(app)
        answer = app.client.send(hook.kind.request(event, hook.options, apps.now()))
        verdict = hook.kind.verdict(answer, apps.now())
        app.close()
    facts = {
        "webhook": webhook,
        "id": event.id,
        "article": event.article.content.title,
        "phase": answer.phase,
        "milliseconds": round(answer.took * 1000),
        "address": answer.address,
        "status": answer.status,
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "answer": said(answer, hook)[:500],
    }
    if as_json:
        print_json(facts)
    else:
        table(("FIELD", "VALUE"), facts.items())
    sys.exit(0 if verdict.outcome is Outcome.DELIVERED else 1)


def _test_event(app: App) -> Event:
    from secrets import token_hex

    from feeder.app import now
    from feeder.model.address import link_of
    from feeder.model.delivery import Event, Kind
    from feeder.store import articles

    with app.store.read() as tx:
        article = next(iter(articles.newest(tx, 1)), None) or _made_up()
    return Event(f"msg_test{token_hex(8)}", Kind.PUBLISHED, now(), article, link_of(article, app.output.site))


def _made_up() -> Article:
    from feeder.app import now
    from feeder.model.article import Article, Bar, Content, State

    text = "This is a test. Nothing has been published."
    return Article(
        id="urn:uuid:00000000-0000-4000-8000-000000000000",
        slug="test",
        source="test",
        revision=1,
        state=State.LIVE,
        published=now(),
        updated=now(),
        taken_in=now(),
        position=now(),
        bar=Bar.NONE,
        content=Content(title="A test from feeder", html=f"<p>{text}</p>", summary=text),
    )


def _status_command(name: str, status: str, said: str, text: str) -> None:
    @command.command(name, help=text)
    @config_option
    @json_option
    @click.argument("webhook")
    def change(path: Path, as_json: bool, webhook: str) -> None:
        from feeder.store import webhooks

        with opened(path) as (config, store), store.write() as tx:
            known_webhook(config, webhook)
            reason = "paused by hand" if status == "paused" else ""
            if not webhooks.set_status(tx, webhook, status, reason):
                raise UsageError(f'webhook "{webhook}" has not run yet; feeder run makes it known')
        if as_json:
            print_json({"webhook": webhook, "status": status})
        else:
            click.echo(f"{webhook}: {said}")


_status_command("pause", "paused", "paused; what it is owed is kept", "Send nothing to it; keep what it is owed.")
_status_command("resume", "active", "active", "Go on after a pause.")
_status_command("enable", "active", "active", "Go on after it was disabled (its receiver said 410 Gone).")
