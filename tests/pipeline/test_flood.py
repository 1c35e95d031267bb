"""Nobody is flooded: not at a first look, not when a source moves house, not when a queue was long."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from feeder.model.article import Bar, State
from feeder.pipeline.flood import Tide, flood
from feeder.pipeline.release import discard, release
from feeder.store import documents
from tests.pipeline.wire import Agency, Wire, entry
from tests.samples import NOW, webhook

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.store import Store

HOUR = timedelta(hours=1)
# Each costs the same, so the whole suite makes do with fewer; FEEDER_FIRST_LOOK=10000 takes its time.
FIRST_LOOK = int(os.environ.get("FEEDER_FIRST_LOOK", "1000"))


def _moved(agency: Agency) -> None:
    """Every id, address, title and text is another; only the dates stay, or there would be nothing to tell by."""
    wire = agency.wires["wire"]
    wire.entries = [
        entry(n + 5000, NOW - n * HOUR, id=f"urn:moved:{n}", content_html=f"<p>{n}</p>") for n in range(40)
    ]


def _agency(store: Store) -> Agency:
    agency = Agency(store, Wire(entries=[entry(n, NOW - n * HOUR) for n in range(40)]))
    agency.look()
    return agency


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_thousand_articles_of_a_first_look_are_in_the_feeds_and_told_to_nobody(store: Store) -> None:
    size = FIRST_LOOK if store.embedded else FIRST_LOOK // 5  # the same code; a server far away takes its time
    agency = Agency(store, Wire(entries=[entry(n, NOW - timedelta(minutes=n)) for n in range(size)]))
    agency.look()
    assert len(agency.feed()) == size
    assert agency.owed() == []


def test_a_source_of_which_everything_looks_new_is_held(store: Store) -> None:
    agency = _agency(store)
    _moved(agency)
    assert agency.look().counts == {"held": 40}
    assert agency.owed() == []
    assert len(agency.feed()) == 40, "the feeds have only what was there before"
    assert not agency.look().counts, "and what is held is known"


def test_new_ids_for_all_articles_are_told_to_nobody_and_to_the_operator(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    agency = _agency(store)
    wire = agency.wires["wire"]
    wire.entries = [it | {"id": f"urn:migrated:{number}"} for number, it in enumerate(wire.entries)]
    agency.look()
    assert (agency.owed(), len(agency.articles())) == ([], 40)
    assert "40 articles came under new names" in caplog.text


def test_what_is_held_is_told_of_when_it_is_released_in_the_order_in_which_it_came(store: Store) -> None:
    agency = _agency(store)
    _moved(agency)
    agency.look()
    assert release(store, agency.audience, "wire", agency.now + HOUR) == 40
    assert agency.told() == ["published"] * 40
    assert agency.feed()[:40] == [it["title"] for it in agency.wires["wire"].entries]
    assert release(store, agency.audience, "wire", agency.now + HOUR) == 0


def test_what_is_released_silently_is_in_the_feeds_and_told_to_nobody(store: Store) -> None:
    agency = _agency(store)
    _moved(agency)
    agency.look()
    release(store, agency.audience, "wire", agency.now + HOUR, silent=True)
    assert (len(agency.feed()), agency.owed()) == (80, [])
    assert {it.bar for it in agency.articles()} == {Bar.FIRST_LOOK, Bar.RELEASED}


def test_what_is_discarded_never_comes(store: Store) -> None:
    agency = _agency(store)
    _moved(agency)
    agency.look()
    assert discard(store, "wire") == 40
    agency.wires["wire"].entries[0] |= {"title": "Another title for the same"}
    agency.look()
    assert (len(agency.feed()), agency.owed()) == (40, [])


def test_what_is_edited_while_it_is_held_is_released_as_it_is_then(store: Store) -> None:
    agency = _agency(store)
    _moved(agency)
    agency.look()
    agency.wires["wire"].entries[0] |= {"title": "A better title for the first"}
    agency.look()
    assert agency.the("A better title for the first").state is State.HELD
    release(store, agency.audience, "wire", agency.now + HOUR)
    assert agency.feed()[0] == "A better title for the first"
    assert agency.told() == ["published"] * 40


def test_the_news_of_a_weekend_on_which_nobody_looked_is_told_of(store: Store) -> None:
    agency = _agency(store)
    agency.wires["wire"].entries = [entry(1000 + n, NOW + (60 - n) * HOUR) for n in range(40)]
    assert agency.look(after=60 * HOUR).counts == {"published": 40}
    assert agency.told() == ["published"] * 40


def test_a_few_new_articles_at_once_are_never_held(store: Store) -> None:
    agency = _agency(store)
    agency.wires["wire"].entries = [entry(1000 + n) for n in range(5)]
    assert agency.look().counts == {"published": 5}


def test_an_old_article_that_appears_late_is_in_the_feeds_at_its_place_and_told_to_nobody(store: Store) -> None:
    agency = Agency(store, Wire(max_age=timedelta(days=7)))
    agency.look()
    wire = agency.wires["wire"]
    wire.entries = [entry(1, NOW - timedelta(days=30)), entry(2, NOW - timedelta(days=6))]
    agency.look()
    assert agency.told() == ["published"]
    assert agency.feed() == [entry(2)["title"], entry(1)["title"]]
    assert agency.the(entry(1)["title"]).bar is Bar.AGE


def test_a_webhook_that_asks_for_the_past_gets_it_from_a_new_source(store: Store) -> None:
    wire = Wire(entries=[entry(n, NOW - n * HOUR) for n in range(40)])
    agency = Agency(store, wire, webhooks={"partner": webhook(backfill=3)})
    agency.look()
    assert agency.told() == ["published"] * 3


DATES = [NOW - n * HOUR for n in range(40)]


@pytest.mark.parametrize(
    ("new", "shown", "elapsed", "held"),
    [
        ([NOW + HOUR] * 5, 10, HOUR, False),
        ([NOW - HOUR] * 6, 10, HOUR, True),
        ([None] * 6, 10, HOUR, True),
        ([NOW + HOUR] * 10, 10, HOUR, False),
        ([NOW + HOUR] * 11, 12, HOUR, True),
        ([NOW + HOUR] * 11, 12, 10 * HOUR, False),
        ([NOW + HOUR] * 11, 100, HOUR, False),
    ],
)
def test_how_much_is_too_much(new: list[datetime | None], shown: int, elapsed: timedelta, *, held: bool) -> None:
    tide = Tide(new, familiar=0, unknown=len(new), shown=shown)
    assert bool(flood(tide, DATES, NOW, NOW + elapsed)) is held


def test_a_migration_that_bumps_all_dates_is_held_for_its_titles_and_words(store: Store) -> None:
    agency = Agency(store, Wire(entries=[entry(n, NOW - n * HOUR) for n in range(10)]))
    agency.look()
    wire = agency.wires["wire"]
    now = agency.now + HOUR
    wire.entries = [
        it | {"id": f"urn:{n}", "url": f"https://new.example/{n}", "date_published": now.isoformat()}
        for n, it in enumerate(wire.entries)
    ]
    assert agency.look(after=2 * HOUR).counts == {"held": 10}
    assert agency.owed() == []


def test_a_migration_in_slices_is_held_too(store: Store) -> None:
    agency = Agency(store, Wire(entries=[entry(n, NOW - n * HOUR) for n in range(100)]))
    agency.look()
    wire = agency.wires["wire"]
    for start in range(0, 90, 30):
        now = agency.now + HOUR
        wire.entries = [
            it | {"id": f"urn:{n}", "url": f"https://new.example/{n}", "date_published": now.isoformat()}
            if start <= n < start + 30
            else it
            for n, it in enumerate(wire.entries)
        ]
        agency.look(after=2 * HOUR)
    assert agency.owed() == []


def test_the_news_of_a_day_that_names_no_hour_is_told_of(store: Store) -> None:
    today = NOW.date().isoformat()
    agency = Agency(store, Wire(entries=[entry(n, NOW - n * 24 * HOUR) for n in range(1, 11)]))
    agency.look()
    wire = agency.wires["wire"]
    for numbers in (range(20, 21), range(21, 29)):
        wire.entries = [entry(n, date_published=today) for n in numbers] + wire.entries[:10]
        agency.look(after=2 * HOUR)
    assert agency.told() == ["published"] * 9


def test_what_was_refused_and_is_shown_no_more_troubles_nobody(store: Store) -> None:
    agency = _agency(store)
    wire = agency.wires["wire"]
    wire.entries = [{"id": "urn:bad", "title": ""}, *wire.entries]
    assert agency.look().counts == {"quarantined": 1}
    wire.entries = wire.entries[1:]
    agency.look()
    with store.read() as tx:
        assert documents.in_state(tx, documents.DocumentState.QUARANTINED, 10) == ()
