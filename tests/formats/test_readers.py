"""Readers of other people find in our feeds what went in."""

from __future__ import annotations

import sqlite3
import subprocess
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import atoma
import feedparser
import pytest

from feeder.formats import FORMATS
from feeder.model.address import link_of
from tests.formats.samples import FEED, RICH, SITE, article
from tests.programs import require_program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from time import struct_time

ARTICLES = [article(2, RICH), article(1)]
CREATED = [person.name for person in RICH.authors]


def _moment(parsed: struct_time) -> datetime:
    return datetime(*parsed[:6], tzinfo=UTC)


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_feedparser_reads_everything_back(form: str) -> None:
    read = feedparser.parse(FORMATS[form].build(FEED, ARTICLES).body)
    first = read.entries[0]
    assert not read.bozo
    assert (read.feed.title, read.feed.link, read.feed.language) == (FEED.title, SITE.url, "en")
    assert [entry.id for entry in read.entries] == [a.id for a in ARTICLES]
    assert [entry.link for entry in read.entries] == [link_of(a, SITE) for a in ARTICLES]
    assert [_moment(entry.published_parsed) for entry in read.entries] == [a.published for a in ARTICLES]
    assert first.title == RICH.title
    assert first.content[0].value == RICH.html
    assert unescape(first.summary) == RICH.summary
    assert [person.name for person in first.authors] == CREATED
    assert [tag.term for tag in first.tags] == list(RICH.categories)
    assert first.enclosures[0].href == RICH.enclosures[0].url
    assert (first.enclosures[0].type, first.enclosures[0].length) == ("audio/mpeg", "123456")
    assert "en-GB" in {first.get("language"), first.title_detail.language}


def test_feedparser_reads_every_enclosure_and_the_update_in_atom() -> None:
    first = feedparser.parse(FORMATS["atom"].build(FEED, ARTICLES).body).entries[0]
    assert [file.href for file in first.enclosures] == [file.url for file in RICH.enclosures]
    assert _moment(first.updated_parsed) == ARTICLES[0].updated


def test_atoma_reads_atom() -> None:
    read = atoma.parse_atom_bytes(FORMATS["atom"].build(FEED, ARTICLES).body)
    first = read.entries[0]
    assert (first.id_, first.title.value, first.content.value) == (ARTICLES[0].id, RICH.title, RICH.html)
    assert first.summary.value == RICH.summary
    assert (first.published, first.updated) == (ARTICLES[0].published, ARTICLES[0].updated)
    assert [(p.name, p.email, p.uri) for p in first.authors] == [(p.name, p.email, p.url) for p in RICH.authors]
    assert [category.term for category in first.categories] == list(RICH.categories)
    assert [(x.href, x.rel, x.type_, x.length) for x in first.links[1:]] == [
        (file.url, "enclosure", file.media_type, file.length) for file in RICH.enclosures
    ]


def test_atoma_reads_rss() -> None:
    read = atoma.parse_rss_bytes(FORMATS["rss"].build(FEED, ARTICLES).body)
    first = read.items[0]
    assert (first.guid, first.title, first.content_encoded) == (ARTICLES[0].id, RICH.title, RICH.html)
    assert (first.link, first.pub_date) == (RICH.url, ARTICLES[0].published)
    assert first.categories == list(RICH.categories)
    assert (first.enclosures[0].url, first.enclosures[0].length) == (RICH.enclosures[0].url, 123456)


@contextmanager
def served(body: bytes, media_type: str) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/feed"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.slow
@pytest.mark.parametrize("form", ["atom", "rss"])
def test_newsboat_reads_everything_back(form: str, tmp_path: Path) -> None:
    program = require_program("newsboat")
    with served(FORMATS[form].build(FEED, ARTICLES).body, FORMATS[form].media_type) as url:
        (tmp_path / "urls").write_text(url + "\n")
        (tmp_path / "config").touch()
        files = [
            f"--url-file={tmp_path}/urls",
            f"--cache-file={tmp_path}/cache.db",
            f"--config-file={tmp_path}/config",
        ]
        subprocess.run(
            [program, *files, "-x", "reload"],
            env={"HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "TERM": "dumb", "no_proxy": "*"},
            check=True,
            timeout=60,
            stdout=subprocess.DEVNULL,
        )
    with closing(sqlite3.connect(tmp_path / "cache.db")) as cache:
        cache.row_factory = sqlite3.Row
        feed = cache.execute("SELECT * FROM rss_feed").fetchone()
        rows = cache.execute("SELECT * FROM rss_item ORDER BY pubDate DESC").fetchall()
    assert (feed["title"], feed["url"]) == (FEED.title, SITE.url)
    assert [row["guid"] for row in rows] == [a.id for a in ARTICLES]
    assert [row["url"] for row in rows] == [link_of(a, SITE) for a in ARTICLES]
    assert [row["pubDate"] for row in rows] == [a.published.timestamp() for a in ARTICLES]
    assert (rows[0]["title"], rows[0]["content"]) == (RICH.title, RICH.html)
    assert (rows[0]["enclosure_url"], rows[0]["enclosure_type"]) == (RICH.enclosures[0].url, "audio/mpeg")
    assert any(name in rows[0]["author"] for name in CREATED)
