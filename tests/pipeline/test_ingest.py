"""Files come, change, move and go; articles, feeds and what is owed follow."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.errors import SourceError
from feeder.model.article import Bar, State
from feeder.model.delivery import Attempt, DeliveryState, Kind, Lane, Outcome, Phase
from feeder.pipeline import birth, intake
from feeder.pipeline.identity import article_id, article_slug, event_id
from feeder.store import aliases, articles, deliveries, documents, feeds, outcomes, sending
from feeder.store.documents import DocumentState
from tests.pipeline.desk import Newsroom, move
from tests.samples import NOW, feed, webhook

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.model.delivery import Delivery
    from feeder.model.document import Document, Hints, Reading
    from feeder.store import Store, Tx

ONE = "First story of the day"
TWO = "Second story of the day"


# ---------------------------------------------------------------- no flood


def test_what_a_source_had_at_its_first_look_is_published_and_told_to_nobody(newsroom: Newsroom) -> None:
    newsroom.story("one.txt", ONE)
    assert newsroom.look() == {"published": 1}
    assert newsroom.the(ONE).bar is Bar.FIRST_LOOK
    assert newsroom.owed() == []


def test_what_comes_after_the_first_look_is_owed_once(newsroom: Newsroom) -> None:
    newsroom.began().story("one.txt", ONE)
    assert newsroom.look() == {"published": 1}
    assert newsroom.look() == {}
    assert newsroom.told() == [("published", 1)]


def test_articles_of_one_day_and_edits_of_one_look_are_told_apart_by_their_updates(newsroom: Newsroom) -> None:
    """Readers of Atom, and the W3C validator, take two entries of one `updated` for a mistake."""
    for name in ("a", "b", "c"):
        newsroom.write(
            f"{name}.md", f"---\ntitle: Of {name}\ndate: 2026-01-02\n---\nIt rained on {name} all day.\n"
        )
    newsroom.look()
    them = [newsroom.the(f"Of {name}") for name in ("a", "b", "c")]
    assert len({it.published for it in them}) == 1
    assert len({it.updated for it in them}) == 3
    assert all(it.updated - it.published < timedelta(seconds=1) for it in them)
    for name in ("a", "b", "c"):
        newsroom.write(
            f"{name}.md", f"---\ntitle: Of {name}\ndate: 2026-01-02\n---\nIt snowed on {name} at last.\n"
        )
    newsroom.look()
    assert len({newsroom.the(f"Of {name}").updated for name in ("a", "b", "c")}) == 3


def test_backfill_owes_the_newest_of_the_past_oldest_first(store: Store, tmp_path: Path) -> None:
    newsroom = Newsroom(store, tmp_path / "a", webhooks={"partner": webhook(backfill=2), "other": webhook()})
    for day in (1, 2, 3):
        newsroom.write(f"{day}.md", f"---\ntitle: Day {day}\ndate: 2026-01-0{day}\n---\nIt rained.\n")
    newsroom.look()
    titles = [_article(store, str(it.article)) for it in newsroom.owed()]
    assert titles == ["Day 2", "Day 3"]
    assert newsroom.owed("other") == []


def test_since_owes_what_bears_that_date_or_a_later_one(store: Store, tmp_path: Path) -> None:
    newsroom = Newsroom(store, tmp_path / "a", webhooks={"partner": webhook(since=date(2026, 1, 2))})
    for day in (1, 2, 3):
        newsroom.write(f"{day}.md", f"---\ntitle: Day {day}\ndate: 2026-01-0{day}\n---\nIt rained.\n")
    newsroom.look()
    assert [_article(store, str(it.article)) for it in newsroom.owed()] == ["Day 2", "Day 3"]


def test_a_webhook_that_comes_later_is_owed_only_what_comes_after_it(newsroom: Newsroom) -> None:
    newsroom.began().story("one.txt", ONE)
    newsroom.look()
    newsroom.configure(webhooks={"late": webhook(), "greedy": webhook(backfill=5)})
    newsroom.story("two.txt", TWO)
    newsroom.look()
    assert newsroom.told("late") == [("published", 1)]
    assert newsroom.told("greedy") == [("published", 1), ("published", 1)]


def test_an_old_date_does_not_keep_a_file_from_being_told(newsroom: Newsroom) -> None:
    newsroom.began().write("old.md", "---\ntitle: From the archive\ndate: 1999-12-31\n---\nA party.\n")
    newsroom.look()
    assert newsroom.told() == [("published", 1)]
    assert newsroom.the("From the archive").published == datetime(1999, 12, 31, 12, tzinfo=UTC)


def test_a_crash_during_the_first_look_does_not_make_its_rest_new(store: Store, tmp_path: Path) -> None:
    newsroom = Newsroom(store, tmp_path / "a")
    newsroom.story("one.txt", ONE)
    newsroom.look(["one.txt"])  # as far as it came
    newsroom.story("two.txt", TWO)
    newsroom.look()
    assert newsroom.owed() == []
    assert {it.bar for it in newsroom.articles()} == {Bar.FIRST_LOOK}


# ---------------------------------------------------------------- edits, moves, copies, deletions


def test_an_edited_file_is_a_new_revision_of_the_same_article(newsroom: Newsroom) -> None:
    newsroom.began().story("one.txt", ONE)
    newsroom.look()
    before = newsroom.the(ONE)
    newsroom.story("one.txt", "First story of the day, corrected")
    assert newsroom.look() == {"updated": 1}
    (after,) = newsroom.articles()
    assert (after.id, after.slug, after.published, after.revision) == (before.id, before.slug, before.published, 2)
    assert after.updated > before.updated
    assert newsroom.told() == [("published", 1), ("updated", 2)]


def test_a_file_that_was_only_touched_is_nothing_new(newsroom: Newsroom) -> None:
    path = newsroom.began().story("one.txt", ONE)
    newsroom.look()
    os.utime(path, (1, 1))
    assert newsroom.look() == {"unchanged": 1}
    assert newsroom.look() == {}
    assert newsroom.told() == [("published", 1)]


def test_a_renamed_file_is_the_same_article(newsroom: Newsroom) -> None:
    path = newsroom.began().story("one.txt", ONE)
    newsroom.look()
    before = newsroom.articles()
    move(path, newsroom.root / "asia" / "uno.txt")
    assert newsroom.look() == {"unchanged": 1}
    assert newsroom.articles() == before
    assert newsroom.told() == [("published", 1)]
    with newsroom.store.read() as tx:
        assert set(aliases.of(tx, before[0].id)) == {("path", "one.txt"), ("path", "asia/uno.txt")}


def test_a_file_that_is_renamed_and_later_edited_is_still_the_same_article(newsroom: Newsroom) -> None:
    path = newsroom.began().story("one.txt", ONE)
    newsroom.look()
    move(path, newsroom.root / "uno.txt")
    newsroom.look(["one.txt", "uno.txt"])
    newsroom.story("uno.txt", "Another headline for it")
    newsroom.look()
    assert newsroom.told() == [("published", 1), ("updated", 2)]


def test_a_new_file_under_a_name_that_moved_away_is_a_new_article(newsroom: Newsroom) -> None:
    path = newsroom.began().story("one.txt", ONE)
    newsroom.look()
    move(path, newsroom.root / "uno.txt")
    newsroom.look()
    newsroom.story("one.txt", TWO)
    newsroom.look()
    assert len({it.id for it in newsroom.articles()}) == 2
    assert newsroom.the(ONE).revision == 1
    assert newsroom.told() == [("published", 1), ("published", 1)]


def test_two_files_that_swap_their_names_keep_their_articles(newsroom: Newsroom) -> None:
    one, two = newsroom.began().story("one.txt", ONE), newsroom.story("two.txt", TWO)
    newsroom.look()
    before = newsroom.articles()
    move(one, newsroom.root / "passing.txt")
    move(two, one)
    move(newsroom.root / "passing.txt", two)
    newsroom.look()
    assert newsroom.articles() == before
    assert newsroom.told() == [("published", 1), ("published", 1)]


def test_files_that_move_up_by_one_keep_their_articles(newsroom: Newsroom) -> None:
    one, two = newsroom.began().story("1.txt", ONE), newsroom.story("2.txt", TWO)
    newsroom.look()
    before = newsroom.articles()
    move(two, newsroom.root / "3.txt")
    move(one, newsroom.root / "2.txt")
    newsroom.look(["1.txt", "2.txt", "3.txt"])
    assert newsroom.articles() == before
    assert newsroom.told() == [("published", 1), ("published", 1)]


def test_a_file_moved_over_another_withdraws_what_stood_there(newsroom: Newsroom) -> None:
    one, two = newsroom.began().story("1.txt", ONE), newsroom.story("2.txt", TWO)
    newsroom.look()
    move(one, two)
    newsroom.look(["1.txt", "2.txt"])
    assert newsroom.the(ONE).state is State.LIVE
    assert newsroom.the(TWO).state is State.WITHDRAWN
    assert newsroom.told() == [("published", 1), ("published", 1)], "the other was cancelled before it was sent"


def test_files_that_rotate_keep_their_articles_and_the_new_one_is_new(newsroom: Newsroom) -> None:
    previous, latest = (
        newsroom.began().story("previous.txt", "Sunday paper"),
        newsroom.story("latest.txt", "Monday paper"),
    )
    newsroom.look()
    move(latest, previous)
    newsroom.story("latest.txt", "Tuesday paper")
    newsroom.look(["previous.txt", "latest.txt"])
    assert {it.content.title: it.state for it in newsroom.articles()} == {
        "Sunday paper": State.WITHDRAWN,
        "Monday paper": State.LIVE,
        "Tuesday paper": State.LIVE,
    }
    assert newsroom.the("Monday paper").revision == 1


def test_many_files_that_move_down_by_one_keep_their_articles_across_batches(newsroom: Newsroom) -> None:
    newsroom.began()
    for number in range(70):
        newsroom.story(f"{number:03}.txt", f"Story number {number} of the day")
    newsroom.look()
    before = {it.content.title: it.id for it in newsroom.articles()}
    for number in range(69):
        move(newsroom.root / f"{number + 1:03}.txt", newsroom.root / f"{number:03}.txt")
    newsroom.look()
    live = {it.content.title: it.id for it in newsroom.articles() if it.state is State.LIVE}
    gone = [it.content.title for it in newsroom.articles() if it.state is State.WITHDRAWN]
    assert gone == ["Story number 0 of the day"]
    assert live == {title: key for title, key in before.items() if title not in gone}


def test_a_withdrawal_that_was_cancelled_is_not_believed_to_be_heard(newsroom: Newsroom) -> None:
    path = newsroom.began().story("one.txt", ONE)
    newsroom.look()
    _deliver_all(newsroom)
    path.unlink()
    newsroom.look()
    _refuse_all(newsroom)
    newsroom.story("one.txt", ONE)
    newsroom.look()
    path.unlink()
    newsroom.look()
    assert newsroom.told()[-1] == ("withdrawn", 4)
    assert newsroom.owed()[-1].state is DeliveryState.PENDING


def test_a_webhook_for_updates_is_not_told_of_a_new_article(store: Store, tmp_path: Path) -> None:
    newsroom = Newsroom(store, tmp_path / "a", webhooks={"partner": webhook(on=["updated"])}).began()
    newsroom.story("one.txt", ONE)
    newsroom.look()
    assert newsroom.told() == []
    newsroom.story("one.txt", ONE, "It was edited since.")
    newsroom.look()
    assert newsroom.told() == [("updated", 2)]


def test_a_renamed_and_edited_file_with_an_id_of_its_own_is_the_same_article(newsroom: Newsroom) -> None:
    path = newsroom.began().write("a.md", "---\ntitle: A story\nid: desk-7\n---\nOne.\n")
    newsroom.look()
    path.unlink()
    newsroom.write("b.md", "---\ntitle: A story, edited\nid: desk-7\n---\nTwo.\n")
    assert newsroom.look(["b.md"]) == {"updated": 1}, "nobody has noticed yet that a.md is gone"
    assert newsroom.look(["a.md"]) == {}
    assert newsroom.told() == [("published", 1), ("updated", 2)]


def test_a_refused_claim_is_looked_at_again_when_the_other_document_goes(newsroom: Newsroom) -> None:
    path = newsroom.began().write("a.md", "---\ntitle: A story\nid: desk-7\n---\nOne.\n")
    newsroom.write("b.md", "---\ntitle: Another story\nid: desk-7\n---\nTwo.\n")
    newsroom.look()
    path.unlink()
    newsroom.look()
    newsroom.look()
    assert [it.state for it in newsroom.articles()] == [State.LIVE]
    assert _in_state(newsroom, DocumentState.QUARANTINED) == []


def test_a_copy_is_not_published_twice_and_may_become_an_article_of_its_own(newsroom: Newsroom) -> None:
    path = newsroom.began().story("one.txt", ONE)
    newsroom.look()
    shutil.copy(path, newsroom.root / "template.txt")
    assert newsroom.look() == {"unchanged": 1}
    assert len(newsroom.articles()) == 1
    newsroom.story("template.txt", TWO)
    assert newsroom.look() == {"published": 1}
    assert newsroom.the(ONE).revision == 1
    newsroom.story("one.txt", "First story, corrected")
    assert newsroom.look() == {"updated": 1}
    assert newsroom.told() == [("published", 1), ("published", 1), ("updated", 2)]


def test_a_deleted_file_is_withdrawn_and_whoever_was_told_is_told(newsroom: Newsroom) -> None:
    path = newsroom.began().story("one.txt", ONE)
    newsroom.look()
    _deliver_all(newsroom)
    path.unlink()
    assert newsroom.look() == {"withdrawn": 1}
    (gone,) = newsroom.articles()
    assert (gone.state, gone.revision) == (State.WITHDRAWN, 2)
    assert newsroom.told() == [("published", 1), ("withdrawn", 2)]
    with newsroom.store.read() as tx:
        assert feeds.newest(tx, "all", 10) == ()
    assert newsroom.look() == {}


def test_an_article_that_was_withdrawn_before_it_was_sent_is_not_sent_at_all(newsroom: Newsroom) -> None:
    path = newsroom.began().story("one.txt", ONE)
    newsroom.look()
    path.unlink()
    newsroom.look()
    (only,) = newsroom.owed()
    assert (only.kind, only.state) == (Kind.PUBLISHED, DeliveryState.CANCELLED)


def test_a_file_that_comes_back_is_the_same_article_and_an_update(newsroom: Newsroom) -> None:
    path = newsroom.began().story("one.txt", ONE)
    newsroom.look()
    _deliver_all(newsroom)
    path.unlink()
    newsroom.look()
    newsroom.story("elsewhere.txt", ONE)
    assert newsroom.look() == {"updated": 1}
    assert newsroom.the(ONE).state is State.LIVE
    assert newsroom.told() == [("published", 1), ("withdrawn", 2), ("updated", 3)]


def test_what_comes_back_before_it_was_ever_sent_is_published_to_the_webhook(newsroom: Newsroom) -> None:
    path = newsroom.began().story("one.txt", ONE)
    newsroom.look()
    path.unlink()
    newsroom.look()
    newsroom.story("one.txt", ONE)
    newsroom.look()
    assert [(it.kind, it.state) for it in newsroom.owed()] == [
        (Kind.PUBLISHED, DeliveryState.CANCELLED),
        (Kind.PUBLISHED, DeliveryState.PENDING),
    ]


def test_what_was_withdrawn_by_hand_stays_away_until_it_is_taken_back_by_hand(newsroom: Newsroom) -> None:
    path = newsroom.began().story("one.txt", ONE)
    newsroom.look()
    key = newsroom.the(ONE).id
    with newsroom.store.write() as tx:
        assert intake.withdraw(tx, newsroom.audience, key, newsroom.now, State.RETRACTED)
    move(path, newsroom.root / "renamed.txt")
    newsroom.look()
    newsroom.story("renamed.txt", ONE, "It was edited since.")
    assert newsroom.look() == {"retracted": 1}
    assert newsroom.the(ONE).state is State.RETRACTED
    with newsroom.store.write() as tx:
        assert intake.take_back(tx, newsroom.audience, key, newsroom.now)
    assert newsroom.look() == {"updated": 1}, "with what was edited meanwhile"
    assert newsroom.the(ONE).state is State.LIVE
    assert "edited since" in newsroom.the(ONE).content.html


def test_an_edit_that_leaves_a_choice_withdraws_and_one_that_enters_it_publishes(
    store: Store, tmp_path: Path
) -> None:
    from feeder.model.where import Term, Value

    asia = webhook(where=Term("category", (Value("Asia"),)))
    newsroom = Newsroom(store, tmp_path / "a", webhooks={"asia": asia}).began()
    for revision, category in enumerate(("Europe", "Asia", "Asia", "Europe", "Africa", "Asia")):
        newsroom.write("a.md", f"---\ntitle: A story\ncategories: [{category}]\n---\nVersion {revision}.\n")
        newsroom.look()
    (newsroom.root / "a.md").unlink()
    _deliver_all(newsroom, "asia")
    newsroom.look()
    assert newsroom.told("asia") == [
        ("published", 2),
        ("updated", 3),
        ("withdrawn", 4),
        ("updated", 6),
        ("withdrawn", 7),
    ]


def test_a_folder_that_vanishes_withdraws_nothing(newsroom: Newsroom) -> None:
    newsroom.began().story("one.txt", ONE)
    newsroom.look()
    hidden = newsroom.root.with_name("hidden")
    newsroom.root.rename(hidden)
    with pytest.raises(SourceError, match="No such file"):
        newsroom.look()
    newsroom.root.mkdir()  # an unmounted folder is an empty one
    with pytest.raises(SourceError, match="nothing was withdrawn"):
        newsroom.look()
    newsroom.root.rmdir()
    hidden.rename(newsroom.root)
    assert newsroom.look() == {}
    assert newsroom.the(ONE).state is State.LIVE


def test_an_id_of_its_own_is_known_again_wherever_the_file_stands(newsroom: Newsroom) -> None:
    path = newsroom.began().write("a.md", "---\ntitle: A story\nid: desk-7\n---\nOne.\n")
    newsroom.look()
    path.unlink()
    newsroom.write("b/c.md", "---\ntitle: A story, told anew\nid: desk-7\n---\nTwo.\n")
    newsroom.look()
    assert newsroom.told() == [("published", 1), ("updated", 2)]


def test_an_id_that_another_file_has_is_refused_by_name(newsroom: Newsroom) -> None:
    newsroom.began().write("a.md", "---\ntitle: A story\nid: desk-7\n---\nOne.\n")
    newsroom.look()
    newsroom.write("b.md", "---\ntitle: Another story\nid: desk-7\n---\nTwo.\n")
    assert newsroom.look() == {"quarantined": 1}
    assert [it.reason for it in _in_state(newsroom, DocumentState.QUARANTINED)] == [
        'its id "desk-7" is already that of a.md; give it one of its own'
    ]
    assert len(newsroom.articles()) == 1


# ---------------------------------------------------------------- what cannot be read, what waits


def test_what_cannot_be_read_goes_to_the_quarantine_and_stops_nobody(newsroom: Newsroom) -> None:
    (newsroom.began().root / "bad.txt").write_bytes(b"\x7fELF\x00\x01\x02\x00" * 100)
    (newsroom.root / "empty.txt").write_bytes(b"")
    newsroom.write("big.txt", "x" * 100_001)
    os.mkfifo(newsroom.root / "pipe.txt")
    (newsroom.root / "out.txt").symlink_to("/etc/hostname")
    newsroom.story("good.txt", ONE)
    assert newsroom.look() == {"published": 1, "quarantined": 5}
    reasons = {it.key: it.reason for it in _in_state(newsroom, DocumentState.QUARANTINED)}
    assert reasons.keys() == {"bad.txt", "empty.txt", "big.txt", "pipe.txt", "out.txt"}
    assert "max-size" in reasons["big.txt"]
    assert "out of the folder" in reasons["out.txt"]
    assert newsroom.look() == {}, "it is not read again before it changes"


def test_an_article_whose_file_breaks_stays_as_it_was(newsroom: Newsroom) -> None:
    path = newsroom.began().story("one.txt", ONE)
    newsroom.look()
    path.write_bytes(b"\x00\x01\x02\x03" * 50)
    assert newsroom.look() == {"quarantined": 1}
    assert newsroom.the(ONE).state is State.LIVE
    newsroom.story("one.txt", "First story, mended")
    assert newsroom.look() == {"updated": 1}


def test_a_draft_waits_and_a_draft_again_is_withdrawn(newsroom: Newsroom) -> None:
    newsroom.began().write("a.md", "---\ntitle: A plan\ndraft: true\n---\nText.\n")
    assert newsroom.look() == {"waiting": 1}
    newsroom.write("a.md", "---\ntitle: A plan\n---\nText.\n")
    assert newsroom.look() == {"published": 1}
    newsroom.write("a.md", "---\ntitle: A plan\ndraft: true\n---\nText.\n")
    assert newsroom.look() == {"waiting": 1}
    assert newsroom.the("A plan").state is State.WITHDRAWN


def test_an_article_with_a_date_to_come_is_published_on_its_day(newsroom: Newsroom) -> None:
    day = (newsroom.now + timedelta(days=2)).date()
    newsroom.began().write("a.md", f"---\ntitle: Embargo\ndate: {day}\n---\nText.\n")
    assert newsroom.look() == {"waiting": 1}
    assert newsroom.look() == {}
    newsroom.now += timedelta(days=3)
    assert newsroom.look() == {"published": 1}
    assert newsroom.told() == [("published", 1)]


def test_one_document_that_breaks_its_reader_stops_nobody(newsroom: Newsroom) -> None:
    from dataclasses import replace

    from feeder.extractors import read
    from feeder.pipeline.ingest import ingest

    newsroom.began().story("bad.txt", ONE)
    newsroom.story("good.txt", TWO)

    def breaks(document: Document, hints: Hints) -> Reading:
        if document.key == "bad.txt":
            raise RuntimeError
        return read(document, hints)

    desk = replace(newsroom.desk(), read=breaks)
    counts = ingest(desk, newsroom.source, newsroom.now, final=True).counts
    assert counts == {"published": 1, "quarantined": 1}


def test_told_to_stop_it_stops_after_a_document_and_the_next_look_takes_the_rest(newsroom: Newsroom) -> None:
    from dataclasses import replace

    from feeder.pipeline.ingest import ingest

    for number in range(120):
        newsroom.story(f"{number}.txt", f"Story number {number} of the day")
    asked = iter(range(1000))
    desk = replace(newsroom.desk(), stopping=lambda: next(asked) >= 60)
    report = ingest(desk, newsroom.source, newsroom.now, final=True)
    assert (report.counts, report.whole) == ({"published": 60}, False)
    assert newsroom.look() == {"published": 60}
    assert newsroom.owed() == [], "the first look was not over"


def test_another_path_in_the_configuration_is_meant(newsroom: Newsroom, tmp_path: Path) -> None:
    from feeder.sources.folder import Folder

    newsroom.began().story("one.txt", ONE)
    newsroom.look()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    newsroom.source = Folder("newsroom", elsewhere, 100_000)
    assert newsroom.look() == {"withdrawn": 1}


# ---------------------------------------------------------------- feeds and choices


def test_feeds_choose_by_where_and_for_each_makes_one_for_every_value(store: Store, tmp_path: Path) -> None:
    from feeder.model.where import Term, Value

    asia = feed(where=Term("category", (Value("Asia"),)))
    newsroom = Newsroom(store, tmp_path / "a", feeds={"asia": asia, "by": feed(**{"for-each": "category"})})
    newsroom.write("1.md", "---\ntitle: Rain\ncategories: [Asia, Weather]\n---\nMuch.\n")
    newsroom.write("2.md", "---\ntitle: Snow\ncategories: [Weather]\n---\nNone.\n")
    newsroom.look()
    assert _titles(newsroom) == {"asia": {"Rain"}, "by/asia": {"Rain"}, "by/weather": {"Rain", "Snow"}}
    newsroom.write("1.md", "---\ntitle: Rain\ncategories: [Europe]\n---\nMuch.\n")
    newsroom.look()
    assert _titles(newsroom) == {"asia": set(), "by/asia": set(), "by/europe": {"Rain"}, "by/weather": {"Snow"}}


def test_a_feed_whose_rule_changes_chooses_anew_from_all_that_is_stored(newsroom: Newsroom) -> None:
    from feeder.model.where import Term, Value

    newsroom.story("one.txt", ONE)
    newsroom.story("two.txt", TWO)
    newsroom.look()
    newsroom.configure(feeds={"all": feed(where=Term("title", (Value("second"),)))})
    assert _titles(newsroom) == {"all": {TWO}}
    newsroom.configure(feeds={"other": feed()})
    assert _titles(newsroom) == {"all": set(), "other": {ONE, TWO}}
    newsroom.configure(feeds={"all": feed()})
    assert _titles(newsroom)["all"] == {ONE, TWO}


def test_a_webhook_gets_only_what_its_words_choose(store: Store, tmp_path: Path) -> None:
    from feeder.model.where import Not, Term, Value

    first = Term("title", (Value("first"),))
    hooks = {
        "first": webhook(where=first),
        "rest": webhook(where=Not(first)),
        "quiet": webhook(on=["withdrawn"]),
        "off": webhook(enabled=False),
    }
    newsroom = Newsroom(store, tmp_path / "a", webhooks=hooks).began()
    newsroom.story("one.txt", ONE)
    newsroom.look()
    newsroom.story("one.txt", ONE, "The council met again, on Tuesday, and agreed.")
    newsroom.look()
    assert newsroom.told("first") == [("published", 1), ("updated", 2)]
    assert [newsroom.told(name) for name in ("rest", "quiet", "off")] == [[], [], []]


def test_a_delivery_of_a_webhook_with_a_schedule_is_due_at_its_time(store: Store, tmp_path: Path) -> None:
    from dataclasses import replace

    newsroom = Newsroom(store, tmp_path / "a").began()
    evening = NOW + timedelta(hours=8)
    newsroom.audience = replace(newsroom.audience, due=lambda _options, _now: evening)
    newsroom.story("one.txt", ONE)
    newsroom.look()
    assert [it.due for it in newsroom.owed()] == [evening]


# ---------------------------------------------------------------- dates and names


def test_a_day_without_a_time_is_noon_of_that_day_and_today_is_now() -> None:
    zone = ZoneInfo("Europe/Brussels")
    now = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)
    modified = now - timedelta(hours=1)
    assert birth.published_at(date(2026, 1, 14), modified, now, zone) == datetime(2026, 1, 14, 11, tzinfo=UTC)
    assert birth.published_at(date(2026, 1, 15), modified, now, zone) == now
    assert birth.published_at(date(2027, 1, 1), modified, now, zone) == now
    assert birth.published_at(None, modified, now, zone) == modified
    assert birth.published_at(date(1, 1, 1), modified, now, zone) == modified


@given(
    st.one_of(st.none(), st.dates(), st.datetimes(timezones=st.timezones())),
    st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001
)
def test_no_date_is_published_in_the_future_and_none_breaks_the_calendar(
    stated: date | datetime | None, now: datetime
) -> None:
    moment = birth.published_at(stated, now, now, ZoneInfo("Pacific/Kiritimati"))
    assert moment <= now
    assert moment.tzinfo is UTC or moment.utcoffset() == timedelta()


def test_names_hang_on_the_source_and_the_first_key_only() -> None:
    one = article_id("newsroom", "path", "a.txt")
    assert one == article_id("newsroom", "path", "a.txt")
    assert one.startswith("urn:uuid:")
    others = {
        article_id("wire", "path", "a.txt"),
        article_id("newsroom", "native", "a.txt"),
        article_id("newsroom", "path", "b.txt"),
        article_id("newsroom", "path", "a.txt", 1),
    }
    assert len({one, *others}) == 5
    assert article_slug("Größe zählt!", one).startswith("grosse-zahlt-")
    assert article_slug("…", one) == one.rpartition(":")[2].replace("-", "")[:10]
    assert event_id(one, Kind.PUBLISHED, 1) != event_id(one, Kind.UPDATED, 1)
    assert "." not in event_id(one, Kind.PUBLISHED, 1)


def test_the_same_files_make_the_same_ids_in_another_store(store: Store, tmp_path: Path) -> None:
    first = Newsroom(store, tmp_path / "a").began()
    first.story("one.txt", ONE)
    first.look()
    assert first.the(ONE).id == article_id("newsroom", "path", "one.txt")
    assert first.owed()[0].event == event_id(first.the(ONE).id, Kind.PUBLISHED, 1)


# ---------------------------------------------------------------- helpers


def _article(store: Store, key: str) -> str:
    with store.read() as tx:
        found = articles.get(tx, key)
    assert found is not None
    return found.content.title


def _in_state(newsroom: Newsroom, state: DocumentState) -> list[documents.Known]:
    with newsroom.store.read() as tx:
        return list(documents.in_state(tx, state, 100))


def _titles(newsroom: Newsroom) -> dict[str, set[str]]:
    with newsroom.store.read() as tx:
        return {name: {it.content.title for it in feeds.newest(tx, name, 50)} for name in feeds.versions(tx)}


def _deliver_all(newsroom: Newsroom, name: str = "partner") -> None:
    with newsroom.store.write() as tx:
        while claimed := _claim(tx, newsroom.now, name):
            done = [
                outcomes.Settled(it.id, "t", DeliveryState.DELIVERED, "204", 1, 0, None, it.began)
                for it in claimed
            ]
            assert len(outcomes.settle(tx, done, newsroom.now)) == len(claimed)


def _claim(tx: Tx, now: datetime, name: str = "partner") -> tuple[Delivery, ...]:
    return sending.claim(tx, {name: 100}, Lane.NEWS, now, now, "t", 1000)


def _refuse_all(newsroom: Newsroom) -> None:
    """Everything that waits is tried once, in vain."""
    now = newsroom.now
    with newsroom.store.write() as tx:
        claimed = _claim(tx, now)
        again = [outcomes.Settled(it.id, "t", DeliveryState.PENDING, "503", 1, 0, now, it.began) for it in claimed]
        assert len(outcomes.settle(tx, again, now)) == len(claimed)
        tried = [Attempt(it.id, 1, now, 0.1, Phase.DONE, Outcome.RETRY, "503", 503) for it in claimed]
        deliveries.log_all(tx, tried)


# ---------------------------------------------------------------- an end, and former addresses


def _until(newsroom: Newsroom, when: datetime, words: str = "The council met on Monday.") -> None:
    newsroom.write("a.md", f"---\ntitle: Rain\nexpiryDate: {when.isoformat()}\n---\n{words}\n")


def test_an_article_is_withdrawn_when_its_expiry_date_comes_and_nobody_touches_its_file(
    newsroom: Newsroom,
) -> None:
    newsroom.began()
    _until(newsroom, newsroom.now + timedelta(hours=1))
    newsroom.look()
    assert newsroom.look() == {}
    newsroom.now += timedelta(hours=1)
    assert newsroom.look() == {"withdrawn": 1}
    assert newsroom.look() == {}
    assert newsroom.the("Rain").state is State.WITHDRAWN
    assert [it.state for it in newsroom.owed()] == [DeliveryState.CANCELLED]


def test_an_article_that_has_expired_comes_back_with_a_later_expiry_date(newsroom: Newsroom) -> None:
    newsroom.began()
    _until(newsroom, newsroom.now + timedelta(hours=1))
    newsroom.look()
    newsroom.now += timedelta(hours=2)
    newsroom.look()
    _until(newsroom, newsroom.now + timedelta(hours=1))
    assert newsroom.look() == {"updated": 1}
    assert newsroom.the("Rain").state is State.LIVE
    newsroom.now += timedelta(hours=2)
    assert newsroom.look() == {"withdrawn": 1}


def test_an_expiry_date_that_is_put_off_in_time_withdraws_nothing(newsroom: Newsroom) -> None:
    newsroom.began()
    _until(newsroom, newsroom.now + timedelta(hours=1))
    newsroom.look()
    newsroom.now += timedelta(hours=2)
    _until(newsroom, newsroom.now + timedelta(days=1))
    assert newsroom.look() == {"unchanged": 1}
    assert newsroom.told() == [("published", 1)]


def test_an_article_is_known_again_by_an_address_at_which_it_stood_before(newsroom: Newsroom) -> None:
    newsroom.began()
    first = newsroom.write("a.md", "---\ntitle: Rain\nurl: /2019/rain\n---\nIt rained over the harbour all day.\n")
    newsroom.look()
    before = newsroom.the("Rain")
    first.unlink()
    newsroom.write(
        "b.md",
        "---\ntitle: Rain falls\nurl: /weather/rain\nredirect_from: /2019/rain/\n---\nIt rained all day.\n",
    )
    newsroom.look()
    (after,) = newsroom.articles()
    assert (after.id, after.content.title, after.state) == (before.id, "Rain falls", State.LIVE)


def test_an_address_that_two_articles_claim_is_the_former_one_of_neither(newsroom: Newsroom) -> None:
    newsroom.began()
    head = "---\ntitle: {0}\naliases: [/old]\n---\n{0} fell over the harbour all day.\n"
    for name in ("Rain", "Snow"):
        newsroom.write(f"{name}.md", head.format(name))
    newsroom.look()
    assert sorted(it.content.title for it in newsroom.articles()) == ["Rain", "Snow"]
