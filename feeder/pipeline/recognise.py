"""A document -> the article that it is: known by its own id, by its bytes, by its key.

What an article is called in the world never depends on any of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from feeder.errors import Claimed
from feeder.store import articles, documents
from feeder.store.documents import DocumentState

if TYPE_CHECKING:
    from collections.abc import Iterable
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
    dates without a time.
    """

    audience: Audience
    source: str
    gone: frozenset[str]
    changed: frozenset[str]
    now: datetime
    zone: tzinfo
    first_look: bool


def moves(tx: Tx, visit: Visit, arrived: Iterable[Document]) -> dict[str, str]:
    """Key -> article, for documents whose bytes stood under another key that is gone or has other bytes now.

    Asked for all that arrived together before any of it is stored: two files may have swapped their names.
    """
    found = {}
    for document in arrived:
        left = visit.gone | (visit.changed - {document.key})
        same = documents.same_bytes(tx, visit.source, document.digest)
        moved = (it for it in same if it.key != document.key)
        origin = next((it for it in moved if it.state is DocumentState.GONE or it.key in left), None)
        if origin is not None and origin.article is not None:
            found[document.key] = origin.article
    return found


def recognise(
    tx: Tx, visit: Visit, document: Document, reading: Reading, known: Known | None, moved: str | None
) -> Article | None:
    """The stored article that this document states; None for a new one. Raises Claimed.

    `moved` is what `moves` found for it.
    """
    own = _by_own_id(tx, visit, document, reading)
    key = own or moved or _by_key(tx, visit, known) or _by_bytes(tx, visit, document)
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
    first = known.state is not DocumentState.GONE and known.since <= min(other.since for other in rest)
    return known.article if first else None


def _by_bytes(tx: Tx, visit: Visit, document: Document) -> str | None:
    """The article with the very same bytes: a copy is not another one."""
    same = documents.same_bytes(tx, visit.source, document.digest)
    return next((it.article for it in same if it.key != document.key), None)


def others(tx: Tx, visit: Visit, article: str, key: str) -> list[Known]:
    """Other documents, still there, that state this article; the oldest few are enough to decide by."""
    found = documents.of_article(tx, article, _FEW)
    return [it for it in found if it.key != key and it.key not in visit.gone]
