"""What is read out of feeds of every format, and what is no feed."""

from __future__ import annotations

from typing import Any

import pytest

from feeder.sources._feed_parse import items
from tests.sources.feeds import atom, item, jsonfeed, rss

URL = "https://wire.example/feeds/all.xml"


def read(feed: str | bytes, content_type: str = "") -> list[dict[str, Any]]:
    return items(feed if isinstance(feed, bytes) else feed.encode(), content_type, URL)


def one(feed: str | bytes, content_type: str = "") -> dict[str, Any]:
    (found,) = read(feed, content_type)
    return found


def test_an_item_of_rss_says_all_that_it_has() -> None:
    more = (
        "<content:encoded><![CDATA[<p>The <b>whole</b> story.</p>]]></content:encoded>"
        "<dc:creator>Ann Lee</dc:creator>"
        "<category>World</category><category>world</category>"
        "<category domain='https://wire.example/topics'>Sea</category>"
        "<enclosure url='/a.mp3' length='123' type='audio/mpeg'/>"
        "<media:content url='https://i.example/s.jpg' medium='image' width='100'/>"
        "<media:content url='https://i.example/l.jpg' medium='image' width='900'/>"
        "<source url='https://other.example/feed'>The Other</source>"
    )
    assert one(rss(item("a", 3, more), head="<language>en-GB</language>")) == {
        "id": "id-a",
        "url": "https://wire.example/a",
        "title": "Story a",
        "content_html": "<p>The <b>whole</b> story.</p>",
        "summary": "All about a.",
        "image": "https://i.example/l.jpg",
        "date_published": "2026-02-03T10:00:00+01:00",
        "authors": [{"name": "Ann Lee"}],
        "tags": ["world", "Sea"],
        "attachments": [
            {"url": "https://wire.example/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 123},
        ],
        "_feeder": {
            "publisher": "The Other",
            "subjects": [{"name": "Sea", "term": "Sea", "scheme": "https://wire.example/topics"}],
            "origin": {"title": "The Other", "url": "https://other.example/feed"},
        },
        "_feed": {"title": "The Wire", "url": "https://wire.example/", "language": "en-GB", "feed_url": URL},
    }


def test_an_entry_of_atom_says_all_that_it_has() -> None:
    entry = (
        "<title type='html'>Rain &amp;amp; &lt;i>sun&lt;/i></title><id>tag:wire.example,2026:1</id>"
        "<link href='../one'/><link rel='enclosure' href='/one.pdf' type='application/pdf'/>"
        "<published>2026-02-03T10:00:00+01:00</published><updated>2026-02-04T08:00:00Z</updated>"
        "<author><name>Ann</name><email>ann@wire.example</email><uri>https://ann.example/</uri></author>"
        "<category term='w' label='Weather'/><summary>Short &amp; dry.</summary>"
        "<content type='xhtml' xml:lang='de'><div xmlns='http://www.w3.org/1999/xhtml'><p>Lang.</p></div></content>"
    )
    assert one(atom(entry, attributes="xml:lang='en'")) == {
        "id": "tag:wire.example,2026:1",
        "url": "https://wire.example/one",
        "title": "Rain & sun",
        "content_html": "<p>Lang.</p>",
        "summary": "Short & dry.",
        "date_published": "2026-02-03T10:00:00+01:00",
        "date_modified": "2026-02-04T08:00:00Z",
        "authors": [{"name": "Ann", "email": "ann@wire.example", "url": "https://ann.example/"}],
        "tags": ["Weather"],
        "language": "de",
        "attachments": [{"url": "https://wire.example/one.pdf", "mime_type": "application/pdf"}],
        "_feed": {"title": "The Wire", "language": "en", "feed_url": URL, "id": "urn:wire"},
    }


def test_an_entry_says_its_vocabulary_its_picture_its_rights_and_where_it_was_taken_from() -> None:
    entry = (
        "<title>T</title><id>urn:x:1</id><content>Text</content><rights>© The Wire</rights>"
        "<category term='04000000' scheme='http://cv.iptc.org/newscodes/mediatopic/' label='Economy'/>"
        "<source><id>urn:other</id><title>The Other</title><updated>2026-02-01T00:00:00Z</updated>"
        "<link rel='self' href='https://other.example/atom'/></source>"
        "<media:content xmlns:media='http://search.yahoo.com/mrss/' url='https://i.example/l.jpg' medium='image'>"
        "<media:credit role='photographer'>Bo Beach</media:credit></media:content>"
    )
    assert one(atom(entry))["_feeder"] == {
        "publisher": "The Other",
        "rights": "© The Wire",
        "credit": "Bo Beach",
        "subjects": [
            {"name": "Economy", "term": "04000000", "scheme": "http://cv.iptc.org/newscodes/mediatopic/"}
        ],
        "origin": {
            "title": "The Other",
            "url": "https://other.example/atom",
            "id": "urn:other",
            "updated": "2026-02-01T00:00:00Z",
        },
    }


def test_an_episode_says_how_long_it_is_and_which() -> None:
    more = (
        "<enclosure url='/7.mp3' length='9' type='audio/mpeg'/><itunes:duration>1:02:03</itunes:duration>"
        "<itunes:episode>7</itunes:episode><itunes:season>2</itunes:season>"
        "<itunes:episodeType>bonus</itunes:episodeType><itunes:explicit>yes</itunes:explicit>"
        "<podcast:transcript xmlns:podcast='https://podcastindex.org/namespace/1.0' url='/7.vtt' type='text/vtt'/>"
    )
    found = one(rss(item("a", 3, more)))
    assert found["attachments"][0]["duration_in_seconds"] == 3723
    assert found["_feeder"]["episode"] == {
        "number": 7,
        "season": 2,
        "kind": "bonus",
        "explicit": True,
        "transcript": "https://wire.example/7.vtt",
    }


@pytest.mark.parametrize("written", ["about an hour", "", "1:2:3:4", "-5", "99999999999999999999"])
def test_a_length_that_is_none_is_left_out(written: str) -> None:
    more = f"<enclosure url='/7.mp3' type='audio/mpeg'/><itunes:duration>{written}</itunes:duration>"
    assert "duration_in_seconds" not in one(rss(item("a", 3, more)))["attachments"][0]


def test_an_item_of_json_feed_says_all_that_it_has_and_no_more() -> None:
    given = {
        "id": 17,
        "url": "/one",
        "external_url": "javascript:alert(1)",
        "title": "Rain &amp; sun",
        "content_html": "<p>Whole.</p>",
        "summary": "Short.",
        "image": "https://i.example/a.jpg",
        "date_published": "2026-02-03T10:00:00+01:00",
        "tags": ["a", 5, None],
        "language": "en",
        "attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 9}, {"url": "ftp://x"}, 5],
        "_feeder": {"draft": True},
        "_page": {"html": "forged"},
    }
    found = one(jsonfeed(given | {"authors": [{"name": "Ann", "url": "https://ann.example/"}]}))
    assert found == {
        "id": "17",
        "url": "https://wire.example/one",
        "title": "Rain & sun",
        "content_html": "<p>Whole.</p>",
        "summary": "Short.",
        "image": "https://i.example/a.jpg",
        "date_published": "2026-02-03T10:00:00+01:00",
        "authors": [{"name": "Ann", "url": "https://ann.example/"}],
        "tags": ["a"],
        "language": "en",
        "attachments": [{"url": "https://wire.example/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 9}],
        "_feed": {"title": "The Wire", "feed_url": URL},
    }
    assert one(jsonfeed(given | {"author": {"name": "Old"}}))["authors"] == [{"name": "Old"}]


@pytest.mark.parametrize(
    "feed",
    [
        (
            "<rss version='0.91'><channel><title>T</title><item><title>A</title><link>https://a.example/1</link></item>"
            "</channel></rss>"
        ),
        (
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
            "<channel rdf:about='x'><title>T</title></channel><item rdf:about='https://a.example/1'><title>A</title>"
            "<link>https://a.example/1</link></item></rdf:RDF>"
        ),
        (
            "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title>A</title>"
            "<link rel='alternate' href='https://a.example/1'/></entry></feed>"
        ),
        (
            "<rss version='2.0' xmlns='http://backend.example/rss2'><channel><item><title>A</title>"
            "<link>https://a.example/1</link></item></channel></rss>"
        ),
        (
            "<rss:rss xmlns:rss='urn:x'><rss:channel><rss:item><rss:title>A</rss:title>"
            "<rss:link>https://a.example/1</rss:link></rss:item></rss:channel></rss:rss>"
        ),
        "<RSS VERSION='2.0'><CHANNEL><ITEM><TITLE>A</TITLE><LINK>https://a.example/1</LINK></ITEM></CHANNEL></RSS>",
        "<rss><item><title>A</title><link>https://a.example/1</link></item></rss>",
        "<entry xmlns='http://www.w3.org/2005/Atom'><title>A</title><link href='https://a.example/1'/></entry>",
        (
            "\n\nNotice: undefined\n<?xml version='1.0'?><rss><channel><item><title>A</title>"
            "<link>https://a.example/1</link></item></channel></rss>"
        ),
    ],
    ids=["0.91", "rdf", "atom 0.3", "namespace", "prefix", "capitals", "no channel", "bare entry", "junk before"],
)
def test_every_format_is_read(feed: str) -> None:
    found = one(feed)
    assert (found["title"], found["url"]) == ("A", "https://a.example/1")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("<link>https://a.example/x?a=1&amp;b=2</link>", "https://a.example/x?a=1&b=2"),
        ("<link>/x</link>", "https://wire.example/x"),
        ("<link>x</link>", "https://wire.example/feeds/x"),
        ("<guid>https://a.example/x</guid>", "https://a.example/x"),
        ("<guid isPermaLink='false'>https://a.example/x</guid>", "https://a.example/x"),
        ("<guid>/x</guid>", "https://wire.example/x"),
        ("<guid>t3_x</guid>", None),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>data:text/html,x</link>", None),
        ("<link>https://user:word@a.example/</link>", None),
        ("<link>http://[</link>", None),
        (
            "<link>https://f.example/~r/1</link><feedburner:origLink>https://a.example/x</feedburner:origLink>",
            "https://a.example/x",
        ),
    ],
)
def test_a_link_is_an_absolute_web_address_or_none(said: str, found: str | None) -> None:
    assert one(rss(f"<title>A</title>{said}")).get("url") == found


def test_an_element_that_ends_in_a_wrong_place_costs_nothing_else() -> None:
    """The plain feedparser raises TypeError."""
    broken = "<image><title>Logo</image><width>9</width></title>"
    assert one(rss("<title>A</title>", head=broken))["title"] == "A"


def test_an_id_is_kept_as_it_is_written() -> None:
    """The plain feedparser makes "/t3_x" of this one: an xml:base of one element stays for the next."""
    entry = "<content xml:base='/r?a=1' type='html'>x</content><id>t3_x</id><title>A</title>"
    assert one(atom(entry))["id"] == "t3_x"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("<title>AT&amp;amp;T</title>", "AT&T"),
        ("<title>1 &lt; 2</title>", "1 < 2"),
        ("<title>&lt;b>Bold&lt;/b> &amp;amp;lt;i&amp;amp;gt;</title>", "Bold &lt;i&gt;"),
        ("<title><![CDATA[A<br>B <i>x</i>]]></title>", "A B x"),
        ("<title>  two\n lines </title>", "two lines"),
    ],
)
def test_a_title_is_plain_text(written: str, title: str) -> None:
    assert one(rss(f"{written}<link>/x</link>"))["title"] == title


