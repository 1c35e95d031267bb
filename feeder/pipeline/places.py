"""Which feeds an article belongs to; and a feed as its formats and webhooks name it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from feeder.model.article import State
from feeder.model.feed import Feed
from feeder.model.where import FIELDS
from feeder.pipeline.identity import feed_id
from feeder.store import articles, feeds
from feeder.store.feeds import FeedState
from feeder.text import slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from feeder.config import FeedOptions
    from feeder.model.article import Article
    from feeder.model.feed import Site
    from feeder.store import Tx

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A feed that an article stands in. `value` is what a for-each feed is of, else empty."""

    name: str
    parent: str
    value: str


def places(article: Article, options: Mapping[str, FeedOptions]) -> tuple[Place, ...]:
    """The feeds that choose this article, by name."""
    found: dict[str, Place] = {}
    for name, feed in options.items():
        if feed.where.matches(article):
            for place in _each(article, name, feed):
                found.setdefault(place.name, place)
    return tuple(sorted(found.values(), key=lambda place: place.name))


def _each(article: Article, name: str, feed: FeedOptions) -> list[Place]:
    if feed.for_each is None:
        return [Place(name, name, "")]
    values = ((slug(value), value) for value in FIELDS[feed.for_each](article))
    return [Place(f"{name}/{stem}", name, value) for stem, value in values if stem]


def standing(tx: Tx, article: Article, options: Mapping[str, FeedOptions]) -> tuple[Place, ...]:
    """The feeds that choose this article, but for those in which an elder one tells the same story already."""
    if article.state is not State.LIVE:
        return ()
    once = {name: feed for name, feed in options.items() if feed.same_story == "once"}
    told = {place.name for elder in elders(tx, article) for place in places(elder, once)}
    return tuple(place for place in places(article, options) if place.name not in told)


def elders(tx: Tx, article: Article) -> tuple[Article, ...]:
    """The live articles that told the story of this one before it."""
    mine = (article.taken_in, article.id)
    return tuple(
        it for it in articles.of_story(tx, article.story) if it.state is State.LIVE and (it.taken_in, it.id) < mine
    )


def update(
    tx: Tx, article: Article, options: Mapping[str, FeedOptions], site: str, now: datetime, *, new: bool = False
) -> None:
    """Let the article stand where it belongs now; all feeds that it was or is in are to be written again.

    `new`: it stood nowhere before.
    """
    before = frozenset() if new else feeds.of_article(tx, article.id)
    wanted = standing(tx, article, options)
    after = {place.name for place in wanted}
    if feeds.touch(tx, before | after, now) < len(before | after):  # one is new, or had ended
        for place in wanted:
            ensure(tx, place, site, now)
        feeds.touch(tx, before | after, now)
    for name in sorted(after - before):
        feeds.enter(tx, name, article, new=new)
    if before - after:
        feeds.leave(tx, before - after, article.id)
        if article.state in {State.WITHDRAWN, State.RETRACTED}:
            feeds.bury(tx, before, article.id, now)


def ensure(tx: Tx, place: Place, site: str, now: datetime) -> None:
    """The feed has a row, and has not ended."""
    state = feeds.state_of(tx, place.name)
    if state is None:
        new = FeedState(place.name, place.parent, place.value, feed_id(site, place.name), 0, now, ended=False)
        feeds.put(tx, new)
    elif state.ended:
        feeds.revive(tx, place.name)


def rebuild(tx: Tx, parent: str, feed: FeedOptions, site: str, now: datetime) -> None:
    """Choose anew from all stored articles: the rule of this feed has changed."""
    feeds.end(tx, parent, now)  # those that get an article, or stand in the configuration, are revived
    last: Article | None = None
    while page := articles.newest(tx, _BATCH, before=(last.position, last.id) if last else None):
        for article in page:
            for place in standing(tx, article, {parent: feed}):
                ensure(tx, place, site, now)
                feeds.enter(tx, place.name, article)
        last = page[-1]
    feeds.touch(tx, feeds.of_parent(tx, parent), now)


def as_feed(
    place: Place,
    options: FeedOptions,
    site: Site,
    output: str,
    *,
    iri: str,
    updated: datetime,
    hubs: tuple[str, ...] = (),
    cloud: str | None = None,
) -> Feed:
    """The noun that formats and webhooks are given. `output` is the absolute address of the output folder."""
    stem = output + quote(place.name)
    title = options.title or site.title
    if options.for_each is not None:
        title = title.replace(f"{{{options.for_each}}}", place.value) if options.title else place.value
    return Feed(
        name=place.name,
        id=iri,
        title=title,
        site=site,
        addresses=tuple((form, f"{stem}.{form}") for form in options.formats),
        updated=updated,
        hubs=hubs,
        content=options.content,
        description=options.description,
        rights=options.rights,
        icon=options.icon,
        logo=options.logo,
        cloud=cloud,
        podcast=options.podcast.noun if options.podcast else None,
    )
