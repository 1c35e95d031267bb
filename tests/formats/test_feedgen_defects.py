"""Each defect of feedgen that we mend: really there in plain feedgen, and absent from ours.

When the first half of a test fails, a new feedgen mended it and our repair can go.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from feedgen import entry as feedgen_entry
from feedgen import feed as feedgen_feed
from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from feeder.formats._feedgen import Entry, Generator
from feeder.formats._xml import element
from tests.formats.reading import xml

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DC = "{http://purl.org/dc/elements/1.1/}"
ATOM = "{http://www.w3.org/2005/Atom}"
SELF = {"href": "https://a.example/feed", "rel": "self", "type": "application/rss+xml"}
HUB = {"href": "https://a.example/hub", "rel": "hub"}


def filled(generator: Any) -> Any:
    generator.id("urn:x:feed")
    generator.title("Feed")
    generator.description("What it is")
    generator.updated(NOON)
    generator.link(href="https://a.example/", rel="alternate")
    generator.link(**SELF)
    generator.link(**HUB)
    return generator


def entry(made: Any) -> Any:
    made.id("urn:x:1")
    made.title("One")
    made.updated(NOON)
    made.published(NOON)
    made.content("<p>One</p>", type="html")
    made.link(href="https://a.example/1", rel="alternate")
    made.link(href="https://a.example/1.mp3", rel="enclosure", type="audio/mpeg", length="9", title="Listen")
    return made


def test_links_of_entries_keep_their_attributes() -> None:
    assert dict(entry(FeedEntry()).atom_entry().findall("link")[1].attrib) == {"href": "https://a.example/1.mp3"}
    assert dict(entry(Entry()).atom_entry().findall("link")[1].attrib) == {
        "href": "https://a.example/1.mp3",
        "rel": "enclosure",
        "type": "audio/mpeg",
        "length": "9",
        "title": "Listen",
    }


def test_the_link_of_a_channel_is_the_site() -> None:
    assert xml(filled(FeedGenerator()).rss_str()).findtext("channel/link") == HUB["href"]
    assert xml(filled(Generator()).rss_str()).findtext("channel/link") == "https://a.example/"


def test_every_link_of_a_channel_is_written() -> None:
    assert _links(filled(FeedGenerator())) == [SELF]
    assert _links(filled(Generator())) == [SELF, HUB]


def _links(generator: Any) -> list[dict[str, str]]:
    return [dict(link.attrib) for link in xml(generator.rss_str()).iterfind(f"channel/{ATOM}link")]


def test_no_date_sets_the_locale_of_the_process() -> None:
    assert _calls_for_dates(filled(FeedGenerator()), entry(FeedEntry())) == 2
    assert _calls_for_dates(filled(Generator()), entry(Entry())) == 0


def _calls_for_dates(generator: Any, made: Any) -> int:
    """How often a feed of one entry asks feedgen's own function, the one that calls setlocale."""
    calls: list[datetime] = []

    def counted(date: datetime) -> str:
        calls.append(date)
        return "a date"

    with pytest.MonkeyPatch.context() as patch:
        for module in (feedgen_feed, feedgen_entry):
            patch.setattr(module, "formatRFC2822", counted)
        generator.rss_str()
        made.rss_entry()
    return len(calls)


def test_dates_in_rss_are_written_all_the_same() -> None:
    assert (
        xml(filled(Generator()).rss_str()).findtext("channel/lastBuildDate") == "Sun, 01 Mar 2026 12:00:00 +0000"
    )
    assert entry(Entry()).rss_entry().findtext("pubDate") == "Sun, 01 Mar 2026 12:00:00 +0000"


def test_the_time_of_the_build_never_stands_in_for_an_update() -> None:
    assert datetime.now(UTC) - FeedEntry().updated() < timedelta(minutes=5)
    assert datetime.now(UTC) - FeedGenerator().updated() < timedelta(minutes=5)
    assert Entry().updated() is None
    assert Generator().updated() is None


def test_an_entry_says_its_own_language() -> None:
    assert not entry(FeedEntry()).atom_entry().attrib
    assert dict(entry(Entry("nl")).atom_entry().attrib) == {"{http://www.w3.org/XML/1998/namespace}lang": "nl"}


def test_people_without_an_e_mail_address_are_not_lost_in_rss() -> None:
    plain, ours = entry(FeedEntry()), entry(Entry())
    plain.author([{"name": "Ann"}])
    ours.extras = [element("dc:creator", "Ann"), element("dc:creator", "Bo")]
    assert "Ann" not in "".join(plain.rss_entry().itertext())
    assert [node.text for node in ours.rss_entry().iterfind("{http://purl.org/dc/elements/1.1/}creator")] == [
        "Ann",
        "Bo",
    ]


def test_plain_text_in_rss_holds_the_references_that_the_profile_asks_for() -> None:
    plain, ours = filled(FeedGenerator()), filled(Generator())
    plain.title("R&D <new>")
    ours.title("R&D <new>")
    assert b"R&amp;D &lt;new&gt;" in plain.rss_str()
    assert b"R&#x26;D &#x3C;new&#x3E;" in ours.rss_str()


def test_elements_keep_the_order_they_are_given_in() -> None:
    plain, ours = filled(FeedGenerator()), filled(Generator())
    for title in ("first", "second"):
        for made in (FeedEntry(), Entry()):
            entry(made).title(title)
            if isinstance(made, Entry):
                ours.add_entry(made, order="append")
            else:
                plain.add_entry(made)
    assert [node.text for node in xml(plain.atom_str()).iterfind(f"{ATOM}entry/{ATOM}title")] == [
        "second",
        "first",
    ]
    assert [node.text for node in xml(ours.atom_str()).iterfind(f"{ATOM}entry/{ATOM}title")] == ["first", "second"]


def test_one_illegal_character_still_fails_plain_feedgen() -> None:
    """Which is why text is cleaned before it enters, and why each entry is made alone."""
    made = entry(FeedEntry())
    made.title("bell \x07")
    generator = filled(FeedGenerator())
    generator.add_entry(made)
    with pytest.raises(ValueError, match="XML compatible"):
        generator.atom_str()


def test_cdata_still_becomes_the_type_of_an_atom_content() -> None:
    """Which is why content is always of type html."""
    made = entry(FeedEntry())
    made.content("<p>One</p>", type="CDATA")
    assert made.atom_entry().find("content").get("type") == "CDATA"


def test_ours_writes_nothing_twice() -> None:
    generator = filled(Generator())
    made = entry(Entry())
    made.extras = [element("dc:creator", "Ann")]
    generator.add_entry(made)
    body = generator.rss_str()
    assert body.count(b"xmlns:") == 2
    assert body.count(b"<pubDate>") == body.count(b"<lastBuildDate>") == 1
