from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from feeder.server import build
from tests.server.asking import ask
from tests.server.conftest import HUB, Site, running

if TYPE_CHECKING:
    from pathlib import Path

OLD = 1_700_000_000  # Tue, 14 Nov 2023 22:13:20 GMT


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("all.atom", "application/atom+xml; charset=utf-8"),
        ("all.rss", "application/rss+xml; charset=utf-8"),
        ("all.json", "application/feed+json; charset=utf-8"),
        ("all.html", "text/html; charset=utf-8"),
        ("index.opml", "text/x-opml; charset=utf-8"),
        ("sitemap-news.xml", "application/xml; charset=utf-8"),
        ("articles/fog.jpg", "image/jpeg"),
        ("articles/talk.mp3", "audio/mpeg"),
        ("articles/notes.txt", "text/plain; charset=utf-8"),
        ("articles/data.tar.gz", "application/octet-stream"),
        ("articles/unknown", "application/octet-stream"),
        ("by-category/août.atom", "application/atom+xml; charset=utf-8"),
    ],
)
def test_rule_63_every_file_has_the_media_type_of_its_kind(site: Site, path: str, media_type: str) -> None:
    body = site.write(path)
    reply = ask(site.address, "/feeds/" + path.replace("û", "%C3%BB"))
    assert (reply.status, reply["content-type"], reply.body) == (200, media_type, body)
    assert reply["x-content-type-options"] == "nosniff"


def test_the_folder_itself_is_its_index_and_is_never_listed(site: Site) -> None:
    assert ask(site.address, "/feeds/").status == 404
    site.write("index.html", b"<p>Feeds</p>")
    site.write("archive/all/00001.atom")
    assert ask(site.address, "/feeds/").body == b"<p>Feeds</p>"
    assert ask(site.address, "/feeds/archive/all/").status == 404
    assert ask(site.address, "/feeds/archive/all").status == 404
    assert ask(site.address, "/feeds")["location"] == "/feeds/"


