"""source -> documents -> articles, their revisions and the deliveries they owe, in one transaction each."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from feeder.errors import SourceError, Unreadable
from feeder.model.delivery import NoticeKind
from feeder.model.document import Found
from feeder.pipeline import caution, intake, notices, owing, taking
from feeder.pipeline.known import Stamps
from feeder.pipeline.recognise import Visit, moves
from feeder.pipeline.taking import Desk
from feeder.store import answered, documents, kept

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from feeder.model.document import Document
    from feeder.pipeline.taking import Taken
    from feeder.sources import Look, Source
    from feeder.store.documents import SourceState

__all__ = ["Desk", "Report", "ingest"]

T = TypeVar("T")

log = logging.getLogger(__name__)

# Documents read before their transaction: a crash repeats no more than this.
_BATCH = 50
# Whoever repeats a request does so within this time; of older answers so many are forgotten at a look.
_REPEATED, _FORGOTTEN = timedelta(days=30), 1000
# Long work says how far it is after so many batches.
_TELL = 20


@dataclass(frozen=True, slots=True)
class Report:
    """What one look brought.

    `counts` is by what became of each document; `unsettled` want another look soon; `identity` names the place
    that was looked at; `whole` says that nothing was left because of stopping; `rest` and `hub` as in Look.
    """

    counts: Counter[str]
    unsettled: tuple[str, ...] = ()
    identity: str = ""
    whole: bool = True
    rest: timedelta | None = None
    hub: tuple[str, str] | None = None


def ingest(
    desk: Desk, source: Source, now: datetime, only: Collection[str] | None = None, *, final: bool = False
) -> Report:
    """Take in what is new at the source. `only` these keys; `final`: nobody looks again soon.

    Raises SourceError when the source as a whole cannot be looked at, StoreError when the store refuses;
    a document that cannot be read goes to the quarantine and stops nobody.
    """
    with desk.store.read() as tx:
        state = documents.state_of(tx, source.name)
        ripe = documents.ripe(tx, source.name, now) if only is None else frozenset()
        listed = documents.stamps(tx, source.name, only) if source.exhaustive else {}
    first = state is not None and not state.looked
    known = listed | dict.fromkeys(ripe, "") if source.exhaustive else Stamps(desk.store, source.name)
    look = source.look(known, only, final=final or first, memory=state.memory if state else "")
    if source.exhaustive:
        _refuse_vanished(desk, source.name, state, look, known)
    else:
        look = _known_first(desk, source, look)
    visit = _visit(desk, source, look, listed, now, first=first)
    counts: Counter[str] = Counter()
    whole = _take_all(desk, source, look, visit, state, counts)
    if not source.exhaustive:
        _take_kept(desk, visit, ripe, counts)
    if only is None:
        _lapse(desk, visit, counts)
    if only is None and whole:
        _look_done(desk, visit, look, counts, state.note if state else "")
    return Report(+counts, look.unsettled + look.missing, look.identity, whole, look.rest, look.hub)


def _visit(
    desk: Desk, source: Source, look: Look, listed: Collection[str], now: datetime, *, first: bool
) -> Visit:
    return Visit(
        audience=desk.audience,
        source=source.name,
        gone=frozenset(look.gone + look.missing),
        changed=frozenset(found.key for found in look.found if found.key in listed),
        now=now,
        zone=desk.zone,
        first_look=first,
        present=None if source.exhaustive else look.present or frozenset(),
        foreign=source.foreign,
        max_age=source.max_age,
        pending=set() if source.exhaustive else {found.key for found in look.found},
    )


def _known_first(desk: Desk, source: Source, look: Look) -> Look:
    """Before anything new is compared with what is there, it is clear what is there."""
    known = Stamps(desk.store, source.name).among([found.key for found in look.found])
    return replace(look, found=tuple(sorted(look.found, key=lambda found: found.key not in known)))


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


# ---------------------------------------------------------------- taking in


def _take_all(
    desk: Desk, source: Source, look: Look, visit: Visit, state: SourceState | None, counts: Counter[str]
) -> bool:
    """Whether everything was taken in, or only a part because we were told to stop."""
    moved = _moves(desk, source, look, visit)
    early = caution.read_early(desk, source, look, visit)
    visit = replace(visit, hold=caution.hold(desk, visit, early.values(), look, state))
    if visit.hold:
        _tell_held(desk, visit)
    for number, group in enumerate(_batched(look.found)):
        if number and number % _TELL == 0:
            log.info("source %s: %d of %d documents", source.name, number * _BATCH, len(look.found))
        taken = [
            early.get(found.key) or _taken(desk, source, visit, found) for found in group if not desk.stopping()
        ]
        with desk.store.write() as tx:
            desk.store.in_order(tx)
            counts.update(taking.keep(tx, visit, it, source, moved) for it in taken)
            stopped = len(taken) < len(group)
            if group[-1] is look.found[-1] and not stopped:
                counts["withdrawn"] += intake.withdraw_left(tx, visit)
        if stopped:
            return False
    return _set_aside(desk, visit, look, counts)


def _taken(desk: Desk, source: Source, visit: Visit, found: Found) -> Taken:
    # Of what shows all that it has we know beforehand which keys the store has.
    new = source.exhaustive and found.key not in visit.changed
    return taking.take(desk, source.name, source.read, found, visit.now, new=new)


def _tell_held(desk: Desk, visit: Visit) -> None:
    """Before any of it is stored: a crash may tell it again, and never leaves it untold."""
    text = f"source {visit.source}: {visit.hold}; they are held: feeder articles release {visit.source}"
    log.warning("%s", text)
    with desk.store.write() as tx:
        notices.notify(tx, desk.audience.webhooks, NoticeKind.SOURCE_HELD, visit.source, text, visit.now)


def _set_aside(desk: Desk, visit: Visit, look: Look, counts: Counter[str]) -> bool:
    """What was not even read, and what is not there any more."""
    for refused in _batched(look.refused):
        with desk.store.write() as tx:
            counts.update(taking.set_aside(tx, visit, it.found, it.reason) for it in refused)
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


def _take_kept(desk: Desk, visit: Visit, ripe: Collection[str], counts: Counter[str]) -> None:
    """What waited for its time, and stands in our own store only."""
    for key in sorted(ripe):
        with desk.store.read() as tx:
            document = kept.get(tx, visit.source, key)
        if document is not None and not desk.stopping():
            taken = taking.take(desk, visit.source, _Shelf(document).read, Found(key, ""), visit.now)
            with desk.store.write() as tx:
                desk.store.in_order(tx)
                counts[taking.keep(tx, visit, taken, None, {})] += 1


def _lapse(desk: Desk, visit: Visit, counts: Counter[str]) -> None:
    """What has had its time: articles with an expiry date, and answers to requests of long ago."""
    found = True
    while found and not desk.stopping():
        with desk.store.write() as tx:
            desk.store.in_order(tx)
            found = bool(expired := documents.expired(tx, visit.source, visit.now, _BATCH))
            counts["withdrawn"] += sum(intake.expire(tx, visit, it) for it in expired)
            answered.forget(tx, visit.source, visit.now - _REPEATED, _FORGOTTEN)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Where a kept document lies, as a source."""

    document: Document

    def read(self, _found: Found) -> Document:
        return self.document


