"""A news sitemap as search engines ask for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from feeder.errors import FormatError
from feeder.formats import sitemap
from feeder.model.address import link_of
from tests.formats.hostile import contents
from tests.formats.reading import xml
from tests.formats.samples import PLAIN, RICH, SITE, article

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from feeder.model.article import Article, Content

_NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "n": "http://www.google.com/schemas/sitemap-news/0.9",
}


def built(*articles: Article) -> list[Element]:
    entries = [it for it in (sitemap.entry(article, SITE) for article in articles) if it]
    urls: list[Element] = xml(sitemap.build(entries)).findall("s:url", _NAMES)
    return urls


def said(url: Element) -> dict[str, str | None]:
    """The text of each element, by its local name."""
    return {str(it.tag).rpartition("}")[2]: it.text for it in url.iter() if len(it) == 0}


def test_rule_92_an_article_in_a_news_sitemap_has_all_that_is_asked_for() -> None:
    first, second = built(article(2, replace(RICH, url=None)), article(1, replace(PLAIN, language="de-AT")))
    assert said(first) == {
        "loc": link_of(article(2), SITE),
        "lastmod": "2026-03-01T12:02:30Z",
        "name": SITE.title,
        "language": "en",
        "publication_date": "2026-03-01T12:02:00Z",
        "title": RICH.title,
    }
    assert said(second)["language"] == "de"
    assert [it.tag for it in first.iter() if len(it)] == [
        f"{{{_NAMES['s']}}}url",
        f"{{{_NAMES['n']}}}news",
        f"{{{_NAMES['n']}}}publication",
    ]


def test_an_article_that_never_changed_has_no_date_of_a_change() -> None:
    it = article(1)
    (url,) = built(replace(it, updated=it.published))
    assert "lastmod" not in said(url)


@pytest.mark.parametrize(
    ("url", "stands"),
    [
        ("https://gazette.example/a", True),
        ("https://www.gazette.example/a", True),
        ("https://feeds.gazette.example/a", True),
        (None, True),
        ("https://wire.example/a", False),
        ("https://evilgazette.example/a", False),
        ("https://gazette.example.evil.example/a", False),
    ],
)
def test_rule_92_only_pages_of_the_site_stand_in_it(url: str | None, *, stands: bool) -> None:
    assert (sitemap.entry(article(1, replace(PLAIN, url=url)), SITE) is not None) == stands


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en-GB", "en"),
        ("zh", "zh-cn"),
        ("zh-Hans-SG", "zh-cn"),
        ("zh-Hant", "zh-tw"),
        ("zh-TW", "zh-tw"),
        (None, "en"),
    ],
)
def test_languages_are_those_that_google_names(language: str | None, shown: str) -> None:
    (url,) = built(article(1, replace(PLAIN, language=language)))
    assert said(url)["language"] == shown


@given(content=contents)
@settings(max_examples=30, deadline=None)
def test_hostile_articles_make_no_sitemap_invalid(content: Content) -> None:
    (url,) = built(article(1, replace(content, url=None)))
    assert said(url)["title"]


def test_a_sitemap_may_be_empty_and_a_bad_article_is_named() -> None:
    assert built() == []
    it = article(1)
    with pytest.raises(FormatError):
        sitemap.entry(replace(it, published=it.published.replace(tzinfo=None)), SITE)


def test_the_limits_are_those_of_google() -> None:
    assert timedelta(days=2) == sitemap.WINDOW
    assert sitemap.LIMIT == 1000
