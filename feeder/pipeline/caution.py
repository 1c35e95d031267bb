"""What looks new at a source of others is read and judged before any of it is stored."""

from __future__ import annotations

import logging
from datetime import datetime, time
from typing import TYPE_CHECKING

from feeder.pipeline import taking
from feeder.pipeline.flood import Tide, flood, several
from feeder.pipeline.known import Stamps
from feeder.store import articles

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import tzinfo

    from feeder.pipeline.recognise import Visit
    from feeder.pipeline.taking import Desk, Taken
    from feeder.sources import Look, Source
    from feeder.store.documents import SourceState

log = logging.getLogger(__name__)

# By so many of its last articles a source's pace is judged.
_PACE = 50


def read_early(desk: Desk, source: Source, look: Look, visit: Visit) -> dict[str, Taken]:
    """Where several look new, all of them are read before any of them is stored."""
    if not visit.foreign or visit.first_look:
        return {}
    known = Stamps(desk.store, source.name).among([found.key for found in look.found])
    new = [found for found in look.found if not found.old and found.key not in known]
    if not several(len(new)):
        return {}
    read = (taking.take(desk, source.name, source.read, it, visit.now) for it in new if not desk.stopping())
    return {it.found.key: it for it in read}


def hold(desk: Desk, visit: Visit, early: Collection[Taken], look: Look, state: SourceState | None) -> str:
    """Why what is new of these is to be held; empty when it is not."""
    if not early or state is None:
        return ""
    shown = look.present or frozenset()
    never_seen = shown - Stamps(desk.store, visit.source).among(shown).keys()
    with desk.store.read() as tx:
        new = [it for it in early if taking.is_new(tx, visit, it)]
        familiar = sum(taking.is_familiar(tx, visit, it) for it in new)
        known = articles.dates(tx, visit.source, _PACE)
        held = articles.held_by_source(tx).get(visit.source, 0)
    again = len(early) - len(new)
    if several(again):
        log.warning("source %s: %d articles came under new names, and were known again", visit.source, again)
    backlog = {found.key for found in look.found if found.old}
    unknown = len(never_seen) - again - len(backlog & never_seen)
    tide = Tide([_date(it, visit.zone) for it in new], familiar, unknown, len(shown), held)
    return flood(tide, known, state.at or state.since, visit.now)


def _date(taken: Taken, zone: tzinfo) -> datetime | None:
    """What it states; of a day its end, since it may be as new as anything of that day."""
    stated = taken.reading.published if taken.reading else None
    if stated is None or isinstance(stated, datetime):
        return stated
    return datetime.combine(stated, time.max, zone)
