"""What the page of a feed says to people, and what it leaves to programs."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from lxml import html

from feeder.formats.page import feed_page, index_page, story
from feeder.model.address import link_of, page_of
from tests.formats.hostile import contents, hostile
from tests.formats.samples import FEED, PLAIN, RICH, SITE, article
from tests.formats.showcase import ARABIC, HEBREW
from tests.programs import require_program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feeder.model.article import Article, Content
    from feeder.model.feed import Feed

ADDRESSES = [f"https://feeds.gazette.example/all.{form}" for form in ("atom", "rss", "json")]


def page(
    articles: Sequence[Article] = (article(2, RICH), article(1)), feed: Feed = FEED, *, more: bool = False
) -> Any:
    listed = [story(it, feed.site) for it in articles]
    return html.document_fromstring(feed_page(feed, listed, more=more).decode())


def text(node: Any) -> str:
    return " ".join(node.text_content().split())


def stories(made: Any) -> list[Any]:
    return list(made.iterfind(".//ol[@class='stories']/li"))


def test_rule_102_the_page_says_what_a_feed_is_and_how_to_subscribe_without_a_script() -> None:
    made = page()
    box = made.find(".//section[@class='subscribe']")
    assert "A feed is a list of our newest articles" in text(box)
    assert "Add feed" in text(box)
    assert box.find("input").get("value") == ADDRESSES[0]
    assert box.find("input").get("readonly") is not None
    assert [node.text for node in box.iterfind(".//dd/a")] == ADDRESSES
    assert [node.get("href") for node in box.iterfind(".//p/a")] == [f"feed:{ADDRESSES[0]}"]
    assert made.find(".//script") is None
    assert not made.xpath("//button | //@onclick")


def test_the_page_lists_the_articles_as_the_feed_has_them() -> None:
    made = page()
    assert text(made.find(".//h1")) == FEED.title
    assert [text(it.find("h3")) for it in stories(made)] == [RICH.title, PLAIN.title]
    assert [it.find("h3/a").get("href") for it in stories(made)] == [
        link_of(article(2, RICH), SITE),
        link_of(article(1), SITE),
    ]
    assert [it.find("p/time").get("datetime") for it in stories(made)] == [
        "2026-03-01T12:02:00Z",
        "2026-03-01T12:01:00Z",
    ]
    assert [text(it.find("p[@dir]")) for it in stories(made)] == [
        RICH.summary,
        "After nine weeks in dock the ferry sails again.",
    ]


def test_of_a_long_feed_the_page_says_where_the_rest_is() -> None:
    (last,) = (it for it in page(more=True).iter("p") if "Older ones are in the feed itself" in text(it))
    assert text(last).startswith("These are the newest 2 articles.")
    assert [link.get("href") for link in last.iter("a")] == ADDRESSES
    assert "Older ones" not in text(page())


def test_a_feed_without_articles_says_so() -> None:
    made = page([])
    assert "There is no article in this feed yet" in text(made)
    assert not stories(made)


def test_each_article_is_in_its_own_language_and_direction() -> None:
    made = page([article(4, ARABIC), article(3, HEBREW), article(2, RICH), article(1)])
    assert [(it.get("lang"), it.get("dir"), it.find("h3").get("dir")) for it in stories(made)] == [
        ("ar", "rtl", "rtl"),
        ("he", "rtl", "rtl"),
        ("en-GB", None, "auto"),
        ("en", None, "auto"),
    ]
    assert made.get("lang") == "en"
    assert {time.get("lang") for time in made.iter("time")} == {"en"}


def test_a_page_has_landmarks_and_headings_in_order() -> None:
    made = page()
    assert [made.find(f".//{name}") is not None for name in ("header", "nav", "main")] == [True] * 3
    assert [node.tag for node in made.xpath("//h1 | //h2 | //h3")] == ["h1", "h2", "h2", "h3", "h3"]
    assert made.find(".//a").get("href") == f"#{made.find('.//main').get('id')}"


def test_rule_89_each_page_leads_readers_to_every_format_of_its_feed() -> None:
    links = page().findall(".//head/link[@rel='alternate']")
    assert [(it.get("type"), it.get("href"), it.get("title")) for it in links] == [
        ("application/atom+xml", ADDRESSES[0], "All the news (Atom)"),
        ("application/rss+xml", ADDRESSES[1], "All the news (RSS)"),
        ("application/feed+json", ADDRESSES[2], "All the news (JSON Feed)"),
    ]


def test_rule_89_feeds_of_one_title_are_told_apart() -> None:
    other = replace(FEED, name="by-category/all", addresses=(("atom", "https://feeds.gazette.example/x.atom"),))
    made = html.document_fromstring(index_page(SITE, [FEED, other]).decode())
    titles = [it.get("title") for it in made.findall(".//head/link[@rel='alternate']")]
    assert titles[0] == "All the news (Atom)"
    assert titles[-1] == "All the news – by-category/all (Atom)"
    assert len(set(titles)) == len(titles) == 4


@pytest.mark.parametrize("body", [feed_page(FEED, []), index_page(SITE, [FEED])], ids=["feed", "index"])
def test_rule_89_sfeed_web_finds_the_feeds_in_our_pages(body: bytes) -> None:
    found = subprocess.run(
        [require_program("sfeed_web"), SITE.url], input=body, capture_output=True, check=True, timeout=20
    )
    assert [line.split("\t")[:2] for line in found.stdout.decode().splitlines()[:2]] == [
        [ADDRESSES[0], "application/atom+xml"],
        [ADDRESSES[1], "application/rss+xml"],
    ]


def test_rule_76_the_head_names_the_hubs_and_the_topic() -> None:
    made = page()
    assert [it.get("href") for it in made.findall(".//head/link[@rel='hub']")] == list(FEED.hubs)
    assert [it.get("href") for it in made.findall(".//head/link[@rel='self']")] == ADDRESSES[:1]
    alone = page(feed=replace(FEED, hubs=()))
    assert not alone.xpath("//link[@rel='hub' or @rel='self']")


def test_rule_101_nothing_depends_on_xslt() -> None:
    body = feed_page(FEED, [story(article(1), SITE)])
    assert b"xml-stylesheet" not in body
    assert page().find(".//head/link[@rel='canonical']").get("href") == page_of(FEED)
    assert page_of(FEED) == "https://feeds.gazette.example/all.html"


@given(content=contents)
@settings(max_examples=30, deadline=None)
def test_hostile_articles_stay_words(content: Content) -> None:
    made = page([article(1, content)])
    assert len(stories(made)) == 1
    assert text(stories(made)[0].find("h3"))
    assert made.find(".//script") is None
    assert not made.xpath("//@*[starts-with(name(), 'on')]")
    links = made.xpath("//ol//a/@href")
    assert all(link.startswith(("https://", "http://")) for link in links)


@given(name=hostile)
@settings(max_examples=30, deadline=None)
def test_hostile_names_of_feeds_stay_words(name: str) -> None:
    feed = replace(FEED, title=name, description=name, rights=name, icon=name, site=replace(SITE, title=name))
    assert b"<script" not in feed_page(feed, [])


def test_the_same_articles_make_the_same_page() -> None:
    assert len({feed_page(FEED, [story(article(1), SITE)]) for _ in range(3)}) == 1
