from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from lxml import etree

from feeder.formats import FORMATS
from feeder.model.article import Content, Person
from tests.formats.hostile import contents
from tests.formats.reading import xml
from tests.formats.samples import FEED, RICH, SITE, article

ATOM = {"a": "http://www.w3.org/2005/Atom"}
GRAMMAR = Path(__file__).parents[3] / "shared" / "atom.rng"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture(scope="module")
def grammar() -> etree.RelaxNG:
    if not GRAMMAR.exists():
        pytest.skip(f"the grammar of RFC 4287 is not at {GRAMMAR}")
    return etree.RelaxNG(etree.parse(GRAMMAR))


def built(*contents: Content, **feed: Any) -> Any:
    articles = [article(n, content) for n, content in enumerate(contents, 1)]
    return xml(FORMATS["atom"].build(replace(FEED, **feed), articles).body)


def links(node: Any) -> list[dict[str, str]]:
    return [dict(link.attrib) for link in node.iterfind("a:link", ATOM)]


def test_a_feed_is_valid_by_the_grammar_of_rfc_4287(grammar: etree.RelaxNG) -> None:
    grammar.assertValid(built(RICH, Content("Short", "<p>x</p>"), Content("", "")))
    grammar.assertValid(built(RICH, Content("Short", ""), content="summary"))
    grammar.assertValid(built())


@given(content=contents)
@settings(max_examples=40, deadline=None)
def test_hostile_articles_make_a_valid_feed(grammar: etree.RelaxNG, content: Content) -> None:
    grammar.assertValid(built(content))
    grammar.assertValid(built(content, content="summary"))


def test_the_head_names_site_feed_and_hubs() -> None:
    root = built()
    assert links(root) == [
        {"href": "https://gazette.example/", "rel": "alternate", "type": "text/html"},
        {"href": "https://feeds.gazette.example/all.atom", "rel": "self", "type": "application/atom+xml"},
        {"href": "https://hub.example/", "rel": "hub"},
        {"href": "https://feeds.gazette.example/hub", "rel": "hub"},
    ]
    assert root.findtext("a:id", None, ATOM) == FEED.id
    assert root.findtext("a:updated", None, ATOM) == "2026-03-01T14:00:00+00:00"
    assert root.findtext("a:author/a:email", None, ATOM) == "desk@gazette.example"


def test_a_site_without_an_author_is_its_own_author() -> None:
    root = built(site=replace(SITE, author=Person(" ")))
    assert root.findtext("a:author/a:name", None, ATOM) == SITE.title


def test_the_language_is_said_where_it_is_another() -> None:
    root = built(RICH, replace(RICH, language="EN"), replace(RICH, language="klingon"))
    assert root.get(LANG) == "en"
    assert [entry.get(LANG) for entry in root.iterfind("a:entry", ATOM)] == ["en-GB", None, None]


def test_every_enclosure_is_a_link_with_type_length_and_title() -> None:
    assert links(built(RICH).find("a:entry", ATOM))[1:] == [
        {
            "href": "https://gazette.example/fish.mp3",
            "rel": "enclosure",
            "type": "audio/mpeg",
            "length": "123456",
            "title": "Listen",
        },
        {"href": "https://gazette.example/menu.pdf", "rel": "enclosure", "type": "application/pdf"},
    ]


def test_an_article_without_an_address_links_to_its_page() -> None:
    entry = built(replace(RICH, url="javascript:alert(1)")).find("a:entry", ATOM)
    assert links(entry)[0]["href"] == "https://feeds.gazette.example/articles/article-1.html"


def test_a_fraction_of_a_second_survives() -> None:
    moved = replace(article(1), updated=article(1).updated.replace(microsecond=250000))
    root = xml(FORMATS["atom"].build(FEED, [moved]).body)
    assert root.findtext("a:entry/a:updated", None, ATOM) == "2026-03-01T12:01:30.250000+00:00"
