"""Nobody who reads a feed and what it leads back to misses an article; and archives never change."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from lxml import etree

from feeder.pipeline import intake
from feeder.store import Store
from feeder.store.migrations import migrate
from tests import tables
from tests.pipeline.outside import OUTPUT
from tests.pipeline.paper import BLOCK, FORMS, HISTORY, LIMIT, Paper, entries, links, previous
from tests.pipeline.publishing import process, tree
from tests.samples import article, feed

if TYPE_CHECKING:
    from pathlib import Path as Folder


@pytest.fixture
def paper(store: Store, tmp_path: Folder) -> Paper:
    return Paper(store, tmp_path / "feeds")


every_form = pytest.mark.parametrize("form", FORMS)


def test_what_is_not_among_the_newest_stays_until_it_is_enough_for_an_archive(paper: Paper) -> None:
    paper.add(*range(LIMIT + BLOCK - 1))
    paper.publish()
    assert (len(paper.shown()), paper.archives()) == (LIMIT + BLOCK - 1, {})
    paper.add(LIMIT + BLOCK)
    paper.publish()
    assert sorted(paper.archives()) == [f"archive/all/00001.{form}" for form in FORMS]
    assert len(paper.shown()) == LIMIT


def test_a_first_fill_makes_archives_in_the_order_of_time(paper: Paper) -> None:
    paper.add(*range(LIMIT + 3 * BLOCK + 2))
    paper.publish()
    assert len(paper.shown()) == LIMIT + 2
    first = entries("json", paper.read("archive/all/00001.json"))
    assert [title for _, _, title in first] == [f"Story number {it}" for it in range(BLOCK - 1, -1, -1)]
    assert set(paper.archives("json")) == {f"archive/all/0000{it}.json" for it in (1, 2, 3)}


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_rule_59_the_document_leads_to_the_newest_archive_and_each_archive_back_and_to_the_document(
    paper: Paper, form: str
) -> None:
    paper.add(*range(LIMIT + 2 * BLOCK))
    paper.publish()
    document, newest, oldest = paper.walk(form)
    place = f"{OUTPUT}archive/all/0000%s.{form}"
    assert links(document)["prev-archive"] == place % 2
    assert (links(newest)["prev-archive"], links(newest)["current"]) == (place % 1, f"{OUTPUT}all.{form}")
    assert (links(oldest).get("prev-archive"), links(oldest)["current"]) == (None, f"{OUTPUT}all.{form}")
    marked = [
        etree.fromstring(body).find(f".//{HISTORY}archive") is not None for body in (document, newest, oldest)
    ]
    assert marked == [False, True, True]
    assert links(newest)["self"] == place % 2


def test_rule_53_next_url_of_json_leads_back_and_ends(paper: Paper) -> None:
    paper.add(*range(LIMIT + 2 * BLOCK))
    paper.publish()
    assert [previous("json", body).rpartition("/")[2] for body in paper.walk("json")] == [
        "00002.json",
        "00001.json",
        "",
    ]


def test_rule_60_archives_never_change_and_what_is_edited_comes_back_into_the_document(paper: Paper) -> None:
    paper.add(*range(LIMIT + BLOCK))
    paper.publish()
    before = paper.archives()
    paper.edit(0, "Corrected")
    report = paper.publish()
    assert report.counts["written"] == len(FORMS) + 1  # the index too
    assert paper.shown()[-1] == "Corrected"
    paper.add(*range(100, 100 + 2 * BLOCK))
    paper.publish()
    assert "Corrected" not in paper.shown()
    after = paper.archives()
    assert {name: after[name] for name in before} == before
    assert len(after) > len(before)


@every_form
def test_rule_61_a_walk_ends_and_meets_every_article_as_it_is_now(paper: Paper, form: str) -> None:
    paper.add(*range(LIMIT + BLOCK))
    paper.publish()
    for number in (0, 3, LIMIT + BLOCK - 1):
        paper.edit(number, f"Corrected {number}")
    paper.publish()
    paper.add(*range(100, 100 + 2 * BLOCK))
    paper.edit(3, "Corrected twice")
    paper.publish()
    assert paper.history(form) == paper.live()


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_rule_62_no_entry_has_a_link_of_history(paper: Paper, form: str) -> None:
    paper.add(*range(LIMIT + BLOCK))
    paper.publish()
    for body in paper.walk(form):
        for entry in etree.fromstring(body).iter("item", "{*}entry"):
            rels = {it.get("rel") for it in entry.iter("{*}link")}
            assert not rels & {"prev-archive", "next-archive", "current", "first", "last", "next", "previous"}


def test_lost_archives_are_written_again_and_those_that_are_there_stay_as_they_are(paper: Paper) -> None:
    paper.add(*range(LIMIT + 2 * BLOCK))
    paper.publish()
    whole = tree(paper.folder)
    (paper.folder / "archive/all/00001.atom").unlink()
    (paper.folder / "archive/all/00002.rss").write_bytes(b"by another hand")
    paper.publish(everything=True)
    assert tree(paper.folder) == whole | {"archive/all/00002.rss": b"by another hand"}
    shutil.rmtree(paper.folder)
    paper.restart()
    paper.publish()
    assert tree(paper.folder) == whole


def test_what_was_withdrawn_stays_in_archives_but_is_not_put_into_new_ones(paper: Paper) -> None:
    paper.add(*range(LIMIT + BLOCK))
    paper.publish()
    before = paper.archives()
    paper.withdraw(0)
    paper.publish()
    assert paper.archives() == before
    shutil.rmtree(paper.folder / "archive")
    paper.publish(everything=True)
    assert all(article(0).id.encode() not in body for body in paper.archives().values())


def test_what_was_struck_out_is_in_no_archive_of_any_folder(paper: Paper, tmp_path: Folder) -> None:
    other = Paper(paper.store, tmp_path / "other")
    paper.add(*range(LIMIT + 2 * BLOCK))
    paper.publish()
    other.publish()
    before = paper.archives()
    paper.withdraw(1)
    with paper.store.write() as tx:
        assert intake.strike(tx, article(1).id, paper.now)
        assert not intake.strike(tx, article(1).id, paper.now)
    paper.publish()
    other.restart()
    other.publish()
    assert paper.archives() == other.archives()
    assert all(article(1).id.encode() not in body for body in paper.archives().values())
    assert {name for name, body in paper.archives().items() if body != before[name]} == {
        f"archive/all/00001.{form}" for form in FORMS
    }
    paper.bring_back(1)
    paper.publish()
    assert "Story number 1" in paper.shown()
    assert paper.history("atom") == paper.live()


def test_when_the_rule_of_a_feed_changes_its_archives_stay_good(paper: Paper) -> None:
    paper.add(*range(LIMIT + 2 * BLOCK))
    paper.publish()
    before = paper.archives()
    paper.configure({"all": feed(title="All", limit=LIMIT, where={"not": {"category": ["Sea"]}})})
    paper.publish()
    assert paper.archives() == before
    assert len(paper.shown()) == LIMIT


def test_a_feed_that_ends_takes_its_archives_along_and_gets_them_back(paper: Paper) -> None:
    paper.add(*range(LIMIT + BLOCK))
    paper.publish()
    before = paper.archives()
    feeds = paper.feeds
    paper.configure({"other": feed(title="Other")})
    paper.publish()
    assert [name for name in tree(paper.folder) if "all" in name] == []
    paper.configure(feeds)
    paper.publish()
    assert paper.archives() == before


def test_a_new_store_beside_old_archives_goes_on_behind_them(paper: Paper, tmp_path: Folder) -> None:
    paper.add(*range(LIMIT + BLOCK))
    paper.publish()
    before = paper.archives()
    with_new = Store(f"sqlite:///{tmp_path}/new.db")
    migrate(with_new)
    new = Paper(with_new, paper.folder)
    new.add(*range(500, 500 + LIMIT + BLOCK))
    new.publish()
    assert {name: body for name, body in new.archives().items() if name in before} == before
    assert new.history("atom") == new.live()
    with_new.close()


def test_an_archive_that_is_lost_comes_back_with_all_articles_whose_amendments_were_amended(paper: Paper) -> None:
    """The revision that was sealed is there no more."""
    paper.add(*range(LIMIT + BLOCK))
    for number in range(3):
        paper.amend(number, "Once")
    paper.publish()
    for number in range(3):
        paper.amend(number, "Twice")
    paper.publish()
    shutil.rmtree(paper.folder / "archive")
    paper.restart()
    paper.publish()
    for form in FORMS:
        assert paper.history(form) == paper.live()
        assert len(entries(form, paper.read(f"archive/all/00001.{form}"))) == BLOCK


@pytest.mark.parametrize("name", ["99999999999999999999.atom", "2147483647.rss", "x.atom", "00001.atom~"])
def test_a_file_of_others_beside_the_archives_hinders_nobody(paper: Paper, name: str) -> None:
    foreign = paper.folder / "archive/all" / name
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"of others")
    paper.add(*range(LIMIT + BLOCK))
    paper.publish()
    paper.restart()
    paper.publish()
    for form in FORMS:
        assert paper.history(form) == paper.live()
    assert foreign.read_bytes() == b"of others"


@pytest.mark.parametrize("sealed", [False, True])
def test_archives_that_cannot_be_read_are_told_of_and_hinder_no_other_feed(paper: Paper, sealed: bool) -> None:  # noqa: FBT001
    paper.configure({"all": feed(title="All", limit=LIMIT), "other": feed(title="Other", archive=False)})
    paper.add(*range(LIMIT + BLOCK))
    if sealed:
        paper.publish()
        shutil.rmtree(paper.folder)
        paper.restart()
    (paper.folder / "archive").mkdir(parents=True)
    (paper.folder / "archive/all").symlink_to("all")
    report = paper.publisher.publish()
    assert [it for it in report.problems if "feed all was not written" in it]
    assert (paper.folder / "other.atom").exists()
    assert not (paper.folder / "all.atom").exists()
    (paper.folder / "archive/all").unlink()
    paper.publish()
    assert paper.history("atom") == paper.live()


@pytest.mark.parametrize("point", [1, 2])
def test_a_process_that_is_killed_while_it_seals_costs_nobody_anything(
    paper: Paper, store_url: str, point: int
) -> None:
    """Between the rows and the files, and between the archives and the document."""
    paper.add(*range(LIMIT + BLOCK - 1))
    paper.publish()
    old = tree(paper.folder)
    paper.add(LIMIT + BLOCK)
    with process(store_url, paper.folder, die=point, feeds="small") as killed:
        assert killed.wait() == -9
    assert paper.read("all.json") == old["all.json"]  # who reads now misses only the newest
    paper.restart()
    paper.publish()
    for form in FORMS:
        assert paper.history(form) == paper.live()
    assert len(paper.archives()) == len(FORMS)


class History(RuleBasedStateMachine):
    """Articles come, change and go; publishers come and go; what a reader knows is always what there is."""

    def __init__(self) -> None:
        super().__init__()
        self.home = tempfile.TemporaryDirectory()
        self.store = Store(tables.in_folder(self.home.name))
        self.paper = Paper(self.store, Path(self.home.name) / "feeds", formats=["atom", "json"])
        self.numbers, self.sealed, self.edits = 0, dict[str, bytes](), 0

    def teardown(self) -> None:
        self.store.close()
        self.home.cleanup()

    @rule(many=st.integers(1, BLOCK + 5))
    def come(self, many: int) -> None:
        self.paper.add(*range(self.numbers, self.numbers + many))
        self.numbers += many

    @rule(which=st.integers(0))
    def change(self, which: int) -> None:
        if self.numbers:
            self.edits += 1
            self.paper.edit(which % self.numbers, f"Edit {self.edits}")
            self.paper.bring_back(which % self.numbers)

    @rule(which=st.integers(0))
    def go(self, which: int) -> None:
        if self.numbers:
            self.paper.withdraw(which % self.numbers)

    @rule()
    def restart(self) -> None:
        self.paper.restart()

    @invariant()
    def who_has_read_everything_knows_everything(self) -> None:
        self.paper.publish()
        live = self.paper.live()
        for form in ("atom", "json"):
            known = self.paper.history(form)
            assert {key: known.get(key) for key in live} == live
        shown = [title for _, _, title in entries("json", self.paper.read("all.json"))]
        assert len(shown) < LIMIT + BLOCK

    @invariant()
    def no_archive_ever_changes(self) -> None:
        now = self.paper.archives()
        assert {name: now.get(name) for name in self.sealed} == self.sealed
        self.sealed = now


History.TestCase.settings = settings(
    max_examples=5, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
)
test_history = History.TestCase
