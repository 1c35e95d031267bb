"""The daemon on other people's feeds and pages: everything new once, and nobody's trouble is another's."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.daemon.harness import Newsroom, Partner, until
from tests.daemon.wires import Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


@pytest.fixture
def partner() -> Iterator[Partner]:
    with Partner() as partner:
        yield partner


def _newsroom(folder: Path, partner: Partner, **sources: dict[str, Any]) -> Newsroom:
    every = {name: {"every": "1s"} | options for name, options in sources.items()}
    return Newsroom(folder, {"partner": {"url": f"{partner.url}/partner"}}, more={"sources": every})


def test_what_is_new_in_a_feed_is_published_and_told_once_and_an_unchanged_feed_costs_nothing(
    tmp_path: Path, site: Site, partner: Partner
) -> None:
    site.feed("/rss", ["Old news"])
    with _newsroom(tmp_path, partner, wire={"type": "feed", "url": f"{site.url}/rss"}) as newsroom:
        newsroom.start()
        until(lambda: newsroom.titles() == ["Old news"])
        until(lambda: site.unchanged["/rss"] > 1)
        site.feed("/rss", ["New news", "Old news"])
        until(lambda: partner.of("/partner") == [("article.published", "New news")])
        assert newsroom.titles() == ["New news", "Old news"]
        assert newsroom.stop() == 0
        (row,) = newsroom.json("status", status=None)["sources"]
    assert (row["shown"], row["seen"], row["owed"], row["untold"]) == (2, 2, {"partner": 1}, {"first look": 1})


def test_a_source_that_fails_or_hangs_stops_no_other_and_is_never_published(
    tmp_path: Path, site: Site, partner: Partner
) -> None:
    site.feed("/rss", ["Old news"])
    site.pages["/broken"] = (500, "text/html", b"<h1>Internal Server Error</h1>")
    site.pages["/wall"] = (200, "text/html", b"<h1>Please log in</h1>")
    site.pages["/hanging"] = lambda: (site.closing.wait(60), (200, "text/plain", b""))[1]
    sources = {
        name: {"type": "feed", "url": f"{site.url}/{name}"} for name in ("rss", "broken", "wall", "hanging")
    }
    with _newsroom(tmp_path, partner, **sources) as newsroom:
        newsroom.start()
        until(lambda: newsroom.titles() == ["Old news"])
        site.feed("/rss", ["New news", "Old news"])
        until(lambda: partner.of("/partner") == [("article.published", "New news")])
        rows = {row["name"]: row for row in newsroom.json("status", status=1)["sources"]}
        newsroom.stop()
    assert "500" in rows["broken"]["error"]
    assert rows["wall"]["error"]
    assert rows["rss"]["error"] == ""
    assert rows["broken"]["failures"] == 1, "who fails is left alone for a while"
    assert newsroom.titles() == ["New news", "Old news"]


def test_a_page_that_takes_for_ever_to_read_holds_nobody_back(
    tmp_path: Path, site: Site, partner: Partner
) -> None:
    heavy = b"<html><body><article>" + b"<a href='/x'>link</a> <p>word</p>" * 40_000 + b"</article></body></html>"
    site.pages["/news/heavy-story-of-the-day"] = (200, "text/html", heavy)
    site.pages["/map.xml"] = (
        200,
        "application/xml",
        f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{site.url}/news/heavy-story-of-the-day"
        "</loc></url></urlset>".encode(),
    )
    sources = {
        "newsroom": {"type": "folder", "path": "articles/"},
        "city": {"type": "sitemap", "url": f"{site.url}/map.xml"},
    }
    with _newsroom(tmp_path, partner, **sources) as newsroom:
        newsroom.start()
        until(lambda: site.asked["/news/heavy-story-of-the-day"])
        newsroom.story("light.txt", "A light story comes through")
        until(lambda: partner.of("/partner") == [("article.published", "A light story comes through")])
        until(lambda: newsroom.json("status", status=None)["sources"][1]["seen"] == 1, what="for its end")
        assert newsroom.stop() == 0


@pytest.mark.slow
def test_kills_while_it_polls_lose_no_entry_and_tell_none_under_two_ids(
    tmp_path: Path, site: Site, partner: Partner
) -> None:
    chance, kills, titles = random.Random(5), 6, ["Old news"]  # noqa: S311 - moments to kill at
    site.feed("/rss", titles)
    with _newsroom(tmp_path, partner, wire={"type": "feed", "url": f"{site.url}/rss"}) as newsroom:
        newsroom.start()
        until(lambda: newsroom.titles() == ["Old news"])
        for number in range(kills):
            titles = [f"News of kill {number}, part {part}" for part in range(5)] + titles
            site.feed("/rss", titles)
            threading.Event().wait(chance.uniform(0.2, 2.0))
            newsroom.kill()
            newsroom.start()
            # All at once would be held, as what comes of a feed that has moved.
            until(lambda titles=titles: set(newsroom.titles()) == set(titles))  # type: ignore[misc]
        # What was under way at every kill waits for a minute.
        until(lambda: len(partner.ids("/partner")) == 5 * kills, 180, what="for all of it to be told")
        newsroom.stop()
    assert len({title for _, title in partner.of("/partner")}) == 5 * kills
    assert len(newsroom.titles()) == 5 * kills + 1
