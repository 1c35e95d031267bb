"""feeder why ARTICLE WEBHOOK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from feeder.cli.common import (
    ago,
    config_option,
    iso,
    json_option,
    known_webhook,
    one_article,
    opened,
    print_json,
    say,
    table,
)

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from feeder.config import WebhookOptions
    from feeder.model.article import Article, Change
    from feeder.model.delivery import Delivery
    from feeder.pipeline.owing import Decision, Standing
    from feeder.store import Tx
    from feeder.store.webhooks import WebhookState


@click.command("why")
@config_option
@json_option
@click.argument("article")
@click.argument("webhook")
def command(path: Path, as_json: bool, article: str, webhook: str) -> None:
    """Everything that was decided about one article and one webhook, and what comes next."""
    with opened(path) as (config, store):
        options = known_webhook(config, webhook)
        found = one_article(store, article)
        with store.read() as tx:
            facts = _facts(tx, found, webhook, options)
    if as_json:
        print_json(facts)
    else:
        _print(facts)


def _facts(tx: Tx, article: Article, name: str, options: WebhookOptions) -> dict[str, Any]:
    from feeder.pipeline.owing import Standing, twins
    from feeder.store import articles, deliveries, webhooks

    found = tuple(it for it in deliveries.of_article(tx, article.id) if it.webhook == name)
    state = webhooks.states(tx).get(name)
    twin = twins(tx, article).get(name, "")
    events = [
        _event(tx, article, revision, found, options, Standing(since=state.since if state else None, twin=twin))
        for revision in articles.revisions(tx, article.id)
    ]
    return {
        "article": {
            "id": article.id,
            "slug": article.slug,
            "title": article.content.title,
            "state": article.state,
        },
        "webhook": {
            "name": name,
            "status": state.status if state else "new",
            "since": state.since if state else None,
        },
        "taken_in": article.taken_in,
        "before_webhook": bool(state and article.taken_in < state.since),
        "first_look": article.bar == "first look",
        "bar": article.bar,
        "events": events,
        "next": _next(found, state),
    }


def _event(
    tx: Tx,
    article: Article,
    revision: tuple[int, Change, datetime],
    found: tuple[Delivery, ...],
    options: WebhookOptions,
    bare: Standing,
) -> dict[str, Any]:
    from feeder.pipeline.owing import standing
    from feeder.store import articles, deliveries

    number, change, at = revision
    then = articles.at_revision(tx, article.id, number)
    tried = deliveries.tried(tx, article.id)
    before = standing((it for it in found if it.revision < number), tried, bare.since, bare.twin)
    decision = _decided(then[0] if then else article, change, options, before)
    delivery = next((it for it in found if it.revision == number), None)
    unsaid = "by the configuration of today it would be; it was another one then"
    return {
        "revision": number,
        "kind": change,
        "at": at,
        "owed": delivery is not None,
        "why": decision.why if (delivery is None) == (decision.kind is None) else _past(delivery, unsaid),
        "delivery": delivery.id if delivery else None,
        "state": delivery.state if delivery else None,
        "reason": delivery.reason if delivery else "",
        "attempts": deliveries.attempts(tx, delivery.id) if delivery else (),
    }


def _decided(article: Article, change: Change, options: WebhookOptions, before: Standing) -> Decision:
    from feeder.model.article import Change
    from feeder.model.delivery import Kind
    from feeder.pipeline.owing import Decision, decide

    if change is Change.AMENDED:
        return Decision(None, "a reader sees what was there before: feeds have it, nobody is told")
    return decide(article, Kind(change), options, before)


def _past(delivery: Delivery | None, unsaid: str) -> str:
    return unsaid if delivery is None else "asked of the past with since or backfill, or by another configuration"


def _next(found: tuple[Delivery, ...], state: WebhookState | None) -> str:
    waiting = [delivery for delivery in found if delivery.state in {"pending", "leased"}]
    if not waiting:
        dead = [delivery for delivery in found if delivery.state == "dead"]
        return f"nothing; feeder deliveries retry {dead[-1].id} sends it again" if dead else "nothing is owed"
    if state is not None and state.status == "paused":
        return "waits: the webhook is paused (feeder webhooks resume)"
    if state is not None and state.status == "disabled":
        return f"waits: the webhook is disabled ({state.reason}); feeder webhooks enable"
    first = waiting[0]
    if first.state == "leased":
        return f"delivery {first.id} is under way"
    return f"delivery {first.id} is due {iso(first.due)} (try {first.tries + 1})"


def _print(facts: dict[str, Any]) -> None:
    from feeder.app import now

    moment = now()
    article, webhook = facts["article"], facts["webhook"]
    say(f"Article  {article['title']}  ({article['slug']}, {article['state']})")
    seen = f"barred: {facts['bar']}" if facts["bar"] else "as it came"
    say(f"         taken in {ago(facts['taken_in'], moment)}, {seen}")
    say(f"Webhook  {webhook['name']}  ({webhook['status']}, known since {iso(webhook['since'])})")
    click.echo()
    table(
        ("REV", "EVENT", "AT", "OWED", "WHY", "DELIVERY", "STATE", "REASON"),
        [
            (
                e["revision"],
                e["kind"],
                iso(e["at"]),
                "yes" if e["owed"] else "no",
                e["why"],
                e["delivery"],
                e["state"],
                e["reason"],
            )
            for e in facts["events"]
        ],
    )
    attempts = [attempt for event in facts["events"] for attempt in event["attempts"]]
    if attempts:
        click.echo()
        table(
            ("TRY", "AT", "MS", "PHASE", "STATUS", "OUTCOME", "REASON"),
            [
                (a.number, iso(a.at), round(a.took * 1000), a.phase, a.status, a.outcome, a.reason)
                for a in attempts
            ],
        )
    click.echo()
    say(f"Next: {facts['next']}")
