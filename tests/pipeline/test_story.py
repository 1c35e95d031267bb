"""The same story from two publishers: both in their own feeds, once where they meet, and once to a webhook."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from feeder.model.article import Change, State
from feeder.model.delivery import DeliveryState
from feeder.model.where import Term, Value
from feeder.pipeline import intake
from feeder.pipeline.places import rebuild
from feeder.store import articles
from tests.pipeline.wire import Agency, Wire, entry
from tests.samples import NOW, feed, webhook

if TYPE_CHECKING:
    from feeder.config import FeedOptions
    from feeder.store import Store


def _own(name: str) -> FeedOptions:
    return feed(title=name, where=Term("source", (Value(name),)))


FEEDS = {
    "all": feed(title="All"),
    "city": _own("city"),
    "wire": _own("wire"),
    "twice": feed(title="T", same_story="each"),
}
HOOKS = {"partner": webhook(), "each": webhook(same_story="each")}
TITLE = entry(1)["title"]


@pytest.fixture
def agency(store: Store) -> Agency:
    made = Agency(store, Wire("wire"), Wire("city"), feeds=FEEDS, webhooks=HOOKS)
    made.look("wire")
    made.look("city")
    return made


def _both(agency: Agency) -> None:
    agency.wires["wire"].entries = [entry(1)]
    agency.look("wire")
    there = {"id": "urn:city:1", "url": "https://city.example/1", "_feed": {"title": "The City"}}
    agency.wires["city"].entries = [entry(1) | there]
    agency.look("city")


def test_it_stands_once_where_both_would_and_names_the_other(agency: Agency) -> None:
    _both(agency)
    assert {name: len(agency.feed(name)) for name in FEEDS} == {"all": 1, "city": 1, "wire": 1, "twice": 2}
    (first,) = [it for it in agency.articles() if it.source == "wire"]
    assert [(it.name, it.url) for it in first.content.also_at] == [("The City", "https://city.example/1")]
    assert {it.story for it in agency.articles()} == {first.id}


def test_a_webhook_is_told_once_unless_it_wants_each(agency: Agency) -> None:
    _both(agency)
    assert agency.told("partner") == ["published"]
    assert agency.told("each") == ["published"] * 2


def test_when_the_first_is_withdrawn_the_other_takes_its_place_and_is_told_of(agency: Agency) -> None:
    _both(agency)
    (first,) = [it for it in agency.articles() if it.source == "wire"]
    with agency.store.write() as tx:
        intake.withdraw(tx, agency.audience, first.id, agency.now, State.RETRACTED)
    assert {name: len(agency.feed(name)) for name in FEEDS} == {"all": 1, "city": 1, "wire": 0, "twice": 1}
    states = [(it.article == first.id, it.state) for it in agency.owed("partner")]
    assert states == [(True, DeliveryState.CANCELLED), (False, DeliveryState.PENDING)]
    assert agency.told("each") == ["published"] * 2, "it has the other already"


def test_when_the_first_comes_back_it_stands_in_its_place_again(agency: Agency) -> None:
    _both(agency)
    (first,) = [it for it in agency.articles() if it.source == "wire"]
    with agency.store.write() as tx:
        intake.withdraw(tx, agency.audience, first.id, agency.now, State.RETRACTED)
        intake.take_back(tx, agency.audience, first.id, agency.now)
    assert {name: len(agency.feed(name)) for name in FEEDS} == {"all": 1, "city": 1, "wire": 1, "twice": 2}


def test_a_feed_that_is_chosen_anew_shows_the_story_once_too(agency: Agency) -> None:
    _both(agency)
    with agency.store.write() as tx:
        rebuild(tx, "all", FEEDS["all"], agency.audience.site, agency.now)
    assert agency.feed("all") == [TITLE]


def test_a_story_of_last_week_is_another(agency: Agency) -> None:
    agency.wires["wire"].entries = [entry(1, NOW - timedelta(days=8))]
    agency.look("wire")
    agency.wires["city"].entries = [entry(1, id="urn:city:1", url="https://city.example/1")]
    agency.look("city")
    assert len(agency.feed("all")) == 2


def test_an_edit_of_the_first_keeps_naming_the_other(agency: Agency) -> None:
    _both(agency)
    agency.wires["wire"].entries[0] |= {"title": "The same with another title at last"}
    agency.look("wire")
    (first,) = [it for it in agency.articles() if it.source == "wire"]
    assert len(first.content.also_at) == 1
    assert agency.told("partner") == ["published", "updated"]


def test_different_stories_of_two_publishers_stay_two(agency: Agency) -> None:
    agency.wires["wire"].entries = [entry(1), entry(2)]
    agency.look("wire")
    agency.wires["city"].entries = [entry(3), entry(4)]
    agency.look("city")
    assert len(agency.feed("all")) == 4


def test_a_look_that_began_earlier_may_be_stored_later(agency: Agency) -> None:
    agency.wires["city"].entries = [entry(1, id="urn:city:1", url="https://city.example/1")]
    agency.look("city")
    agency.wires["wire"].entries = [entry(1)]
    agency.look("wire", after=-timedelta(minutes=30))
    assert {name: len(agency.feed(name)) for name in FEEDS} == {"all": 1, "city": 1, "wire": 1, "twice": 2}


def test_a_column_stands_in_its_own_feed_though_another_copied_yesterdays(agency: Agency) -> None:
    _both(agency)
    agency.wires["wire"].entries = [
        entry(1, agency.now + timedelta(hours=20), id="urn:2", url="https://wire.example/2")
    ]
    agency.look("wire", after=timedelta(days=1))
    assert len(agency.feed("wire")) == 2
    assert len(agency.feed("all")) == 2


def test_an_article_that_is_edited_into_another_story_leaves_it(agency: Agency) -> None:
    _both(agency)
    agency.wires["wire"].entries[0] |= {"title": entry(55)["title"], "content_html": entry(55)["content_html"]}
    agency.look("wire")
    (first,) = [it for it in agency.articles() if it.source == "wire"]
    assert (first.story, first.content.also_at) == (None, ())
    assert len(agency.feed("all")) == 2
    assert sorted(agency.told("partner")) == ["published", "published", "updated"]
    with agency.store.read() as tx:
        assert [change for _, change, _ in articles.revisions(tx, first.id)][-1] is Change.UPDATED


def test_who_is_withdrawn_is_not_named_and_who_comes_back_is(agency: Agency) -> None:
    _both(agency)
    (second,) = [it for it in agency.articles() if it.source == "city"]

    def named() -> int:
        (first,) = [it for it in agency.articles(State.LIVE) if it.source == "wire"]
        return len(first.content.also_at)

    with agency.store.write() as tx:
        intake.withdraw(tx, agency.audience, second.id, agency.now, State.RETRACTED)
    assert named() == 0
    with agency.store.write() as tx:
        intake.take_back(tx, agency.audience, second.id, agency.now)
    assert named() == 1


def test_one_address_in_two_sources_is_one_story_and_names_nobody(agency: Agency) -> None:
    agency.wires["wire"].entries = [entry(1, content_html="<p>Only a teaser of it.</p>")]
    agency.look("wire")
    agency.wires["city"].entries = [entry(1, id="urn:city:1")]
    agency.look("city")
    assert (len(agency.feed("all")), agency.told("partner")) == (1, ["published"])
    assert [it.content.also_at for it in agency.articles()] == [(), ()]


def test_a_webhook_that_asks_for_the_past_is_told_a_story_once(store: Store) -> None:
    hooks = {"late": webhook(backfill=10)}
    agency = Agency(store, Wire("wire", [entry(1)]), Wire("city"), webhooks=hooks)
    agency.look("wire")
    agency.wires["city"].entries = [entry(1, id="urn:city:1", url="https://city.example/1")]
    agency.look("city")
    assert agency.told("late") == ["published"]
