"""One story told by several sources: which articles tell it, and who stands where.

Each stands in the feeds that only it belongs to; where several do, the first of them stands, and names the others.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from feeder.model.address import uri
from feeder.model.article import Article, Change, Mention, State
from feeder.model.delivery import Kind
from feeder.model.sketch import shared, words
from feeder.pipeline import owing, places
from feeder.pipeline.recognise import ALIKE, sketch_of
from feeder.store import articles, sketches

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from feeder.model.sketch import Sketch
    from feeder.pipeline.owing import Audience
    from feeder.store import Tx

_WITHIN = timedelta(hours=72)
# A text that holds nearly all of another tells the same story when the titles say so too.
_HELD, _TITLED = 0.8, 0.5


def join(tx: Tx, article: Article, audience: Audience, now: datetime) -> Article:
    """The new article, joined to the story that another source told already, if one did."""
    mine = sketch_of(article.content)
    first = None if mine is None else _told(tx, article, mine)
    if first is None:
        return article
    story = first.story or first.id
    for key in {first.id, article.id}:
        articles.join(tx, key, story)
    _mention(tx, articles.of_story(tx, story), audience, now)
    return replace(article, story=story)


def _told(tx: Tx, article: Article, mine: Sketch) -> Article | None:
    """The most similar live article of another source and of these days."""
    found = sketches.alike(tx, mine)
    found.pop(article.id, None)
    for key in sorted(found, key=lambda key: -mine.resembles(found[key])):
        other = articles.get(tx, key)
        if other is not None and _is_same(article, other, mine, found[key]):
            return other
    return None


def _is_same(article: Article, other: Article, mine: Sketch, theirs: Sketch) -> bool:
    apart = other.source != article.source and other.state is State.LIVE
    if not apart or abs(other.published - article.published) > _WITHIN:
        return False
    titles = shared(words(article.content.title), words(other.content.title))
    return mine.resembles(theirs) >= ALIKE or (mine.contains(theirs) >= _HELD and titles >= _TITLED)


def _mention(tx: Tx, tellers: Sequence[Article], audience: Audience, now: datetime) -> None:
    """Let the first of them name the others that have an address; nobody is told of that."""
    live = [it for it in tellers if it.state is State.LIVE]
    if not live:
        return
    first, *rest = live
    named = tuple(
        Mention(it.content.publisher or it.source, address) for it in rest if (address := uri(it.content.url))
    )
    if named != first.content.also_at:
        content = replace(first.content, also_at=named)
        after = replace(first, revision=first.revision + 1, content=content)
        articles.write(
            tx, after, Change.AMENDED, now, tuple(articles.origins(tx, first.id, first.revision).items())
        )
        places.update(tx, after, audience.feeds, audience.site, now)


def follow(tx: Tx, article: Article, audience: Audience, now: datetime) -> None:
    """The article changed: it and those of its story stand where they belong now."""
    places.update(tx, article, audience.feeds, audience.site, now)
    for other in articles.of_story(tx, article.story):
        if other.id != article.id and other.state is State.LIVE:
            places.update(tx, other, audience.feeds, audience.site, now)


def succeed(tx: Tx, article: Article, audience: Audience, now: datetime) -> None:
    """The article was withdrawn: another that tells its story is news to whom it was kept from."""
    tellers = articles.of_story(tx, article.story)
    _mention(tx, tellers, audience, now)
    for other in tellers:
        if other.state is State.LIVE:
            owing.announce(tx, other, Kind.PUBLISHED, audience, now)
