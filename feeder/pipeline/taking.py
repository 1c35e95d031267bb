"""One document: read outside of any transaction, then kept with what came of it inside one."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from feeder.errors import Claimed, NotYet, Passing, StoreError, Unreadable
from feeder.model.cleaned import cleaned_content
from feeder.pipeline import intake, recognise
from feeder.store import documents

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, tzinfo

    from feeder.model.document import Document, Found, Hints, Reading
    from feeder.pipeline.owing import Audience
    from feeder.pipeline.recognise import Visit
    from feeder.sources import Source
    from feeder.store import Store, Tx

log = logging.getLogger(__name__)

# So many refusals of one look are told of, each in a line.
_TOLD = 20


@dataclass(frozen=True, slots=True)
class Desk:
    """What ingest works with besides the source: how to read, whom to tell, where it is kept.

    `hints(source, now)` is what may be known of a source's documents beside what they say. `stopping` is asked
    before each document; what is left then is found again by the next look.
    """

    store: Store
    read: Callable[[Document, Hints], Reading]
    hints: Callable[[str, datetime], Hints]
    audience: Audience
    zone: tzinfo
    stopping: Callable[[], bool] = lambda: False

    def reading(self, document: Document, now: datetime) -> Reading:
        """As `read`, with what the operator says of the source where the document says nothing."""
        hints = self.hints(document.source, now)
        found = self.read(document, hints)
        content = cleaned_content(found.content)
        publisher, language = content.publisher or hints.publisher, content.language or hints.language
        return replace(found, content=replace(content, publisher=publisher, language=language))


@dataclass(frozen=True, slots=True)
class Taken:
    """A document with what came of reading it: an article's reading, or why not; neither when it is unchanged."""

    found: Found
    document: Document | None = None
    reading: Reading | None = None
    trouble: Unreadable | NotYet | None = None


def take(
    desk: Desk,
    name: str,
    fetch: Callable[[Found], Document | None],
    found: Found,
    now: datetime,
    *,
    new: bool = False,
) -> Taken:
    """Read one document of the source of this name, before any transaction. `new`: it was not there before."""
    document = None
    try:
        document = fetch(found)
        if document is None:  # it changes under our hands, and will be heard of again
            return Taken(found)
        if not new and _is_unchanged(desk, document):
            return Taken(found, document)
        return Taken(found, document, desk.reading(document, now))
    except (Unreadable, NotYet) as trouble:
        return Taken(found, document, trouble=trouble)
    except StoreError:
        raise
    except Exception as error:  # one document must not stop its source, whatever it is made of
        log.exception("source %s: %s", name, found.key)
        return Taken(found, document, trouble=Unreadable(f"it breaks its reader ({type(error).__name__})"))


def _is_unchanged(desk: Desk, document: Document) -> bool:
    with desk.store.read() as tx:
        return intake.is_unchanged(tx, document)


def keep(tx: Tx, visit: Visit, taken: Taken, source: Source | None, moved: Mapping[str, str]) -> str:
    """Store what came of one document; returns what it was. `source` where it can still show what it shows."""
    visit.pending.discard(taken.found.key)
    document, trouble = taken.document, taken.trouble
    if document is not None and isinstance(trouble, NotYet):
        intake.wait(tx, visit, document, trouble.reason, trouble.until)
        return "waiting"
    if isinstance(trouble, Unreadable):
        return set_aside(tx, visit, taken.found, trouble.reason, document, passing=isinstance(trouble, Passing))
    if document is None:
        return "changing"
    if taken.reading is None:
        return intake.restamp(tx, document)
    try:
        return _accept(tx, visit, taken, document, taken.reading, source, moved)
    except Claimed as claim:
        return set_aside(tx, visit, taken.found, claim.reason, document)


def _accept(
    tx: Tx,
    visit: Visit,
    taken: Taken,
    document: Document,
    reading: Reading,
    source: Source | None,
    moved: Mapping[str, str],
) -> str:
    """As `intake.accept`; a document that has just gone, and nobody told us yet, claims nothing any more."""
    try:
        return intake.accept(tx, visit, document, reading, moved, old=taken.found.old)
    except Claimed as claim:
        if source is None or claim.by not in source.look({claim.by: ""}, [claim.by], final=True).gone:
            raise
        without = replace(visit, gone=visit.gone | {claim.by})
        return intake.accept(tx, without, document, reading, moved)


def is_new(tx: Tx, visit: Visit, taken: Taken) -> bool:
    """Whether the document would be a new article."""
    if taken.document is None or taken.reading is None:
        return False
    known = documents.get(tx, visit.source, taken.document.key)
    return recognise.recognise(tx, visit, taken.document, taken.reading, known, {}) is None


def is_familiar(tx: Tx, visit: Visit, taken: Taken) -> bool:
    """Whether what looks new says what an article said that its source shows no more."""
    if taken.document is None or taken.reading is None:
        return False
    return recognise.is_familiar(tx, visit, taken.document, taken.reading)


def set_aside(
    tx: Tx, visit: Visit, found: Found, reason: str, document: Document | None = None, *, passing: bool = False
) -> str:
    """Into the quarantine, and one line of the log; it is read again when it changes, or when that may pass."""
    number = next(visit.refusals)
    if number < _TOLD:
        log.warning("source %s: %s: %s", visit.source, found.key, reason)
    elif number == _TOLD:
        log.warning("source %s: more: feeder articles list --state quarantined", visit.source)
    stamp, digest = (found.stamp, "") if document is None else (document.stamp, document.digest)
    intake.quarantine(tx, visit, replace(found, stamp="" if passing else stamp), reason, digest)
    return "quarantined"
