"""When a source is looked at next."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from feeder.errors import SourceError
from feeder.pipeline.rhythm import Rhythm, looked, next_look
from feeder.store import documents
from tests.pipeline.wire import Agency, Wire, entry
from tests.samples import NOW

if TYPE_CHECKING:
    from feeder.store import Store

MINUTE = timedelta(minutes=1)
TEN = 10 * MINUTE


def _rhythm(chance: float = 1.0, *, patient: bool = True) -> Rhythm:
    return Rhythm(lambda now: now + MINUTE, lambda: chance, patient=patient)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 1), (1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (50, 60), (10**6, 60)]
)
def test_a_source_that_fails_is_left_alone_longer_and_longer_and_always_comes_back(
    failures: int, minutes: int
) -> None:
    assert next_look(_rhythm(), NOW, failures, None) == NOW + minutes * MINUTE


def test_sources_that_failed_together_come_apart() -> None:
    assert next_look(_rhythm(0.0), NOW, 7, None) == NOW + 30 * MINUTE
    assert next_look(_rhythm(0.5), NOW, 7, None) == NOW + 45 * MINUTE


def test_a_folder_that_fails_is_looked_at_as_often_as_ever() -> None:
    assert next_look(_rhythm(patient=False), NOW, 9, None) == NOW + MINUTE


def test_a_source_that_is_seldom_looked_at_is_not_lost_for_a_day_by_one_failure() -> None:
    slow = Rhythm(lambda now: now + timedelta(days=1), lambda: 1.0, patient=True)
    assert next_look(slow, NOW, 1, None) == NOW + MINUTE


@pytest.mark.parametrize(("asked", "rests"), [(TEN, TEN), (timedelta(days=30), timedelta(days=1))])
def test_who_asks_to_be_left_alone_is_within_reason(store: Store, asked: timedelta, rests: timedelta) -> None:
    def state() -> documents.SourceState | None:
        with store.read() as tx:
            return documents.state_of(tx, "wire")

    with store.write() as tx:
        documents.register(tx, ["wire"], NOW)
        looked(tx, "wire", _rhythm(), {}, NOW, "answered 429", asked)
    found = state()
    assert found is not None
    assert (found.due, found.rest, found.failures, found.error) == (NOW + rests, NOW + rests, 1, "answered 429")
    with store.write() as tx:
        looked(tx, "wire", _rhythm(), {}, NOW)
    found = state()
    assert found is not None
    assert (found.due, found.rest, found.failures, found.error) == (NOW + MINUTE, None, 0, "")


# ---------------------------------------------------------------- what a look leaves to the next


def test_what_a_source_remembers_is_handed_back_only_after_all_was_stored(store: Store) -> None:
    wire = Wire(entries=[entry(1)])
    agency = Agency(store, wire)
    agency.look()
    wire.trouble = SourceError("wire", "answered 503")
    with pytest.raises(SourceError):
        agency.look()
    wire.trouble = None
    agency.look()
    assert wire.memories == ["", "look 1", "look 1"]


def test_a_source_that_says_nothing_changed_changes_nothing(store: Store) -> None:
    wire = Wire(entries=[entry(1)])
    agency = Agency(store, wire)
    agency.look()
    wire.quiet = True
    report = agency.look()
    assert (report.counts, agency.state().shown, len(agency.feed())) == ({}, 1, 1)


def test_how_much_it_showed_what_it_noted_and_a_gap_are_kept_for_the_status(store: Store) -> None:
    wire = Wire(entries=[entry(1)], notes=("has moved",))
    agency = Agency(store, wire)
    agency.look()
    assert (agency.state().shown, agency.state().note, agency.state().gap) == (1, "has moved", None)
    wire.entries, wire.gap, wire.notes = [entry(n, NOW) for n in range(10, 13)], True, ()
    agency.look()
    seen = agency.now
    assert (agency.state().shown, agency.state().note, agency.state().gap) == (3, "", seen)
    wire.gap = False
    agency.look()
    assert agency.state().gap == seen, "what was missed stays missed"


def test_what_a_source_asks_for_is_in_the_report(store: Store) -> None:
    agency = Agency(store, Wire(rest=TEN))
    assert agency.look().rest == TEN
