"""The configuration -> rows of the store: who stands in it, since when, and what follows from a change."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from feeder.pipeline import places
from feeder.pipeline.owing import owe_past
from feeder.pipeline.places import Place
from feeder.store import documents, feeds, webhooks

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from feeder.config import FeedOptions
    from feeder.pipeline.owing import Audience
    from feeder.store import Store, Tx


def register(store: Store, sources: Collection[str], audience: Audience, now: datetime) -> None:
    """Bring the rows in step with the configuration, in one transaction."""
    with store.write() as tx:
        store.in_order(tx)
        documents.register(tx, sources, now)
        _feeds(tx, audience, now)
        for name in webhooks.register(tx, audience.webhooks, now):
            owe_past(tx, name, audience, now)


def _feeds(tx: Tx, audience: Audience, now: datetime) -> None:
    for name, options in audience.feeds.items():
        rule = _rule(options)
        if feeds.read_cursor(tx, _cursor(name))[1] != rule:
            places.rebuild(tx, name, options, audience.site, now)
            feeds.write_cursor(tx, _cursor(name), 0, rule)
        if options.for_each is None:
            places.ensure(tx, Place(name, name, ""), audience.site, now)
    for parent in {state.parent for state in feeds.states(tx).values()} - audience.feeds.keys():
        feeds.end(tx, parent, now)
        feeds.write_cursor(tx, _cursor(parent), 0, "")


def _cursor(name: str) -> str:
    return f"rule of feed {name}"


def _rule(options: FeedOptions) -> str:
    """Changes whenever other articles are chosen, or the same ones stand in other feeds."""
    return hashlib.sha256(f"{options.where!r}\0{options.for_each}\0{options.same_story}".encode()).hexdigest()[:32]
