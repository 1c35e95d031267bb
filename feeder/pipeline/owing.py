"""Who is owed which event, and why; decided here, written by whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import islice
from typing import TYPE_CHECKING

from feeder.model.article import State
from feeder.model.delivery import Delivery, DeliveryState, Kind
from feeder.pipeline.identity import event_id
from feeder.store import articles, deliveries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from feeder.config import FeedOptions, WebhookOptions
    from feeder.model.article import Article
    from feeder.store import Tx

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Audience:
    """Who shows articles and who is told of them.

    `site` is the site's address; `due` says when what is owed now is to be sent (later for a webhook with a
    schedule).
    """

    site: str
    feeds: Mapping[str, FeedOptions]
    webhooks: Mapping[str, WebhookOptions]
    due: Callable[[WebhookOptions, datetime], datetime]


@dataclass(frozen=True, slots=True)
class Decision:
    owed: bool
    why: str


def chosen(article: Article, kind: Kind, options: WebhookOptions) -> Decision:
    """Whether the webhook's own words choose this event."""
    if not options.enabled:
        return Decision(owed=False, why="the webhook is switched off (enabled: false)")
    if kind not in options.on:
        return Decision(owed=False, why=f"on: [{', '.join(options.on)}] leaves out {kind}")
    if not options.where.matches(article):
        return Decision(owed=False, why=f"where: {options.where} does not choose it")
    return Decision(
        owed=True, why=f"where: {options.where} chooses it" if str(options.where) else "it gets everything"
    )


def decide(article: Article, kind: Kind, options: WebhookOptions, *, told: bool) -> Decision:
    """Whether an event that happens now is owed; `told` says that the webhook was owed this article before."""
    first = chosen(article, kind, options)
    if not first.owed or told:
        return first
    if kind is Kind.PUBLISHED and not article.first_look:
        return first
    if kind is Kind.PUBLISHED:
        return Decision(
            owed=False, why="its source had it when it was first looked at, and backfill did not reach it"
        )
    return Decision(owed=False, why=f"{kind}, but the webhook was never told of this article")


def announce(tx: Tx, article: Article, kind: Kind, audience: Audience, now: datetime) -> tuple[str, ...]:
    """Owe this event to everybody who is to be told of it; returns their names."""
    told = deliveries.told(tx, article.id)
    names = tuple(
        name
        for name, options in audience.webhooks.items()
        if decide(article, kind, options, told=name in told).owed
    )
    for name in names:
        owe(tx, name, article, kind, now, audience.due(audience.webhooks[name], now))
    return names


def owe(tx: Tx, name: str, article: Article, kind: Kind, now: datetime, due: datetime) -> bool:
    delivery = Delivery(
        id=0,
        event=event_id(article.id, kind, article.revision),
        webhook=name,
        article=article.id,
        revision=article.revision,
        kind=kind,
        state=DeliveryState.PENDING,
        reason="",
        tries=0,
        crashes=0,
        created=now,
        due=due,
        done=None,
    )
    return deliveries.owe(tx, delivery)


def owe_past(tx: Tx, name: str, audience: Audience, now: datetime, source: str | None = None) -> int:
    """Owe what the webhook asks of the past with `since` or `backfill`, oldest first; returns how many.

    `source`: only what this source had when it was first looked at; otherwise all that is stored.
    """
    options = audience.webhooks[name]
    if options.since is None and options.backfill is None:
        return 0
    wanted = (it for it in _past(tx, source) if _reached(it, options))
    due = audience.due(options, now)
    newest = list(islice(wanted, options.backfill))
    return sum(owe(tx, name, article, Kind.PUBLISHED, now, due) for article in reversed(newest))


def _reached(article: Article, options: WebhookOptions) -> bool:
    since = datetime.combine(options.since, time(), UTC) if options.since else None
    return chosen(article, Kind.PUBLISHED, options).owed and (since is None or article.published >= since)


def _past(tx: Tx, source: str | None) -> Iterator[Article]:
    last: Article | None = None
    first_look = None if source is None else True
    before = None
    while page := articles.newest(
        tx, _BATCH, state=State.LIVE, source=source, first_look=first_look, before=before
    ):
        yield from page
        last = page[-1]
        before = (last.position, last.id)
