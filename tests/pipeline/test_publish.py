"""What is stored stands in the output folder, and nothing else does."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from feeder.model.article import Change, Content
from feeder.pipeline import places
from feeder.pipeline.publish import Publisher
from feeder.store import articles
from tests.pipeline.desk import Newsroom
from tests.pipeline.outside import SITE
from tests.pipeline.publishing import FEEDS, output, process, tree
from tests.samples import NOW, article, feed

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.config import FeedOptions
    from feeder.store import Store

FORMS = ("atom", "html", "json", "rss")
# What stands beside the feeds.
BESIDE = {"index.html", "index.opml", "sitemap-news.xml"}


class House:
    """A newsroom and the folder that it publishes to."""

    def __init__(self, store: Store, path: Path) -> None:
        self.store, self.folder = store, path / "feeds"
        self.newsroom = Newsroom(store, path / "articles", FEEDS)
        self.publisher = Publisher(store, output(self.folder))

    def configure(self, feeds: dict[str, FeedOptions]) -> None:
        self.newsroom.configure(feeds)
        self.publisher = Publisher(self.store, output(self.folder, feeds))

    def write(self, name: str, title: str, *lines: str) -> None:
        front = "\n".join((f"title: {title}", *lines))
        self.newsroom.write(name, f"---\n{front}\n---\nThe council met and agreed.\n")

    def publish(self, *, everything: bool = False) -> dict[str, int]:
        """What became of the files."""
        self.newsroom.look()
        report = self.publisher.publish(everything=everything)
        assert report.problems == []
        return dict(+report.counts)

    @property
    def names(self) -> set[str]:
        return set(tree(self.folder))

    @property
    def pages(self) -> set[str]:
        return {it for it in self.names if it.startswith("articles/")}

    def page(self, title: str) -> str:
        return f"articles/{self.newsroom.the(title).slug}.html"

    def titles(self, name: str) -> list[str]:
        return [it["title"] for it in json.loads((self.folder / f"{name}.json").read_bytes())["items"]]


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    return House(store, tmp_path)


def of(name: str) -> set[str]:
    return {f"{name}.{form}" for form in FORMS}


# ---------------------------------------------------------------- feeds


def test_a_newsroom_without_articles_has_feeds_and_an_index(house: House) -> None:
    assert house.publish() == {"written": 7}
    assert house.names == of("all") | BESIDE
    assert house.titles("all") == []


def test_an_article_is_in_every_format_of_its_feeds_and_has_a_page(house: House) -> None:
    house.write("a.md", "Rain in Asia", "categories: [Asia, Weather]")
    house.publish()
    feeds = of("all") | of("by-category/asia") | of("by-category/weather")
    assert house.names == feeds | BESIDE | {house.page("Rain in Asia")}
    assert all(b"Rain in Asia" in (house.folder / name).read_bytes() for name in feeds)
    index = (house.folder / "index.html").read_text("utf-8")
    assert "On Asia" in index
    assert "https://feeds.post.example/by-category/weather.atom" in index


def test_what_has_not_changed_is_not_even_looked_at_and_a_new_publisher_touches_nothing(house: House) -> None:
    house.write("a.md", "Rain in Asia", "categories: [Asia]")
    house.publish()
    before = {it: it.stat().st_mtime_ns for it in house.folder.rglob("*")}
    assert house.publish() == {}
    house.publisher = Publisher(house.store, output(house.folder))
    assert house.publish() == {"unchanged": 8 + 3}
    assert house.publish(everything=True) == {"unchanged": 8 + 3 + 1}
    assert {it: it.stat().st_mtime_ns for it in house.folder.rglob("*")} == before


def test_only_the_feeds_of_what_changed_are_written(house: House) -> None:
    house.write("a.md", "Rain in Asia", "categories: [Asia]")
    house.write("b.md", "Rain in Europe", "categories: [Europe]")
    house.publish()
    europe = {name: (house.folder / name).stat().st_ino for name in of("by-category/europe")}
    house.write("a.md", "Sun in Asia", "categories: [Asia]")
    assert house.publish() == {"written": 4 + 4 + 1 + 1}  # all, asia, the page, the index
    assert {name: (house.folder / name).stat().st_ino for name in europe} == europe
    assert house.titles("by-category/asia") == ["Sun in Asia"]


def test_an_article_that_leaves_a_category_leaves_its_feed(house: House) -> None:
    house.write("a.md", "Rain", "categories: [Asia]")
    house.publish()
    house.write("a.md", "Rain", "categories: [Europe]")
    house.publish()
    assert (house.titles("by-category/asia"), house.titles("by-category/europe")) == ([], ["Rain"])


def test_the_files_of_a_feed_that_left_the_configuration_are_removed_and_come_back_with_it(house: House) -> None:
    house.write("a.md", "Rain in Asia", "categories: [Asia]")
    house.publish()
    whole = tree(house.folder)
    house.configure({"all": FEEDS["all"]})
    counts = house.publish()
    assert counts["removed"] == 4
    assert house.names == of("all") | BESIDE | {house.page("Rain in Asia")}
    assert b"On Asia" not in (house.folder / "index.html").read_bytes()
    house.configure(FEEDS)
    house.publish()
    del whole["index.opml"]  # says when the list last changed
    assert {name: body for name, body in tree(house.folder).items() if name in whole} == whole


def test_feeds_for_each_of_something_else_take_the_place_of_those_before(house: House) -> None:
    house.write("a.md", "Rain", "categories: [Asia]")
    house.publish()
    house.configure(FEEDS | {"by-category": feed(for_each="source", title="From {source}")})
    house.publish()
    assert house.names - house.pages == of("all") | of("by-category/newsroom") | BESIDE


def test_a_format_that_is_not_wanted_any_more_is_removed(house: House) -> None:
    house.publish()
    house.configure({"all": feed(title="All", formats=["atom"])})
    assert house.publish()["removed"] == 2
    assert house.names == {"all.atom", "all.html"} | BESIDE


def test_a_feed_without_archives_shows_the_newest_within_its_limit(house: House) -> None:
    house.configure({"all": feed(title="All", limit=2, archive=False)})
    for day in (1, 3, 2):
        house.write(f"{day}.md", f"Day {day}", f"date: 2026-01-0{day}")
    house.publish()
    assert house.titles("all") == ["Day 3", "Day 2"]


# ---------------------------------------------------------------- pages


def test_the_page_goes_when_the_article_is_withdrawn_and_comes_back_with_it(house: House) -> None:
    house.write("a.md", "Rain")
    house.publish()
    page = house.page("Rain")
    (house.newsroom.root / "a.md").unlink()
    assert house.publish()["removed"] == 1
    assert (house.pages, house.titles("all")) == (set(), [])
    house.write("a.md", "Rain")
    house.publish()
    assert (house.pages, house.titles("all")) == ({page}, ["Rain"])


def test_the_page_goes_when_the_article_gets_an_address_of_its_own(house: House) -> None:
    house.write("a.md", "Rain")
    house.publish()
    page = house.page("Rain")
    house.write("a.md", "Rain", "url: https://post.example/rain")
    assert house.publish()["removed"] == 1
    assert house.pages == set()
    house.write("a.md", "Rain")
    house.publish()
    assert house.pages == {page}


def test_after_a_restart_only_the_pages_of_what_changed_are_written(house: House) -> None:
    for number in range(5):
        house.write(f"{number}.md", f"Story {number}")
    house.publish()
    for name in house.pages:
        (house.folder / name).write_bytes(b"by another hand")
    house.write("3.md", "Story 3 again")
    house.publisher = Publisher(house.store, output(house.folder))
    house.publish()
    changed = {name for name in house.pages if (house.folder / name).read_bytes() != b"by another hand"}
    assert changed == {house.page("Story 3 again")}


def test_when_pages_look_different_now_all_are_written(house: House) -> None:
    for number in range(3):
        house.write(f"{number}.md", f"Story {number}")
    house.publish()
    house.publisher = Publisher(house.store, output(house.folder, site=replace(SITE, title="The Other Post")))
    house.publish()
    assert len(house.pages) == 3
    assert all(b"The Other Post" in (house.folder / name).read_bytes() for name in house.pages)
    assert house.publish() == {}


def test_everything_means_every_feed_and_every_page(house: House) -> None:
    for number in range(3):
        house.write(f"{number}.md", f"Story {number}")
    house.publish()
    whole = tree(house.folder)
    for name in whole:
        (house.folder / name).unlink()
    assert house.publish() == {}
    assert house.publish(everything=True) == {"written": len(whole)}
    assert tree(house.folder) == whole


def test_each_folder_has_its_own_pages_and_a_copy_of_a_folder_is_another_one(house: House, tmp_path: Path) -> None:
    house.write("a.md", "Rain")
    house.publish()
    shutil.copytree(house.folder, tmp_path / "copy")
    house.write("b.md", "Sun")
    house.publish()
    for name in ("feeds", "other", "copy"):
        assert Publisher(house.store, output(tmp_path / name)).publish().problems == []
        assert tree(tmp_path / name) == tree(house.folder)


def test_a_folder_has_one_name_under_every_path(house: House, tmp_path: Path) -> None:
    house.publish()
    (tmp_path / "mounted").symlink_to(house.folder)
    other = Publisher(house.store, output(tmp_path / "mounted"))
    assert other.folder == house.publisher.folder
    assert Publisher(house.store, output(tmp_path / "else")).folder != other.folder


def test_what_was_written_after_the_folder_became_anothers_is_written_again_by_that_one(
    house: House,
) -> None:
    house.publish()
    mine = [True]
    slow = Publisher(house.store, output(house.folder), lambda: mine[0])
    slow.publish()
    house.write("a.md", "Rain")
    house.write("b.md", "Sun")
    house.publish()
    good = tree(house.folder)
    for name in good:
        (house.folder / name).write_bytes(b"old")  # as if it had been held up in the middle of it
    mine[0] = False
    assert slow.publish().late
    assert house.publish()
    assert tree(house.folder) == good
    assert not [name for name in good if (house.folder / name).read_bytes() == b"old"]


# ---------------------------------------------------------------- what breaks


def test_what_cannot_be_written_is_said_stays_and_is_tried_again(house: House) -> None:
    house.publish()
    old = (house.folder / "all.rss").read_bytes()
    (house.folder / "all.json").unlink()
    (house.folder / "all.json").mkdir()
    house.write("a.md", "Rain")
    (house.folder / "articles").write_bytes(b"in the way of the folder")
    house.newsroom.look()
    for _ in range(2):
        problems = house.publisher.publish().problems
        assert len(problems) == 2
        assert [it.partition(" was not written: ")[2] for it in problems] == [
            "File exists; it stays as it was",
            "Is a directory; it stays as it was",
        ]
    assert (house.folder / "all.rss").read_bytes() != old  # the others are written
    (house.folder / "all.json").rmdir()
    (house.folder / "articles").unlink()
    house.publish()
    assert (house.titles("all"), len(house.pages)) == (["Rain"], 1)
    assert not [name for name in house.names if name.endswith(".tmp")]


def test_an_article_that_no_format_can_carry_costs_only_itself(house: House) -> None:
    house.write("a.md", "Rain")
    house.newsroom.look()
    poison = article(7, id="urn:uuid:\x01", slug="poison", content=Content("Poison", "<p>\x01</p>"))
    with house.store.write() as tx:
        articles.write(tx, poison, Change.PUBLISHED, NOW)
        places.update(tx, poison, FEEDS, SITE.url, NOW)
    report = house.publisher.publish()
    assert sorted(it.partition(":")[0] for it in report.problems) == ["feed all"] * 3 + ["no page"]
    assert all("an id that no format can carry" in it for it in report.problems)
    assert house.titles("all") == ["Rain"]
    house.write("b.md", "Sun")
    house.newsroom.look()
    house.publisher.publish()
    assert house.pages == {house.page("Rain"), house.page("Sun")}


# ---------------------------------------------------------------- many nodes


def test_two_processes_write_the_same_bytes_into_one_folder_and_no_reader_sees_half_a_file(
    house: House, store_url: str
) -> None:
    for number in range(5):
        house.write(f"{number}.md", f"Story {number}", f"categories: [Asia, C{number}]")
    house.publish()
    whole = tree(house.folder)
    nodes = [process(store_url, house.folder) for _ in range(2)]
    while any(node.poll() is None for node in nodes):
        (house.folder / "by-category" / "asia.atom").unlink(missing_ok=True)
        assert len(house.titles("all")) == 5
    assert [node.wait() for node in nodes] == [0, 0]
    house.publish(everything=True)
    assert tree(house.folder) == whole
