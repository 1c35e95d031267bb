"""feeder articles list|show|withdraw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from feeder.cli.common import config_option, iso, json_option, one_article, opened, print_json, say, table
from feeder.errors import UsageError
from feeder.text import nearest

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.model.article import Article
    from feeder.store.documents import Known

STATES = ("live", "held", "withdrawn", "retracted", "quarantined", "waiting")


@click.group("articles")
def command() -> None:
    """List, show or withdraw articles."""


@command.command("list")
@config_option
@json_option
@click.option("--state", type=click.Choice(STATES), default="live", show_default=True)
@click.option("--source", help="Only of this source.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
def list_(path: Path, as_json: bool, state: str, source: str | None, limit: int) -> None:
    """The newest articles; or what is in quarantine, and why."""
    from feeder.model.article import State
    from feeder.store import articles, documents
    from feeder.store.documents import DocumentState

    with opened(path) as (_, store), store.read() as tx:
        if state in {"live", "held", "withdrawn", "retracted"}:
            _print_articles(articles.newest(tx, limit, state=State(state), source=source), as_json=as_json)
        else:
            _print_documents(documents.in_state(tx, DocumentState(state), limit, source), as_json=as_json)


def _print_articles(found: tuple[Article, ...], *, as_json: bool) -> None:
    if as_json:
        print_json([_summary(article) for article in found])
        return
    table(
        ("PUBLISHED", "SOURCE", "REV", "SLUG", "TITLE"),
        [(iso(a.published), a.source, a.revision, a.slug, a.content.title[:70]) for a in found],
    )
    if not found:
        click.echo("No articles. What could not be read: feeder articles list --state quarantined", err=True)


def _summary(article: Article) -> dict[str, Any]:
    names = ("id", "slug", "source", "revision", "state", "published", "updated", "taken_in", "bar", "story")
    facts = {name: getattr(article, name) for name in names} | {"title": article.content.title}
    return facts | {"first_look": article.bar == "first look"}


def _print_documents(found: tuple[Known, ...], *, as_json: bool) -> None:
    names = ("source", "key", "state", "reason", "article", "since", "at", "again")
    if as_json:
        print_json([{name: getattr(known, name) for name in names} for known in found])
        return
    table(("SOURCE", "DOCUMENT", "SINCE", "REASON"), [(k.source, k.key, iso(k.since), k.reason) for k in found])
    if not found:
        click.echo("None.", err=True)


@command.command("show")
@config_option
@json_option
@click.argument("article")
def show(path: Path, as_json: bool, article: str) -> None:
    """One article: by its id, its slug or a part of it, its file, or its address."""
    with opened(path) as (_, store):
        found = one_article(store, article)
        story = _story(store, found)
    if as_json:
        print_json(story)
        return
    content = story.pop("content")
    table(
        ("FIELD", "VALUE"), [(name, value) for name, value in story.items() if not isinstance(value, list | dict)]
    )
    for warning in story["warnings"]:
        say(f"warning: {warning}")
    origins = story["origins"]
    rows = [(name, _short(content[name]), origins.get(name, "")) for name in content if content[name]]
    click.echo()
    table(("CONTENT", "VALUE", "FOUND BY"), rows)
    click.echo()
    table(("EVENT", "AT"), [(it["kind"], it["at"]) for it in story["revisions"]])
    click.echo()
    table(("KNOWN BY", "KEY"), [(it["kind"], it["key"]) for it in story["keys"]])


def _story(store: Any, found: Article) -> dict[str, Any]:
    from dataclasses import asdict

    from feeder.store import aliases, articles, documents, feeds

    with store.read() as tx:
        return {
            **_summary(found),
            "content": asdict(found.content),
            "origins": articles.origins(tx, found.id, found.revision),
            "warnings": [known.reason for known in documents.of_article(tx, found.id) if known.reason],
            "feeds": sorted(feeds.of_article(tx, found.id)),
            "keys": [{"kind": kind, "key": key} for kind, key in aliases.of(tx, found.id)],
            "revisions": [
                {"number": number, "kind": kind, "at": iso(at)}
                for number, kind, at in articles.revisions(tx, found.id)
            ],
        }


def _short(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= 100 else f"{text[:99]}…"


@command.command("withdraw")
@config_option
@json_option
@click.option("--undo", is_flag=True, help="Bring it back instead.")
@click.option("--everywhere", is_flag=True, help="Out of the archives too, which otherwise never change.")
@click.argument("article")
def withdraw(path: Path, as_json: bool, undo: bool, everywhere: bool, article: str) -> None:
    """Take an article out of every feed and tell the webhooks that were told of it.

    It stays away, whatever happens to its file, until it is brought back with --undo.
    """
    if undo and everywhere:
        raise UsageError("--undo and --everywhere: choose one of them")
    from feeder import app as apps
    from feeder.model.article import State
    from feeder.pipeline import intake
    from feeder.schedule import next_run

    with opened(path) as (config, store):
        found = one_article(store, article)
        app = apps.wire(config, store, next_run)
        with store.write() as tx:
            store.in_order(tx)
            audience, now, struck = app.desk.audience, apps.now(), False
            if undo:
                done = intake.take_back(tx, audience, found.id, now)
            else:
                done = intake.withdraw(tx, audience, found.id, now, State.RETRACTED)
                struck = everywhere and intake.strike(tx, found.id, now)
        app.close()
    if as_json:
        facts = {"id": found.id, "slug": found.slug, "withdrawn": not undo, "changed": done}
        print_json(facts | ({"archives": struck} if everywhere else {}))
    else:
        state = "live" if undo else "withdrawn"
        archived = "; it goes from the archives too" if struck else ""
        say(f"{found.slug}: {state if done else f'was {state} before'}{archived}")


@command.command("release")
@config_option
@json_option
@click.option("--silent", is_flag=True, help="Into the feeds only: tell no webhook.")
@click.option("--discard", is_flag=True, help="Retract them: they were published before, under other names.")
@click.argument("source")
def release(path: Path, as_json: bool, silent: bool, discard: bool, source: str) -> None:
    """Publish what is held of SOURCE, because too much of it looked new at once to be true.

    See what it is first: feeder articles list --state held --source SOURCE
    """
    from feeder import app as apps
    from feeder.pipeline import release as verb
    from feeder.schedule import next_run

    if silent and discard:
        raise UsageError("--silent and --discard: choose one of them")
    with opened(path) as (config, store):
        if source not in config.sources:
            raise UsageError(f"there is no source {source}{nearest(source, config.sources)}")
        app = apps.wire(config, store, next_run)
        try:
            done = (
                verb.discard(store, source)
                if discard
                else verb.release(store, app.desk.audience, source, apps.now(), silent=silent)
            )
        finally:
            app.close()
    what = "retracted" if discard else "published, told to no webhook" if silent else "published"
    if as_json:
        print_json({"source": source, "articles": done, "outcome": what})
    else:
        say(f"{source}: {done} articles {what}" if done else f"{source}: nothing is held")