def _batched(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))


def _look_done(desk: Desk, visit: Visit, look: Look, counts: Mapping[str, int], noted: str) -> None:
    """What this look leaves to the next; after the first one the webhooks get what they asked of the past."""
    with desk.store.write() as tx:
        if visit.foreign and look.present is not None:
            documents.forget_refused(tx, visit.source, look.present)
        documents.remember(tx, visit.source, identity=look.identity, memory=look.memory, **_facts(look, visit))
        if visit.first_look:
            documents.first_look_done(tx, visit.source)
            for name in desk.audience.webhooks:
                owing.owe_past(tx, name, desk.audience, visit.now, visit.source)
    if look.notes and _note(look) != noted:  # once, and not at every look
        log.warning("source %s: %s", visit.source, _note(look))
    if look.gap and counts["published"]:
        log.warning("source %s: nothing that it shows was known; something may have been missed", visit.source)


def _note(look: Look) -> str:
    return "; ".join(look.notes)


def _facts(look: Look, visit: Visit) -> dict[str, object]:
    """What `feeder status` tells of this look."""
    if look.present is None:  # nothing new was said
        return {}
    facts: dict[str, object] = {"shown": len(look.present), "note": _note(look)}
    return facts | ({"gap": visit.now} if look.gap and not visit.first_look else {})
