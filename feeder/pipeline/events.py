"""store -> what happened to articles, one after the other, for those who listen.

One thread reads what is new, once for all of them; who was away reads the store from where it left off.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feeder.model.address import link_of
from feeder.model.article import Change, State
from feeder.model.cleaned import credited
from feeder.model.delivery import Event, Kind
from feeder.pipeline.identity import event_id
from feeder.pipeline.places import as_feed, places
from feeder.store import articles, revisions
from feeder.webhooks import json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from feeder.config import FeedOptions
    from feeder.model.article import Article
    from feeder.model.feed import Site
    from feeder.store import Store, Tx
    from feeder.store.revisions import Revision

_BATCH = 50
# So many of the newest are at hand for those who are only a little behind.
_AT_HAND = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """One event, as it is sent; of what nobody is told (an amendment, say) the text is empty."""

    seq: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Shape:
    """What an event names beside its article; `output` is the address of the output folder."""

    site: Site
    output: str
    feeds: Mapping[str, FeedOptions]


class Events:
    """`read()` is for one thread; `wake` is called in it when there is something new. The rest is for any."""

    def __init__(self, store: Store, shape: Callable[[], Shape]) -> None:
        self._store, self._shape = store, shape
        self._lock = threading.Lock()
        self._known: deque[Piece] = deque(maxlen=_AT_HAND)
        self._seq: int | None = None  # the newest that may be told; None before the first look
        self._before = 0  # all after it are known

    def read(self) -> bool:
        """Look for what is new, all of which stands in the feeds by now; whether there is. Raises StoreError."""
        found = self._after(self.newest(), None)
        with self._lock:
            for it in found:
                if len(self._known) == _AT_HAND:
                    self._before = self._known[0].seq
                self._known.append(it)
                self._seq = it.seq
        return bool(found)

    def skip(self) -> None:
        """As `read`, while nobody listens: whoever comes later reads the store. Raises StoreError."""
        with self._store.read() as tx:
            found = revisions.newest(tx)
        with self._lock:
            if found != self._seq:
                self._known.clear()
                self._seq = self._before = found

    def newest(self) -> int:
        """The newest that may be told. Raises StoreError."""
        with self._lock:
            if self._seq is None:
                with self._store.read() as tx:
                    self._seq = self._before = revisions.newest(tx)
            return self._seq

    def since(self, seq: int) -> tuple[Piece, ...]:
        """Some of what came after this one, in order. Raises StoreError."""
        with self._lock:
            upto, known = self._seq, tuple(self._known)
            at_hand = seq >= self._before
        if at_hand or upto is None:
            return tuple(it for it in known if it.seq > seq)
        return self._after(seq, upto)

    def _after(self, seq: int, upto: int | None) -> tuple[Piece, ...]:
        with self._store.read() as tx:
            found = revisions.since(tx, seq, upto, _BATCH)
            return tuple(Piece(it.seq, self._text(tx, it)) for it in found)

    def _text(self, tx: Tx, it: Revision) -> bytes:
        today = articles.get(tx, it.article)
        if today is None or not _is_told(today, it):
            return b""
        then = articles.at_revision(tx, it.article, it.number)
        if then is None:
            return b""
        shape, kind = self._shape(), Kind(it.kind.value)
        article = credited(then[0], shape.site)
        feeds = tuple(
            as_feed(place, shape.feeds[place.parent], shape.site, shape.output, iri="", updated=it.at)
            for place in places(article, shape.feeds)
        )
        told = Event(
            event_id(article.id, kind, it.number), kind, it.at, article, link_of(article, shape.site), feeds
        )
        return b"id: %d\nevent: article.%s\ndata: %s\n\n" % (it.seq, kind.encode(), json.body(told))


def _is_told(article: Article, it: Revision) -> bool:
    """As webhooks are: not of amendments, of what is held, or of what a source had before it was looked at."""
    if it.kind is Change.AMENDED or article.state is State.HELD:
        return False
    if it.kind is Change.PUBLISHED and article.bar and it.number == 1:
        return False
    return it.kind is Change.WITHDRAWN or article.state is State.LIVE
