"""The durable engine beside bare loops: deliveries a second, what a claim costs, what memory it takes.

An nginx of our own on loopback answers 204. 100 articles are owed to 200 webhooks; by turns, shuffled, in the same
run and with the same number of threads, they are sent by

- plain: a loop of plain `requests.Session.post`, a session a thread; nothing is stored;
- bare: a loop of our own transport over the same signed requests; nothing is stored;
- bare on one core: the same, where the engine's threads keep to one too;
- SQLite, PostgreSQL: the engine as a daemon runs it, but for the number of threads: each is claimed before
  it is sent, and settled with its attempt. It begins with threads of its own, and has sender processes (one on a
  machine of two cores) as soon as it has seen how much there is to do;
- the engine with threads of its own only, and with a sender process for each core from the start.

Then a claim and its settling are timed, by turns, at a backlog of 1,000 and of BACKLOG. Prints medians and ratios.

    python -m bench.delivery [ARTICLES [ROUNDS [BACKLOG]]]     default: 100 3 1000000
"""

from __future__ import annotations

import gc
import os
import random
import resource
import secrets
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

import psycopg
import requests
from sqlalchemy import text

from bench._sink import HOSTS, sink
from feeder.model.article import Change, Content, Person
from feeder.model.delivery import DeliveryState, Lane
from feeder.model.feed import Site
from feeder.net import Client, Guard
from feeder.pipeline.deliver import Dispatcher
from feeder.pipeline.making import Hook, Maker, Outside
from feeder.senders import Crew
from feeder.store import Store, articles, bulk, deliveries, outcomes, sending, webhooks
from feeder.store.migrations import migrate
from feeder.store.schema_deliveries import delivery
from feeder.webhooks import WEBHOOKS
from feeder.webhooks.json import Options
from tests import postgres
from tests.samples import article, feed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from feeder.model.delivery import Event

THREADS = 8
HOOKS = 200
CORES = 2
FEW = 1000
LOOPBACK = ("127.0.0.0/8",)
SECRET = "whsec_dGVzdHMgb25seTsgbm90IGEgc2VjcmV0IGF0IGFsbA=="  # noqa: S105 - for nobody
LEASE = timedelta(seconds=60)
WORDS = "The council met on Monday and agreed on nothing at all. "
AGO = timedelta(days=1)


def main(count: int, rounds: int, backlog: int) -> None:
    with ExitStack() as house:
        port = house.enter_context(sink())
        server = house.enter_context(postgres.running(durable=True))
        folder = house.enter_context(tempfile.TemporaryDirectory())
        stores = {"SQLite": f"sqlite:///{folder}/feeder.db", "PostgreSQL": postgres.new_database(server)}
        desks = {name: Desk(url, port, count) for name, url in stores.items()}
        _rates(desks, rounds)
        for desk in desks.values():
            desk.close()
        _claims("SQLite", [f"sqlite:///{folder}/{name}.db" for name in ("few", "many")], port, backlog)
        _claims("PostgreSQL", [postgres.new_database(server) for _ in range(2)], port, backlog)


class Desk:
    """A store in which so many articles are owed to all webhooks."""

    def __init__(self, url: str, port: int, count: int) -> None:
        self.store = Store(url, daemon=True)
        migrate(self.store)
        self.client = Client(Guard(LOOPBACK))
        self.hooks = {name: Hook(name, _options(number, port), WEBHOOKS["json"]) for number, name in _names()}
        self.number = count * HOOKS
        _owe(self.store, self.hooks, count)
        _look_at(self.store)

    def close(self) -> None:
        self.client.close()
        self.store.close()

    def outside(self, crew: Crew) -> Outside:
        site = Site("Bench", "https://post.example/", "en", Person("Bench"), "https://post.example/articles/")
        return Outside(
            self.hooks,
            site,
            "https://post.example/feeds/",
            {"all": feed(title="All")},
            self.client.send,
            LOOPBACK,
            self.store.probing,
            random.random,
            secrets.token_hex,
            crew=crew,
        )

    def again(self) -> None:
        """All is owed as at first."""
        with self.store.write() as tx:
            tx.execute(text("DELETE FROM attempt"))
            tx.execute(text("UPDATE delivery SET state = 'pending', tries = 0, done = NULL, due = created"))

    def engine(self, crew: Crew) -> float:
        """Seconds until all is delivered; the crew stands ready before."""
        self.again()
        woken = threading.Event()
        dispatcher = Dispatcher(self.store, self.outside(crew), LEASE, woken.set)
        if crew.eager:
            _until(lambda: len(dispatcher.pids) == crew.processes)
        began, sent = time.perf_counter(), 0
        while sent < self.number or dispatcher.in_flight:
            woken.clear()
            sent += (now := dispatcher.step(self.number))
            if not now:
                woken.wait(0.1)
        took = time.perf_counter() - began
        dispatcher.finish(5)
        with self.store.read() as tx:
            left = tx.execute(text("SELECT count(*) FROM delivery WHERE state <> 'delivered'")).scalar()
        if left:
            sys.exit(f"{left} of {self.number} were not delivered")
        return took

    def events(self) -> list[Event]:
        """What is told, in the order in which it is owed."""
        maker = Maker(self.store, self.outside(Crew()))
        with self.store.read() as tx:
            owed = deliveries.listed(tx, self.number, name=next(iter(self.hooks)))
        return [maker.event(it) for it in reversed(owed)]


