"""Whatever a source does to addresses, ids and dates, its articles are known again and nobody is told twice."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from feeder.store import documents
from tests.pipeline.wire import Agency, Entry, Wire, entry
from tests.samples import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from feeder.store import Store

# The code is the same on both; a server takes its time.
EMBEDDED, SERVED = 30, 20


def _with_address(change: Callable[[str], str]) -> Callable[[Entry], Entry]:
    """What a source does to an address it does to the ids that are made of it."""
    return lambda it: it | {"id": change(it["id"]), "url": change(it["url"])}


CHURN: dict[str, Callable[[Entry], Entry]] = {
    "http becomes https": _with_address(lambda url: url.replace("https://", "http://")),
    "www goes": _with_address(lambda url: url.replace("://www.", "://")),
    "tracking comes": _with_address(lambda url: f"{url}?utm_source=rss&utm_medium=feed&fbclid=abc"),
    "a slash comes": _with_address(lambda url: f"{url}/"),
    "ids are made anew": lambda it: it | {"id": f"urn:new:{hash(it['id'])}"},
    "ids go": lambda it: {key: value for key, value in it.items() if key != "id"},
    "dates are bumped": lambda it: it | {"date_published": NOW.isoformat()},
    "tags come": lambda it: it | {"tags": ["News"]},
}
EDITS: dict[str, Callable[[Entry], Entry]] = {
    "headline and slug are edited": lambda it: (
        it
        | {
            "title": it["title"].replace("at last", "after all"),
            "id": it["id"].replace("at-last", "after-all"),
            "url": it["url"].replace("at-last", "after-all"),
        }
    ),
    "it moves to another domain": _with_address(lambda url: url.replace("www.wire.example", "news.example/wire")),
    "all of it moves": lambda it: (
        it | {"id": f"urn:moved:{hash(it['url'])}", "url": f"https://news.example/{abs(hash(it['url']))}"}
    ),
}


def _agency(store: Store) -> Agency:
    """A wire of which everything was told, so that what it says again could be told again."""
    agency = Agency(store, Wire())
    agency.look()
    wire = agency.wires["wire"]
    for start in range(0, _size(store), 5):  # no more at once than a real one
        wire.entries = [entry(n, NOW - timedelta(hours=n)) for n in range(start, start + 5)] + wire.entries
        agency.look()
    assert agency.told() == ["published"] * _size(store)
    return agency


def _size(store: Store) -> int:
    return EMBEDDED if store.embedded else SERVED


def _told_again(agency: Agency, change: Callable[[Entry], Entry]) -> float:
    wire = agency.wires["wire"]
    wire.entries = [change(it) for it in wire.entries]
    agency.look()
    # What would be published is as bad as what is: held ones count too.
    size = _size(agency.store)
    return (len(agency.articles()) - size) / size


@pytest.mark.parametrize("what", CHURN)
def test_what_a_source_changes_by_itself_makes_no_article_new(store: Store, what: str) -> None:
    agency = _agency(store)
    assert _told_again(agency, CHURN[what]) < 0.01
    if what != "tags come":
        assert set(agency.told()) == {"published"}, "nor is it an edit"


@pytest.mark.parametrize("what", EDITS)
def test_an_edited_headline_or_a_move_makes_hardly_any_article_new(store: Store, what: str) -> None:
    agency = _agency(store)
    assert _told_again(agency, EDITS[what]) < 0.1
    assert agency.told().count("published") == _size(store)


def test_what_was_known_by_another_name_is_known_by_both(store: Store) -> None:
    agency = Agency(store, Wire(entries=[entry(1)]))
    agency.look()
    first = agency.articles()
    wire = agency.wires["wire"]
    for change in (CHURN["ids are made anew"], EDITS["headline and slug are edited"], CHURN["ids go"]):
        wire.entries = [change(it) for it in wire.entries]
        agency.look()
    wire.entries = [entry(1)]
    agency.look()
    (article,) = agency.articles()
    assert (article.id, article.published, article.position) == (
        first[0].id,
        first[0].published,
        first[0].position,
    )


def test_a_source_that_makes_up_new_ids_at_every_look_does_not_fill_the_store(store: Store) -> None:
    agency = Agency(store, Wire(entries=[entry(n) for n in range(3)]))
    for number in range(30):
        agency.wires["wire"].entries = [
            it | {"id": f"urn:{number}:{it['url']}"} for it in agency.wires["wire"].entries
        ]
        agency.look()
    with store.read() as tx:
        assert len(documents.stamps(tx, "wire")) == 3
    assert len(agency.articles()) == 3


def test_an_edited_text_is_the_same_article_and_an_update(store: Store) -> None:
    agency = _agency(store)
    wire = agency.wires["wire"]
    wire.entries[0] |= {"content_html": wire.entries[0]["content_html"] + "<p>The mayor had no comment.</p>"}
    agency.look()
    assert agency.told().count("updated") == 1
    assert len(agency.articles()) == _size(store)


def test_an_article_that_is_edited_all_day_is_told_of_five_times(store: Store) -> None:
    agency = Agency(store, Wire())
    agency.look()
    for number in range(12):
        agency.wires["wire"].entries = [entry(1, content_html=f"<p>Goal number {number} of the evening.</p>")]
        agency.look()
    assert agency.told() == ["published"] + ["updated"] * 5
    (article,) = agency.articles()
    assert "Goal number 11" in article.content.html, "feeds have the newest words all the same"


def test_markup_that_changes_around_the_same_words_is_told_to_nobody(store: Store) -> None:
    agency = Agency(store, Wire())
    agency.look()
    wire = agency.wires["wire"]
    wire.entries = [entry(1)]
    agency.look()
    wire.entries[0] |= {
        "content_html": wire.entries[0]["content_html"].replace("<p>", "<p><b>").replace("</p>", "</b></p>")
    }
    report = agency.look()
    assert report.counts["amended"] == 1
    assert agency.told() == ["published"]


def test_different_entries_stay_different(store: Store) -> None:
    size = 500 if store.embedded else 200
    agency = Agency(store, Wire(entries=[entry(n, NOW - timedelta(minutes=n)) for n in range(size)]))
    agency.look()
    assert len(agency.articles()) >= 0.993 * size


@pytest.mark.parametrize(
    "series",
    [
        lambda day: {"id": f"urn:weather:{day}", "url": None},
        lambda day: {"id": None, "url": f"https://wire.example/weather/{day}"},
    ],
    ids=["by id", "by address"],
)
def test_a_column_with_the_same_title_and_nearly_the_same_words_is_new_every_day(
    store: Store, series: Callable[[int], Entry]
) -> None:
    agency = Agency(store, Wire())
    agency.look()
    for day in range(5):
        same = entry(7, agency.now + timedelta(hours=23), title="The weather in Lower Town today")
        agency.wires["wire"].entries = [{k: v for k, v in (same | series(day)).items() if v is not None}]
        agency.look(after=timedelta(days=1))
    assert len(agency.articles()) == 5


def test_entries_that_share_one_id_or_one_address_are_each_an_article(store: Store) -> None:
    same = {"url": "https://wire.example/live"}
    agency = Agency(store, Wire(entries=[entry(n, id=f"urn:{n}") | same for n in range(5)]))
    agency.look()
    assert len(agency.articles()) == 5


def test_an_old_entry_that_comes_back_into_the_window_is_no_news(store: Store) -> None:
    agency = _agency(store)
    wire = agency.wires["wire"]
    everything, wire.entries = wire.entries, wire.entries[:10]
    agency.look()
    wire.entries = everything
    assert not agency.look().counts
    assert agency.told() == ["published"] * _size(store)


# ---------------------------------------------------------------- short texts that bear a day


def _teaser(number: int, **changed: object) -> Entry:
    """An entry as of a list that has been made a feed: a headline, a line, and a day."""
    title = f"Why the harbour of district {number} waits for its second bridge"
    line = f"A look at what the harbour of district {number} has waited for since spring."
    return entry(number, NOW.replace(hour=0), title=title, content_html=f"<p>{line}</p>") | changed


def _retitled(it: Entry) -> Entry:
    title = it["title"].replace("second", "new")
    return it | {"title": title, "id": f"{it['id']}-2", "url": f"{it['url']}-2"}


def test_a_short_text_of_a_day_is_known_again_under_an_edited_headline(store: Store) -> None:
    agency = Agency(store, Wire())
    agency.look()
    wire = agency.wires["wire"]
    wire.entries = [_teaser(number) for number in range(4)]
    agency.look()
    wire.entries = [_retitled(it) for it in wire.entries]
    agency.look()
    assert len(agency.articles()) == 4
    assert sorted(agency.told()) == ["published"] * 4 + ["updated"] * 4


@pytest.mark.parametrize(
    "other",
    [
        lambda it: _retitled(it) | {"title": it["title"].replace("district 1", "district 2")},
        lambda it: _retitled(it) | {"title": "Why the choir of district 1 sings on its second bridge"},
        lambda it: _retitled(it) | {"content_html": "<p>Nobody knows when the ferries will sail again.</p>"},
        lambda it: _retitled(it) | {"date_published": NOW.replace(day=2, hour=0).isoformat()},
    ],
    ids=["another number", "another headline", "another text", "another day"],
)
def test_short_texts_that_have_only_something_in_common_are_each_an_article(
    store: Store, other: Callable[[Entry], Entry]
) -> None:
    agency = Agency(store, Wire())
    agency.look()
    agency.wires["wire"].entries = [_teaser(1)]
    agency.look()
    agency.wires["wire"].entries = [other(_teaser(1))]
    agency.look(after=timedelta(days=2))
    assert len(agency.articles()) == 2


def test_a_short_text_that_is_still_shown_is_not_the_one_beside_it(store: Store) -> None:
    agency = Agency(store, Wire())
    agency.look()
    agency.wires["wire"].entries = [_teaser(1)]
    agency.look()
    agency.wires["wire"].entries = [_retitled(_teaser(1)), _teaser(1)]
    agency.look()
    assert len(agency.articles()) == 2


# ---------------------------------------------------------------- names that mean another article now


def _daily(agency: Agency, days: int, **changed: object) -> None:
    """Each day shows one entry that has nothing to do with yesterday's."""
    for day in range(days):
        made = entry(100 * day + 7, agency.now + timedelta(hours=23), id=f"urn:{day}")
        agency.wires["wire"].entries = [made | changed]
        agency.look(after=timedelta(days=1))


