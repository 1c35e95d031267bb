"""feeder status."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from feeder.cli.common import ago, config_option, iso, json_option, opened, print_json, safe, say, table
from feeder.cli.overview import overview, print_webhooks
from feeder.text import span

if TYPE_CHECKING:
    from datetime import datetime
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
    from feeder.app import spread_of
    from feeder.store import articles, deliveries, lock, subscriptions
    from feeder.store import feeds as stored_feeds

    with store.read() as tx:
        sources, feeds, counts = _sources(tx, config), _feeds(tx, config), articles.count(tx)
        quarantined, unpublished = _quarantined(tx), (*stored_feeds.problems(tx), *_waiting(store, tx))
        subscribers = subscriptions.reckoned(tx, store.now(tx))
        replays, lost = _replays(tx), deliveries.lost_since(tx, store.now(tx) - timedelta(days=1))
    webhooks = overview(config, store)
    waiting = [row["oldest_waiting"] for row in webhooks if row["oldest_waiting"]]
    return {
        "daemon": lock.holder(store.path) if store.path else None,
        "store": str(store),
        "articles": counts,
        "sources": sources,
        "feeds": feeds,
        "webhooks": webhooks,
        "hub": spread_of(config).hub,
        "subscribers": subscribers,
        "backlog": sum(row["waiting"] for row in webhooks),
        "held": sum(row["held"] for row in webhooks),
        "dead": sum(row["dead"] for row in webhooks),
        "oldest_undelivered": min(waiting, default=None),
        "replays": replays,
        "leases_lost": lost,
        "quarantine": quarantined,
        "problems": [*_problems(sources, webhooks), *unpublished],
    }


def _replays(tx: Tx) -> list[dict[str, Any]]:
    """Those under way; `looked_at` is the share of what they have to look at."""
    from feeder.store import again

    return [
        {
            "webhook": it.webhook,
            "since": it.since,
            "states": it.states,
            "sent_again": it.number,
            "looked_at": round(it.cursor / it.upto, 3) if it.upto else 1.0,
        }
        for it in again.under_way(tx)
    ]


def _waiting(store: Store, tx: Tx) -> tuple[str, ...]:
    """Of nodes, some must publish; a daemon on its own does, and whether it runs is said anyway."""
    from feeder.store import deliveries, published

    it = published.published(tx, store.now(tx))
    if store.embedded or it.lives or deliveries.newest(tx) <= it.upto:
        return ()
    return ("articles wait to be published, and no node is at work that does it (feeder run --role ingest)",)


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
        *(_quarantine(row) for row in sources if row["quarantined"]),
        *(_held(row) for row in sources if row["articles"].get("held")),
        *(f"source {row['name']}: {row['note']}" for row in sources if row["note"]),
        *(f"webhook {row['name']}: {row['note']}" for row in webhooks if row["status"] in {"disabled", "blocked"}),
        *(_failing(row) for row in webhooks if row["warned"] and row["status"] == "active"),
        *(_dead(row) for row in webhooks if row["dead"]),
    ]


def _quarantine(row: dict[str, Any]) -> str:
    number, look = row["quarantined"], f"feeder articles list --state quarantined --source {row['name']}"
    return f"source {row['name']}: {number} in quarantine; {look} says why"


def _failing(row: dict[str, Any]) -> str:
    name, number = row["name"], row["failures"]
    look = f"feeder deliveries list --webhook {name} --state pending says why"
    return f"webhook {name}: failed {number} times in a row since {iso(row['failing_since'])}; {look}"


def _dead(row: dict[str, Any]) -> str:
    name, number = row["name"], row["dead"]
    look = f"feeder deliveries list --webhook {name} --state dead says why"
    return f"webhook {name}: {number} deliveries given up; {look}, feeder deliveries replay sends them again"


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
    print_webhooks(facts["webhooks"], moment)
    _print_backlog(facts, moment)
    for row in facts["quarantine"]:
        say(f"Quarantine  {row['source']}: {row['key']}: {row['reason']}")
    click.echo()
    for problem in facts["problems"]:
        click.echo(click.style("! ", fg="red") + safe(problem))
    if not facts["problems"]:
        click.echo("All well.")


def _print_backlog(facts: dict[str, Any], moment: datetime) -> None:
    oldest = facts["oldest_undelivered"]
    click.echo()
    since = f", the oldest for {span(moment - oldest)}" if oldest else ""
    say(f"Backlog   {facts['backlog']} waiting{since}; {facts['held']} of them held; {facts['dead']} given up")
    if facts["subscribers"]:
        numbers = ", ".join(f"{number} by {protocol}" for protocol, number in facts["subscribers"].items())
        say(f"Hub       {numbers} subscribed to our feeds")
    if facts["leases_lost"]:
        say(f"Lost      {facts['leases_lost']} attempts with their sender, within a day; they are sent again")
    for it in facts["replays"]:
        progress = f"{it['sent_again']} so far, {it['looked_at']:.0%} looked at"
        say(f"Replay    {it['webhook']}, {' and '.join(it['states'])} since {iso(it['since'])}: {progress}")


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
