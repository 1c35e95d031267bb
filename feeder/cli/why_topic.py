"""feeder why ARTICLE with a hub or a subscriber: they are told of documents, and so of the article in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feeder.cli.common import attempts_table, iso, say, table

if TYPE_CHECKING:
    from feeder.config import Config, WebhookOptions
    from feeder.model.article import Article
    from feeder.store import Store, Tx


def facts(
    tx: Tx, article: Article, name: str, options: WebhookOptions, config: Config, store: Store
) -> dict[str, Any]:
    from feeder.app import spread_of
    from feeder.cli.overview import next_of, standing
    from feeder.store import deliveries, feeds, topics, webhooks

    state, spread = webhooks.states(tx, [name]).get(name), spread_of(config)
    found = []
    for feed in sorted(feeds.of_article(tx, article.id)):
        for form in config.feeds[feed.partition("/")[0]].formats if feed.partition("/")[0] in config.feeds else ():
            key = topics.id_at(tx, spread.address(f"{feed}.{form}"))
            it = deliveries.newest_of_topic(tx, name, key) if key is not None else None
            if it is not None:
                attempts = deliveries.attempts(tx, it.id)
                what = next_of(tx, it, state, options, store)
                found.append({"document": f"{feed}.{form}", "delivery": it, "attempts": attempts, "next": what})
    return {
        "article": {
            "id": article.id,
            "slug": article.slug,
            "title": article.content.title,
            "state": article.state,
        },
        "webhook": {"name": name, **standing(name, state, options, store.now(tx))},
        "documents": found,
    }


def show(told: dict[str, Any]) -> None:
    webhook = told["webhook"]
    say(f"Article  {told['article']['title']}  ({told['article']['slug']}, {told['article']['state']})")
    say(f"Webhook  {webhook['name']}  ({webhook['status']}, known since {iso(webhook['since'])})")
    say("         it is told of documents as they stand, not of single articles\n")
    rows = [(it["document"], it["delivery"]) for it in told["documents"]]
    table(
        ("DOCUMENT", "DELIVERY", "CREATED", "STATE", "TRIES", "REASON"),
        [(name, it.id, iso(it.created), it.state, it.tries, it.reason) for name, it in rows],
    )
    attempts = [attempt for it in told["documents"] for attempt in it["attempts"]]
    if attempts:
        say("")
        attempts_table(attempts)
    for it in told["documents"]:
        say(f"Next: {it['document']}: {it['next']}")
    if not rows:
        say("Next: nothing is owed: no document that has this article has changed since this one asked to be told")
