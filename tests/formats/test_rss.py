from __future__ import annotations

from dataclasses import replace
from html import unescape
from typing import Any

from feeder.formats import FORMATS
from feeder.model.article import Content, Person
from tests.formats.reading import xml
from tests.formats.samples import FEED, PLAIN, RICH, SITE, article

NS = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}


def channel(*contents: Content, **feed: Any) -> Any:
    articles = [article(n, content) for n, content in enumerate(contents, 1)]
    return xml(FORMATS["rss"].build(replace(FEED, **feed), articles).body).find("channel")


def test_the_head_names_site_feed_and_hubs() -> None:
    head = channel()
    assert head.findtext("link") == "https://gazette.example/"
    assert head.findtext("lastBuildDate") == "Sun, 01 Mar 2026 14:00:00 +0000"
    assert head.findtext("managingEditor") == "desk@gazette.example (Newsroom)"
    assert head.findtext("docs") == "http://www.rssboard.org/rss-specification"
    assert [dict(link.attrib) for link in head.iterfind("atom:link", NS)] == [
        {"href": "https://feeds.gazette.example/all.rss", "rel": "self", "type": "application/rss+xml"},
        {"href": "https://hub.example/", "rel": "hub"},
        {"href": "https://feeds.gazette.example/hub", "rel": "hub"},
    ]


def test_everything_about_the_channel_comes_before_the_first_item() -> None:
    tags = [node.tag for node in channel(PLAIN, RICH)]
    assert tags[-2:] == ["item", "item"]
    assert "item" not in tags[:-2]


def test_a_channel_always_has_a_description() -> None:
    assert channel(description="").findtext("description") == FEED.title


def test_an_editor_without_an_address_is_left_out() -> None:
    assert channel(site=replace(SITE, author=Person("Newsroom", "not an address"))).find("managingEditor") is None


def test_the_guid_is_the_id_and_no_link() -> None:
    guid = channel(PLAIN).find("item/guid")
    assert (guid.text, guid.get("isPermaLink")) == (article(1).id, "false")


def test_every_author_is_a_creator_and_none_an_author() -> None:
    item = channel(RICH).find("item")
    assert [node.text for node in item.iterfind("dc:creator", NS)] == ["Ann Ødegård", "Bo & Co"]
    assert item.find("author") is None


def test_a_plain_text_summary_reads_the_same_as_html() -> None:
    item = channel(RICH).find("item")
    assert unescape(item.findtext("description")) == RICH.summary
    assert item.findtext("content:encoded", None, NS) == RICH.html


def test_the_summary_stands_before_the_content() -> None:
    tags = [node.tag for node in channel(RICH).find("item")]
    assert tags.index("description") < tags.index(f"{{{NS['content']}}}encoded")


def test_without_a_summary_the_description_is_the_content() -> None:
    assert channel(PLAIN).findtext("item/description") == PLAIN.html


def test_the_first_enclosure_is_the_only_one() -> None:
    enclosures = [dict(node.attrib) for node in channel(RICH).iterfind("item/enclosure")]
    assert enclosures == [{"url": "https://gazette.example/fish.mp3", "length": "123456", "type": "audio/mpeg"}]


def test_an_unknown_length_is_zero() -> None:
    content = replace(RICH, enclosures=RICH.enclosures[1:])
    assert channel(content).find("item/enclosure").get("length") == "0"


def test_ampersands_are_the_references_that_the_profile_asks_for() -> None:
    body = FORMATS["rss"].build(FEED, [article(1, RICH)]).body
    assert b"<title>Fish &#x26; chips: 3 &#x3C; 4" in body
    assert b"&amp;" not in body
