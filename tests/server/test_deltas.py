"""Rules 72 to 75: RFC 3229 with `feed`, on documents as they are published."""

from __future__ import annotations

import json
from dataclasses import replace as changed
from typing import TYPE_CHECKING, Any

import atoma
import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeder.formats import FORMATS
from feeder.server.delta import history, wants_feed
from feeder.server.feeds import Feeds
from tests.formats.samples import FEED, RICH, article
from tests.server.asking import Reply, ask
from tests.server.conftest import running
from tests.server.packing import UNPACK, entries_of, etag_of, note, replace

if TYPE_CHECKING:
    from tests.server.conftest import Site

ALL = [article(number, changed(RICH, title=f"Number {number}")) for number in range(9, 0, -1)]
FORMS = ["atom", "rss", "json"]


def document(form: str, numbers: range) -> bytes:
    return FORMATS[form].build(FEED, [it for it in ALL if int(it.slug[8:]) in numbers]).body


class Feed:
    """Three versions of a feed: articles 1 to 5, then 6 came, then 7 and 8; the last is what is served."""

    def __init__(self, site: Site, form: str, **changes: Any) -> None:
        self.address, self.path = site.address, f"/feeds/all.{form}"
        self.versions = [document(form, range(1, newest + 1)) for newest in (5, 6, 8)]
        self.etags = [f'"{etag_of(body)}"' for body in self.versions]
        known = {etag_of(body): number for number, body in enumerate(self.versions[:2], 1)}
        note(site, f"all.{form}", self.versions[2], [3, 3, 2, 1, 1, 1, 1, 1], known, **changes)
        replace(site, f"all.{form}", self.versions[2])

    def ask(self, etag: str | None, method: str = "GET", **fields: str) -> Reply:
        asked = {name.replace("_", "-"): value for name, value in fields.items()}
        return ask(self.address, self.path, asked | ({"If-None-Match": etag} if etag else {}), method)


@pytest.fixture(params=FORMS)
def feed(site: Site, request: pytest.FixtureRequest) -> Feed:
    return Feed(site, request.param)


def titles(body: bytes, path: str) -> list[str]:
    if path.endswith(".json"):
        return [item["title"] for item in json.loads(body)["items"]]
    read = feedparser.parse(body)
    assert not read.bozo
    if path.endswith(".atom"):
        assert atoma.parse_atom_bytes(body).entries is not None
    return [entry.title for entry in read.entries]


def test_rule_72_who_has_a_known_version_gets_a_whole_feed_of_what_is_new(feed: Feed) -> None:
    for base, new in ((0, [8, 7, 6]), (1, [8, 7])):
        reply = feed.ask(feed.etags[base], A_IM="feed")
        assert (reply.status, reply["im"], reply["etag"]) == (226, "feed", feed.etags[2])
        assert titles(reply.body, feed.path) == [f"Number {number}" for number in new]
        assert reply["content-type"] == feed.ask(None)["content-type"]
        assert reply.all("link") == feed.ask(None).all("link")
        assert int(reply["content-length"]) == len(reply.body)


@pytest.mark.parametrize("manipulations", ["feed", "Feed", "feed;q=0.5", "vcdiff, feed", "gzip;q=0.3 , feed ;q=1"])
def test_rule_72_a_im_is_a_list_with_weights(site: Site, manipulations: str) -> None:
    feed = Feed(site, "atom")
    assert feed.ask(feed.etags[0], A_IM=manipulations).status == 226


@pytest.mark.parametrize("manipulations", ["", "gzip", "feed;q=0", "feed;q=0.000", "feeds", "vcdiff, diffe"])
def test_rule_72_whoever_does_not_want_feed_gets_the_whole(site: Site, manipulations: str) -> None:
    feed = Feed(site, "atom")
    assert feed.ask(feed.etags[0], A_IM=manipulations).status == 200


def test_rule_73_everything_else_is_200_or_304(feed: Feed) -> None:
    assert feed.ask('"unknown"', A_IM="feed").status == 200
    assert feed.ask(feed.etags[2], A_IM="feed").status == 304
    assert feed.ask(f"{feed.etags[0]}, {feed.etags[2]}", A_IM="feed").status == 304
    assert feed.ask("*", A_IM="feed").status == 304
    assert feed.ask(feed.etags[0]).status == 200
    assert feed.ask(None, A_IM="feed").status == 200
    whole = feed.ask(None, A_IM="feed")
    assert (whole.body, whole.all("im")) == (feed.versions[2], [])
    head = feed.ask(feed.etags[0], "HEAD", A_IM="feed")
    assert (head.status, head["content-length"]) == (200, str(len(feed.versions[2])))


def test_rule_74_a_delta_is_never_stored_and_says_what_it_starts_from(feed: Feed) -> None:
    reply = feed.ask(f'"other", W/{feed.etags[0]}, {feed.etags[1]}', A_IM="feed")
    assert (reply.status, reply["cache-control"], reply["delta-base"]) == (226, "no-store", feed.etags[1])
    assert [it.strip() for it in reply["vary"].split(",")] == ["A-IM", "If-None-Match", "Accept-Encoding"]


