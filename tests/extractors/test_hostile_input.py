"""Whatever the bytes are: a Reading, Unreadable or NotYet, soon, and nothing that runs in a reader's browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from time import monotonic
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import fragments_fromstring

from feeder.errors import NotYet, Unreadable
from feeder.extractors import EXTRACTORS, read
from feeder.model.document import Reading
from tests.extractors.paper import document, hints

KINDS = sorted(EXTRACTORS)
MANY = settings(max_examples=100, deadline=None)
PIECES = st.sampled_from([
    "<p>", "</p>", "<a href='/x'>", "<a href=javascript:alert(1)>", "<img src=x.png srcset='y.png 2x'>",
    "<img src=data:,x onerror=x>",
    "<script>", "</script>", "<style>", "<svg onload=x>", "<iframe src=//evil.example>",
    "<base href='javascript:x'>", "<h1>", "</h1>",
    "<title>", "<article>", "<meta property=article:published_time content='0000-02-31'>",
    "<time datetime='9999-12-31T23:59:59-23:59'>",
    '<script type=application/ld+json>{"@type":["Article"],"author":[{}],"headline":3}</script>',
    "<link rel=canonical href='http://[x'>",
    "---\n", "+++\n", "title: x\n", "date: 2026-02-31\n", "date: 0000-00-00\n", "draft: no\n", "tags: [a, b\n",
    "url: //h:99999/\n", "# A heading\n",
    "[a](javascript:x)", "![b](/c.png)", "[d](e f)", "| a |\n|-|\n", "> ", "- ", "\n", "\n\n", " ",
    "PARIS (AP) — ", "Nara, January 14, 2026 – ",
    "31 February 2026", "Date: 0 0 0\n", "By: ", "###\n", "\x02", "\x03", "\x01", "\ud7ff", "\u202e", "\ufeff",
    "&lt;script&gt;", "&#0;", "新华社北京13月41日电",
    "The library opened its doors again on Wednesday after two years of repairs to its roof. ",
    "٣٥ يناير ٠٠٠٠", "²²²²-11-11", "Just a moment",
])  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=12), max_size=30).map("".join)


def outcome(body: bytes | str, kind: str) -> Reading | str:
    try:
        return read(document(body, kind), hints(zone="Pacific/Auckland"))
    except (Unreadable, NotYet) as error:
        return str(error)


def assert_safe(reading: Reading) -> None:
    content = reading.content
    assert content.title.strip()
    assert content.html.strip()
    assert len(content.title) <= 300
    assert len(content.summary) <= 300
    moment = reading.published
    assert not isinstance(moment, datetime) or moment.utcoffset() == timedelta(0)
    for node in fragments_fromstring(f"<div>{content.html}</div>")[0].iter():
        assert node.tag not in {"script", "style", "iframe", "object", "form", "svg", "base", "link", "meta"}
        for name, value in node.attrib.items():
            assert not str(name).startswith("on")
            assert name not in {"class", "style", "id", "srcset"}
            if name in {"href", "src", "cite"}:
                assert urlsplit(value).scheme in {"http", "https", "mailto"}, value
    for address in (content.url, content.image):
        assert address is None or urlsplit(address).scheme in {"http", "https"}


@pytest.mark.parametrize("kind", KINDS)
@given(body=st.binary(max_size=400))
@MANY
def test_any_bytes_are_an_article_or_are_refused(kind: str, body: bytes) -> None:
    found = outcome(body, kind)
    if isinstance(found, Reading):
        assert_safe(found)


@pytest.mark.parametrize("kind", KINDS)
@given(text=TEXTS)
@MANY
def test_any_text_is_a_safe_article_or_is_refused_and_twice_the_same(kind: str, text: str) -> None:
    body = text.encode("utf-8", "surrogatepass")
    found = outcome(body, kind)
    assert found == outcome(body, kind)
    if isinstance(found, Reading):
        assert_safe(found)


SENTENCE = "The library opened its doors again on Wednesday after two years of repairs to its roof. "
LONG = {
    "one character": "a" * 4_000_000,
    "one mark": "." * 4_000_000,
    "digits": "1" * 1_000_000,
    "spaces": " " * 4_000_000 + "x",
    "dashes": "- " * 500_000,
    "lines": "a line\n" * 100_000,
    "commas": ", " * 500_000,
    "one paragraph": SENTENCE * 40_000,
    "paragraphs": (SENTENCE + "\n\n") * 40_000,
    "capitals": "PARIS " * 200_000,
    "dates": "January 14, 2026 " * 100_000,
    "datelines": "PARIS (AP) — " * 100_000,
    "colons": "By: " * 200_000,
    "open brackets": "[(" * 400_000,
    "open tags": "<" * 400_000,
    "entities": "&amp" * 400_000,
    "wrapped": (SENTENCE[:70] + "\n") * 50_000,
    "wide": "図書館" * 400_000,
    "titles": "a | b | c\n" * 50_000,
}


@pytest.mark.parametrize("name", sorted(LONG))
def test_a_long_hostile_text_is_read_in_bounded_time(name: str) -> None:
    began = monotonic()
    found = outcome(LONG[name], "text/plain")
    assert monotonic() - began < 20
    assert found


NESTED = (
    "<div>",
    "<b>",
    "<table><td>",
    "<ul><li>",
    "<a href=x>",
    "<p>",
    "<h1>",
    "<article>",
    "<script>",
    "<!--",
    "<time>",
    "<img src=x>",
    "<",
    "&",
)


@pytest.mark.parametrize("piece", NESTED)
def test_a_page_of_one_tag_is_read_in_bounded_time(piece: str) -> None:
    began = monotonic()
    assert outcome(piece * 100_000 + "<p>x", "text/html")
    assert monotonic() - began < 20


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "![",
        "*",
        "`",
        "> ",
        "- ",
        "<b>",
        "<div>\n\n",
        "| a |\n|-|\n",
        "a\n",
        "_a",
        "](",
        "---\n",
        "title: a\n",
        "&",
        "#",
    ],
)
def test_markdown_of_one_piece_is_read_in_bounded_time(piece: str) -> None:
    began = monotonic()
    assert outcome(piece * (60_000 // len(piece)) + "\n\nx", "text/markdown")
    assert monotonic() - began < 20


def test_a_text_beside_the_reader_is_refused_with_a_reason() -> None:
    for body, reason in {
        b"": "empty",
        b" \n\t": "empty",
        b"%PDF-1.7 ...": "PDF",
        b"PK\x03\x04....": "ZIP",
        bytes(range(256)) * 8: "binary",
        b"text \x00 and more \x00\x00 text": "binary",
        b'{"title": "x", "items": [1, 2]}': "JSON",
        b'<?xml version="1.0"?><rss></rss>': "XML",
        b"Just a moment...\n\nEnable JavaScript and cookies to continue\n": "robots",
        b"Pardon Our Interruption\n\nSomething about your browser made us think that you are a bot.": "robots",
    }.items():
        with pytest.raises(Unreadable, match=reason):
            read(document(body), hints())


def test_an_unknown_media_type_is_refused() -> None:
    with pytest.raises(Unreadable, match="nothing reads image/png"):
        read(document(b"x", "image/png"), hints())


def test_a_very_long_title_is_cut() -> None:
    reading = read(document(f"Title: x{'y' * 100_000}\n\n{SENTENCE}"), hints())
    assert len(reading.content.title) <= 300
    page = read(document(f"<h1>{'long ' * 20_000}</h1><p>{SENTENCE}", "text/html"), hints())
    assert len(page.content.title) <= 300
    assert page.content.title.endswith("…")


def test_text_is_escaped() -> None:
    reading = read(document(f"A <b>bold</b> title\n\n<script>alert(1)</script> & {SENTENCE}"), hints())
    assert re.search(r"&lt;script&gt;alert\(1\)&lt;/script&gt; &amp; The", reading.content.html)


def test_a_date_far_off_is_no_error() -> None:
    for stated in (
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "0000-01-01",
        "2026-02-31",
        "32 January 2026",
    ):
        page = f"<meta property='article:published_time' content='{stated}'><h1>A title</h1><p>{SENTENCE}"
        found = outcome(page, "text/html")
        assert isinstance(found, Reading)
        assert found.published is None or found.published.year in {1, 9999}


def test_what_is_known_of_now_is_handed_in() -> None:
    body = f"Roof repaired\n\nPARIS, Dec 31 (AFP) - {SENTENCE}"
    years = [read(document(body), hints(datetime(year, 1, 2, tzinfo=UTC))).published for year in (2024, 2031)]
    assert [str(day) for day in years] == ["2023-12-31", "2030-12-31"]


@pytest.mark.parametrize("margin", [" ", "\t"])
def test_a_text_of_margins_is_read_before_the_tests_lose_patience(margin: str) -> None:
    text = (
        "\n".join([margin * 5000 + "x"] * 60)
        + "\n\nThe ferry sailed again after three weeks in dock, as planned.\n"
    )
    assert "The ferry sailed again" in read(document(text), hints()).content.html
