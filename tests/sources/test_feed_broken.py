"""What is no feed, or a broken or hostile one: one plain error, or what can be saved of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeder.errors import Unreadable
from feeder.sources._feed_parse import items, parse
from tests.sources.feeds import atom, item, jsonfeed, rss

URL = "https://wire.example/feeds/all.xml"


def read(feed: str | bytes, content_type: str = "") -> list[dict[str, Any]]:
    return items(feed if isinstance(feed, bytes) else feed.encode(), content_type, URL)


def one(feed: str | bytes, content_type: str = "") -> dict[str, Any]:
    (found,) = read(feed, content_type)
    return found


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "is empty"),
        (" \n\ufeff", "is empty"),
        ("Service temporarily unavailable", "is no feed, and not even XML"),
        ('{"error": "no"}', "is JSON, but no JSON Feed"),
        ("[1]", "is JSON, but no JSON Feed"),
        ('{"items": [', "begins like JSON, but is broken"),
        ("[" * 100_000, "begins like JSON, but is broken"),
        ("<urlset><url/></urlset>", "a sitemap is a source of type sitemap"),
        ("<opml><body/></opml>", "is a list of feeds"),
        ("<error>no</error>", "is XML, but no feed: it begins with <error>"),
        ("<!DOCTYPE html><p>Please log in</p>", "is an HTML page, and no feed: it may ask to log in"),
        ("<?xml version='1.0'?><!-- x --><html><item><title>no</title></item></html>", "is an HTML page"),
        ("<rss><channel><title>The Wi", "is a broken feed, and none of its entries can be read"),
    ],
)
def test_what_is_no_feed_is_said_so(body: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(reason)):
        read(body)


def test_the_feed_that_a_page_names_is_named() -> None:
    page = "<html><head><link rel=alternate type='application/rss+xml' href='/rss?key=secret'></head></html>"
    with pytest.raises(Unreadable, match=r"the page names this one: https://wire.example/rss\?…$"):
        read(page)


@pytest.mark.parametrize("feed", [rss(), atom(), jsonfeed()])
def test_a_feed_may_be_empty(feed: str) -> None:
    assert read(feed) == []


def test_an_entry_that_is_cut_off_is_left_out() -> None:
    whole = rss(item("a"), item("b"))
    assert [it["id"] for it in read(whole[: whole.index("about b")])] == ["id-a"]


def test_numbers_and_dates_that_are_none_cost_nothing_else() -> None:
    given = '{"version": "jsonfeed", "items": [{"id": "1", "date_published": "0001-01-01T00:00:00+23:59", '
    found = one(
        given + '"attachments": [{"url": "/a", "size_in_bytes": Infinity}, {"url": "/b", "size_in_bytes": NaN}]}]}'
    )
    assert [sorted(it) for it in found["attachments"]] == [["url"], ["url"]]


@pytest.mark.parametrize("feed", [rss, atom])
def test_a_long_feed_is_read_piece_by_piece(feed: Any) -> None:
    body = feed(*(f"<title>{n}</title><id>{n}</id><guid>{n}</guid>" for n in range(1201))).encode()
    assert [parse(body, "", URL, None, number).pieces for number in range(3)] == [3, 3, 3]
    assert [it["title"] for it in read(body)] == [str(n) for n in range(1201)]
    cut = body[: body.index(b"<title>1150") + 12]
    assert [it["title"] for it in read(cut)] == [str(n) for n in range(1150)]


def test_a_bad_entry_does_not_stop_the_others() -> None:
    found = parse(jsonfeed({"id": "1", "title": "A"}, 5, None, {"id": "2", "title": "B"}).encode(), "", URL)
    assert [it.native for it in found.entries] == ["1", "2"]
    assert [name for name, _ in found.spoilt] == ["entry 2", "entry 3"]


def test_laughs_and_strangers_files_are_not_read(tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary7c1f")
    lines = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 30))
    doctype = f"<!DOCTYPE rss [<!ENTITY l0 'ha'>{lines}<!ENTITY x SYSTEM 'file://{secret}'>]>"
    found = read(
        f"<?xml version='1.0'?>{doctype}<rss><channel><item><title>&l29;&x;</title></item></channel></rss>"
    )
    assert len(json.dumps(found)) < 10_000
    assert "canary7c1f" not in json.dumps(found)


def test_depth_and_length_are_no_trouble() -> None:
    deep = "<b>" * 20_000
    assert read(rss(f"<title>A</title><description><![CDATA[{deep}]]></description>"))[0]["title"] == "A"
    assert read(rss(f"<title><![CDATA[{deep}x]]></title><link>/x</link>"))[0]["url"] == "https://wire.example/x"


WHOLE = [
    rss(
        *(item(name, 5, "<content:encoded><![CDATA[<p>Größe &amp; Maß</p>]]></content:encoded>") for name in "abc")
    ),
    atom(
        *(f"<title>{n}</title><id>{n}</id><link href='/{n}'/><content type='html'>&lt;p>é</content>" for n in "ab")
    ),
    jsonfeed(*({"id": n, "title": f"Größe {n}", "tags": ["x"], "authors": [{"name": "é"}]} for n in "abc")),
]
CORRUPTIONS = st.sampled_from(["cut", "flip", "capitals", "charset", "insert", "double", "drop"])


@settings(max_examples=200, deadline=None)
@given(feed=st.sampled_from(WHOLE), how=st.lists(CORRUPTIONS, min_size=1, max_size=4), random=st.randoms())
def test_no_corruption_raises_anything_else(feed: str, how: list[str], random: Any) -> None:
    body = bytearray(feed.encode(random.choice(["utf-8", "utf-16", "cp1252"])))
    for step in how:
        where = random.randrange(len(body) or 1)
        if step == "cut":
            del body[where:]
        elif step == "flip" and body:
            body[where] = random.randrange(256)
        elif step == "capitals":
            body = bytearray(re.sub(rb"<[^>]*>", lambda found: found[0].upper(), bytes(body)))
        elif step == "charset":
            body = body.replace(b"utf-8", random.choice([b"koi8-r", b"utf-16", b"x", b"iso-2022-jp", b"idna"]))
        elif step == "insert":
            body[where:where] = random.choice(
                [b"\0", b"&nbsp;", b"<", b"]]>", b"\xff\xfe", b"<!DOCTYPE x [", b"{"]
            )
        elif step == "double":
            body[where:where] = body[where:]
        else:
            del body[where : where + random.randrange(40)]
    try:
        found = parse(bytes(body), random.choice(["", "text/xml; charset=shift_jis"]), URL)
    except Unreadable:
        return
    for entry in found.entries:
        json.dumps(entry.item).encode()


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["id", "url", "title", "authors", "tags", "attachments", "date_published"]), inner
            )
        ),
    )
)
def test_no_json_raises_anything_else(value: Any) -> None:
    parse(
        jsonfeed(
            value, {"id": value, "title": value, "authors": value, "attachments": value}, language=value
        ).encode()
    )


def test_a_namespace_with_a_hard_space_in_it_costs_nothing() -> None:
    feed = rss(item("a", 3)).replace("http://search.yahoo.com/mrss/", "http://search.yahoo.com/\u00a0mrss/")
    broken = feed.replace("<description>", "<media:description>x</media:description><description>")
    assert broken.count("media:") > 1
    assert [it["title"] for it in items(broken.encode(), "", "https://wire.example/feed")] == ["Story a"]
