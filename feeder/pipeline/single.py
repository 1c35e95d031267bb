"""One document that somebody means, whatever its date -> the article that it is, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feeder.errors import NotYet, StoreError, Unreadable
from feeder.pipeline import intake
from feeder.pipeline.recognise import Visit
from feeder.store import articles, documents

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.model.article import Article
    from feeder.model.document import Document, Reading
    from feeder.pipeline.ingest import Desk
    from feeder.sources import Source
    from feeder.store import Tx

WAITING = "waiting"  # for its date, or for not being a draft any more


def take_in_one(desk: Desk, source: Source, key: str, now: datetime) -> tuple[str, Article]:
    """Take in one document of a source now. Raises Unreadable, NotYet, SourceError, StoreError."""
    look = source.look({}, [key], final=True)
    for refused in look.refused:
        raise Unreadable(refused.reason)
    document = source.read(look.found[0]) if look.found else None
    if document is None:
        raise Unreadable("is no file that this source would take in")
    return take_in(desk, document, now, lasting=True)


def take_in(desk: Desk, document: Document, now: datetime, *, lasting: bool = False) -> tuple[str, Article]:
    """Take in one document. Raises Unreadable, NotYet, StoreError. `lasting` as in `keep`."""
    judged = judge(desk, document, now)
    with desk.store.write() as tx:
        desk.store.in_order(tx)
        outcome, article = keep(tx, desk, document, judged, now, lasting=lasting)
    if isinstance(judged, NotYet):
        raise judged
    if article is None:
        raise StoreError(f"{document.key}: stored, but not found again")
    return outcome, article


def judge(desk: Desk, document: Document, now: datetime) -> Reading | NotYet:
    """Read the document, before any transaction: readers take their time. Raises Unreadable."""
    try:
        return desk.reading(document, now)
    except NotYet as reason:
        return reason


def keep(
    tx: Tx, desk: Desk, document: Document, judged: Reading | NotYet, now: datetime, *, lasting: bool = False
) -> tuple[str, Article | None]:
    """Store what `judge` said; returns what it was, and the article that it is. Raises Claimed.

    `lasting`: its source shows it as long as it is there. What nobody shows us again is kept if it has to wait.
    """
    nothing: frozenset[str] = frozenset()
    present = None if lasting else nothing
    visit = Visit(
        desk.audience, document.source, nothing, nothing, now, desk.zone, first_look=False, present=present
    )
    if isinstance(judged, NotYet):
        _wait(tx, visit, document, judged)
        return WAITING, None
    outcome = intake.accept(tx, visit, document, judged, {})
    known = documents.get(tx, document.source, document.key)
    return outcome, articles.get(tx, known.article) if known and known.article else None


def _wait(tx: Tx, visit: Visit, document: Document, reason: NotYet) -> None:
    """Only for a source that is looked at: nobody else would take it in when its time has come."""
    if visit.present is not None and documents.state_of(tx, visit.source) is not None:
        intake.wait(tx, visit, document, reason.reason, reason.until)
