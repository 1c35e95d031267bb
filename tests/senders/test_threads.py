"""Jobs that threads of ours carry: who waits for whom, and what comes back when."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

import pytest

from feeder.model.delivery import Answer, Phase, Request
from feeder.senders import Senders
from feeder.senders._pool import Pool
from tests.senders.landing import Landing, jobs

if TYPE_CHECKING:
    from collections.abc import Iterator

WELL = Answer(Phase.DONE, 0.001, 204)


class Door:
    """Answers at once, but for addresses with "slow" in them: those wait until it is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.entered = threading.Semaphore(0)
        self.urls: list[str] = []

    def __call__(self, request: Request) -> Answer:
        self.urls.append(request.url)
        self.entered.release()
        if "slow" in request.url:
            self.opened.wait(60)
        return WELL

    def wait(self, count: int = 1) -> None:
        for _ in range(count):
            assert self.entered.acquire(timeout=30)


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door()
    yield made
    made.opened.set()


def test_every_job_lands_once_with_its_answer(door: Door) -> None:
    landing = Landing()
    senders = Senders(door, landing, processes=0)
    for start in range(0, 1000, 50):
        senders.send(jobs(range(start, start + 50)))
    landing.wait(1000)
    senders.close(5)
    assert sorted(landing.keys) == list(range(1000))
    assert set(landing.answers.values()) == {WELL}


@pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity"), reason="this system has no way to keep a thread to a core"
)
def test_threads_keep_to_one_core_with_the_one_that_hands_over_jobs_until_it_closes() -> None:
    def note(_request: object) -> Answer:
        seen.append(os.sched_getaffinity(0))
        return WELL

    seen: list[set[int]] = []
    landing, before = Landing(), os.sched_getaffinity(0)
    senders = Senders(note, landing, processes=0)
    senders.send(jobs(range(50)))
    mine = os.sched_getaffinity(0)
    landing.wait(50)
    senders.close(5)
    assert len(mine) == 1
    assert seen == [mine] * 50
    assert os.sched_getaffinity(0) == before


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="this system has no such threads")
def test_threads_do_not_interrupt_the_one_that_hands_over_jobs() -> None:
    def note(_request: object) -> Answer:
        seen.append(os.sched_getscheduler(0))
        return WELL

    seen: list[int] = []
    landing, before = Landing(), os.sched_getscheduler(0)
    senders = Senders(note, landing, processes=0)
    senders.send(jobs(range(50)))
    landing.wait(50)
    senders.close(5)
    assert seen == [os.SCHED_BATCH] * 50
    assert os.sched_getscheduler(0) == before


def test_jobs_are_sent_in_the_order_in_which_they_were_handed_over(door: Door) -> None:
    landing = Landing()
    senders = Senders(door, landing, processes=0, threads=1)
    senders.send(jobs(range(50)))
    senders.send(jobs(range(50, 100)))
    landing.wait(100)
    senders.close(5)
    assert landing.keys == list(range(100))


def test_hanging_receivers_hold_only_their_own_threads(door: Door) -> None:
    landing = Landing()
    senders = Senders(door, landing, processes=0, threads=64)
    senders.send(jobs(range(40), "http://slow.example/"))
    senders.send(jobs(range(100, 150)))
    landing.wait(50)
    assert set(landing.keys) == set(range(100, 150))
    door.opened.set()
    landing.wait(90)
    senders.close(5)


def test_a_burst_of_quick_jobs_makes_few_threads(door: Door) -> None:
    landing = Landing()
    pool = Pool(lambda job: door(job.request), landing, threads=128, wait=20)
    pool.put([(time.monotonic(), job) for job in jobs(range(128))])
    landing.wait(128)
    assert pool.count < 32
    pool.close(5)


def test_threads_without_work_end(door: Door) -> None:
    landing = Landing()
    pool = Pool(lambda job: door(job.request), landing, threads=4, wait=20, rest=0.01)
    for key in range(5):
        pool.put([(time.monotonic(), job) for job in jobs([key])])
        landing.wait(key + 1)
    for thread in threading.enumerate():
        if thread.name == "sender":
            thread.join(30)
    assert pool.count == 0
    pool.close(5)


def test_what_cannot_be_sent_soon_is_handed_back_unsent(door: Door) -> None:
    landing = Landing()
    senders = Senders(door, landing, processes=0, threads=1, wait=0.2)
    senders.send(jobs([1], "http://slow.example/"))
    door.wait()
    senders.send(jobs([2, 3]))
    landing.wait(2)
    assert landing.unsent == {2, 3}
    door.opened.set()
    landing.wait(3)
    senders.close(5)
    assert door.urls == ["http://slow.example/"]


def test_closing_hands_back_what_waits_and_waits_for_what_is_under_way(door: Door) -> None:
    landing = Landing()
    senders = Senders(door, landing, processes=0, threads=1)
    senders.send(jobs([1], "http://slow.example/"))
    door.wait()
    senders.send(jobs([2, 3]))
    threading.Timer(0.2, door.opened.set).start()
    senders.close(30)
    assert landing.unsent == {2, 3}
    assert landing.answers == {1: WELL}


def test_what_hangs_when_the_time_to_close_is_over_counts_as_lost_and_lands_only_once(door: Door) -> None:
    landing = Landing()
    senders = Senders(door, landing, processes=0)
    senders.send(jobs([1], "http://slow.example/"))
    door.wait()
    senders.close(0.1)
    assert (landing.keys, landing.lost) == ([1], {1})
    door.opened.set()
    for thread in threading.enumerate():
        if thread.name == "sender":
            thread.join(30)
    assert landing.keys == [1]


def test_nothing_is_taken_after_closing(door: Door) -> None:
    landing = Landing()
    senders = Senders(door, landing, processes=0)
    senders.close(1)
    assert senders.room == 0
    senders.send(jobs([1, 2]))
    assert landing.unsent == {1, 2}
    assert not door.urls


def test_the_room_shrinks_with_what_is_in_hand_and_comes_back(door: Door) -> None:
    landing = Landing()
    senders = Senders(door, landing, processes=0, threads=4)
    most = senders.room
    assert most >= 4
    senders.send(jobs(range(most), "http://slow.example/"))
    assert senders.room == 0
    door.opened.set()
    landing.wait(most)
    senders.close(5)


def test_a_mistake_of_ours_is_an_answer_that_tells_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    def broken(request: Request) -> Answer:
        raise ValueError(request.url)

    landing = Landing()
    senders = Senders(broken, landing, processes=0)
    senders.send(jobs([1], "http://x.example/secret"))
    landing.wait(1)
    senders.close(5)
    assert landing.answers[1].error == "our own mistake: ValueError"
    assert "job 1 breaks: ValueError" in caplog.text
    assert "secret" not in caplog.text + repr(jobs([1], "http://x.example/secret"))


def test_another_way_to_send_holds_from_the_next_job_on(door: Door) -> None:
    landing, other = Landing(), Answer(Phase.DONE, 0.0, 500)
    senders = Senders(door, landing, processes=0)
    senders.send(jobs([1]))
    landing.wait(1)
    senders.use(lambda _request: other, allow=())
    senders.send(jobs([2]))
    landing.wait(2)
    senders.close(5)
    assert landing.answers == {1: WELL, 2: other}
