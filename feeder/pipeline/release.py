"""Held articles -> live ones: what came in a flood, and was true after all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from feeder.model.article import Bar, Change, State
from feeder.model.delivery import Kind
from feeder.pipeline import owing, story
from feeder.store import articles

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.model.article import Article
    from feeder.pipeline.owing import Audience
    from feeder.store import Store, Tx

_BATCH = 50


def release(store: Store, audience: Audience, source: str, now: datetime, *, silent: bool = False) -> int:
    """Publish what is held of this source, in the order in which it came; returns how many.

    `silent`: in the feeds only, so that no webhook is told.
    """
    done = 0
    while True:
        with store.write() as tx:
            store.in_order(tx)
            batch = articles.held(tx, source, _BATCH)
            for article in batch:
                _let_go(tx, article, audience, now + timedelta(microseconds=done), silent=silent)
                done += 1
        if not batch:
            return done


def discard(store: Store, source: str) -> int:
    """Retract what is held of this source: it comes back by hand only. Returns how many."""
    with store.write() as tx:
        store.in_order(tx)
        return articles.retract_held(tx, source)


def _let_go(tx: Tx, article: Article, audience: Audience, now: datetime, *, silent: bool) -> None:
    bar = article.bar or (Bar.RELEASED if silent else Bar.NONE)
    position = article.published if bar else now
    live = replace(article, revision=article.revision + 1, state=State.LIVE, position=position, bar=bar)
    articles.write(tx, live, Change.PUBLISHED, now)
    live = story.join(tx, live, audience, now)
    story.follow(tx, live, audience, now)
    owing.announce(tx, live, Kind.PUBLISHED, audience, now)
