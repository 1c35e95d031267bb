"""A delivery -> the request that its webhook's kind makes of it."""

from __future__ import annotations

import logging
import traceback
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from feeder.errors import RequestError, StoreError
from feeder.model.address import link_of
from feeder.model.cleaned import credited
from feeder.model.delivery import Event, Kind, Outcome, TopicKind, Verdict
from feeder.pipeline.hook import Hook
from feeder.pipeline.places import as_feed, places
from feeder.pipeline.subscribers import Subscribers
from feeder.senders import Crew
from feeder.store import articles, deliveries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from feeder.config import FeedOptions, WebhookOptions
    from feeder.model.delivery import Answer, Delivery, Notice, Request
    from feeder.model.feed import Site
    from feeder.secret import Secret
    from feeder.store import Store, Tx
    from feeder.store.articles import RevisionRow

__all__ = ["Hook", "Maker", "Outside"]

log = logging.getLogger(__name__)

_EVENTS = 64  # that are kept: one is usually for many webhooks, and what is due at once is mostly of few


@dataclass(frozen=True, slots=True)
class Outside:
    """What deliveries are made of and go out through, beside the store.

    `hooks` are the webhooks of the configuration, and the hubs that it names; `hub` is the address of our own,
    whose subscribers are in the store (empty: there is none).

    `output` is the address of the output folder; `send` never raises for what the network does, and `allow` names
    the private networks that it may reach; `crew` is how many send. `now` begins what is done in a transaction: it
    gives the moment by the store's clock (see Store.probing). `chance` gives numbers in 0..1.
    """

    hooks: Mapping[str, Hook]
    site: Site
    output: str
    feeds: Mapping[str, FeedOptions]
    send: Callable[[Request], Answer]
    allow: tuple[str, ...]
    now: Callable[[Tx], datetime]
    chance: Callable[[], float]
    token: Callable[[], str]
    proxy: Secret | None = None
    crew: Crew = field(default_factory=Crew)
    hub: str = ""

    @property
    def options(self) -> dict[str, WebhookOptions]:
        return {name: hook.options for name, hook in self.hooks.items()}


class Maker:
    """Makes requests for one `outside`; an event is read and put together once for all its webhooks."""

    def __init__(self, store: Store, outside: Outside) -> None:
        self._store, self._outside = store, outside
        self._events: OrderedDict[str, Event] = OrderedDict()
        self._rows: dict[str, RevisionRow | None] = {}
        self.subscribers = Subscribers(store, outside.hub)

    def read(self, tx: Tx, claimed: Iterable[Delivery]) -> None:
        """The articles of what is made next, while there is a transaction: to begin one more costs most of it."""
        self._rows = {}
        for it in claimed:
            if it.article and it.event not in self._events and it.event not in self._rows:
                self._rows[it.event] = articles.row_at_revision(tx, it.article, it.revision)

    def make(self, delivery: Delivery, hook: Hook, now: datetime) -> Request | Verdict:
        """The request; or, where that cannot be made, what is to be thought of it. Raises StoreError."""
        try:
            return hook.kind.whole_request(self._told(delivery), hook.options, now, self._outside.proxy)
        except RequestError as error:
            return Verdict(Outcome.CONFIG, error.reason)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - ours, not the receiver's: the schedule gives three days to mend it
            # Without the error's own text: it may hold what the request was made of.
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("delivery %d breaks: %s\n%s", delivery.id, type(error).__name__, where)  # noqa: TRY400
            return Verdict(Outcome.REFUSED, f"our own mistake: {type(error).__name__}")

    def _told(self, delivery: Delivery) -> Any:
        if delivery.article:
            return self.event(delivery)
        if isinstance(delivery.kind, TopicKind):
            return self.subscribers.topic(delivery.event)
        return self._notice(delivery.event)

    def event(self, delivery: Delivery) -> Event:
        """What webhooks are told: the article as it was at the delivery's revision. Raises LookupError."""
        if delivery.event not in self._events:
            self._events[delivery.event] = self._put_together(delivery, self._row(delivery))
            if len(self._events) > _EVENTS:
                self._events.popitem(last=False)
        return self._events[delivery.event]

    def _row(self, delivery: Delivery) -> RevisionRow:
        row = self._rows.get(delivery.event)
        if row is None:
            with self._store.read() as tx:
                row = articles.row_at_revision(tx, delivery.article or "", delivery.revision)
        if row is None:
            raise LookupError(delivery.article)
        return row

    def _put_together(self, delivery: Delivery, row: RevisionRow) -> Event:
        it = self._outside
        found, at = articles.from_row(row)
        article = credited(found, it.site)
        feeds = tuple(
            as_feed(place, it.feeds[place.parent], it.site, it.output, iri="", updated=at)
            for place in places(article, it.feeds)
        )
        return Event(delivery.event, Kind(delivery.kind), at, article, link_of(article, it.site), feeds)

    def _notice(self, key: str) -> Notice:
        with self._store.read() as tx:
            found = deliveries.get_notice(tx, key)
        if found is None:
            raise LookupError(key)
        return found
