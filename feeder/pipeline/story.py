"""One story told by several sources: which articles tell it, and who stands where.

Each stands in the feeds that only it belongs to; where several do, the first of them stands, and names the others.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from feeder.model.address import canonical, uri
from feeder.model.article import Article, Change, Mention, State
from feeder.model.delivery import Kind
from feeder.model.sketch import shared, words
from feeder.pipeline import owing, places
from feeder.pipeline.likeness import ALIKE, sketch_of
from feeder.store import aliases, articles, sketches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from feeder.pipeline.owing import Audience
    from feeder.store import Tx

_WITHIN = timedelta(hours=72)
# A text that holds nearly all of another tells the same story when the titles say so too.
_HELD, _TITLED = 0.8, 0.5


def join(tx: Tx, article: Article, audience: Audience, now: datetime) -> Article:
    """The live article, joined to the story that another source told already, if one did.

    All of its tellers then stand where they belong, whoever of them came first.
    """
    first = next((it for it in _likely(tx, article) if _is_same(article, it)), None)
    if first is None:
        return article
    story = first.story or first.id
    if any(it.source == article.source for it in articles.of_story(tx, story)):
        return article  # a column: what told it yesterday is not what tells it today
    for key in {first.id, article.id}:
        articles.join(tx, key, story)
    joined = replace(article, story=story)
    follow(tx, joined, audience, now)
    return joined


def _likely(tx: Tx, article: Article) -> Iterator[Article]:
    """Those of other sources at the same address, then those with common phrases, the most similar first."""
    place = canonical(article.content.url)
    keys = list(aliases.called_anywhere(tx, "url", place)) if place else []
    mine = sketch_of(article.content)
    found = sketches.alike(tx, mine, but=article.source) if mine is not None else {}
    keys += sorted(found, key=lambda key: -mine.resembles(found[key]) if mine else 0)
    for key in dict.fromkeys(keys):
        it = articles.get(tx, key)
        if it is not None and it.source != article.source:  # a column is like itself
            yield it


def _is_same(article: Article, other: Article) -> bool:
    apart = other.source != article.source and other.state is State.LIVE
    near = abs(other.published - article.published) <= _WITHIN
    return apart and near and _tells_same(article, other)


def _tells_same(one: Article, other: Article) -> bool:
    place = canonical(one.content.url)
    titles = shared(words(one.content.title), words(other.content.title))
    if place is not None and place == canonical(other.content.url):
        return titles >= _TITLED
    mine, theirs = sketch_of(one.content), sketch_of(other.content)
    if mine is None or theirs is None:
        return False
    return mine.resembles(theirs) >= ALIKE or (mine.contains(theirs) >= _HELD and titles >= _TITLED)


def follow(tx: Tx, article: Article, audience: Audience, now: datetime) -> None:
    """The article changed: it and those of its story stand where they belong now; the first names the others."""
    places.update(tx, article, audience.feeds, audience.site, now)
    for other in articles.of_story(tx, article.story):
        if other.id != article.id and other.state is State.LIVE:
            places.update(tx, other, audience.feeds, audience.site, now)
    _mention(tx, article.story, audience, now)


def left(tx: Tx, article: Article) -> tuple[Article, ...]:
    """Those whose story the article does not tell any more, as it is edited now; none while it does."""
    others = tuple(it for it in articles.of_story(tx, article.story) if it.id != article.id)
    return () if any(_tells_same(article, it) for it in others) else others


def alone(article: Article) -> Article:
    """The article outside of any story."""
    return replace(article, story=None, content=replace(article.content, also_at=()))


def go_on(tx: Tx, tellers: Sequence[Article], audience: Audience, now: datetime) -> None:
    """Those that an edited article has left tell the story without it."""
    if tellers:
        follow(tx, tellers[0], audience, now)
        _tell(tx, tellers, audience, now)


def succeed(tx: Tx, article: Article, audience: Audience, now: datetime) -> None:
    """The article is not what it was: others that tell its story are news to those from whom they were kept."""
    _tell(tx, [it for it in articles.of_story(tx, article.story) if it.id != article.id], audience, now)


def _tell(tx: Tx, tellers: Sequence[Article], audience: Audience, now: datetime) -> None:
    for it in tellers:
        if it.state is State.LIVE:
            owing.announce(tx, it, Kind.PUBLISHED, audience, now)


def _mention(tx: Tx, story: str | None, audience: Audience, now: datetime) -> None:
    """Let the first live one name the others that have an address of their own; nobody is told of that."""
    live = [it for it in articles.of_story(tx, story) if it.state is State.LIVE]
    if not live:
        return
    first, *rest = live
    named = {canonical(it.content.url): it for it in reversed(rest) if uri(it.content.url)}
    named.pop(canonical(first.content.url), None)
    also_at = tuple(
        Mention(it.content.publisher or it.source, uri(it.content.url) or "") for it in reversed(named.values())
    )
    if also_at != first.content.also_at:
        again = articles.is_amended(tx, first)
        content = replace(first.content, also_at=also_at)
        after = replace(first, revision=first.revision + (not again), content=content)
        articles.write(tx, after, Change.AMENDED, now, _origins(tx, first))
        places.update(tx, after, audience.feeds, audience.site, now)


def _origins(tx: Tx, it: Article) -> tuple[tuple[str, str], ...]:
    return tuple(articles.origins(tx, it.id, it.revision).items())
