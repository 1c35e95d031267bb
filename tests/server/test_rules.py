"""Rules 63 to 71 and 98 of the checklist, as far as they are not in test_feeds and test_coding."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from feeder.errors import StoreGone
from feeder.server import build
from feeder.server.feeds import Feeds
from feeder.server.freshness import rhythm
from feeder.server.parts import Became
from tests.server.asking import ask, say
from tests.server.conftest import running
from tests.server.packing import TEXT, publish, replace

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from tests.server.conftest import Site

DAY = 86_400
NOON = 1_767_268_800  # Thu, 01 Jan 2026 12:00:00 GMT


def test_rule_64_every_200_has_a_strong_etag(site: Site) -> None:
    for path in ("all.atom", "all.html", "talk.mp3", "empty.txt"):
        site.write(path, b"" if path == "empty.txt" else TEXT)
        assert ask(site.address, f"/feeds/{path}")["etag"].startswith('"')


def test_rule_64_several_lines_of_etags_are_one_list(site: Site) -> None:
    site.write("all.atom", TEXT)
    etag = ask(site.address, "/feeds/all.atom")["etag"]
    raw = f'GET /feeds/all.atom HTTP/1.1\r\nHost: x\r\nIf-None-Match: "a"\r\nIf-None-Match: {etag}, "b"\r\n'
    assert say(site.address, f"{raw}Connection: close\r\n\r\n".encode()).startswith(b"HTTP/1.1 304 ")


def test_rule_65_a_304_says_when_it_was_made(site: Site) -> None:
    site.write("all.atom", TEXT)
    etag = ask(site.address, "/feeds/all.atom")["etag"]
    for _ in range(2):  # the second from memory, at once
        reply = ask(site.address, "/feeds/all.atom", {"If-None-Match": etag})
        assert (reply.status, len(reply.all("date")), reply.body) == (304, 1, b"")


def test_rule_65_last_modified_is_told_when_no_other_version_can_have_the_same(site: Site) -> None:
    """Clients by libcurl throw away what is not of a later second than what they have."""
    now = [float(NOON)]
    with running(Feeds(site.parts(), build(site.parts()), lambda: now[0])) as address:
        site.write("all.atom", TEXT)
        os.utime(site.folder / "all.atom", (NOON, NOON))
        assert ask(address, "/feeds/all.atom").all("last-modified") == []
        since = {"If-Modified-Since": "Thu, 01 Jan 2026 12:00:00 GMT"}
        assert ask(address, "/feeds/all.atom", since).status == 200
        now[0] += 1
        assert ask(address, "/feeds/all.atom")["last-modified"] == since["If-Modified-Since"]
        assert ask(address, "/feeds/all.atom", since).status == 304
        replace(site, "all.atom", TEXT + b"!")  # by a node whose clock is behind
        os.utime(site.folder / "all.atom", (NOON - 5, NOON - 5))
        assert ask(address, "/feeds/all.atom").all("last-modified") == []
        assert ask(address, "/feeds/all.atom", since).status == 200


@pytest.mark.parametrize(
    ("quiet", "fresh"),
    [(0, 30), (-5, 30), (599, 30), (600, 60), (1_300, 120), (7_000, 600), (8_999, 600), (9_000, 900), (DAY, 900)],
)
def test_rule_68_what_has_been_quiet_for_long_is_asked_for_rarely(quiet: float, fresh: int) -> None:
    caching, until = rhythm(1_000_000, 1_000_000 + quiet)
    assert caching == b"public, max-age=%d, stale-while-revalidate=%d, stale-if-error=86400" % (fresh, fresh)
    assert until > 1_000_000 + quiet
    if until < float("inf"):
        assert rhythm(1_000_000, until)[0] != caching


def test_rule_68_a_feed_is_fresh_as_long_as_its_rhythm_lets_expect(site: Site) -> None:
    site.write("all.atom", TEXT)
    assert ask(site.address, "/feeds/all.atom")["cache-control"].startswith("public, max-age=30,")
    quiet = time.time() - DAY
    os.utime(site.folder / "all.atom", (quiet, quiet))
    assert ask(site.address, "/feeds/all.atom")["cache-control"].startswith("public, max-age=900,")
    assert ask(site.address, "/feeds/all.atom").all("set-cookie") == []


def test_rule_68_a_version_in_memory_grows_old_too(site: Site) -> None:
    site.write("all.atom", TEXT)
    now = [time.time()]
    with running(Feeds(site.parts(), build(site.parts()), lambda: now[0])) as address:
        assert ask(address, "/feeds/all.atom")["cache-control"].startswith("public, max-age=30,")
        now[0] += 3_000
        assert ask(address, "/feeds/all.atom")["cache-control"].startswith("public, max-age=300,")


def test_rule_68_a_full_archive_is_fresh_for_ever_and_the_newest_is_not(site: Site) -> None:
    for path in ("archive/all/00001.atom", "archive/all/00002.atom", "fog.jpg"):
        site.write(path)
    assert ask(site.address, "/feeds/fog.jpg")["cache-control"] == "public, max-age=3600"
    full = ask(site.address, "/feeds/archive/all/00001.atom")["cache-control"]
    assert full == "public, max-age=31536000, immutable"
    assert "immutable" not in ask(site.address, "/feeds/archive/all/00002.atom")["cache-control"]


def test_rule_69_a_feed_that_has_moved_leads_on_and_one_that_has_ended_is_410(site: Site) -> None:
    fates = {"old.atom": Became("https://feeds.example/août.atom"), "ended.atom": Became()}
    with running(build(site.parts(became=fates.get))) as address:
        for method in ("GET", "HEAD"):
            moved = ask(address, "/feeds/old.atom", method=method)
            assert (moved.status, moved["location"]) == (301, "https://feeds.example/ao%C3%BBt.atom")
            ended = ask(address, "/feeds/ended.atom", method=method)
            assert (ended.status, ended.body) == (410, b"This feed has ended\n" if method == "GET" else b"")
        assert ask(address, "/feeds/never.atom").status == 404


def test_rule_69_while_the_store_is_away_what_is_there_is_served_and_nothing_is_said_of_the_rest(
    site: Site,
) -> None:
    def gone(_path: str) -> Became | None:
        raise StoreGone("the store does not answer")

    site.write("all.atom", TEXT)
    with running(build(site.parts(became=gone))) as address:
        assert ask(address, "/feeds/all.atom").status == 200
        reply = ask(address, "/feeds/none.atom")
        assert (reply.status, reply["retry-after"]) == (503, "10")
        assert ask(address, "/feeds/none.mp3").status == 404


def test_rule_69_a_feed_that_ends_while_it_is_served_is_410_at_once(site: Site) -> None:
    site.write("all.atom", TEXT)
    with running(
        build(site.parts(became=lambda _: None if (site.folder / "all.atom").exists() else Became()))
    ) as at:
        assert ask(at, "/feeds/all.atom").status == 200
        (site.folder / "all.atom").unlink()
        assert ask(at, "/feeds/all.atom").status == 410


def test_rule_70_a_browser_that_asks_first_may_send_what_readers_send(site: Site) -> None:
    site.write("all.atom", TEXT)
    asked = {"Origin": "https://reader.example", "Access-Control-Request-Method": "GET"}
    reply = ask(site.address, "/feeds/all.atom", asked, "OPTIONS")
    assert (reply.status, reply.body) == (204, b"")
    assert (reply["access-control-allow-origin"], reply["access-control-allow-methods"]) == ("*", "GET, HEAD")
    assert {"A-IM", "If-None-Match"} <= set(reply["access-control-allow-headers"].split(", "))
    assert {"ETag", "Link", "IM"} <= set(
        ask(site.address, "/feeds/all.atom")["access-control-expose-headers"].split(", ")
    )


def test_rule_70_errors_can_be_read_in_a_browser_too(site: Site) -> None:
    for method, status in (("GET", 404), ("POST", 405)):
        reply = ask(site.address, "/feeds/none.atom", method=method)
        assert (reply.status, reply["access-control-allow-origin"]) == (status, "*")
        assert reply["x-content-type-options"] == "nosniff"


def test_rule_71_packed_or_not_two_nodes_give_the_same_etags(site: Site) -> None:
    publish(site, "all.atom", TEXT)
    asked = {"Accept-Encoding": "gzip"}
    first = ask(site.address, "/feeds/all.atom", asked)["etag"]
    for suffix in (".br", ".gz", ".zst"):
        (site.folder / f"all.atom{suffix}").unlink()
    with running(build(site.parts())) as other:
        assert ask(other, "/feeds/all.atom", asked)["etag"] == first
        assert (
            ask(other, "/feeds/all.atom", asked | {"If-None-Match": f'"{first[1:-6]}-br", {first}'}).status == 304
        )


def test_rule_71_what_another_node_wrote_is_served_from_the_next_moment_on(site: Site) -> None:
    """Who is told of an article by one node may come for it to another."""
    for number in range(50):
        replace(site, "all.atom", TEXT + b"%d" % number)
        assert ask(site.address, "/feeds/all.atom").body.endswith(b"%d" % number)


def test_rule_98_media_have_head_ranges_and_an_address_without_conditions(site: Site) -> None:
    body = os.urandom(50_000)
    site.write("media/talk.mp3", body)
    head = ask(site.address, "/feeds/media/talk.mp3", method="HEAD")
    assert (head.status, head["content-type"], head["content-length"]) == (200, "audio/mpeg", "50000")
    assert head["accept-ranges"] == "bytes"
    part = ask(site.address, "/feeds/media/talk.mp3", {"Range": "bytes=0-1"})
    assert (part.status, part["content-range"], part.body) == (206, "bytes 0-1/50000", body[:2])
    assert ask(site.address, "/feeds/media/talk.mp3", {"Range": "bytes=50000-"}).status == 416


def test_rule_101_a_feed_is_the_same_whatever_a_browser_would_rather_have(site: Site) -> None:
    """The page for people is another address: what has one address has one representation (WebSub, section 4)."""
    site.write("all.atom", TEXT)
    site.write("all.html", b"<p>A page</p>")
    reply = ask(site.address, "/feeds/all.atom", {"Accept": "text/html,application/xhtml+xml"})
    assert (reply.status, reply["content-type"]) == (200, "application/atom+xml; charset=utf-8")
    assert reply.body == TEXT


def test_the_answer_at_once_is_the_answer_that_takes_its_time(site: Site) -> None:
    """The same request, once as uvicorn hands it over and once as it is answered where it is read."""
    publish(site, "all.atom", TEXT)
    app = build(site.parts())

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    with running(slow) as one, running(app) as other:
        etag = ask(other, "/feeds/all.atom")["etag"]
        for fields in ({}, {"Accept-Encoding": "br"}, {"If-None-Match": etag}, {"If-None-Match": '"other"'}):
            first, second = ask(one, "/feeds/all.atom?x=1", fields), ask(other, "/feeds/all.atom?x=1", fields)
            assert (first.status, first.body) == (second.status, second.body)
            assert [it for it in first.headers if it[0] != "date"] == [
                it for it in second.headers if it[0] != "date"
            ]
            assert second["date"]
