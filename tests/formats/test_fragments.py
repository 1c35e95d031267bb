"""A document is an opening, a fragment for each article and a closing: the same bytes as feedgen makes of all."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from lxml import etree

from feeder.errors import FormatError
from feeder.formats import EDITION, FORMATS, Fragment, Manner, atom, fragments, rss
from feeder.formats._format import written
from feeder.model.feed import Feed, Gone, History
from tests.formats.hostile import contents
from tests.formats.reading import xml
from tests.formats.samples import FEED, NOON, PLAIN, RICH, article, many

if TYPE_CHECKING:
    from feeder.model.article import Content

every_format = pytest.mark.parametrize("form", sorted(FORMATS))
xml_formats = pytest.mark.parametrize("form", ["atom", "rss"])
MAKERS: dict[str, Any] = {"atom": atom, "rss": rss}
GONE = Gone(article(7).id, NOON, "Taken back & <regretted>")


def whole(form: str, feed: Feed, articles: list[Any]) -> bytes:
    """What feedgen makes of all the articles at once, by its public API."""
    made = MAKERS[form].generated(feed)
    for it in articles:
        made.add_entry(written(it, lambda sound: MAKERS[form].entry(sound, Manner.of(feed))), order="append")
    body: bytes = made.atom_str() if form == "atom" else made.rss_str()
    return body


def pieces(form: str, feed: Feed, articles: list[Any]) -> bytes:
    """The contract, by hand."""
    kind = FORMATS[form]
    fragments = [kind.fragment(it, Manner.of(feed)) for it in articles]
    uses = frozenset(prefix for it in fragments for prefix in it.uses)
    return kind.opening(feed, uses) + kind.between.join(it.body for it in fragments) + kind.closing


FEEDS = {
    "plain": FEED,
    "summary": replace(FEED, content="summary"),
    "both": replace(FEED, content="both"),
    "bare": replace(FEED, hubs=(), addresses=(), description=""),
    "archive": replace(
        FEED,
        history=History(
            previous=tuple((form, f"https://feeds.gazette.example/archive/all/00001.{form}") for form in FORMATS),
            current=FEED.addresses,
        ),
    ),
}
ARTICLES = {
    "none": [],
    "one": [article(1)],
    "rich": [article(2, RICH), article(1)],
    "many": many(20),
}


@xml_formats
@pytest.mark.parametrize("articles", ARTICLES.values(), ids=list(ARTICLES))
@pytest.mark.parametrize("feed", FEEDS.values(), ids=list(FEEDS))
def test_joined_fragments_are_feedgens_full_build(form: str, feed: Feed, articles: list[Any]) -> None:
    joined, full = pieces(form, feed, articles), whole(form, feed, articles)
    assert joined == full
    assert canonical(joined) == canonical(full)


@xml_formats
@given(content=contents)
@settings(max_examples=40, deadline=None)
def test_hostile_articles_are_joined_to_feedgens_full_build(form: str, content: Content) -> None:
    articles = [article(2, content), article(1, RICH)]
    assert pieces(form, FEED, articles) == whole(form, FEED, articles)


def canonical(body: bytes) -> bytes:
    made: bytes = etree.tostring(xml(body), method="c14n2")
    return made


@every_format
def test_a_build_is_the_join_of_its_fragments(form: str) -> None:
    articles = [article(2, RICH), article(1)]
    assert FORMATS[form].build(FEED, articles).body == pieces(form, FEED, articles)


@every_format
def test_an_article_has_one_fragment_whatever_stands_beside_it(form: str) -> None:
    fragment = FORMATS[form].fragment(article(2, RICH), Manner.of(FEED))
    for others in ([], [article(1)], many(3)):
        assert FORMATS[form].build(FEED, [article(2, RICH), *others]).body.count(fragment.body) == 1


def test_articles_are_rendered_together_as_they_are_alone() -> None:
    bad = replace(article(5), content=replace(PLAIN, authors=(None,)))  # type: ignore[arg-type]  # the fault
    articles, manner = [article(2, RICH), bad, article(1)], Manner.of(FEED)
    made = fragments(articles, manner, FORMATS)
    for form, kind in FORMATS.items():
        assert made[form][0] == kind.fragment(articles[0], manner)
        assert made[form][2] == kind.fragment(articles[2], manner)
        assert isinstance(made[form][1], FormatError)
        assert kind.joined(FEED, [it for it in made[form] if isinstance(it, Fragment)]) == (
            kind.build(FEED, articles).body
        )


@xml_formats
def test_a_root_declares_what_its_fragments_use_and_nothing_else(form: str) -> None:
    for articles in ARTICLES.values():
        root = xml(FORMATS[form].build(FEED, articles).body)
        names = [name for node in root.iter() for name in (node.tag, *node.attrib)]
        used = {name[1:].partition("}")[0] for name in names if name.startswith("{")}
        assert set(root.nsmap.values()) == used - {"http://www.w3.org/XML/1998/namespace"}
        assert all(node.nsmap == root.nsmap for node in root.iter())


def test_a_fragment_says_which_prefixes_it_uses() -> None:
    rich, manner = article(2, RICH), Manner.of(FEED)
    assert {"content", "dc"} <= set(FORMATS["rss"].fragment(rich, manner).uses)
    assert FORMATS["atom"].fragment(article(1), manner).uses == ()
    assert FORMATS["json"].fragment(rich, manner).uses == ()


def test_a_namespace_in_use_is_declared_although_the_opening_does_not_use_it() -> None:
    opening = FORMATS["atom"].opening(FEED, frozenset({"media"}))
    assert b'xmlns:media="http://search.yahoo.com/mrss/"' in opening
    assert opening.count(b"xmlns:") == 1


def test_an_archive_says_that_it_is_one_and_where_it_hangs() -> None:
    for form in ("atom", "rss"):
        root = xml(FORMATS[form].build(FEEDS["archive"], [article(1)]).body)
        head = root if form == "atom" else root.find("channel")
        links = {link.get("rel"): link.get("href") for link in head.iterfind("{http://www.w3.org/2005/Atom}link")}
        assert head.find("{http://purl.org/syndication/history/1.0}archive") is not None
        assert links["current"] == FEED.address(form)
        assert links["prev-archive"] == f"https://feeds.gazette.example/archive/all/00001.{form}"
    document = json.loads(FORMATS["json"].build(FEEDS["archive"], [article(1)]).body)
    assert document["next_url"] == "https://feeds.gazette.example/archive/all/00001.json"


@every_format
def test_a_subscription_document_is_no_archive(form: str) -> None:
    feed = replace(FEED, history=History(previous=FEEDS["archive"].history.previous))
    body = FORMATS[form].build(feed, [article(1)]).body
    assert b"fh:archive" not in body
    assert b'rel="current"' not in body
    assert b"archive/all/00001." in body


def test_what_was_withdrawn_leaves_a_tombstone_in_atom() -> None:
    body = FORMATS["atom"].build(FEED, [article(1)], [GONE]).body
    (stone,) = xml(body).iterfind("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    assert dict(stone.attrib) == {"ref": GONE.id, "when": "2026-03-01T12:00:00Z"}
    assert stone.findtext("{*}comment") == GONE.comment
    made = FORMATS["atom"].tombstone(GONE)
    assert made is not None
    assert made.uses == ("at",)
    assert made.body in body


@pytest.mark.parametrize("form", ["json", "rss"])
def test_other_formats_have_no_tombstones(form: str) -> None:
    assert FORMATS[form].tombstone(GONE) is None
    assert FORMATS[form].build(FEED, [article(1)], [GONE]).body == FORMATS[form].build(FEED, [article(1)]).body


def test_fragments_that_look_different_are_of_another_edition() -> None:
    """When this fails, fragments that were kept are stale: raise EDITION, and write its digest down here."""
    digest = hashlib.sha256()
    for form in FORMATS.values():
        for it in (article(1, PLAIN), article(2, RICH)):
            for content in ("full", "summary", "both"):
                digest.update(form.fragment(it, Manner(FEED.site, content, podcast=True)).body)
    assert {EDITION: digest.hexdigest()[:16]} == EDITIONS


EDITIONS = {1: "7f80ed2735270bd3"}
