"""Documents as they were published -> deliveries to all who have subscribed to them, and to hubs.

What was announced last stands in the store: a document that was written, and not announced since we were killed,
is announced at the next start; one that is as it was is not.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from feeder.formats import FORMATS
from feeder.model.topic import hub_name
from feeder.store import topics
from feeder.store.topics import Changed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from feeder.pipeline.output import Document
    from feeder.store import Store, Tx
    from feeder.store.topics import Known

log = logging.getLogger(__name__)

# Characters of a digest that make an ETag.
_ETAG = 32


@dataclass(frozen=True, slots=True)
class Spread:
    """Whom we tell: the hubs of others by their address, and by `hub` (our own, empty for none) its subscribers.

    `folder` is where the documents are, `url` its address; `cloud` is the address for rssCloud, or empty.
    """

    folder: Path
    url: str
    hubs: tuple[str, ...] = ()
    hub: str = ""
    cloud: str = ""

    @property
    def anybody(self) -> bool:
        return bool(self.hubs or self.hub or self.cloud)

    def address(self, path: str) -> str:
        return self.url + quote(path)


def media_type(form: str) -> str:
    """As the document is served."""
    return f"{FORMATS[form].media_type}; charset=utf-8"


@dataclass(frozen=True, slots=True)
class News:
    """Documents that differ from what was announced: as topics that are `new`, seen `first`, or `changed`."""

    new: Sequence[tuple[str, str, str]] = ()
    first: Mapping[int, str] = field(default_factory=dict)
    changed: Sequence[Changed] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.first or self.changed)


def announce(store: Store, spread: Spread, documents: Sequence[Document]) -> int:
    """Owe what has changed to whoever wants to know; returns how many deliveries that makes. Raises StoreError."""
    news = compare(store, spread, documents)
    if not news:
        return 0
    with store.write() as tx:
        return owe(tx, spread, news, store.now(tx))


def compare(store: Store, spread: Spread, documents: Sequence[Document]) -> News:
    """What is to be announced of these. Raises StoreError."""
    if not (spread.anybody and documents):
        return News()
    found = {spread.address(it.path): it for it in documents}
    with store.read() as tx:
        known = topics.known(tx, found, store.now(tx))
    new = [(it, media_type(doc.form), doc.etag) for it, doc in found.items() if it not in known]
    first = {it.id: found[address].etag for address, it in known.items() if it.etag is None}
    return News(new, first, _changed(spread, found, known))


def owe(tx: Tx, spread: Spread, news: News, now: datetime) -> int:
    """To whoever wants to know; returns how many deliveries that makes."""
    topics.add_all(tx, news.new, now)
    topics.first(tx, news.first)
    return _owe(tx, spread, news.changed, now)


def _changed(spread: Spread, found: Mapping[str, Document], known: Mapping[str, Known]) -> list[Changed]:
    differ = [(found[address], it) for address, it in known.items() if it.etag not in {None, found[address].etag}]
    return [_read(spread.folder / doc.path, it.id, doc.etag, wanted=it.wanted) for doc, it in differ]


def _read(path: Path, key: int, etag: str, *, wanted: bool) -> Changed:
    """With its bytes, where somebody gets them; their etag is theirs, whatever was written meanwhile."""
    if not wanted:
        return Changed(key, etag)
    try:
        body = path.read_bytes()
    except FileNotFoundError:  # the feed has just ended
        return Changed(key, etag)
    return Changed(key, etag_of(body), body)


def etag_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:_ETAG]


def _owe(tx: Tx, spread: Spread, changed: Sequence[Changed], now: datetime) -> int:
    mine = topics.change(tx, changed, now)
    if not mine:
        return 0
    told = topics.owe_subscribers(tx, mine, now)
    pinged = topics.owe_hubs(tx, mine, [hub_name(url) for url in spread.hubs], now)
    if told or pinged:
        log.info("%d documents changed: %d subscribers and %d pings of hubs", len(mine), told, pinged)
    return told + pinged
