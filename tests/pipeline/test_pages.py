"""What people and search engines see of the output folder follows the store, and the clock."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from feeder.config import FeedOptions
from feeder.formats import page, sitemap
from feeder.model.article import Change, State
from feeder.pipeline import places
from feeder.pipeline.publish import Publisher
from feeder.store import Store, articles
from tests import tables
from tests.pipeline.desk import Newsroom
from tests.pipeline.outside import SITE
from tests.pipeline.publishing import FEEDS, output
from tests.samples import NOW, article, feed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from feeder.model.article import Article


class House:
    """A newsroom with a clock of its own: articles are stored by hand."""

    def __init__(self, path: Path) -> None:
        self.now = NOW
        self.store = Store(tables.in_folder(path), clock=lambda: self.now)
        Newsroom(self.store, path / "articles", FEEDS)
        self.folder = path / "feeds"
        self.publisher = Publisher(self.store, output(self.folder))

    def put(
        self, it: Article, change: Change = Change.PUBLISHED, feeds: Mapping[str, FeedOptions] = FEEDS
    ) -> None:
        with self.store.write() as tx:
            articles.write(tx, it, change, self.now)
            places.update(tx, it, feeds, SITE.url, self.now)

    def publish(self, *, everything: bool = False) -> dict[str, int]:
        report = self.publisher.publish(everything=everything)
        assert report.problems == []
        return dict(+report.counts)

    def recent(self) -> list[str]:
        """The titles in the news sitemap."""
        return re.findall("<news:title>(.*?)</news:title>", self.read("sitemap-news.xml"))

    def read(self, name: str) -> str:
        return (self.folder / name).read_text("utf-8")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.store.close()


def at(number: int, published: datetime, **changes: object) -> Article:
    moments = {"published": published, "updated": published, "taken_in": published, "position": published}
    return article(number, **(moments | changes))


# ---------------------------------------------------------------- the news sitemap


def test_rule_92_articles_leave_the_news_sitemap_after_two_days_though_nothing_new_comes(house: House) -> None:
    house.put(at(1, NOW - timedelta(hours=47)))
    house.put(at(2, NOW - timedelta(hours=1)))
    house.put(at(3, NOW - timedelta(days=3)))
    house.publish()
    assert house.recent() == ["Story number 2", "Story number 1"]
    house.now += timedelta(hours=2)
    assert house.publish() == {"written": 1}
    assert house.recent() == ["Story number 2"]
    assert house.publish() == {}
    house.now += timedelta(days=2)
    house.publish()
    assert house.recent() == []


def test_rule_92_the_news_sitemap_follows_what_is_new_changed_and_withdrawn(house: House) -> None:
    house.publish()
    first, second = at(1, NOW), at(2, NOW + timedelta(seconds=1))
    house.put(first)
    house.put(second)
    house.publish()
    assert house.recent() == ["Story number 2", "Story number 1"]
    edited = at(1, NOW, title="Told anew", id=first.id, slug=first.slug, revision=2)
    house.put(edited, Change.UPDATED)
    house.put(at(2, NOW, id=second.id, revision=2, state=State.WITHDRAWN), Change.WITHDRAWN)
    house.publish()
    assert house.recent() == ["Told anew"]


def test_an_edit_of_an_old_article_does_not_write_the_news_sitemap(house: House) -> None:
    old = at(1, NOW - timedelta(days=30))
    house.put(old)
    house.publish()
    before = (house.folder / "sitemap-news.xml").stat().st_ino
    house.put(at(1, old.published, title="Told anew", revision=2), Change.UPDATED)
    assert house.publish() == {"written": 6}  # three formats, the page of the feed, the article's, the index
    assert (house.folder / "sitemap-news.xml").stat().st_ino == before


def test_rule_92_no_more_than_a_thousand_stand_in_it_the_newest_of_them(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "LIMIT", 3)
    for number in range(5):
        house.put(at(number, NOW - timedelta(hours=10 - number)))
    house.publish()
    assert house.recent() == [f"Story number {number}" for number in (4, 3, 2)]


def test_a_late_publication_of_a_recent_article_is_found_by_a_new_publisher(house: House) -> None:
    """Its position is when it came, not when it was published."""
    for number in range(3):
        house.put(at(number, NOW - timedelta(hours=number), position=NOW + timedelta(minutes=number)))
    house.put(at(9, NOW - timedelta(days=9), position=NOW + timedelta(hours=1)))
    house.publisher = Publisher(house.store, output(house.folder))
    house.publish()
    assert house.recent() == [f"Story number {number}" for number in (0, 1, 2)]


# ---------------------------------------------------------------- the list of feeds


def _dates(text: str) -> list[str]:
    return re.findall("<date(?:Created|Modified)>(.*?)</date", text)


def test_rule_91_the_list_of_feeds_is_dated_by_its_own_changes(house: House) -> None:
    house.publish()
    assert _dates(house.read("index.opml")) == ["Sun, 01 Mar 2026 12:00:00 GMT"] * 2
    house.now += timedelta(hours=1)
    house.put(at(1, house.now))
    house.publish()
    assert _dates(house.read("index.opml")) == ["Sun, 01 Mar 2026 12:00:00 GMT"] * 2
    house.put(at(2, house.now, fields={"categories": ("Asia",)}))
    house.publish()
    assert _dates(house.read("index.opml")) == ["Sun, 01 Mar 2026 12:00:00 GMT", "Sun, 01 Mar 2026 13:00:00 GMT"]
    assert "On Asia" in house.read("index.opml")
    before = house.read("index.opml")
    house.now += timedelta(hours=1)
    Publisher(house.store, output(house.folder)).publish(everything=True)
    assert house.read("index.opml") == before


def test_where_there_is_no_feed_there_is_no_list_of_feeds(house: House) -> None:
    only = {"by-category": feed(for_each="category", title="On {category}")}
    Publisher(house.store, output(house.folder, only)).publish()
    assert not (house.folder / "index.opml").exists()


# ---------------------------------------------------------------- pages


def test_the_first_feed_of_the_configuration_comes_first_everywhere(house: House) -> None:
    house.put(at(1, NOW, fields={"categories": ("Asia",)}))
    house.publisher = Publisher(house.store, output(house.folder, {name: FEEDS[name] for name in reversed(FEEDS)}))
    house.publish()
    for name in ("index.html", f"articles/{at(1, NOW).slug}.html"):
        found = re.findall('<link rel="alternate"[^>]* href="([^"]*)"', house.read(name))
        assert found[0].endswith("by-category/asia.atom"), name
        assert found[3].endswith("/all.atom"), name


def test_the_page_of_a_feed_is_written_only_when_the_feed_has_changed(house: House) -> None:
    house.put(at(1, NOW, fields={"categories": ("Asia",)}))
    house.put(at(2, NOW, fields={"categories": ("Europe",)}))
    house.publish()
    pages = {name: (house.folder / name).stat().st_ino for name in ("all.html", "by-category/asia.html")}
    house.put(at(3, NOW, title="Rain", fields={"categories": ("Europe",)}))
    house.publish()
    assert (house.folder / "by-category/asia.html").stat().st_ino == pages["by-category/asia.html"]
    assert (house.folder / "all.html").stat().st_ino != pages["all.html"]
    assert "Rain" in house.read("by-category/europe.html")


def test_a_long_feed_is_cut_on_its_page_and_one_with_a_limit_ends_there(house: House) -> None:
    feeds = {"all": feed(title="All", limit=1000), "few": feed(title="Few", limit=10)}
    Newsroom(house.store, house.folder.parent / "articles", feeds)
    for number in range(page.SHOWN + 1):
        house.put(at(number, NOW + timedelta(seconds=number)), feeds=feeds)
    Publisher(house.store, output(house.folder, feeds)).publish()
    for name, shown in (("all", page.SHOWN), ("few", 10)):
        assert house.read(f"{name}.html").count("<h3") == shown
        assert ("Older ones are in the feed itself" in house.read(f"{name}.html")) == (name == "all")


def test_a_page_that_could_not_be_written_is_tried_again(house: House) -> None:
    house.publish()
    (house.folder / "all.html").unlink()
    (house.folder / "all.html").mkdir()
    house.put(at(1, NOW))
    for _ in range(2):
        assert len(house.publisher.publish().problems) == 1
    (house.folder / "all.html").rmdir()
    house.publish()
    assert at(1, NOW).content.title in house.read("all.html")


def test_whoever_is_told_finds_the_page_and_the_feeds_before_the_rest_is_written(house: House) -> None:
    house.publish()
    index, story = house.read("index.html"), at(1, NOW)
    house.put(story)
    report = house.publisher.news()
    assert story.content.title in house.read(f"articles/{story.slug}.html")
    assert all(story.id in house.read(f"all.{form}") for form in ("atom", "json", "rss"))
    assert house.read("index.html") == index
    house.publisher.rest(report)
    assert story.content.title in house.read("index.html")
    assert report.problems == []


def test_what_was_told_and_not_finished_is_finished_by_the_next_publisher(house: House) -> None:
    house.publish()
    story = at(1, NOW)
    house.put(story)
    house.publisher.news()
    # As after a power loss, which may forget the names of what nobody has made sure of.
    (house.folder / f"articles/{story.slug}.html").unlink()
    (house.folder / "all.rss").unlink()
    house.publisher = Publisher(house.store, output(house.folder))
    house.publish()
    assert story.content.title in house.read(f"articles/{story.slug}.html")
    assert story.id in house.read("all.rss")
    assert story.content.title in house.read("index.html")


def test_an_amendment_is_shown_though_it_takes_the_place_of_another(house: House) -> None:
    """Both have the number of one revision."""
    house.put(at(1, NOW))
    for title in ("First mended", "Then mended"):
        house.put(at(1, NOW, title=title, revision=2, id=at(1, NOW).id, slug=at(1, NOW).slug), Change.AMENDED)
        house.publish()
        for name in ("all.html", "index.html"):
            assert title in house.read(name)


def test_a_withdrawn_article_is_on_no_page(house: House) -> None:
    it = at(1, NOW)
    house.put(it)
    house.publish()
    assert it.content.title in house.read("all.html")
    house.put(at(1, NOW, revision=2, state=State.WITHDRAWN), Change.WITHDRAWN)
    house.publish()
    assert not (house.folder / f"articles/{it.slug}.html").exists()
    for name in ("all.html", "index.html", "sitemap-news.xml"):
        assert it.content.title not in house.read(name)


def test_rule_93_a_feed_has_no_more_articles_than_aggregators_take_at_once() -> None:
    assert FeedOptions().limit <= 60
