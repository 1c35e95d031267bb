"""feeder why ARTICLE WEBHOOK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from feeder.cli import why_topic
from feeder.cli.common import (
    ago,
    attempts_table,
    config_option,
    iso,
    json_option,
    one_article,
    opened,
    print_json,
    say,
    table,
)
from feeder.cli.receivers import known

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from feeder.config import WebhookOptions
    from feeder.model.article import Article, Change
    from feeder.model.delivery import Delivery
    from feeder.pipeline.owing import Decision, Standing
    from feeder.store import Store, Tx
    from feeder.store.webhooks import WebhookState


@click.command("why")
@config_option
@json_option
@click.argument("article")
@click.argument("webhook")
def command(path: Path, as_json: bool, article: str, webhook: str) -> None:
    """Everything that was decided about one article and one webhook, and what comes next.

    WEBHOOK may also be a hub or a subscriber, as feeder deliveries list names it.
    """
    from feeder.model.topic import is_configured

    with opened(path) as (config, store):
        options = known(config, store, webhook)
        found = one_article(store, article)
        with store.read() as tx:
            if is_configured(webhook):
                facts = _facts(tx, found, webhook, options, store)
            else:
                facts = why_topic.facts(tx, found, webhook, options, config, store)
    if as_json:
        print_json(facts)
    elif is_configured(webhook):
        _print(facts)
    else:
        why_topic.show(facts)


def _facts(tx: Tx, article: Article, name: str, options: WebhookOptions, store: Store) -> dict[str, Any]:
    from feeder.cli.overview import standing
    from feeder.pipeline.owing import Standing, twins
    from feeder.store import articles, deliveries, webhooks

    found = tuple(it for it in deliveries.of_article(tx, article.id) if it.webhook == name)
    state = webhooks.states(tx).get(name)
    bare = Standing(since=state.since if state else None, twin=twins(tx, article).get(name, ""))
    events = [_event(tx, article, it, found, options, bare) for it in articles.revisions(tx, article.id)]
    return {
        "article": {
            "id": article.id,
            "slug": article.slug,
            "title": article.content.title,
            "state": article.state,
        },
        "webhook": {"name": name, **standing(name, state, options, store.now(tx))},
        "taken_in": article.taken_in,
        "before_webhook": bool(state and article.taken_in < state.since),
        "first_look": article.bar == "first look",
        "bar": article.bar,
        "events": events,
        "next": _next(tx, article, found, state, options, store),
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


def _next(
    tx: Tx,
    article: Article,
    found: tuple[Delivery, ...],
    state: WebhookState | None,
    options: WebhookOptions,
    store: Store,
) -> str:
    """Of all that is still to come, the first; of what has ended, the last."""
    from feeder.cli.overview import next_of
    from feeder.model.article import State

    if article.state is State.HELD:
        return f"the article is held: feeder articles release {article.source}"
    if not found:
        return "nothing is owed" if state else "the webhook has not run yet; feeder run makes it known"
    first = next((it for it in found if it.state in {"pending", "leased"}), found[-1])
    more = sum(it.state in {"pending", "leased"} for it in found) - 1
    after = f"; {more} more after it" if more > 0 else ""
    return f"delivery {first.id}: {next_of(tx, first, state, options, store)}{after}"


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
        attempts_table(attempts)
    click.echo()
    if webhook["note"] and webhook["note"] not in facts["next"]:
        say(f"Webhook: {webhook['note']}")
    say(f"Next: {facts['next']}")