def test_articles_that_follow_each_other_at_one_address_under_ids_of_their_own_are_each_one(store: Store) -> None:
    agency = Agency(store, Wire())
    agency.look()
    _daily(agency, 4, url="https://wire.example/news")
    assert len(agency.articles()) == 4


def test_without_ids_what_stands_at_one_address_on_another_day_is_another_article(store: Store) -> None:
    agency = Agency(store, Wire())
    agency.look()
    for week in range(3):
        made = entry(100 * week + 7, agency.now + timedelta(days=7), url="https://wire.example/today")
        agency.wires["wire"].entries = [{key: value for key, value in made.items() if key != "id"}]
        agency.look(after=timedelta(days=7))
    assert len(agency.articles()) == 3
    assert set(agency.told()) == {"published"}


def test_ids_that_count_places_in_the_feed_make_no_article_another(store: Store) -> None:
    agency = Agency(store, Wire())
    agency.look()
    shown: list[Entry] = []
    for number in range(8):
        shown = [entry(100 * number, agency.now), *shown][:4]
        agency.wires["wire"].entries = [it | {"id": str(place)} for place, it in enumerate(shown)]
        agency.look()
    assert len(agency.articles()) == 8
    assert set(agency.told()) == {"published"}


def test_entries_without_dates_that_say_the_same_title_with_other_words_are_each_an_article(store: Store) -> None:
    agency = Agency(store, Wire())
    agency.look()
    for day in range(3):
        made = entry(
            7, id=f"urn:{day}", url=f"https://wire.example/{day}", title="The weather in Lower Town today"
        )
        words = made["content_html"].replace("look on", f"look on at {day} degrees")
        agency.wires["wire"].entries = [made | {"content_html": words, "date_published": ""}]
        agency.look()
    assert len(agency.articles()) == 3


def test_an_address_of_thousands_of_letters_is_an_address(store: Store) -> None:
    long = "https://wire.example/" + "".join(random.Random(3).choices("abcdefghijklmnop", k=4000))  # noqa: S311
    agency = Agency(store, Wire(entries=[entry(1, id="urn:1", url=long), entry(2)]))
    agency.look()
    agency.wires["wire"].entries[0] |= {"id": "urn:another"}
    agency.look()
    assert len(agency.articles()) == 2


def test_markup_that_changes_at_every_look_takes_one_revision(store: Store) -> None:
    agency = Agency(store, Wire())
    agency.look()
    for number in range(10):
        html = f"<p><b>One</b> two three.</p><img src='https://img.example/{number}/a.png'>"
        agency.wires["wire"].entries = [entry(1, content_html=html)]
        agency.look()
    (article,) = agency.articles()
    assert article.revision == 2
    assert "/9/a.png" in article.content.html
