"""source -> documents -> articles, their revisions and the deliveries they owe, in one transaction each."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from feeder.errors import Claimed, NotYet, Passing, SourceError, StoreError, Unreadable
from feeder.pipeline import intake, owing
from feeder.pipeline.recognise import Visit, moves
from feeder.store import articles, documents

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime, tzinfo

    from feeder.model.article import Article
    from feeder.model.document import Document, Found, Hints, Reading
    from feeder.pipeline.owing import Audience
    from feeder.sources import Look, Source
    from feeder.store import Store, Tx
    from feeder.store.documents import SourceState

T = TypeVar("T")

log = logging.getLogger(__name__)

# Documents read before their transaction: a crash repeats no more than this.
_BATCH = 50
# Long work says how far it is after so many batches.
_TELL = 20


@dataclass(frozen=True, slots=True)
class Desk:
    """What ingest works with besides the source: how to read, whom to tell, where it is kept.

    `stopping` is asked before each document; what is left then is found again by the next look.
    """

    store: Store
    read: Callable[[Document, Hints], Reading]
    hints: Callable[[datetime], Hints]
    audience: Audience
    zone: tzinfo
    stopping: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Report:
    """What one look brought.

    `counts` is by what became of each document; `unsettled` want another look soon; `identity` names the place
    that was looked at; `whole` says that nothing was left because of stopping.
    """

    counts: Counter[str]
    unsettled: tuple[str, ...] = ()
    identity: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class _Taken:
    """A document with what came of reading it: an article's reading, or why not; neither when it is unchanged."""

    found: Found
    document: Document | None = None
    reading: Reading | None = None
    trouble: Unreadable | NotYet | None = None


def ingest(
    desk: Desk, source: Source, now: datetime, only: Collection[str] | None = None, *, final: bool = False
) -> Report:
    """Take in what is new at the source. `only` these keys; `final`: nobody looks again soon.

    Raises SourceError when the source as a whole cannot be looked at, StoreError when the store refuses;
    a document that cannot be read goes to the quarantine and stops nobody.
    """
    with desk.store.read() as tx:
        state = documents.state_of(tx, source.name)
        known = documents.stamps(tx, source.name, only)
        ripe = documents.ripe(tx, source.name, now) if only is None else ()
    first = state is not None and not state.looked
    known.update(dict.fromkeys(ripe, ""))
    look = source.look(known, only, final=final or first)
    _refuse_vanished(desk, source.name, state, look, known)
    visit = Visit(
        audience=desk.audience,
        source=source.name,
        gone=frozenset(look.gone + look.missing),
        changed=frozenset(found.key for found in look.found if found.key in known),
        now=now,
        zone=desk.zone,
        first_look=first,
    )
    counts: Counter[str] = Counter()
    whole = _take_all(desk, source, look, visit, counts)
    if only is None and whole:
        _look_done(desk, visit, look.identity)
    return Report(+counts, look.unsettled + look.missing, look.identity, whole)


def _refuse_vanished(desk: Desk, name: str, state: SourceState | None, look: Look, known: Collection[str]) -> None:
    """An unmounted folder is an empty one in the same place; its articles are not withdrawn for that."""
    before, there = (state.identity if state else "").split(" "), look.identity.split(" ")
    replaced = before[0] not in {"", there[0]} and before[1:] == there[1:]
    if not (replaced and known and len(look.gone) + len(look.missing) == len(known)):
        return
    with desk.store.read() as tx:
        live = documents.any_live(tx, name)
    if live:
        raise SourceError(
            name,
            f"another folder stands in its place, and none of its {len(known)} documents is there; nothing was "
            "withdrawn. Is it mounted? If they are meant to be gone: feeder articles withdraw",
        )


def _take_all(desk: Desk, source: Source, look: Look, visit: Visit, counts: Counter[str]) -> bool:
    """Whether everything was taken in, or only a part because we were told to stop."""
    moved = _moves(desk, source, look, visit)
    for number, group in enumerate(_batched(look.found)):
        if number and number % _TELL == 0:
            log.info("source %s: %d of %d documents", source.name, number * _BATCH, len(look.found))
        taken = [_take(desk, source, found, visit.now) for found in group if not desk.stopping()]
        with desk.store.write() as tx:
            desk.store.in_order(tx)
            counts.update(_keep(tx, visit, it, source, moved) for it in taken)
            stopped = len(taken) < len(group)
            if group[-1] is look.found[-1] and not stopped:
                counts["withdrawn"] += intake.withdraw_left(tx, visit)
        if stopped:
            return False
    for refused in _batched(look.refused):
        with desk.store.write() as tx:
            counts.update(_set_aside(tx, visit, it.found, it.reason) for it in refused)
    for keys in _batched(look.gone):
        if desk.stopping():
            return False
        with desk.store.write() as tx:
            desk.store.in_order(tx)
            counts["withdrawn"] += sum(intake.gone(tx, visit, key) for key in keys)
    return True


