"""Healthy webhooks beside hanging ones: how long an article takes to them, and that each gets all.

A receiver on loopback answers 204, or accepts and never answers. 20 webhooks are owed articles at an even pace,
100 deliveries a second together, first with none hanging, then with 8. An attempt may take 3 seconds. Prints the
times from owed to received, and their ratio.

    python -m bench.isolation [SECONDS]     default: 16
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from statistics import median, quantiles
from typing import TYPE_CHECKING, Self

from bench.delivery import LEASE, LOOPBACK, SECRET, row_of
from feeder.model.article import Change, Person
from feeder.model.feed import Site
from feeder.net import Client, Guard
from feeder.pipeline.deliver import Dispatcher
from feeder.pipeline.making import Hook, Outside
from feeder.senders import Crew
from feeder.store import Store, articles, bulk, webhooks
from feeder.store.migrations import migrate
from feeder.store.schema_deliveries import delivery
from feeder.webhooks import WEBHOOKS
from feeder.webhooks.json import Options
from tests.samples import article, feed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOOKS = 20
RATE = 5  # articles a second, each to all webhooks


def main(seconds: int) -> None:
    logging.disable()  # the engine says of each hanging one that it hangs
    without, with_ = _run(0, seconds), _run(8, seconds)
    print(f"p50 with 8 of {HOOKS} hanging / with none: {with_ / without:.2f}")


def _run(hanging: int, seconds: int) -> float:
    with tempfile.TemporaryDirectory() as folder, Receivers(hanging) as receivers:
        every = seconds * RATE * (HOOKS - hanging)
        owed = Scene(folder, receivers.port).offer(seconds, lambda: len(receivers.came) == every)
        healthy = {(f"hook{nth}", event): at for event, at in owed.items() for nth in range(hanging, HOOKS)}
        took = [receivers.came[key] - at for key, at in healthy.items() if key in receivers.came]
    p50, p95 = median(took), quantiles(took, n=20)[18]
    print(
        f"{hanging} of {HOOKS} hanging: {len(took)} of {len(healthy)} received by the others, "
        f"p50 {p50 * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms, longest {max(took) * 1000:.0f} ms"
    )
    return p50


class Receivers:
    """The first `hanging` hooks never answer. `came` is when what first came to the others."""

    def __init__(self, hanging: int) -> None:
        self._hanging = {f"hook{nth}" for nth in range(hanging)}
        self.came: dict[tuple[str, str], float] = {}
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end)
        self._thread.join()

    def _end(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.call_soon(self._loop.stop)

    def _serve(self) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._hear, "127.0.0.1", 0, backlog=512))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode("latin-1"):
                fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
                await reader.readexactly(int(fields["content-length"]))
                name = head.split(" ", 2)[1].strip("/")
                if name in self._hanging:
                    await asyncio.sleep(3600)
                self.came.setdefault((name, fields["webhook-id"]), time.monotonic())
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.close()


class Scene:
    """A store, an engine in a thread as the daemon has it, and articles that come at an even pace."""

    def __init__(self, folder: str, port: int) -> None:
        self._store = Store(f"sqlite:///{folder}/feeder.db", daemon=True)
        migrate(self._store)
        self._hooks = {name: Hook(name, _options(name, port), WEBHOOKS["json"]) for name in _names()}
        with self._store.write() as tx:
            webhooks.register(tx, list(self._hooks), datetime.now(UTC))
        self._woken, self._ending, self._upto = threading.Event(), threading.Event(), 0

    def offer(self, seconds: int, all_came: Callable[[], bool]) -> dict[str, float]:
        """Returns when each event was owed, once all came, or did not in 30 seconds more."""
        client = Client(Guard(LOOPBACK), total=3.0)
        engine = threading.Thread(target=self._deliver, args=(client,))
        engine.start()
        owed = {}
        for number in self._evenly(seconds):
            owed[f"msg_{number}"] = time.monotonic()
            self._owe(number)
        end = time.monotonic() + 30
        while not all_came() and time.monotonic() < end:
            time.sleep(0.1)
        self._ending.set()
        engine.join()
        client.close()
        self._store.close()
        return owed

    def _evenly(self, seconds: int) -> Iterator[int]:
        began = time.monotonic()
        for number in range(1, seconds * RATE + 1):
            time.sleep(max(0.0, began + number / RATE - time.monotonic()))
            yield number

    def _owe(self, number: int) -> None:
        it, now = article(number), datetime.now(UTC)
        with self._store.write() as tx:
            articles.write(tx, it, Change.PUBLISHED, now)
            rows = [row_of(it.id, number, name, now) for name in self._hooks]
            bulk.add_all(tx, delivery, tuple(rows[0]), [tuple(row.values()) for row in rows])
        self._upto += len(rows)
        self._woken.set()

    def _deliver(self, client: Client) -> None:
        dispatcher = Dispatcher(self._store, self._outside(client), LEASE, self._woken.set)
        while not self._ending.is_set():
            self._woken.clear()
            while dispatcher.step(self._upto):
                pass
            self._woken.wait(0.2)
        dispatcher.finish(4)

    def _outside(self, client: Client) -> Outside:
        site = Site("Bench", "https://post.example/", "en", Person("Bench"), "https://post.example/articles/")
        tokens = iter(range(10**9))
        return Outside(
            self._hooks,
            site,
            "https://post.example/feeds/",
            {"all": feed(title="All")},
            client.send,
            LOOPBACK,
            self._store.now,
            lambda: 0.5,
            lambda: str(next(tokens)),
            crew=Crew(processes=0),
        )


def _names() -> list[str]:
    return [f"hook{number}" for number in range(HOOKS)]


def _options(name: str, port: int) -> Options:
    return Options.model_validate({"type": "json", "url": f"http://127.0.0.1:{port}/{name}", "secret": SECRET})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 16)
