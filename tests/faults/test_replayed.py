"""Row 50: what was given up is replayed, and whoever does that is killed, twice."""

from __future__ import annotations

import threading
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from feeder.store import Store, webhooks
from tests.daemon import nursery
from tests.daemon.harness import Newsroom, Partner, until
from tests.faults import victim

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.scene import See

NUMBER, CAP = 1200, 4
NEWS = "News of the day"


class Replayed(Partner):
    """Of the replay it takes so many, then no more until it was told the news."""

    def begin(self) -> None:
        super().begin()
        self.news, self.left = threading.Event(), NUMBER
        self.answer = self._answer

    def _answer(self, _path: str, _nth: int, _times: int) -> int:
        self.left -= 1
        if self.left <= 0:
            self.news.wait(60)
        return 204

    def hear(self, path: str, headers: object, body: bytes) -> int:
        if NEWS.encode() in body:
            self.news.set()
        return super().hear(path, headers, body)


@pytest.mark.slow
def test_row_50_each_is_sent_again_and_news_does_not_wait_behind_them(
    tmp_path: Path, see: See, record_property: Callable[[str, object], None]
) -> None:
    with Replayed() as partner:
        hooks = {"partner": {"url": f"{partner.url}/partner", "concurrency": CAP}}
        with Newsroom(tmp_path, hooks) as newsroom:
            daemon = (nursery.daemon, str(newsroom.config), str(tmp_path / "log"))
            with closing(Store(f"sqlite:///{tmp_path}/feeder.db")) as store:
                child = nursery.run(*daemon)
                until((newsroom.feeds / "all.json").exists, what="for the first look")
                given_up(store, newsroom)
                assert nursery.kill(child) == -9
                die(store)

                assert nursery.ended(nursery.run(victim.replay, str(newsroom.config)), 60) == -9
                assert 0 < counted(store, "lane = 1") < NUMBER
                assert partner.told == []

                child = nursery.run(*daemon)
                until(lambda: len(partner.told) >= 200, 60)
                assert nursery.kill(child) == -9

                partner.left = 100
                child = nursery.run(*daemon)
                until(lambda: partner.left <= 0)
                newsroom.story("news.txt", NEWS)
                until(partner.news.is_set, what="for the news")
                assert counted(store, "lane = 1 AND state <> 'delivered'") > 100
                until(lambda: counted(store, "state = 'delivered'") == NUMBER + 1, 120)
                assert nursery.kill(child) == -9
                with store.read() as tx:
                    number = tx.execute(text("SELECT number FROM replay WHERE done IS NOT NULL")).scalar_one()
                lost = counted(store, "crashes > 0")
    assert number == NUMBER
    assert len(partner.ids("/partner")) == NUMBER + 1
    assert partner.ids("/partner").total() - (NUMBER + 1) <= lost <= 2 * CAP
    record_property("on", "daemon")
    see(
        "1,200: the command killed, then the daemon; each sent again once, but what was under way",
        "news told while hundreds waited",
    )


def counted(store: Store, where: str) -> int:
    with store.read() as tx:
        return int(tx.execute(text(f"SELECT count(*) FROM delivery WHERE {where}")).scalar_one())  # noqa: S608


def given_up(store: Store, newsroom: Newsroom) -> None:
    """All of them are owed, and none is sent."""
    with store.write() as tx:
        assert webhooks.set_status(tx, "partner", "paused")
    for number in range(NUMBER):
        newsroom.story(f"{number % 9}/{number}.txt", f"Story number {number} of the day")
    until(lambda: counted(store, "state = 'pending'") == NUMBER, 120)


def die(store: Store) -> None:
    """All of them have failed ten times."""
    now = round(datetime.now(UTC).timestamp() * 1e6)
    with store.write() as tx:
        tx.execute(text(f"UPDATE delivery SET state = 'dead', tries = 10, due = NULL, done = {now}"))  # noqa: S608
        assert webhooks.set_status(tx, "partner", "active")
