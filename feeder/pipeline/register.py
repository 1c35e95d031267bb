"""The configuration -> rows of the store: who stands in it, since when, and what follows from a change."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from feeder.net import redact
from feeder.pipeline import places
from feeder.pipeline.owing import owe_past
from feeder.pipeline.places import Place
from feeder.store import deliveries, documents, feeds, subscriptions, webhooks
from feeder.store.webhooks import WebhookState

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from feeder.config import FeedOptions
    from feeder.pipeline.owing import Audience
    from feeder.store import Store, Tx

log = logging.getLogger(__name__)


def register(
    store: Store, sources: Collection[str], audience: Audience, now: datetime, hubs: Collection[str] = ()
) -> None:
    """Bring the rows in step with the configuration, in one transaction. `hubs` are addresses."""
    with store.write() as tx:
        store.in_order(tx)
        documents.register(tx, sources, now)
        _feeds(tx, audience, now)
        new = webhooks.register(tx, audience.webhooks, now)
        _addresses(tx, audience, now)
        subscriptions.register_hubs(tx, hubs, now)
        for name in new:
            owe_past(tx, name, audience, now)


def _addresses(tx: Tx, audience: Audience, now: datetime) -> None:
    """Another address is another receiver: it is judged afresh, and what waits is tried there at once."""
    # Locked, so that what a receiver answers another node just now is not written over.
    states = webhooks.taken(tx, audience.webhooks, wait=True)
    for name, options in audience.webhooks.items():
        it, address = states[name], redact(getattr(options, "url", ""))
        if it.address in {"", address}:
            webhooks.put_all(tx, [replace(it, address=address)] if it.address != address else [])
            continue
        kept = (it.status, it.reason) if it.status in {"paused", "disabled"} else ("active", "")
        webhooks.put_all(tx, [WebhookState(name, it.since, *kept, address=address, resumed=it.resumed)])
        if number := deliveries.hurry(tx, name, now):
            log.info("webhook %s has another address; %d deliveries are tried there at once", name, number)


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