def test_a_title_of_atom_that_is_text_is_taken_word_for_word() -> None:
    assert one(atom("<title>Use &lt;b> &amp;amp;</title><id>1</id>"))["title"] == "Use <b> &amp;"


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("Tue, 03 Feb 2026 10:00:00 -0500", "2026-02-03T10:00:00-05:00"),
        ("3 Feb 2026 10:00 GMT", "2026-02-03T10:00:00+00:00"),
        ("2026-02-03T10:00:00.5Z", "2026-02-03T10:00:00.5Z"),
        ("2026-02-03", "2026-02-03"),
        ("15 nov 2022", "2022-11-15"),
        ("3. Februar 2026, 10 Uhr", "3. Februar 2026, 10 Uhr"),
        ("Tue, 99 Feb 2026 10:00:00 GMT", "Tue, 99 Feb 2026 10:00:00 GMT"),
    ],
)
def test_a_date_that_cannot_be_read_is_handed_on(written: str, date: str) -> None:
    assert one(rss(f"<title>A</title><pubDate>{written}</pubDate>"))["date_published"] == date


@pytest.mark.parametrize(
    ("written", "author"),
    [
        ("<author>ann@wire.example (Ann Lee)</author>", {"name": "Ann Lee", "email": "ann@wire.example"}),
        ("<author>ann@wire.org (Ann Lee)</author>", {"name": "Ann Lee", "email": "ann@wire.org"}),
        ("<author>ann@wire.example</author>", {"email": "ann@wire.example"}),
        ("<author>Ann Lee</author>", {"name": "Ann Lee"}),
        ("<dc:creator>Ann &amp;amp; Bo</dc:creator>", {"name": "Ann & Bo"}),
        ("<itunes:author>Ann</itunes:author><author>Ann</author>", {"name": "Ann"}),
    ],
)
def test_an_author_has_a_name_and_an_address(written: str, author: dict[str, str]) -> None:
    assert one(rss(f"<title>A</title>{written}"))["authors"] == [author]