def _moves(desk: Desk, source: Source, look: Look, visit: Visit) -> dict[str, str]:
    """Where something is gone or changed, what is found may be what stood there: its bytes tell."""
    if not visit.gone and not visit.changed:
        return {}
    digests = {}
    for found in look.found:
        try:
            document = None if desk.stopping() else source.read(found)
        except Unreadable:
            continue
        if document is not None:
            digests[found.key] = document.digest
    with desk.store.read() as tx:
        return moves(tx, visit, digests)


def _batched(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))


def _take(desk: Desk, source: Source, found: Found, now: datetime) -> _Taken:
    """Read one document, before any transaction."""
    document = None
    try:
        document = source.read(found)
        if document is None:  # it changes under our hands, and will be heard of again
            return _Taken(found)
        with desk.store.read() as tx:
            if intake.is_unchanged(tx, document):
                return _Taken(found, document)
        return _Taken(found, document, desk.read(document, desk.hints(now)))
    except (Unreadable, NotYet) as trouble:
        return _Taken(found, document, trouble=trouble)
    except StoreError:
        raise
    except Exception as error:  # one document must not stop its source, whatever it is made of
        log.exception("source %s: %s", source.name, found.key)
        return _Taken(found, document, trouble=Unreadable(f"it breaks its reader ({type(error).__name__})"))


def _keep(tx: Tx, visit: Visit, taken: _Taken, source: Source, moved: Mapping[str, str]) -> str:
    """Store what came of one document; returns what it was."""
    document, trouble = taken.document, taken.trouble
    if document is not None and isinstance(trouble, NotYet):
        intake.wait(tx, visit, document, trouble.reason, trouble.until)
        return "waiting"
    if isinstance(trouble, Unreadable):
        return _set_aside(tx, visit, taken.found, trouble.reason, document, passing=isinstance(trouble, Passing))
    if document is None:
        return "changing"
    if taken.reading is None:
        return intake.restamp(tx, document)
    try:
        return _accept(tx, visit, document, taken.reading, source, moved)
    except Claimed as claim:
        return _set_aside(tx, visit, taken.found, claim.reason, document)


def _accept(
    tx: Tx, visit: Visit, document: Document, reading: Reading, source: Source, moved: Mapping[str, str]
) -> str:
    """As `intake.accept`; a document that has just gone, and nobody told us yet, claims nothing any more."""
    try:
        return intake.accept(tx, visit, document, reading, moved)
    except Claimed as claim:
        if claim.by not in source.look({claim.by: ""}, [claim.by], final=True).gone:
            raise
        without = replace(visit, gone=visit.gone | {claim.by})
        return intake.accept(tx, without, document, reading, moved)


def _set_aside(
    tx: Tx, visit: Visit, found: Found, reason: str, document: Document | None = None, *, passing: bool = False
) -> str:
    log.warning("source %s: %s: %s", visit.source, found.key, reason)
    stamp, digest = (found.stamp, "") if document is None else (document.stamp, document.digest)
    intake.quarantine(tx, visit, replace(found, stamp="" if passing else stamp), reason, digest)
    return "quarantined"


def _look_done(desk: Desk, visit: Visit, identity: str) -> None:
    """After the first look the webhooks get what they asked of the past."""
    with desk.store.write() as tx:
        documents.set_identity(tx, visit.source, identity)
        if visit.first_look:
            documents.first_look_done(tx, visit.source)
            for name in desk.audience.webhooks:
                owing.owe_past(tx, name, desk.audience, visit.now, visit.source)


def take_in_one(desk: Desk, source: Source, key: str, now: datetime) -> tuple[str, Article]:
    """Take in one document of a source now. Raises Unreadable, NotYet, SourceError, StoreError."""
    look = source.look({}, [key], final=True)
    for refused in look.refused:
        raise Unreadable(refused.reason)
    document = source.read(look.found[0]) if look.found else None
    if document is None:
        raise Unreadable("is no file that this source would take in")
    return take_in(desk, document, now)


def take_in(desk: Desk, document: Document, now: datetime) -> tuple[str, Article]:
    """Take in one document that somebody means, whatever its date. Raises Unreadable, NotYet, StoreError."""
    reading = desk.read(document, desk.hints(now))
    nothing: frozenset[str] = frozenset()
    visit = Visit(desk.audience, document.source, nothing, nothing, now, desk.zone, first_look=False)
    with desk.store.write() as tx:
        desk.store.in_order(tx)
        outcome = intake.accept(tx, visit, document, reading, {})
        known = documents.get(tx, document.source, document.key)
        article = articles.get(tx, known.article) if known and known.article else None
    if article is None:
        raise StoreError(f"{document.key}: stored, but not found again")
    return outcome, article
