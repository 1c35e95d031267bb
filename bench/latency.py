"""From a file saved to everybody told, by a real `feeder run` on loopback, with 10,000 other files in the folder.

An article is moved into the folder; then it stands in feeds/all.atom, a webhook gets it, and a WebSub subscriber
gets the document. Afterwards 1,000 subscribers of one feed of 50 articles of 3 KB are told of ten more. Prints
milliseconds from the file's rename (the lower quartile too, for a machine with other things to do), and the CPU
of the daemon: of one core while nothing happens, and for an article.

    python -m bench.latency [FILES] [ARTICLES] [SUBSCRIBERS]     default: 10000 60 1000
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Self

from feeder.model.topic import Intent, Mode, Protocol
from feeder.store import Store, articles, subscriptions, topics
from tests.daemon.harness import Newsroom, free_port, until

if TYPE_CHECKING:
    from collections.abc import Callable

IDLE = 60.0  # a folder is looked through once in it
# A little longer than what is compressed well waits for its document to stay as it is.
CALM = 15.0
PACE = 0.15
# What sends to many is started when they have subscribed, which strangers cannot all do within a second.
READY = 8.0
FULL = 60  # articles: more than a feed shows
WORDS = " ".join(["The council met on Monday and agreed on nothing at all, said its speaker."] * 40)
LEASE = 864_000


def main(files: int, number: int, many: int) -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as name, Receiver() as receiver:
        webhooks = {"partner": {"url": f"{receiver.url}/webhook"}}
        more = {
            "output": {"path": "feeds/"},
            "sources": {"newsroom": {"type": "folder", "path": "articles/"}},
            "feeds": {"all": {"title": "All"}, "many": {"where": {"title": "/Many/"}}},
        }
        with Newsroom(Path(name), webhooks, listen=f"127.0.0.1:{port}", more=more, fresh=True) as newsroom:
            _fill(newsroom, files)
            began = time.monotonic()
            newsroom.start()
            _settle(newsroom, files)
            print(f"{files} files taken in, after {time.monotonic() - began:.1f} s")
            print(f"idle: {_idle(newsroom):.2f} % of one core")
            base = f"http://127.0.0.1:{port}/feeds/"
            _subscribe(newsroom, f"{base}all.atom", [f"{receiver.url}/websub"])
            _one_by_one(newsroom, receiver, number)
            _subscribe(newsroom, f"{base}many.atom", [f"{receiver.url}/many/{nth}" for nth in range(many)])
            time.sleep(READY)
            _all_at_once(newsroom, receiver, many)
            newsroom.stop()


def _fill(newsroom: Newsroom, files: int) -> None:
    for nth in range(files):
        title = f"{'Many' if nth < FULL else 'Old'} story number {nth}"
        newsroom.write(f"old/{nth // 500}/{nth}.txt", f"{title}\n\n{nth} {WORDS}\n")


def _settle(newsroom: Newsroom, files: int) -> None:
    """Until the whole folder has been read, and published."""
    store = Store(f"sqlite:///{newsroom.folder}/feeder.db")
    while _articles(store) < files:
        time.sleep(0.5)
    store.close()
    time.sleep(CALM)


def _articles(store: Store) -> int:
    with store.read() as tx:
        return sum(articles.count(tx).values())


def _idle(newsroom: Newsroom) -> float:
    before = _cpu(newsroom)
    time.sleep(IDLE)
    return (_cpu(newsroom) - before) / IDLE * 100


def _cpu(newsroom: Newsroom) -> float:
    """Seconds of the daemon and its children that live."""
    first = newsroom.process.pid if newsroom.process else 0
    pids = [first, *(int(it) for it in Path(f"/proc/{first}/task/{first}/children").read_text().split())]
    spent = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13] for pid in pids)
    return sum(int(ticks) for pair in spent for ticks in pair) / os.sysconf("SC_CLK_TCK")


def _subscribe(newsroom: Newsroom, address: str, callbacks: list[str]) -> None:
    """As if each had been verified: a stranger may ask twice a second only."""
    store = Store(f"sqlite:///{newsroom.folder}/feeder.db")
    until(lambda: _topic(store, address), what=f"for {address}")
    with store.write() as tx:
        key = topics.id_at(tx, address) or 0
        for callback in callbacks:
            asked = Intent(Protocol.WEBSUB, Mode.SUBSCRIBE, address, callback, "127.0.0.1", LEASE)
            subscriptions.subscribe(tx, asked, key, store.now(tx))
    store.close()


def _topic(store: Store, address: str) -> bool:
    with store.read() as tx:
        return topics.id_at(tx, address) is not None


def _one_by_one(newsroom: Newsroom, receiver: Receiver, number: int) -> None:
    document, took = newsroom.feeds / "all.atom", defaultdict(list)
    spent = _cpu(newsroom)
    for nth in range(number + 5):
        before = document.stat().st_mtime_ns
        saved = _save(newsroom, f"new-{nth}.txt", f"Story {nth}")
        written = _changed(document, before)
        receiver.wait("/websub", nth + 1)
        receiver.wait("/webhook", nth + 1)
        if nth >= 5:
            took["feed on disk"].append(written - saved)
            took["webhook"].append(receiver.came["/webhook"][-1] - saved)
            took["subscriber"].append(receiver.came["/websub"][-1] - saved)
        time.sleep(PACE)
    for what, seconds in took.items():
        print(f"{what:13} {_said(seconds)}")
    print(f"CPU           {(_cpu(newsroom) - spent) / (number + 5) * 1000:.0f} ms an article")


def _changed(document: Path, before: int) -> float:
    while document.stat().st_mtime_ns == before:
        time.sleep(0.001)
    return time.time()


def _all_at_once(newsroom: Newsroom, receiver: Receiver, many: int) -> None:
    took: list[float] = []
    spent = _cpu(newsroom)
    for nth in range(10):
        receiver.many.clear()
        saved = _save(newsroom, f"many-{nth}.txt", f"Many {nth}")
        until(lambda: len(receiver.many) >= many, 60, "for all subscribers")
        took += [at - saved for at in receiver.many]
        print(f"   {nth}: p95 {quantiles(took[-many:], n=20)[18] * 1000:.0f} ms", flush=True)
        time.sleep(1)
    print(f"{many:,} subscribers {_said(took)}, p95 {quantiles(took, n=20)[18] * 1000:.0f} ms")
    print(f"CPU           {(_cpu(newsroom) - spent) / 10 / many * 1e6:.0f} us a subscriber")


def _save(newsroom: Newsroom, name: str, title: str) -> float:
    beside = newsroom.folder / name
    beside.write_text(f"{title}\n\n{title}. {WORDS}\n")
    saved = time.time()
    beside.rename(newsroom.articles / name)
    return saved


def _said(seconds: list[float]) -> str:
    cuts = quantiles(seconds, n=100)
    first, half, last = (f"{cuts[nth] * 1000:.0f} ms" for nth in (24, 49, 98))
    return f"p25 {first}, p50 {half}, p99 {last}, longest {max(seconds) * 1000:.0f} ms"


class Receiver:
    """Answers 204 to everything, and remembers when what came."""

    def __init__(self) -> None:
        self.came: dict[str, list[float]] = defaultdict(list)
        self.many: list[float] = []
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def wait(self, path: str, number: int) -> None:
        until(lambda: len(self.came[path]) >= number, what=f"for {path}")

    def _run(self) -> None:
        making = self._loop.create_server(lambda: _Ear(self._note), "127.0.0.1", 0, backlog=1024)
        server = self._loop.run_until_complete(making)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        self._loop.run_forever()

    def _note(self, path: str) -> None:
        if path.startswith("/many/"):
            self.many.append(time.time())
        else:
            self.came[path].append(time.time())


class _Ear(asyncio.BufferedProtocol):
    """One connection. What comes is counted, and not kept: a thousand documents are no work for it."""

    _room = memoryview(bytearray(1 << 20))

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note, self._head, self._path, self._left = note, b"", "", 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        if not self._path:
            self._head += bytes(self._room[:nbytes])
            head, end, body = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            text = head.decode("latin-1").lower() + "\r"
            self._path = text.split(" ", 2)[1]
            self._left, nbytes = int(text.partition("content-length:")[2].partition("\r")[0] or 0), len(body)
        self._left -= nbytes
        if self._left <= 0:
            self._note(self._path)
            self._head, self._path = b"", ""
            self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")  # type: ignore[attr-defined]


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*given, *(10_000, 60, 1_000)[len(given) :])
