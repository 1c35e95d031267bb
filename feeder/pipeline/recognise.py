"""A document -> the article that it is: known by its own id, by its bytes, by its key.

What an article is called in the world never depends on any of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feeder.errors import Claimed
from feeder.store import articles, documents
from feeder.store.documents import DocumentState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from feeder.model.article import Article
    from feeder.model.document import Document, Reading
    from feeder.pipeline.owing import Audience
    from feeder.store import Tx
    from feeder.store.documents import Known

_FEW = 20


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at a source.

    `gone` are the keys that are not there any more, `changed` those whose bytes may be others; `zone` is that of
    dates without a time. `left` gathers articles that a key stated before and states no more.
    """

    audience: Audience
    source: str
    gone: frozenset[str]
    changed: frozenset[str]
    now: datetime
    zone: tzinfo
    first_look: bool
    left: set[str] = field(default_factory=set)


def moves(tx: Tx, visit: Visit, digests: Mapping[str, str]) -> dict[str, str]:
    """Key -> article, for bytes (by digest) that stood under another key, which is gone or has other bytes now.

    Asked for all that a look found before any of it is stored: files may have swapped their names, or moved up
    by one.
    """
    found = {}
    for key, digest in digests.items():
        origin = _origin(tx, visit, key, digest)
        if origin is not None:
            found[key] = origin
    return found


def _origin(tx: Tx, visit: Visit, key: str, digest: str) -> str | None:
    left = visit.gone | (visit.changed - {key})
    for it in documents.same_bytes(tx, visit.source, digest):
        # A key that is still known was not left long ago: its own article comes first.
        before = it.state is DocumentState.GONE and key not in visit.changed
        if it.key != key and (before or it.key in left):
            return it.article
    return None


def recognise(
    tx: Tx, visit: Visit, document: Document, reading: Reading, known: Known | None, moved: Mapping[str, str]
) -> Article | None:
    """The stored article that this document states; None for a new one. Raises Claimed.

    `moved` is what `moves` found for the whole look.
    """
    own = _by_own_id(tx, visit, document, reading) or moved.get(document.key)
    taken = known is not None and known.article in moved.values()  # by another key
    key = own or (None if taken else _by_key(tx, visit, known)) or _by_bytes(tx, visit, document)
    return None if key is None else articles.get(tx, key)


def _by_own_id(tx: Tx, visit: Visit, document: Document, reading: Reading) -> str | None:
    if reading.native is None:
        return None
    key = articles.by_alias(tx, visit.source, "native", reading.native)
    if key is None:
        return None
    for other in others(tx, visit, key, document.key):
        if other.digest != document.digest:
            raise Claimed(reading.native, other.key)
    return key


def _by_key(tx: Tx, visit: Visit, known: Known | None) -> str | None:
    """The article of this key, unless that has moved away or this was only a copy of it."""
    if known is None or known.article is None:
        return None
    rest = others(tx, visit, known.article, known.key)
    if not rest:
        return known.article
    mine = (known.since, known.key)
    first = known.state is not DocumentState.GONE and mine < min((other.since, other.key) for other in rest)
    return known.article if first else None


def _by_bytes(tx: Tx, visit: Visit, document: Document) -> str | None:
    """The article with the very same bytes: a copy is not another one."""
    same = documents.same_bytes(tx, visit.source, document.digest)
    return next((it.article for it in same if it.key != document.key), None)


def others(tx: Tx, visit: Visit, article: str, key: str) -> list[Known]:
    """Other documents, still there, that state this article; the oldest few are enough to decide by."""
    found = documents.of_article(tx, article, _FEW)
    return [it for it in found if it.key != key and it.key not in visit.gone]
