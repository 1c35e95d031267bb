"""Rules 31 to 46: RSS 2.0 and the profile of the RSS Advisory Board."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from feeder.formats import FORMATS
from feeder.model.article import Enclosure, Person
from tests.feeds_rules.corpus import ALL, ARTICLES, CONTENTS, DATES, FEEDS, MEDIATOPIC
from tests.feeds_rules.documents import DC, ENCODED, MEDIA, A, body, channel, each_feed, item
from tests.feeds_rules.hostile_page import HOSTILE_PAGE, taken_in
from tests.feeds_rules.judge_rss import objections
from tests.formats.hostile import contents
from tests.formats.reading import xml
from tests.formats.samples import FEED, PLAIN, SITE, article

if TYPE_CHECKING:
    from feeder.model.article import Content


@each_feed
def test_rule_31_a_channel_has_a_title_a_description_and_the_link_of_the_site(name: str) -> None:
    head = channel(name)
    assert all((head.findtext(it) or "").strip() for it in ("title", "description"))
    assert head.findtext("link") == SITE.url
    assert head.findtext("link") not in {FEED.address("rss"), *FEED.hubs}


@each_feed
def test_rule_32_self_is_the_address_of_the_document_with_its_type(name: str) -> None:
    own = [dict(it.attrib) for it in channel(name).iterfind(f"{A}link") if it.get("rel") == "self"]
    assert own == [{"href": FEED.address("rss"), "rel": "self", "type": "application/rss+xml"}]


@each_feed
def test_rule_33_what_is_said_of_the_channel_stands_before_the_items(name: str) -> None:
    tags = [it.tag for it in channel(name)]
    assert set(tags[tags.index("item") :]) == {"item"}


@each_feed
def test_rule_34_every_item_has_a_title_and_a_description(name: str) -> None:
    for it in channel(name).iterfind("item"):
        assert (it.findtext("title") or "").strip()
        assert (it.findtext("description") or "").strip()


def test_rule_35_every_item_has_a_guid_of_its_own_that_is_no_link_and_stays() -> None:
    guids = [it.find("guid") for it in channel().iterfind("item")]
    assert [it.text for it in guids] == [it.id for it in ALL]
    assert {it.get("isPermaLink") for it in guids} == {"false"}
    edited = replace(article(1), slug="moved", source="other", revision=9)
    again = xml(FORMATS["rss"].build(FEED, [edited]).body)
    assert again.findtext("channel/item/guid") == item(PLAIN).findtext("guid")


@pytest.mark.parametrize("name", sorted(DATES))
def test_rule_36_dates_are_rfc_822_with_english_names_and_a_numeric_zone(name: str) -> None:
    it = ARTICLES[name]
    written = xml(FORMATS["rss"].build(FEED, [it]).body).findtext("channel/item/pubDate")
    assert re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000", written)
    assert parsedate_to_datetime(written) == it.published - timedelta(microseconds=it.published.microsecond)
    assert parsedate_to_datetime(channel().findtext("lastBuildDate")) == FEED.updated


def test_rule_37_people_are_creators_each_of_them_and_there_is_no_author() -> None:
    made = item(CONTENTS["twenty authors"])
    assert [it.text for it in made.iterfind(f"{DC}creator")] == [f"Author {n}" for n in range(20)]
    assert all(it.find("author") is None for it in channel().iterfind("item"))
    assert channel().findtext("managingEditor") == "desk@gazette.example (Newsroom)"
    odd = replace(FEED, site=replace(SITE, author=Person("A (desk)", "a@b.example")))
    assert xml(FORMATS["rss"].build(odd, []).body).findtext("channel/managingEditor") == "a@b.example (A [desk])"


@each_feed
def test_rule_38_there_is_one_enclosure_with_a_length_and_the_others_are_media(name: str) -> None:
    for it in channel(name).iterfind("item"):
        for file in it.findall("enclosure"):
            assert len(it.findall("enclosure")) == 1
            assert file.get("length").isdigit()
            assert re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+", file.get("type"))
    made = item(CONTENTS["thirty enclosures"], name)
    wanted = CONTENTS["thirty enclosures"].enclosures
    assert made.find("enclosure").get("length") == "0"  # nobody knows that of the first
    assert [it.get("url") for it in made.iterfind(f"{MEDIA}content")] == [it.url for it in wanted[1:]]
    assert [it.get("fileSize") for it in made.iterfind(f"{MEDIA}content")] == [str(it.length) for it in wanted[1:]]


def test_what_is_played_is_the_enclosure_rather_than_what_stands_first() -> None:
    files = (
        Enclosure("https://a.example/a.pdf", "application/pdf"),
        Enclosure("https://a.example/a.mp3", "audio/mpeg"),
    )
    assert item(replace(PLAIN, enclosures=files)).find("enclosure").get("type") == "audio/mpeg"


@each_feed
def test_rule_39_text_holds_the_references_of_the_profile_and_no_markup(name: str) -> None:
    made = body("rss", name)
    assert b"&amp;" not in made
    assert b"&lt;" not in made
    assert b"3 &#x3C; 4 &#x26; 5 &#x3E; 2 &#x26;c &#x3C;new&#x3E;" in made
    assert [it for it in objections(made) if "HTML" in it or "Character" in it] == []
    marked = item(CONTENTS["markup in a title"], name)
    assert (marked.findtext("title"), marked.findtext("category")) == ("Bold & alert(1)", "U")


@each_feed
def test_rule_40_the_description_stands_before_the_content_and_both_once(name: str) -> None:
    for it in channel(name).iterfind("item"):
        tags = [node.tag for node in it]
        counts = Counter(tags)
        assert counts["description"] == 1
        assert counts[ENCODED] <= 1
        assert ENCODED not in tags or tags.index("description") < tags.index(ENCODED)


def test_rule_41_addresses_in_a_text_are_absolute() -> None:
    made = item(taken_in(HOSTILE_PAGE))
    addresses = re.findall(
        r'(?:href|src)="([^"]*)"', made.findtext("description") + (made.findtext(ENCODED) or "")
    )
    assert addresses
    assert all(it.startswith("https://wire.example/") for it in addresses)


def test_rule_42_the_picture_of_a_channel_has_its_title_its_link_and_a_format_that_all_know() -> None:
    image = channel().find("image")
    assert image.findtext("url") == FEEDS["full"].logo
    assert (image.findtext("title"), image.findtext("link")) == (FEED.title, SITE.url)
    drawn = replace(FEED, logo="https://gazette.example/logo.svg")
    assert xml(FORMATS["rss"].build(drawn, []).body).find("channel/image") is None


@each_feed
def test_rule_43_language_and_docs_are_what_they_should_be(name: str) -> None:
    head = channel(name)
    assert head.findtext("language") == "en"
    assert head.findtext("docs") == "http://www.rssboard.org/rss-specification"
    assert head.find("ttl") is None


@each_feed
def test_rule_44_there_is_no_text_input_no_cloud_that_nobody_serves_and_no_slash(name: str) -> None:
    tags = {node.tag for node in channel(name).iter()}
    assert not {"textInput", "cloud"} & tags
    assert not any("slash" in tag for tag in tags)


def test_a_cloud_that_is_served_is_named() -> None:
    served = replace(FEED, cloud="https://feeds.gazette.example/rsscloud/pleaseNotify")
    assert dict(xml(FORMATS["rss"].build(served, []).body).find("channel/cloud").attrib) == {
        "domain": "feeds.gazette.example",
        "port": "443",
        "path": "/rsscloud/pleaseNotify",
        "registerProcedure": "",
        "protocol": "http-post",
    }


@each_feed
def test_rule_45_no_fact_is_said_by_two_elements(name: str) -> None:
    for it in channel(name).iterfind("item"):
        tags = {node.tag for node in it}
        assert not tags & {f"{DC}date", f"{DC}subject", f"{DC}title", f"{DC}identifier", f"{A}id", f"{A}updated"}
    assert not {f"{DC}language", f"{DC}rights", f"{DC}creator"} & {it.tag for it in channel(name)}


def test_rule_46_a_category_names_its_vocabulary_and_a_source_its_address() -> None:
    found = [(it.text, it.get("domain")) for it in item(CONTENTS["vocabulary"]).iterfind("category")]
    assert found == [("Economy", MEDIATOPIC), ("Sea", "https://gazette.example/topics"), ("Local", None)]
    source = item(CONTENTS["republished"]).find("source")
    assert (source.text, source.get("url")) == ("The Wire & <sons>", "https://wire.example/atom")
    assert item(CONTENTS["republished from nowhere"]).find("source") is None  # without one it is an error


@each_feed
def test_nothing_in_the_corpus_draws_an_objection(name: str) -> None:
    assert objections(body("rss", name), FEED.address("rss")) == []


@given(content=contents)
@settings(max_examples=25, deadline=None)
def test_nothing_that_nobody_thought_of_draws_an_objection(content: Content) -> None:
    content = replace(content, html="<p>Body</p>")
    for feed in FEEDS.values():
        assert objections(FORMATS["rss"].build(feed, [article(1, content)]).body, FEED.address("rss")) == []


SPOILT = {
    "a second title": ("<title>The ferry", "<title>x</title><title>The ferry"),
    "a link that is the feed's": (
        "<link>https://gazette.example/<",
        "<link>https://feeds.gazette.example/all.rss<",
    ),
    "a permalink that is none": ('isPermaLink="false"', 'isPermaLink="true"'),
    "a date in another language": ("<pubDate>Sun, 01 Mar", "<pubDate>So, 01 Mär"),
    "an author": ("<guid", "<author>Ann</author><guid"),
    "a relative address": ("&#x3C;p&#x3E;After", "&#x3C;img src='x.png'&#x3E;After"),
    "a script": ("&#x3C;p&#x3E;After", "&#x3C;script&#x3E;After"),
    "markup in a title": ("<title>The ferry", "<title>&#x3C;b&#x3E;x&#x3C;/b&#x3E;"),
    "the wrong references": ("<title>The ferry", "<title>a &amp; b"),
    "an enclosure of no length": (
        "</item>",
        '<enclosure url="https://a.example/a" type="a/b" length="-1"/></item>',
    ),
    "a metadatum behind the items": ("</channel>", "<ttl>5</ttl></channel>"),
    "a namespace nobody uses": ("<rss ", '<rss xmlns:media="http://search.yahoo.com/mrss/" '),
    "a group of one": ("</item>", '<g:group xmlns:g="http://search.yahoo.com/mrss/"/></item>'),
}


@pytest.mark.parametrize(("old", "new"), SPOILT.values(), ids=list(SPOILT))
def test_the_judge_objects_to(old: str, new: str) -> None:
    text = FORMATS["rss"].build(FEED, [article(1)]).body.decode()
    assert objections(text.encode(), FEED.address("rss")) == []
    assert old in text
    assert objections(text.replace(old, new).encode(), FEED.address("rss"))
