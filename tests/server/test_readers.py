"""Feed readers of other people poll our server: they get 304, and 226 with what is new, and keep what they had."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import feedparser_sgmllib
import pytest

from feeder.formats import FORMATS
from feeder.server import build
from feeder.server.parts import Became
from tests.formats.samples import FEED, PLAIN, article
from tests.programs import require_program
from tests.server.asking import ask
from tests.server.conftest import running
from tests.server.packing import etag_of, note, publish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reader import Reader
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from tests.server.conftest import Site

FORMS = ["atom", "rss"]


class Overheard:
    """An application and the statuses and lengths of its answers to GET, in order."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.statuses: list[int] = []
        self.sizes: list[int] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.statuses.append(message["status"])
                self.sizes.append(int(dict(message["headers"]).get(b"content-length", b"0")))
            await send(message)

        await self._app(scope, receive, noted)


def version(site: Site, form: str, newest: int) -> bytes:
    """Publishes articles 1 to `newest`; a delta may start from any version before."""
    bodies = [
        FORMATS[form].build(FEED, [article(at, PLAIN) for at in range(last, 0, -1)]).body
        for last in range(1, newest + 1)
    ]
    bases = {etag_of(body): at for at, body in enumerate(bodies[:-1], 1)}
    note(site, f"all.{form}", bodies[-1], list(range(newest, 0, -1)), bases)
    return publish(site, f"all.{form}", bodies[-1])


class Newsboat:
    def __init__(self, folder: Path, url: str) -> None:
        self._program, self._folder = require_program("newsboat"), folder
        (folder / "urls").write_text(url + "\n")
        (folder / "config").touch()

    def reload(self) -> list[str]:
        """The ids that it has after it."""
        files = [f"--url-file={self._folder}/urls", f"--config-file={self._folder}/config"]
        subprocess.run(
            [self._program, *files, f"--cache-file={self._folder}/cache.db", "-x", "reload"],
            env={"HOME": str(self._folder), "LC_ALL": "C.UTF-8", "TERM": "dumb", "no_proxy": "*"},
            check=True,
            timeout=60,
            stdout=subprocess.DEVNULL,
        )
        with closing(sqlite3.connect(self._folder / "cache.db")) as cache:
            return [row[0] for row in cache.execute("SELECT guid FROM rss_item ORDER BY pubDate")]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """The copy of feedparser in it still asks for a module of Python 2, which feedparser by now brings along."""
    monkeypatch.setitem(sys.modules, "sgmllib", feedparser_sgmllib)
    from reader import make_reader

    with closing(make_reader(":memory:")) as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_newsboat_gets_304_and_226_when_it_asks_and_loses_nothing(site: Site, form: str, tmp_path: Path) -> None:
    heard = Overheard(build(site.parts()))
    with running(heard) as (host, port):
        newsboat = Newsboat(tmp_path, f"http://{host}:{port}/feeds/all.{form}")
        whole = version(site, form, 20)
        for _ in range(3):  # it sends conditional headers and A-IM from its third reload on
            assert len(newsboat.reload()) == 20
        assert heard.statuses[-1] == 304
        version(site, form, 22)
        assert newsboat.reload() == [article(at).id for at in range(1, 23)]
        assert heard.statuses[-1] == 226
        assert heard.sizes[-1] < len(whole) / 4
        assert len(newsboat.reload()) == 22
        assert heard.statuses[-1] == 304
    assert set(heard.statuses) == {200, 226, 304}


@pytest.mark.parametrize("form", FORMS)
def test_reader_gets_304_and_226_and_loses_nothing(site: Site, form: str, reader: Reader) -> None:
    heard = Overheard(build(site.parts()))
    with running(heard) as (host, port):
        url = f"http://{host}:{port}/feeds/all.{form}"
        reader.add_feed(url)
        for newest, status in ((20, 200), (20, 304), (22, 226), (22, 304), (23, 226)):
            version(site, form, newest)
            reader.update_feed(url)  # update_feeds() would obey our Cache-Control, and wait
            assert heard.statuses[-1] == status
            assert {entry.id for entry in reader.get_entries()} == {article(at).id for at in range(1, newest + 1)}
        assert next(iter(reader.get_feeds())).last_exception is None


@pytest.mark.slow
def test_rule_69_newsboat_and_reader_follow_a_feed_that_has_moved(
    site: Site, tmp_path: Path, reader: Reader
) -> None:
    version(site, "atom", 3)
    place: dict[str, Became] = {}
    with running(build(site.parts(became=place.get))) as (host, port):
        place["old.atom"] = Became(f"http://{host}:{port}/feeds/all.atom")
        old = f"http://{host}:{port}/feeds/old.atom"
        reader.add_feed(old)
        reader.update_feeds()
        assert len(list(reader.get_entries())) == 3
        assert len(Newsboat(tmp_path, old).reload()) == 3


def test_readers_that_come_all_at_once_get_one_version_made_ready_once(site: Site) -> None:
    version(site, "atom", 20)
    etags: list[str] = []
    asked = {"Accept-Encoding": "gzip"}
    threads = [
        threading.Thread(target=lambda: etags.append(ask(site.address, "/feeds/all.atom", asked)["etag"]))
        for _ in range(30)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(etags), len(set(etags))) == (30, 1)