def test_text_hangs_at_its_own_xml_base() -> None:
    content = "<content type='html' xml:base='https://i.example/b/'>&lt;img src='c.jpg'></content>"
    assert (
        one(atom(f"<title>A</title><id>1</id>{content}"))["content_html"]
        == '<img src="https://i.example/b/c.jpg">'
    )


UMLAUTS = rss("<title>Grüße</title><link>/x</link>", encoding="ENCODING")


@pytest.mark.parametrize(
    ("encoding", "declared", "header"),
    [
        ("utf-8", "utf-8", ""),
        ("utf-8", "iso-8859-1", ""),
        ("utf-8", "utf-16", "text/xml; charset=iso-8859-1"),
        ("cp1252", "iso-8859-1", "text/xml"),
        ("cp1252", "utf-8", "text/xml"),
        ("utf-16", "utf-16", ""),
        ("utf-16-le", "utf-16", ""),
        ("utf-8-sig", "us-ascii", ""),
        ("cp1252", "nonsense", "text/xml; charset=base64"),
    ],
)
def test_a_character_set_is_found_whatever_is_declared(encoding: str, declared: str, header: str) -> None:
    assert one(UMLAUTS.replace("ENCODING", declared).encode(encoding), header)["title"] == "Grüße"


def test_a_spoilt_byte_does_not_spoil_the_others() -> None:
    body = (
        rss(
            "<title>Grüße und Küsse, größer, schöner, höher, über alles, für böse Mädchen, früh, spät, süß, "
            "mäßig, Öl, Ähre, Übel, Tür, müde, blöd</title>"
        )
        .encode()
        .replace(b"M\xc3\xa4", b"M\xe4")
    )
    assert "M\ufffddchen" not in one(body)["title"]
    assert "größer, schöner" in one(body)["title"]
