"""Row 33: kill -9 at any moment, a hundred times; with FEEDER_KILLS=1000, or any other number, so many times."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from feeder.store import Store
from tests import postgres
from tests.daemon import nursery
from tests.daemon.harness import PATIENCE, Newsroom, Partner, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

    from tests.faults.scene import See

KILLS = int(os.environ.get("FEEDER_KILLS", "100"))
HOOKS = ("/one", "/two", "/three")
# Deliveries that can be under way when it is killed: each webhook's concurrency, on all nodes together.
IN_FLIGHT = 2 * len(HOOKS)
STORIES = 2  # before each kill
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900 + 3 * KILLS)]


@dataclass
class Killing:
    """Daemons that are killed while articles come: mostly when their receiver has just heard a request or six.

    The receiver refuses one request in fifty, and none twice.
    """

    folder: Path
    store: str = "sqlite:///feeder.db"
    daemon: Callable[[str, str], None] = nursery.daemon
    nodes: int = 1
    seed: int = 33

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.chance = random.Random(self.seed)  # noqa: S311 - moments to kill at
        self.partner = Partner(answer=self._answer)
        self.moment, self.left, self.articles = threading.Event(), 0, 0
        self.running: list[ForkServerProcess] = []

    def _answer(self, _path: str, nth: int, times: int) -> int:
        self.left -= 1
        if self.left <= 0:
            self.moment.set()
        return 503 if nth % 50 == 0 and times == 1 else 204

    def run(self, kills: int, stories: int = STORIES) -> Killing:
        """So many kills, so many new articles before each; in the end daemons that are left alone."""
        with self.partner:
            hooks = {path.strip("/"): {"url": self.partner.url + path} for path in HOOKS}
            self.newsroom = Newsroom(self.folder, hooks, store=self.store)
            with self.newsroom:
                try:
                    self._lives(kills, stories)
                finally:
                    for child in self.running:
                        nursery.kill(child)
        return self

    def _lives(self, kills: int, stories: int) -> None:
        for _ in range(self.nodes):
            self._start()
        until((self.newsroom.feeds / "all.json").exists, what="for the first look")
        for number in range(kills):
            self._write(stories)
            self.left = self.chance.randint(1, 6)  # less than there is, so that all are heard
            self.moment.clear()
            # One in four while it starts, wherever that is.
            self.moment.wait(PATIENCE if number % 4 else self.chance.uniform(0, 0.3))
            assert nursery.kill(self.running.pop(0)) == -9, self.newsroom.log()[-2000:]
            self._start()
        # What was there at many kills waits up to eight minutes.
        until(self._all_told, 600, "for the rest")

    def _start(self) -> None:
        self.running.append(nursery.run(self.daemon, str(self.newsroom.config), str(self.folder / "log")))

    def _write(self, stories: int) -> None:
        for _ in range(stories):
            self.newsroom.story(f"{self.articles}.txt", f"Story number {self.articles} of the day")
            self.articles += 1

    def _all_told(self) -> bool:
        return self._count("delivery", "state = 'delivered'") == len(HOOKS) * self.articles

    # ------------------------------------------------------------ what came of it

    def _count(self, table: str, where: str) -> int:
        with closing(Store(self._address)) as store, store.read() as tx:
            return int(tx.execute(text(f"SELECT count(*) FROM {table} WHERE {where}")).scalar_one())  # noqa: S608

    @property
    def _address(self) -> str:
        return self.store.replace("sqlite:///", f"sqlite:///{self.folder}/")

    @property
    def missing(self) -> int:
        return sum(self.articles - len(self.partner.ids(path)) for path in HOOKS)

    @property
    def repeats(self) -> int:
        return sum(self.partner.ids(path).total() - len(self.partner.ids(path)) for path in HOOKS)

    @property
    def lost(self) -> int:
        """Attempts that were under way at a kill, as the store has them."""
        return self._count("attempt", "outcome = 'lost'")

    def sound(self) -> bool:
        """What the database says of itself; and whether anything broke that was not killed."""
        assert (self.partner.wrong, "Traceback" in self.newsroom.log()) == ([], False)
        if not self.store.startswith("sqlite"):
            return True
        with closing(sqlite3.connect(self.folder / "feeder.db")) as db:
            return list(db.execute("PRAGMA integrity_check")) == [("ok",)]


def judged(several: list[Killing], kills: int, record: Callable[[str, object], None]) -> None:
    repeats, lost = sum(it.repeats for it in several), sum(it.lost for it in several)
    record("kills", kills)
    record("deliveries", sum(it.articles for it in several) * len(HOOKS))
    record("under way at a kill", lost)
    record("repeats", repeats)
    assert [it.missing for it in several] == [0] * len(several)
    assert all(it.sound() for it in several)
    assert repeats <= lost <= IN_FLIGHT * kills
    assert lost >= kills / 5, "or the kills missed what they were to hit"


def ran_on(record: Callable[[str, object], None], *what: str) -> None:
    for it in what:
        record("on", it)


def test_row_33_a_hundred_kills_lose_nothing_and_repeat_only_what_was_under_way(
    tmp_path: Path, see: See, record_property: Callable[[str, object], None]
) -> None:
    several = [Killing(tmp_path / f"{seed}", seed=seed) for seed in range(2)]
    with ThreadPoolExecutor(len(several)) as side_by_side:
        list(side_by_side.map(partial(Killing.run, kills=KILLS // 2), several))
    judged(several, KILLS, record_property)
    ran_on(record_property, "daemon", "SQLite")
    see(
        f"{KILLS} kills on SQLite, 0 missing; integrity_check: ok",
        "no more repeats than were under way, the same ids",
    )


@pytest.mark.parametrize("nodes", [1, 2])
def test_row_33_on_postgresql_too_and_with_two_nodes(
    tmp_path: Path, see: See, postgres_server: str, record_property: Callable[[str, object], None], nodes: int
) -> None:
    it = Killing(tmp_path, postgres.new_database(postgres_server), nursery.brief, nodes)
    kills = max(KILLS // 8, 4)
    judged([it.run(kills)], kills, record_property)
    ran_on(record_property, "daemon", "PostgreSQL")
    see(f"{kills} kills each with one node and with two on PostgreSQL: the same")


def test_the_same_kills_are_seen_to_lose_when_delivered_is_written_before_the_send(tmp_path: Path) -> None:
    assert Killing(tmp_path, daemon=nursery.lossy).run(kills=8, stories=12).missing > 0