def _names() -> list[tuple[int, str]]:
    return [(number, f"hook{number}") for number in range(HOOKS)]


def _options(number: int, port: int) -> Options:
    url = f"http://{HOSTS[number % len(HOSTS)]}:{port}/hooks/{number}"
    return Options.model_validate({"type": "json", "url": url, "secret": SECRET})


def _owe(store: Store, hooks: Mapping[str, Hook], count: int) -> None:
    """So many articles of about 2 kB, each to all webhooks."""
    now = datetime.now(UTC) - AGO
    with store.write() as tx:
        webhooks.register(tx, list(hooks), now)
    for number in range(1, count + 1):
        it = article(number, content=Content(f"Story number {number}", f"<p>{WORDS * 30}</p>", summary=WORDS))
        with store.write() as tx:
            articles.write(tx, it, Change.PUBLISHED, now)
            rows = [row_of(it.id, number, name, now) for name in hooks]
            bulk.add_all(tx, delivery, tuple(rows[0]), [tuple(row.values()) for row in rows])


def row_of(key: str, number: int, name: str, now: datetime) -> dict[str, Any]:
    moments = {"created": now, "began": now, "due": now, "done": None}
    states = {"state": "pending", "reason": "", "tries": 0, "crashes": 0, "lane": 0}
    return {"event": f"msg_{number}", "webhook": name, "article": key, "revision": 1, "kind": "published"} | (
        moments | states
    )


# ---------------------------------------------------------------- rates


def _rates(desks: Mapping[str, Desk], rounds: int) -> None:
    one = desks["SQLite"]
    events = one.events()
    crews = {
        "": Crew(THREADS),
        ", no sender process": Crew(THREADS, processes=0),
        f", sender processes: {CORES}": Crew(THREADS, CORES, eager=True),
    }
    ways: dict[str, Callable[[], float]] = {
        "plain": lambda: _loop(one, _plain(one, events)),
        "bare": lambda: _loop(one, _bare(one, events)),
        "bare on one core": lambda: _on_one_core(lambda: _loop(one, _bare(one, events))),
    }
    for name, desk in desks.items():
        ways |= {name + said: partial(desk.engine, crew) for said, crew in crews.items()}
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        before = _memory()
        for name in random.sample(list(ways), len(ways)):  # what the machine does beside hits none always
            gc.collect()
            rates[name].append(one.number / ways[name]())
        print(f"round {number + 1}: memory {before:.0f} -> {_memory():.0f} MB", file=sys.stderr)
    plain, bare = median(rates["plain"]), median(rates["bare"])
    for name, found in rates.items():
        rate = median(found)
        print(f"{name:32} {rate:7,.0f}/s   {rate / plain:5.2f} x plain   {rate / bare:5.2f} x bare")


def _loop(desk: Desk, make: Callable[[], Callable[[int], None]]) -> float:
    sends = [make() for _ in range(THREADS)]

    def work(start: int) -> None:
        for number in range(start, desk.number, THREADS):
            sends[start](number)

    with ThreadPoolExecutor(THREADS) as pool:
        began = time.perf_counter()
        list(pool.map(work, range(THREADS)))
        return time.perf_counter() - began