def test_rule_74_a_delta_is_packed_for_whoever_takes_gzip(feed: Feed) -> None:
    bare = feed.ask(feed.etags[0], A_IM="feed")
    base = feed.etags[0][:-1] + '-gzip"'
    current = feed.ask(None, Accept_Encoding="gzip, br")["etag"]
    reply = feed.ask(base, A_IM="feed", Accept_Encoding="gzip, br")
    assert (reply.status, reply["content-encoding"], reply["delta-base"]) == (226, "gzip", base)
    assert (reply["etag"], UNPACK["gzip"](reply.body)) == (current, bare.body)
    assert feed.ask(base, A_IM="feed", Accept_Encoding="gzip, br").body == reply.body
    assert feed.ask(reply["etag"], A_IM="feed", Accept_Encoding="gzip, br").status == 304


def test_rule_75_where_a_delta_would_not_do_the_whole_is_sent(site: Site) -> None:
    """The publisher says so by knowing no version any more: something was withdrawn, or the title is new."""
    feed = Feed(site, "atom", known=[])
    assert feed.ask(feed.etags[0], A_IM="feed").status == 200


def test_a_delta_of_everything_is_the_whole_and_one_of_nothing_is_an_empty_feed(site: Site) -> None:
    feed = Feed(site, "rss", known=[["a" * 32, 0], ["b" * 32, 2]], version=9)
    assert feed.ask(f'"{"a" * 32}"', A_IM="feed").status == 200
    note(site, "all.rss", feed.versions[2], [1] * 8, {"c" * 32: 2}, version=3)
    replace(site, "all.rss", feed.versions[2])
    reply = feed.ask(f'"{"c" * 32}"', A_IM="feed")
    assert (reply.status, titles(reply.body, feed.path)) == (226, [])


WRONG: list[dict[str, Any]] = [
    {"etag": "0" * 32},
    {"opening": 3},
    {"closing": 3},
    {"between": 7},
    {"version": "3"},
    {"version": None},
    {"entries": []},
    {"entries": [[0, 10, 1]]},
    {"entries": [[0, 10]]},
    {"entries": 5},
    {"known": [["x"]]},
    {"known": None},
    {"opening": -1},
    {"opening": True},
    {"opening": 1e9},
]


@pytest.mark.parametrize("changes", WRONG, ids=str)
def test_what_was_written_down_wrongly_is_not_believed(site: Site, changes: dict[str, Any]) -> None:
    feed = Feed(site, "atom", **changes)
    assert feed.ask(feed.etags[0], A_IM="feed").status == 200


@pytest.mark.parametrize("sidecar", [b"", b"{", b"[]", b"null", b"[" * 100_000, b"\xff\xfe", b'{"etag": 1}'])
def test_what_is_no_such_thing_is_not_believed(site: Site, sidecar: bytes) -> None:
    feed = Feed(site, "atom")
    replace(site, ".versions/all.atom", sidecar)
    replace(site, "all.atom", feed.versions[2])
    assert feed.ask(feed.etags[0], A_IM="feed").status == 200
    assert ask(site.address, "/feeds/.versions/all.atom").status == 404


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None)
@given(numbers=st.lists(st.integers(1, 9), min_size=9, max_size=9), since=st.integers(0, 9))
def test_any_delta_is_a_feed_of_exactly_the_entries_that_are_newer(
    form: str, numbers: list[int], since: int
) -> None:
    body = document(form, range(1, 10))
    spans = entries_of(body, form)
    first, last = spans[0], spans[-1]
    noted = {
        "etag": etag_of(body),
        "opening": first[0],
        "closing": len(body) - last[1],
        "between": spans[1][0] - first[1],
        "version": 10,
        "entries": [[at, end - at, number] for (at, end), number in zip(spans, numbers, strict=True)],
        "known": [["x", since]],
    }
    known = history(json.dumps(noted).encode(), etag_of(body), body)
    assert known is not None
    delta = known.delta(body, since)
    new = [f"Number {9 - at}" for at, number in enumerate(numbers) if number > since]
    assert (new if delta is None else titles(delta, f"x.{form}")) == new
    assert (delta is None) == (len(new) == 9)


@given(st.binary(max_size=80))
def test_no_header_makes_the_question_fail(header: bytes) -> None:
    assert wants_feed(header) in {True, False}


def test_what_is_kept_of_deltas_counts_as_what_is_kept_of_documents(site: Site) -> None:
    feed = Feed(site, "atom")
    app = Feeds(site.parts(), plain_404)
    with running(app) as feed.address:
        assert feed.ask(None).status == 200
        before = _weight(app)
        delta = feed.ask(feed.etags[0], A_IM="feed")
        assert delta.status == 226
        assert _weight(app) == before + len(delta.body)
        assert feed.ask(feed.etags[0], A_IM="feed").status == 226
        assert _weight(app) == before + len(delta.body)


def _weight(app: Feeds) -> int:
    return app._kept._weight


async def plain_404(_scope: object, _receive: object, _send: object) -> None:
    pytest.fail("it was no feed")
