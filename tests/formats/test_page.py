from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from lxml import html

from feeder.errors import FormatError
from feeder.formats.page import article_page, index_page, story
from feeder.model.address import link_of
from tests.formats.hostile import contents, hostile
from tests.formats.samples import FEED, PLAIN, RICH, SITE, article

if TYPE_CHECKING:
    from feeder.model.article import Content

PAGED = replace(RICH, url=None)


def page(content: Content = PAGED, **article_fields: Any) -> Any:
    return html.document_fromstring(
        article_page(replace(article(1, content), **article_fields), SITE, [FEED]).decode()
    )


def facts(made: Any) -> Any:
    """The line with place and dates."""
    return made.find(".//article/header/p[@class='meta']")


def text(node: Any) -> str:
    return " ".join(node.text_content().split())


def test_a_page_shows_what_a_reader_wants_to_know() -> None:
    made = page()
    assert text(made.find(".//h1")) == RICH.title
    assert made.find(".//head/title").text == f"{RICH.title} – {SITE.title}"
    assert text(facts(made)) == "Harbourtown, 1 March 2026"
    assert "By Ann Ødegård, Bo & Co" in text(made.find(".//article/header"))
    assert [text(tag) for tag in made.findall(".//ul[@class='tags']/li")] == list(RICH.categories)
    assert made.find(".//div[@class='body']/p/b").text == "two"
    assert made.get("lang") == "en-GB"


def test_a_page_names_itself_and_every_feed_in_every_format() -> None:
    made = page()
    assert (
        made.find(".//link[@rel='canonical']").get("href")
        == "https://feeds.gazette.example/articles/article-1.html"
    )
    alternates = made.findall(".//link[@rel='alternate']")
    assert [(link.get("type"), link.get("href")) for link in alternates] == [
        ("application/atom+xml", "https://feeds.gazette.example/all.atom"),
        ("application/rss+xml", "https://feeds.gazette.example/all.rss"),
        ("application/feed+json", "https://feeds.gazette.example/all.json"),
    ]
    assert len({link.get("title") for link in alternates}) == 3


def test_an_update_is_shown_from_the_second_revision_on() -> None:
    assert "updated" not in text(facts(page()))
    assert "(updated 1 March 2026, 12:01 UTC)" in text(facts(page(revision=2)))


def test_a_date_is_that_of_the_site() -> None:
    late = article(1).published.replace(hour=23)
    site = replace(SITE, zone=ZoneInfo("Europe/Brussels"))
    body = article_page(replace(article(1), published=late), site, []).decode()
    assert '<time datetime="2026-03-01T23:01:00Z" lang="en" dir="ltr">2 March 2026</time>' in body


def test_a_publisher_is_named_when_it_is_another() -> None:
    assert "Wire Service" in text(page(replace(PAGED, publisher="Wire Service")).find(".//article/header"))


def test_search_engines_find_a_news_article() -> None:
    data = json.loads(page().find(".//script").text)
    assert data["@type"] == "NewsArticle"
    assert data["headline"] == RICH.title
    assert data["datePublished"] == "2026-03-01T12:01:00Z"


def test_a_page_asks_for_nothing_from_elsewhere_and_runs_nothing() -> None:
    made = page(PLAIN)
    assert [node.get("type") for node in made.findall(".//script")] == ["application/ld+json"]
    assert not made.xpath("//*[@src]")
    assert not made.findall(".//link[@rel='stylesheet']")
    assert "default-src 'none'" in made.find(".//meta[@http-equiv]").get("content")


@given(content=contents)
@settings(max_examples=50, deadline=None)
def test_hostile_words_stay_words(content: Content) -> None:
    made = page(replace(content, html="<p>Body</p>"))
    assert len(made.findall(".//h1")) == 1
    assert [node.get("type") for node in made.findall(".//script")] == ["application/ld+json"]
    assert not made.xpath("//@*[starts-with(name(), 'on')]")


def test_markup_in_a_title_is_shown_and_not_obeyed() -> None:
    made = page(
        replace(PAGED, title="</script><script>alert(1)</script>", summary='"><img src=x onerror=alert(1)>')
    )
    assert text(made.find(".//h1")) == "</script><script>alert(1)</script>"
    assert len(made.findall(".//script")) == 1
    assert not made.xpath("//@onerror")


def test_a_template_in_a_title_is_only_text() -> None:
    assert text(page(replace(PAGED, title="{{ 7 * 7 }}")).find(".//h1")) == "{{ 7 * 7 }}"


def test_the_index_names_every_feed_with_its_addresses() -> None:
    asia = replace(FEED, title="Asia & more", addresses=(("atom", "https://feeds.gazette.example/asia.atom"),))
    made = html.document_fromstring(index_page(SITE, [FEED, asia]).decode())
    assert [text(node) for node in made.findall(".//h3")] == ["All the news", "Asia & more"]
    assert [node.get("href") for node in made.findall(".//ul[@class='formats']/li/a")] == [
        "https://feeds.gazette.example/all.atom",
        "https://feeds.gazette.example/all.rss",
        "https://feeds.gazette.example/all.json",
        "https://feeds.gazette.example/asia.atom",
    ]
    assert [node.get("href") for node in made.findall(".//h3/a")] == ["https://feeds.gazette.example/all.html"] * 2
    assert "feed reader" in text(made)


def test_an_index_without_feeds_says_so() -> None:
    assert "There are no feeds yet" in index_page(SITE, []).decode()


@given(name=hostile)
@settings(max_examples=30, deadline=None)
def test_hostile_names_of_feeds_stay_words(name: str) -> None:
    feed = replace(FEED, title=name, description=name, site=replace(SITE, title=name))
    assert "<script" not in index_page(feed.site, [feed]).decode()


def test_an_article_that_cannot_be_written_is_named() -> None:
    broken = replace(article(1), published=article(1).published.replace(tzinfo=None))
    with pytest.raises(FormatError, match="without a zone") as caught:
        article_page(broken, SITE, [FEED])
    assert caught.value.article == broken.id


def test_the_same_article_makes_the_same_page() -> None:
    assert len({article_page(article(1, PLAIN), SITE, [FEED]) for _ in range(3)}) == 1


def test_the_index_leads_to_the_latest_articles() -> None:
    made = html.document_fromstring(
        index_page(SITE, [FEED], [story(article(1), SITE), story(article(2), SITE)]).decode()
    )
    (latest,) = (it for it in made.iter("ol") if it.get("class") == "stories latest")
    links = [(it.get("href"), text(it)) for it in latest.iter("a")]
    assert [href for href, _ in links] == [link_of(article(1), SITE), link_of(article(2), SITE)]
    assert all(title for _, title in links)