def _on_one_core(run: Callable[[], float]) -> float:
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        return run()
    finally:
        os.sched_setaffinity(0, allowed)


def _bare(desk: Desk, events: Sequence[Event]) -> Callable[[], Callable[[int], None]]:
    """What the engine does outside of the store: make, sign, send."""
    hooks = list(desk.hooks.values())

    def send(number: int) -> None:
        hook, event = hooks[number % HOOKS], events[number // HOOKS]
        request = hook.kind.whole_request(event, hook.options, datetime.now(UTC))
        _expect(desk.client.send(request).status)

    return lambda: send


def _plain(desk: Desk, events: Sequence[Event]) -> Callable[[], Callable[[int], None]]:
    """Ready-made bodies and headers: only posting is measured."""
    now, hooks = datetime.now(UTC), list(desk.hooks.values())
    ready = [hooks[0].kind.whole_request(event, hooks[0].options, now) for event in events]
    urls = [hook.kind.whole_request(events[0], hook.options, now).url for hook in hooks]

    def make() -> Callable[[int], None]:
        session = requests.Session()

        def send(number: int) -> None:
            it = ready[number // HOOKS]
            _expect(session.post(urls[number % HOOKS], data=it.body, headers=dict(it.headers)).status_code)

        return send

    return make


def _expect(status: int | None) -> None:
    if status != 204:
        sys.exit(f"the sink answers {status}")


def _memory() -> float:
    """MB that this process has now."""
    with open("/proc/self/statm") as file:  # noqa: PTH123 - a file of the kernel's
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def _until(true: Callable[[], bool]) -> None:
    while not true():
        time.sleep(0.05)


# ---------------------------------------------------------------- what a claim costs


def _claims(name: str, urls: Sequence[str], port: int, backlog: int) -> None:
    """A claim, and its settling, with few waiting and with many, by turns."""
    few, many = (Desk(url, port, FEW // HOOKS) for url in urls)
    _grow(many.store, backlog)
    took: dict[Desk, list[float]] = {few: [], many: []}
    for _ in range(200):
        for desk, found in took.items():
            found.append(_one_claim(desk))
    least, most = (median(found) * 1000 for found in took.values())
    print(
        f"{name}: a claim of 50 and its settling at a backlog of {FEW:,} {least:.2f} ms,"
        f" of {backlog:,} {most:.2f} ms   ratio {most / least:.2f}"
    )
    few.close()
    many.close()


def _grow(store: Store, size: int) -> None:
    """The same rows again and again, under names of their own."""
    columns = "webhook, article, revision, kind, state, reason, tries, crashes, created, began, due, lane"
    with store.read() as tx:
        have = tx.execute(text("SELECT count(*) FROM delivery")).scalar_one()
    while have < size:
        with store.write() as tx:
            tx.execute(
                text(
                    f"INSERT INTO delivery (event, {columns}) SELECT event || '_' || :have || '_' || id, {columns}"  # noqa: S608 - constants
                    " FROM delivery WHERE id <= :most"
                ),
                {"have": have, "most": min(size - have, 20_000)},
            )
            have = tx.execute(text("SELECT count(*) FROM delivery")).scalar_one()
    _look_at(store)


def _look_at(store: Store) -> None:
    """As PostgreSQL does by itself within a minute."""
    if not store.embedded:
        with psycopg.connect(
            store.url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
        ) as server:
            server.execute("VACUUM (ANALYZE) delivery")


def _one_claim(desk: Desk) -> float:
    """Seconds: 25 webhooks are given two each, which come back undone."""
    chosen = random.sample(list(desk.hooks), 25)
    began = time.perf_counter()
    with desk.store.write() as tx:
        now = desk.store.now(tx)
        ready = sending.ready(tx, chosen, now, 10**12, 25)[Lane.NEWS]
        mine = sending.claim(tx, dict.fromkeys(ready, 2), Lane.NEWS, now, now + LEASE, "mine", 10**12)
    with desk.store.write() as tx:
        back = [outcomes.Settled(it.id, "mine", DeliveryState.PENDING, "", 0, 0, it.due, it.began) for it in mine]
        outcomes.settle(tx, back, now)
    took = time.perf_counter() - began
    if len(mine) != 50:
        sys.exit(f"{len(mine)} of 50 were claimed")
    return took


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    main(*(words + [100, 3, 1_000_000][len(words) :]))