def test_rule_66_head_has_the_headers_of_get_and_no_body(site: Site) -> None:
    site.write("all.atom", b"x" * 5000)
    os.utime(site.folder / "all.atom", (0, 0))  # of this second it would get Last-Modified between two requests
    got, head = ask(site.address, "/feeds/all.atom"), ask(site.address, "/feeds/all.atom", method="HEAD")

    def but_date(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [header for header in headers if header[0] != "date"]

    assert but_date(head.headers) == but_date(got.headers)
    assert (head.status, head.body, head["content-length"]) == (200, b"", "5000")


def test_every_hub_and_exactly_one_self_stand_in_link_headers_on_get_and_head(site: Site) -> None:
    site.write("all.atom")
    for method in ("GET", "HEAD"):
        assert ask(site.address, "/feeds/all.atom", method=method).all("link") == [
            f'<{HUB}>; rel="hub"',
            '<https://second.example/hub?a=b>; rel="hub"',
            '<https://feeds.example/all.atom>; rel="self"',
        ]
    site.write("articles/fog.html")
    assert ask(site.address, "/feeds/articles/fog.html").all("link") == []


def test_an_address_in_a_link_header_cannot_break_out_of_it(site: Site) -> None:
    site.write("all.atom")
    parts = site.parts(links=lambda _path: ("https://ü.example/a>b\r\nSet-Cookie: x", ()))
    with running(build(parts)) as address:
        reply = ask(address, "/feeds/all.atom")
    assert reply.all("link") == ['<https://%C3%BC.example/a%3Eb%0D%0ASet-Cookie:%20x>; rel="self"']
    assert reply.all("set-cookie") == []


def test_rule_70_readers_in_a_browser_may_read_feeds_from_anywhere(site: Site) -> None:
    site.write("all.json")
    reply = ask(site.address, "/feeds/all.json", {"Origin": "https://reader.example"})
    assert reply["access-control-allow-origin"] == "*"
    assert reply.all("set-cookie") == []


@pytest.mark.parametrize("path", ["all.html", "all.atom", "picture.svg"])
def test_nothing_that_is_published_may_run_scripts(site: Site, path: str) -> None:
    site.write(path)
    policy = ask(site.address, "/feeds/" + path)["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_rule_66_other_methods_are_refused_in_one_line_that_says_what_is_allowed(site: Site, method: str) -> None:
    site.write("all.atom")
    reply = ask(site.address, "/feeds/all.atom", method=method)
    assert (reply.status, reply["allow"], reply.body) == (405, "GET, HEAD, OPTIONS", b"Method Not Allowed\n")
    assert reply["content-type"] == "text/plain; charset=utf-8"
    assert reply["x-content-type-options"] == "nosniff"


def test_what_is_not_there_is_told_in_one_plain_line(site: Site) -> None:
    for path in ("/feeds/none.atom", "/nowhere", "/health", "/feeds/none/deep.atom"):
        reply = ask(site.address, path)
        assert (reply.status, reply.body.count(b"\n")) == (404, 1)
        assert reply["content-type"] == "text/plain; charset=utf-8"
        assert reply["x-content-type-options"] == "nosniff"


def test_rule_65_a_304_has_no_body_and_the_headers_that_caches_need(site: Site) -> None:
    site.write("all.atom")
    whole = ask(site.address, "/feeds/all.atom")
    reply = ask(site.address, "/feeds/all.atom", {"If-None-Match": whole["etag"]})
    assert (reply.status, reply.body) == (304, b"")
    for name in ("etag", "cache-control", "vary"):
        assert reply[name] == whole[name]
    assert reply["date"]
    assert reply.all("content-length") == reply.all("content-type") == []


LATER, SAME, EARLIER = (f"Tue, 14 Nov 2023 22:13:{second} GMT" for second in (21, 20, 19))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"If-None-Match": "ETAG"}, 304),
        ({"If-None-Match": "W/ETAG"}, 304),
        ({"If-None-Match": '"other", ETAG'}, 304),
        ({"If-None-Match": 'W/"a,b" , W/ETAG,"z"'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-None-Match": '"*"'}, 200),
        ({"If-None-Match": "nonsense"}, 200),
        ({"If-None-Match": ""}, 200),
        ({"If-Modified-Since": SAME}, 304),
        ({"If-Modified-Since": LATER}, 304),
        ({"If-Modified-Since": EARLIER}, 200),
        ({"If-Modified-Since": "Tuesday, 14-Nov-23 22:13:20 GMT"}, 304),
        ({"If-Modified-Since": "Tue Nov 14 22:13:20 2023"}, 304),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-None-Match": '"other"', "If-Modified-Since": LATER}, 200),
        ({"If-None-Match": "ETAG", "If-Modified-Since": EARLIER}, 304),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_rule_64_what_a_reader_has_is_not_sent_again(
    site: Site, headers: dict[str, str], status: int, method: str
) -> None:
    site.write("all.atom")
    os.utime(site.folder / "all.atom", (OLD, OLD))
    etag = ask(site.address, "/feeds/all.atom")["etag"]
    asked = {name: value.replace("ETAG", etag) for name, value in headers.items()}
    assert ask(site.address, "/feeds/all.atom", asked, method).status == status


def test_rule_65_last_modified_is_when_the_file_changed(site: Site) -> None:
    site.write("all.atom")
    os.utime(site.folder / "all.atom", (OLD, OLD))
    assert ask(site.address, "/feeds/all.atom")["last-modified"] == SAME


def test_rule_71_an_etag_is_of_the_bytes_alone_so_it_outlives_restarts_and_is_the_same_on_every_node(
    site: Site, tmp_path: Path
) -> None:
    site.write("all.atom", b"the same bytes")
    other = Site(tmp_path / "node", site.receiver)
    other.write("all.atom", b"the same bytes")
    os.utime(other.folder / "all.atom", (OLD, OLD))
    with running(build(other.parts())) as address:
        assert ask(address, "/feeds/all.atom")["etag"] == ask(site.address, "/feeds/all.atom")["etag"]
    assert ask(site.address, "/feeds/all.atom")["etag"].startswith('"')  # strong


def test_a_changed_file_has_another_etag_at_once(site: Site) -> None:
    site.write("all.atom", b"one")
    first = ask(site.address, "/feeds/all.atom")
    site.write("next", b"two")
    (site.folder / "next").rename(site.folder / "all.atom")
    second = ask(site.address, "/feeds/all.atom", {"If-None-Match": first["etag"]})
    assert (second.status, second.body) == (200, b"two")
    assert second["etag"] != first["etag"]


@pytest.mark.parametrize("size", [1000, 9 * 1024 * 1024], ids=["small", "large"])
def test_rule_66_media_can_be_had_in_parts(site: Site, size: int) -> None:
    body = os.urandom(size)
    site.write("talk.mp3", body)
    whole = ask(site.address, "/feeds/talk.mp3")
    assert (whole["accept-ranges"], whole.body == body) == ("bytes", True)
    part = ask(site.address, "/feeds/talk.mp3", {"Range": "bytes=10-19"})
    assert (part.status, part.body, part["content-range"]) == (206, body[10:20], f"bytes 10-19/{size}")
    assert ask(site.address, "/feeds/talk.mp3", {"Range": "bytes=-7"}).body == body[-7:]
    assert ask(site.address, "/feeds/talk.mp3", {"Range": f"bytes=5-{size * 2}"}).body == body[5:]
    held = {"Range": "bytes=0-0", "If-Range": whole["etag"]}
    assert ask(site.address, "/feeds/talk.mp3", held).status == 206
    assert ask(site.address, "/feeds/talk.mp3", held | {"If-Range": '"old"'}).status == 200
    beyond = ask(site.address, "/feeds/talk.mp3", {"Range": f"bytes={size}-"})
    assert (beyond.status, beyond["content-range"], beyond.body) == (416, f"bytes */{size}", b"")
    assert ask(site.address, "/feeds/talk.mp3", method="HEAD")["content-length"] == str(size)


def test_a_large_file_has_a_304_too(site: Site) -> None:
    site.write("talk.mp3", b"m" * 9 * 1024 * 1024)
    etag = ask(site.address, "/feeds/talk.mp3", method="HEAD")["etag"]
    assert ask(site.address, "/feeds/talk.mp3", {"If-None-Match": etag}).status == 304


def test_an_empty_file_is_served(site: Site) -> None:
    site.write("empty.txt", b"")
    reply = ask(site.address, "/feeds/empty.txt")
    assert (reply.status, reply.body, reply["content-length"]) == (200, b"", "0")
