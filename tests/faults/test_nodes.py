"""Rows 36 and 40: several nodes on one PostgreSQL, of which one is stopped for a while, or none."""

from __future__ import annotations

import signal
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from feeder.store import Store, deliveries
from tests import postgres
from tests.daemon import nursery
from tests.daemon.harness import Newsroom, Partner, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.faults.scene import See

BRIEF = "tests.daemon.brief"
CAP = 4


@pytest.fixture
def newsroom(tmp_path: Path, partner: Partner, postgres_server: str) -> Iterator[Newsroom]:
    hooks = {"partner": {"url": f"{partner.url}/partner", "concurrency": CAP}}
    address = postgres.new_database(postgres_server)
    with Newsroom(tmp_path, hooks, store=address, program=BRIEF) as it:
        yield it


def test_row_36_the_answer_of_a_node_that_was_stopped_too_long_changes_nothing(
    newsroom: Newsroom, partner: Partner, see: See, record_property: Callable[[str, object], None]
) -> None:
    def answer(_path: str, nth: int, _times: int) -> int:
        if nth == 1:
            under_way.set()
            told.wait(60)
        return 204

    under_way, told = threading.Event(), threading.Event()
    partner.answer = answer
    newsroom.start()
    until((newsroom.feeds / "all.json").exists, what="for the first look")
    newsroom.story("one.txt", "Fog lifts")
    assert under_way.wait(30)
    newsroom.signal(signal.SIGSTOP)
    two = newsroom.beside("two").start()
    try:
        until(lambda: "delivered in" in two.log(), what="for the other node")
        told.set()
        until(lambda: len(partner.told) == 2)
        newsroom.signal(signal.SIGCONT)
        until(lambda: "the answer came after its lease was lost" in newsroom.log())
        with closing(Store(newsroom.store)) as store, store.read() as tx:
            (it,) = deliveries.listed(tx, 10)
            attempts = deliveries.attempts(tx, it.id)
        assert (it.state.value, it.tries, it.crashes) == ("delivered", 1, 1)
        found = sorted((one.fenced, one.outcome.value) for one in attempts)
        # The stopped one may have found its deadline over when it went on; it was told all the same.
        assert found[:2] == [(False, "delivered"), (False, "lost")]
        assert found[2:] in ([(True, "delivered")], [(True, "retry")])
        assert partner.ids("/partner") == {it.event: 2}
    finally:
        two.kill()
    record_property("on", "PostgreSQL")
    record_property("on", "daemon")
    see("delivered by the other; the late answer logged and kept as fenced; told twice, the same id")


def test_row_40_two_nodes_keep_to_the_bound_together_and_send_nothing_twice(
    newsroom: Newsroom, partner: Partner, see: See, record_property: Callable[[str, object], None]
) -> None:
    def answer(_path: str, _nth: int, _times: int) -> int:
        with counting:
            now.append(now[-1] + 1)
        threading.Event().wait(0.15)  # more come meanwhile than one node carries
        with counting:
            now.append(now[-1] - 1)
        return 204

    counting, now, number = threading.Lock(), [0], 0
    partner.answer = answer
    logs = [newsroom.folder / f"log-{nth}" for nth in range(2)]
    children = [nursery.run(nursery.narrow, str(newsroom.config), str(log)) for log in logs]
    try:
        until((newsroom.feeds / "all.json").exists, what="for the first look")

        def all_at_work() -> bool:
            nonlocal number
            # No more than a busy machine sends in the end.
            for _ in range(10 if number < len(partner.told) + 50 else 0):
                newsroom.story(f"{number}.txt", f"Story number {number} of the day")
                number += 1
            threading.Event().wait(0.3)
            both = all("delivered in" in log.read_text() for log in logs)
            return both and len(partner.told) > 100 and max(now) == CAP

        until(all_at_work, 120)
        until(lambda: len(partner.told) >= number, 60)
    finally:
        for child in children:
            nursery.kill(child)
    assert max(now) == CAP
    assert len(partner.ids("/partner")) == number
    assert set(partner.ids("/partner").values()) == {1}
    record_property("on", "PostgreSQL")
    record_property("on", "daemon")
    see("4 at once and never more, both at work, nothing twice")
