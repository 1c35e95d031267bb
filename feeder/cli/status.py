"""feeder status."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from feeder.cli.common import ago, config_option, iso, json_option, opened, print_json, safe, say, table
from feeder.cli.webhooks import overview

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.config import Config
    from feeder.store import Store, Tx
    from feeder.store.documents import SourceState
    from feeder.store.reckoning import Reckoning


@click.command("status")
@config_option
@json_option
def command(path: Path, as_json: bool) -> None:
    """Sources, feeds, webhooks, backlog, oldest undelivered. Exit status 1 when something needs a person."""
    with opened(path) as (config, store):
        facts = _facts(config, store)
    if as_json:
        print_json(facts)
    else:
        _print(facts)
    sys.exit(1 if facts["problems"] else 0)


def _facts(config: Config, store: Store) -> dict[str, Any]:
    from feeder.store import articles, lock
    from feeder.store import feeds as stored_feeds

    with store.read() as tx:
        sources, feeds, counts = _sources(tx, config), _feeds(tx, config), articles.count(tx)
        quarantined, unpublished = _quarantined(tx), stored_feeds.problems(tx)
    webhooks = overview(config, store)
    waiting = [row["oldest_waiting"] for row in webhooks if row["oldest_waiting"]]
    return {
        "daemon": lock.holder(store.path) if store.path else None,
        "store": str(store),
        "articles": counts,
        "sources": sources,
        "feeds": feeds,
        "webhooks": [{**row, "oldest_waiting": iso(row["oldest_waiting"])} for row in webhooks],
        "backlog": sum(row["waiting"] for row in webhooks),
        "oldest_undelivered": min(waiting, default=None),
        "quarantine": quarantined,
        "problems": [*_problems(sources, webhooks), *unpublished],
    }


def _sources(tx: Tx, config: Config) -> list[dict[str, Any]]:
    from feeder.store import documents, reckoning

    sums, states = reckoning.reckon(tx), {state.name: state for state in documents.states(tx)}
    return [_source(name, states.get(name), sums.get(name)) for name in config.sources]


def _source(name: str, state: SourceState | None, sums: Reckoning | None) -> dict[str, Any]:
    """`shown` is at the last look; the others are of all time."""
    count = sums.documents if sums else {}
    seen = sum(count.values())
    return {
        "name": name,
        "looked_at": state.at if state else None,
        "next": state.due if state else None,
        "shown": state.shown if state and state.shown is not None else seen - count.get("gone", 0),
        "seen": seen,
        "read": count.get("read", 0),
        "waiting": count.get("waiting", 0),
        "quarantined": count.get("quarantined", 0),
        "gone": count.get("gone", 0),
        "articles": sums.articles if sums else {},
        "untold": sums.bars if sums else {},
        "owed": sums.owed if sums else {},
        "failures": state.failures if state else 0,
        "rest": state.rest if state else None,
        "gap": state.gap if state else None,
        "note": state.note if state else "",
        "error": state.error if state else "",
    }


def _feeds(tx: Tx, config: Config) -> list[dict[str, Any]]:
    from feeder.store import feeds

    states = [state for state in feeds.states(tx).values() if not state.ended and state.parent in config.feeds]
    sizes = feeds.sizes(tx)
    return [
        {"name": state.name, "articles": sizes.get(state.name, 0), "changed": state.changed} for state in states
    ]


def _quarantined(tx: Tx) -> list[dict[str, str]]:
    from feeder.store import documents
    from feeder.store.documents import DocumentState

    found = documents.in_state(tx, DocumentState.QUARANTINED, 20)
    return [{"source": known.source, "key": known.key, "reason": known.reason} for known in found]


def _problems(sources: list[dict[str, Any]], webhooks: list[dict[str, Any]]) -> list[str]:
    return [
        *(f"source {row['name']}: {row['error']}" for row in sources if row["error"]),
        *(f"source {row['name']}: {row['quarantined']} in quarantine" for row in sources if row["quarantined"]),
        *(_held(row) for row in sources if row["articles"].get("held")),
        *(f"source {row['name']}: {row['note']}" for row in sources if row["note"]),
        *(
            f"webhook {row['name']} is disabled: {row['reason']}"
            for row in webhooks
            if row["status"] == "disabled"
        ),
        *(f"webhook {row['name']}: {row['dead']} deliveries given up" for row in webhooks if row["dead"]),
    ]


def _held(row: dict[str, Any]) -> str:
    name, number = row["name"], row["articles"]["held"]
    return (
        f"source {name}: {number} articles came at once and are held; look at them with feeder articles list "
        f"--state held --source {name}, then feeder articles release {name}"
    )


def _print(facts: dict[str, Any]) -> None:
    from feeder.app import now

    moment = now()
    pid = facts["daemon"]
    say(f"Daemon    {f'running (process {pid})' if pid else 'not running here'}")
    say(f"Store     {facts['store']}")
    click.echo(f"Articles  {', '.join(f'{n} {state}' for state, n in facts['articles'].items()) or 'none'}\n")
    table(
        ("SOURCE", "LOOKED AT", "NEXT", "SHOWS", "SEEN", "STORED", "WAITING", "QUARANTINED", "OWED", "ERROR"),
        [
            (r["name"], ago(r["looked_at"], moment), _next(r["next"], moment), *_counts(r), _owed(r), r["error"])
            for r in facts["sources"]
        ],
    )
    for row in facts["sources"]:
        if row["gap"]:
            say(f"Gap  {row['name']}: something may have been missed before {iso(row['gap'])}")
    click.echo()
    table(
        ("FEED", "ARTICLES", "CHANGED"),
        [(row["name"], row["articles"], ago(row["changed"], moment)) for row in facts["feeds"]],
    )
    click.echo()
    table(
        ("WEBHOOK", "STATUS", "DELIVERED", "WAITING", "DEAD", "OLDEST UNDELIVERED"),
        [
            (r["name"], r["status"], r["delivered"], r["waiting"], r["dead"], r["oldest_waiting"])
            for r in facts["webhooks"]
        ],
    )
    click.echo()
    for row in facts["quarantine"]:
        say(f"Quarantine  {row['source']}: {row['key']}: {row['reason']}")
    click.echo()
    for problem in facts["problems"]:
        click.echo(click.style("! ", fg="red") + safe(problem))
    if not facts["problems"]:
        click.echo("All well.")


def _next(due: Any, moment: Any) -> str:
    return "" if due is None else "now" if due <= moment else ago(due, moment)


def _counts(row: dict[str, Any]) -> tuple[object, ...]:
    stored = sum(row["articles"].values())
    return row["shown"], row["seen"], stored, row["waiting"], row["quarantined"]


def _owed(row: dict[str, Any]) -> str:
    """To each webhook; and how many nobody is told of unasked."""
    owed = [f"{name} {number}" for name, number in sorted(row["owed"].items())]
    untold = [f"{number} untold ({why})" for why, number in sorted(row["untold"].items())]
    return ", ".join((*owed, *untold))
