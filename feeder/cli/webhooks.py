"""feeder webhooks list|test|pause|resume|enable."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from feeder.cli.common import config_option, json_option, known_webhook, opened, print_json, say, table
from feeder.cli.overview import overview, print_webhooks
from feeder.cli.receivers import known
from feeder.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
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
    print_webhooks(rows, now())
    for row in rows:
        for public in row["public_keys"]:
            say(f"{row['name']}: its receiver verifies with the public key {public}")


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
        answer = app.client.send(hook.kind.whole_request(event, hook.options, apps.now(), app.outside.proxy))
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
        "answer": said(answer, hook, app.outside.proxy)[:500],
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


# ---------------------------------------------------------------- pause, resume, enable


@command.command("pause")
@config_option
@json_option
@click.argument("webhook")
def pause(path: Path, as_json: bool, webhook: str) -> None:
    """Send nothing to it; keep what it is owed."""
    from feeder.store import webhooks

    with opened(path) as (config, store):
        known(config, store, webhook)
        with store.write() as tx:
            if not webhooks.set_status(tx, webhook, "paused", "paused by hand"):
                raise _not_known(webhook)
        row = _row_of(webhook, config, store)
    _changed(row, {"held": row["held"]}, f"paused; {row['held']} deliveries are held", as_json=as_json)


def _resuming(name: str, text: str) -> None:
    @command.command(name, help=text)
    @config_option
    @json_option
    @click.argument("webhook")
    def resume(path: Path, as_json: bool, webhook: str) -> None:
        from feeder.store import webhooks

        with opened(path) as (config, store):
            known(config, store, webhook)
            before = _row_of(webhook, config, store)
            with store.write() as tx:
                if not webhooks.resume(tx, webhook, store.now(tx)):
                    raise _not_known(webhook)
            row = _row_of(webhook, config, store)
        number = row["waiting"] - row["held"]
        said = f"{row['status']}; {number} deliveries that wait are sent from now on"
        _changed(row, {"let_go": number}, f"{said}{_hint(before, row)}", as_json=as_json)


def _hint(before: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """What this command cannot mend."""
    if row["status"] == "off":
        return ", once its enabled: false is gone from the configuration"
    if before["status"] == "blocked":
        return (
            f"; unless that has changed it will be {before['reason'].replace('blocked: ', 'blocked again: ', 1)}"
        )
    return ""


def _row_of(name: str, config: Config, store: Store) -> dict[str, Any]:
    return next(row for row in overview(config, store, name) if row["name"] == name)


def _not_known(name: str) -> UsageError:
    return UsageError(f'webhook "{name}" has not run yet; feeder run makes it known')


def _changed(row: Mapping[str, Any], facts: Mapping[str, Any], said: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"webhook": row["name"], "status": row["status"], **facts})
    else:
        say(f"{row['name']}: {said}")


_resuming("resume", "Go on after a pause.")
_resuming("enable", "Go on after it was disabled or blocked; what failed before is forgotten.")
