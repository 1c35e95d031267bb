"""Pages made to cost, to deceive or to run in a reader's browser: bounded, refused or harmless."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeder.errors import FeederError, Unreadable
from feeder.extractors import Reader, read
from feeder.extractors._graft import graft
from feeder.extractors._images import largest
from feeder.extractors._linked import linked_data
from feeder.extractors._tree import tree
from feeder.model.document import Reading  # noqa: TC001 - helpers return it
from feeder.workshop import Workshop
from tests.extractors.paper import document, hints
from tests.extractors.test_hostile_input import assert_safe

SENTENCE = "The ferry runs again from Monday, since divers have found the rope that had stopped its screw. "
TEXT = "".join(f"<p>{SENTENCE}It is voyage number {number}.</p>" for number in range(8))
HEAD = "<title>The ferry runs again from Monday</title>"


def page(body: str, head: str = HEAD) -> Reading:
    reading = read(
        document(f"<html><head>{head}</head><body>{body}</body></html>", "text/html", "p.html"), hints()
    )
    assert_safe(reading)
    return reading


COSTLY = {
    "60,000 links": "".join(f"<a href='/{number}'>One of many</a> " for number in range(60_000)),
    "30,000 links in paragraphs": TEXT + "".join(f"<p><a href='/{n}'>More</a>" for n in range(30_000)),
    "an attribute of 2.9 MB": f"<div data-x='{'a' * 2_900_000}'>{TEXT}</div>",
    "100 attributes of 25 kB": "".join(f"<p style='{'a' * 25_000}'>{SENTENCE}" for _ in range(100)),
    "60,000 authors": TEXT + "<span class=author>By Nellie Bly</span>" * 60_000,
    "60,000 properties": TEXT + "<i itemprop=author>x</i>" * 60_000,
    "50,000 images": TEXT + "<img src=/a.png>" * 50_000,
    "a srcset without commas": TEXT + f"<img srcset='{'a' * 9000} {'b' * 9000}'>" * 50,
    "60,000 headings": TEXT + "<h1>x</h1>" * 60_000,
    "60,000 times": TEXT + "<time>1 January 2020</time>" * 40_000,
    "60,000 kickers": "<h1>" + "<span class=kicker>x</span>" * 40_000 + "</h1>" + TEXT,
    "comments": TEXT + "<!-- x -->" * 100_000,
    "100,000 line breaks": "a<br>" * 100_000,
    "references": "&amp;" * 200_000,
    "tables": "<table><tr><td>x</td></tr></table>" * 10_000 + TEXT,
    "17,000 paragraphs": f"<h1>One too many</h1>{'<p>The same words as everywhere else on it.' * 17_000}",
}


@pytest.mark.parametrize("name", sorted(COSTLY))
def test_a_page_that_is_made_to_cost_is_read_all_the_same(name: str) -> None:
    assert page(COSTLY[name]).content.title


def test_a_page_of_more_than_3_mb_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"it has 5,\d{3},\d{3} characters; of a page no more than 3,000,000"):
        page(f"<div data-x='{'a' * 5_000_000}'>{TEXT}</div>")


@pytest.mark.parametrize(
    "piece", ["<div>", "<table><tr><td>", "<span>", "<ul><li>", "<blockquote>", "<a href=/x>"]
)
def test_what_is_nested_5_000_deep_neither_recurses_nor_hangs(piece: str) -> None:
    with suppress(Unreadable):  # libxml2 leaves out what lies deeper than 256
        page(piece * 5000 + TEXT)
    assert "voyage number 7" in page(TEXT + piece * 5000 + "deep").content.html


def test_entities_are_not_expanded() -> None:
    names = "abcdefghijkl"
    bombs = "".join(f"<!ENTITY {new} '{f'&{old};' * 10}'>" for old, new in pairwise(names))
    entities = f"<!ENTITY a 'boom boom'>{bombs}<!ENTITY file SYSTEM '/etc/hostname'>"
    xhtml = f"<?xml version='1.0'?><!DOCTYPE html [{entities}]>"
    body = f"{xhtml}<html xmlns='http://www.w3.org/1999/xhtml'><body><p>&l; &file;</p>{TEXT}</body></html>"
    reading = read(document(body, "text/html"), hints())
    assert reading.content.html.count("boom") < 10
    assert len(reading.content.html) < 5000


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        " java\tscript:alert(1)",
        "JaVaScRiPt&colon;alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//[x/",
        "http://",
    ],
)
def test_addresses_that_run_or_lead_nowhere_are_dropped(address: str) -> None:
    links = f"<base href='{address}'><link rel=canonical href='{address}'>"
    head = f"{HEAD}{links}<meta property=og:image content='{address}'>"
    body = (
        f"<a href='{address}'>A link</a><img src='{address}' srcset='{address} 2x'><q cite='{address}'>x</q>"
        f"<figure><img data-src='{address}'><figcaption>Nothing</figcaption></figure>"
    )
    reading = page(f"{TEXT}<p>{SENTENCE}{body}</p>", head)
    assert not re.search(r'="\s*(?!https://post\.example/)', reading.content.html)


def test_what_json_ld_says_is_text_and_no_markup() -> None:
    data = {"@type": "NewsArticle", "headline": "<script>x</script> A & B", "author": {"name": "Nellie Bly"}}
    written = json.dumps(data).replace("<", "\\u003c")
    reading = page(f'<script type="application/ld+json">{written}</script>{TEXT}', "")
    assert reading.content.title == "<script>x</script> A & B"
    assert "<script" not in reading.content.html


BROKEN = {
    "nothing": "",
    "half": '{"@type": "NewsArticle", "headline": "A ti',
    "nested lists": "[" * 10_000,
    "nested objects": '{"@graph":' * 10_000 + "1" + "}" * 10_000,
    "commas": "," * 400_000,
    "white space": "-->" + " " * 400_000 + "x",
    "comment marks": "<!--" * 100_000,
    "numbers": '{"@type": "Article", "headline": 1e999999, "author": ' + "9" * 5000 + "}",
    "wrong kinds": '{"@type": {"a": []}, "@id": [], "headline": [[]], "author": [[["x"]]], "image": {"url": {}}}',
    "many": json.dumps([{"@type": "Article", "headline": f"x{number}"} for number in range(12_000)]),
    "a circle": '{"@id": "a", "@type": "Article", "author": {"@id": "a"}, "headline": "A title"}',
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_broken_json_ld_says_nothing_and_breaks_nothing(name: str) -> None:
    reading = page(f'<script type="application/ld+json">{BROKEN[name]}</script>{TEXT}')
    assert reading.content.title
    assert "voyage number 7" in reading.content.html


def test_json_ld_that_is_nearly_right_is_read() -> None:
    for written in (
        '<!-- {"@type": "NewsArticle", "headline": "A title from data"} -->',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "A title from data"}\n//]]>',
        '/*<![CDATA[*/{"@type": "NewsArticle", "headline": "A title from data",}/*]]>*/;',
        "{&quot;@type&quot;: &quot;NewsArticle&quot;, &quot;headline&quot;: &quot;A title from data&quot;}",
        '{"@type": "NewsArticle", "headline": "A title\nfrom data"}',
        '[[{"mainEntity": {"@type": "http://schema.org/NewsArticle", "headline": "A title from data"}}]]',
    ):
        found = dict(linked_data(tree(f'<script type="application/ld+json">{written}</script>{TEXT}')))
        assert found.get("title") == "A title from data", written


def test_a_page_in_gb2312_is_read() -> None:
    text = "渡轮星期一恢复航行，因为潜水员找到了缠住螺旋桨的绳子。" * 12
    body = f"<meta charset=gb2312><title>渡轮星期一恢复航行</title><h1>渡轮星期一恢复航行</h1><p>{text}</p>"
    reading = read(document(body.encode("gb18030"), "text/html"), hints())
    assert reading.content.title == "渡轮星期一恢复航行"
    assert "潜水员" in reading.content.html
    assert reading.content.language == "zh"


def test_stray_nul_bytes_are_ignored_as_browsers_do() -> None:
    body = f"<title>The ferry runs again</title>{TEXT}".encode().replace(b"ferry", b"fer\0ry")
    assert read(document(body, "text/html"), hints()).content.title == "The ferry runs again"


@pytest.mark.parametrize(
    "body", ["", " ", "<html></html>", "<body><nav><a href=/>Home</a></nav></body>", "<p></p>"]
)
def test_an_empty_page_is_refused(body: str) -> None:
    with pytest.raises(Unreadable):
        read(document(body, "text/html"), hints())


def test_a_wall_is_no_article() -> None:
    with pytest.raises(Unreadable, match="robots"):
        page(
            "<h1>Just a moment...</h1><p>Enable JavaScript and cookies to continue</p>",
            "<title>Just a moment...</title>",
        )


PIECES = st.sampled_from([
    "<h1>", "</h1>", "<p>", "</p>", "<div class='byline author'>", "</div>", "<span class=kicker>", "<article>",
    "<figure>", "<figcaption>", "</figure>", "<picture>", "<source srcset='a 1w, b 2x,c'>",
    "<img data-src=' /a.png'>", "<img src='/spacer.gif' srcset=', ,'>", "<time datetime='2026-13-45'>",
    "<time>14 January 2026", "<a href='/'>",
    "<a rel=author>", "<i itemprop='author headline datePublished' itemscope>", "<div itemscope itemtype=Article>",
    "<table><tr><td>", "<ol><li>", "<dl><dt>", "<pre><code>\n", "<main>", "<noscript>", "</script>",
    "<script type=application/ld+json>",
    '{"@type":"Article","@id":"a","author":[{"@id":"a"},7,null],"datePublished":"2026-01-14T25:00"}',
    "<meta property=og:title content='A title - Site'>", "<meta property=og:site_name content=Site>", "<title>",
    "</title>", "<link rel=canonical href='//m.post.example/x'>", "<base href='http://[::1'>", "Related articles",
    "By Nellie Bly", SENTENCE, "A title - Site", "\ud7ff", "\x00", "&#0;", "½", "図書館",
])  # fmt: skip
URLS = st.sampled_from([None, "https://post.example/x"])


@given(
    pieces=st.lists(PIECES | st.text(max_size=8), max_size=40),
    url=URLS,
)
@settings(max_examples=80, deadline=None)
def test_any_page_is_a_safe_article_or_is_refused(pieces: list[str], url: str | None) -> None:
    body = "".join(pieces).encode("utf-8", "surrogatepass")
    try:
        reading = read(replace(document(body, "text/html"), url=url), hints())
    except FeederError:
        return
    assert_safe(reading)


@given(srcset=st.text("ab ,/.12wx\n\t", max_size=60))
def test_any_srcset_has_an_address_or_none(srcset: str) -> None:
    found = largest(srcset)
    assert found in srcset
    assert not re.search(r"\s", found)


@given(
    words=st.lists(st.sampled_from(["<p>one two three", "<img src=/a.png>", "<h2>four five", "<ul><li>six seven"]))
)
def test_images_come_back_once_and_words_stay_as_they_are(words: list[str]) -> None:
    whole = tree("".join(words) or "<p>x")
    bare = tree("".join(word for word in words if "img" not in word) or "<p>x").find("body")
    assert bare is not None
    before = "".join(bare.itertext())
    graft(bare, whole, "https://post.example/")
    assert "".join(bare.itertext()) == before
    assert len(list(bare.iter("img"))) <= 1


def test_a_page_that_hangs_or_grows_costs_one_document_and_no_more() -> None:
    opened = Workshop(workers=1, seconds=0.05)  # less than it takes to load the libraries
    try:
        reader = Reader(opened.call)
        with pytest.raises(Unreadable, match=r"more than the 0\.05 seconds"):
            reader(document(COSTLY["17,000 paragraphs"], "text/html"), hints())
        assert reader(document(SENTENCE * 3), hints()).content.html
    finally:
        opened.close()


def test_pages_are_read_in_another_process_whatever_they_are_named() -> None:
    opened = Workshop(workers=1)
    called: list[str] = []

    def call(function: object, *args: object) -> Reading:
        called.append(str(args[0].media_type))  # type: ignore[attr-defined]
        return opened.call(function, *args)  # type: ignore[arg-type]

    try:
        for kind in ("text/html; charset=utf-8", "text/plain"):
            assert "voyage number 7" in Reader(call)(document(f"<html>{HEAD}{TEXT}", kind), hints()).content.html
        assert Reader(call)(document(f"A short note\n\n{SENTENCE}"), hints()).content.title == "A short note"
        with pytest.raises(Unreadable, match="empty"):
            Reader(call)(document("", "text/html"), hints())
    finally:
        opened.close()
    assert called == ["text/html; charset=utf-8", "text/plain", "text/html"]
