"""Who is owed which event, and why; decided here, written by whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import islice
from typing import TYPE_CHECKING

from feeder.model.article import Bar, State
from feeder.model.delivery import DeliveryState, Kind, owed
from feeder.pipeline.identity import event_id
from feeder.store import articles, deliveries, webhooks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from feeder.config import FeedOptions, WebhookOptions
    from feeder.model.article import Article
    from feeder.model.delivery import Delivery
    from feeder.store import Tx

_BATCH = 200
_BARRED = {
    Bar.FIRST_LOOK: "its source had it when it was first looked at, and backfill did not reach it",
    Bar.AGE: "it was older than its source's max-age when it was first seen",
    Bar.RELEASED: "it was held, and released for the feeds only",
}


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
class Standing:
    """How a webhook stands to an article: the last event it can have heard of, whether one was cancelled unheard.

    `since` is when the webhook first stood in the configuration. `twin` is the publisher of whose article of the
    same story it was told.
    """

    heard: Kind | None = None
    missed: bool = False
    since: datetime | None = None
    twin: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The event that is owed, if any: not always what happened (an edit may take an article out of a choice)."""

    kind: Kind | None
    why: str


def decide(article: Article, happened: Kind, options: WebhookOptions, standing: Standing) -> Decision:
    """What a webhook is owed when this happens to an article."""
    decision = _event(article, happened, options, standing)
    if decision.kind is None or not options.enabled:
        return (
            decision if decision.kind is None else Decision(None, "the webhook is switched off (enabled: false)")
        )
    if decision.kind not in options.on:
        return Decision(None, f"on: [{', '.join(options.on)}] leaves out {decision.kind}")
    return decision


def _event(article: Article, happened: Kind, options: WebhookOptions, standing: Standing) -> Decision:
    fits, has = options.where.matches(article), _has(article, options, standing)
    if happened is Kind.WITHDRAWN:
        return Decision(happened if has else None, "it was told of it" if has else "it was never told of it")
    if not fits:
        gone = f"where: {options.where} does not choose it"
        return Decision(Kind.WITHDRAWN, f"{gone} any more") if has else Decision(None, gone)
    if has:
        return Decision(Kind.UPDATED if happened is Kind.UPDATED else None, "it was told of it")
    return _first(article, options, standing)


def _first(article: Article, options: WebhookOptions, standing: Standing) -> Decision:
    """What a webhook is owed that it chooses and does not have."""
    if standing.twin and options.same_story == "once":
        return Decision(None, f"it was told the same story by {standing.twin}")
    if standing.heard is Kind.WITHDRAWN:
        return Decision(Kind.UPDATED, "it was told that it was withdrawn, and it is back")
    if standing.missed:
        return Decision(Kind.PUBLISHED, "what it was owed of it before was never sent")
    barred = _barred(article, standing)
    chosen = f"where: {options.where} chooses it" if str(options.where) else "it gets everything"
    return Decision(None, barred) if barred else Decision(Kind.PUBLISHED, chosen)


def _has(article: Article, options: WebhookOptions, standing: Standing) -> bool:
    """Whether the webhook believes that the article is published."""
    if standing.heard is not None or Kind.PUBLISHED in options.on:
        return standing.heard in {Kind.PUBLISHED, Kind.UPDATED}
    told = standing.twin and options.same_story == "once"
    return options.where.matches(article) and not _barred(article, standing) and not told


def _barred(article: Article, standing: Standing) -> str:
    """Why an article is not this webhook's, whatever its words choose; empty when it is."""
    if article.bar:
        return _BARRED[article.bar]
    if standing.since is not None and article.taken_in < standing.since:
        return "it was taken in before the webhook stood in the configuration"
    return ""


def standing(
    events: Iterable[Delivery], tried: Collection[int], since: datetime | None, twin: str = ""
) -> Standing:
    """`events` are the deliveries of one article to one webhook, oldest first; `tried` those ever attempted.

    What was cancelled may have been heard when it was tried; of a withdrawal we must not believe it.
    """
    heard, missed = None, False
    for it in events:
        if it.state is not DeliveryState.CANCELLED or (
            it.kind is not Kind.WITHDRAWN and (it.id in tried or it.crashes)
        ):
            heard = Kind(it.kind)
        else:
            missed = True
    return Standing(heard, missed, since, twin)


def twins(tx: Tx, article: Article) -> dict[str, str]:
    """Webhook -> the publisher of an article of the same story that it believes to be published."""
    found = {}
    for other in articles.of_story(tx, article.story):
        if other.id == article.id or other.state is not State.LIVE:
            continue
        owed, tried = deliveries.of_article(tx, other.id), deliveries.tried(tx, other.id)
        for name in {it.webhook for it in owed}:
            heard = standing((it for it in owed if it.webhook == name), tried, None).heard
            if heard in {Kind.PUBLISHED, Kind.UPDATED}:
                found[name] = other.content.publisher or other.source
    return found


def announce(
    tx: Tx, article: Article, happened: Kind, audience: Audience, now: datetime, *, new: bool = False
) -> None:
    """Owe everybody what this event means to them. `new`: nobody was ever owed anything of the article."""
    if happened is Kind.PUBLISHED and article.bar and article.revision == 1:
        return  # nobody can have heard of it, and nobody is to
    owed = () if new else deliveries.of_article(tx, article.id)
    tried = deliveries.tried(tx, article.id) if owed else frozenset()
    came, told = webhooks.since(tx, audience.webhooks), twins(tx, article)
    for name, options in audience.webhooks.items():
        # A clock that was set back after the webhook came must not bar what is new.
        since = min(came[name], now) if name in came else None
        before = standing((it for it in owed if it.webhook == name), tried, since, told.get(name, ""))
        kind = decide(article, happened, options, before).kind
        if kind is not None:
            owe(tx, name, article, kind, now, audience, new=new)


def owe(
    tx: Tx, name: str, article: Article, kind: Kind, now: datetime, audience: Audience, *, new: bool = False
) -> bool:
    options = audience.webhooks[name]
    event, due = event_id(article.id, kind, article.revision), audience.due(options, now)
    delivery = owed(event, name, kind, now, due, article.id, article.revision)
    return deliveries.owe(tx, delivery, ordered=options.ordered, first=new)


def owe_past(tx: Tx, name: str, audience: Audience, now: datetime, source: str | None = None) -> int:
    """Owe what the webhook asks of the past with `since` or `backfill`, oldest first; returns how many.

    `source`: only what this source had when it was first looked at; otherwise all that is stored.
    """
    options = audience.webhooks[name]
    if options.since is None and options.backfill is None:
        return 0
    wanted = (it for it in _past(tx, source) if _reached(it, options))
    newest = list(islice(wanted, options.backfill))
    once = options.same_story == "once"
    return sum(
        owe(tx, name, article, Kind.PUBLISHED, now, audience)
        for article in reversed(newest)
        if not (once and article.story and name in twins(tx, article))
    )


def _reached(article: Article, options: WebhookOptions) -> bool:
    since = datetime.combine(options.since, time(), UTC) if options.since else None
    wanted = options.enabled and Kind.PUBLISHED in options.on and options.where.matches(article)
    return wanted and (since is None or article.published >= since)


def _past(tx: Tx, source: str | None) -> Iterator[Article]:
    last: Article | None = None
    bar = None if source is None else Bar.FIRST_LOOK
    before = None
    while page := articles.newest(tx, _BATCH, state=State.LIVE, source=source, bar=bar, before=before):
        yield from page
        last = page[-1]
        before = (last.position, last.id)
