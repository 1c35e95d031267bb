"""Real sender processes and receivers on loopback: work, kills, stops, floods, and what is left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from feeder.model.delivery import Answer, Phase, Request
from feeder.senders import Senders
from tests.net.receivers import Receiver, answer, hang
from tests.senders.landing import LOOPBACK, Landing, jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BY_THREAD = Answer(Phase.DONE, 0.0, 299)


def by_thread(_request: Request) -> Answer:
    return BY_THREAD


def until(true: Callable[[], Any], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        select.select([], [], [], 0.01)


def started(landing: Landing, *, processes: int = 1, **options: Any) -> Senders:
    named: dict[str, Any] = {"allow": LOOPBACK, "eager": True, "wait": 120.0, "silence": 120.0} | options
    senders = Senders(by_thread, landing, processes=processes, **named)
    until(lambda: len(senders.pids) == processes)
    return senders


def ended(pid: int) -> bool:
    """Waits until the process is dead, even if nobody has buried it."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 30)[0])
    finally:
        os.close(handle)


def buried(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    before, theirs = len(os.listdir("/proc/self/fd")), children()  # noqa: PTH208 - the count is all
    yield
    until(lambda: len(os.listdir("/proc/self/fd")) <= before, 30)  # noqa: PTH208
    assert children() <= theirs


def children() -> set[str]:
    """Other tests may have some, in this process too."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_ten_thousand_jobs_through_two_processes_are_each_answered_exactly_once() -> None:
    """One in fifty is really sent; the others are refused by the guard, which takes less time."""
    landing = Landing()
    with Receiver(answer(204)) as receiver:
        senders = started(landing, processes=2)
        for start in range(0, 10_000, 100):
            until(lambda: senders.room >= 100)
            for key in range(start, start + 100, 10):
                url = "http://10.0.0.1/" if key % 500 else receiver.url
                senders.send(jobs(range(key, key + 10), url, f"hook{key % 70}"))
        landing.wait(10_000, 200)
        senders.close(10)
        sent = len(receiver.heard)
    assert Counter(landing.keys) == Counter(range(10_000))
    assert Counter(one.phase for one in landing.answers.values()) == {Phase.DONE: 200, Phase.GUARD: 9800}
    assert sent == 200


def test_answers_come_back_whole() -> None:
    landing, body = Landing(), bytes(range(256)) * 100
    with Receiver(answer(410, body, (("Retry-After", "7"), ("X-Odd", "d\xe9j\xe0")))) as receiver:
        senders = started(landing)
        senders.send(jobs([5], receiver.url, body=b"told"))
        landing.wait(1)
        senders.close(10)
        assert receiver.heard[0].body == b"told"
        assert receiver.heard[0].headers["webhook-id"] == "msg_1"
    found = landing.answers[5]
    assert (found.phase, found.status, found.address) == (Phase.DONE, 410, "127.0.0.1")
    assert (found.body, found.truncated) == (body[: 16 * 1024], True)
    assert (found.header("retry-after"), found.header("x-odd")) == ("7", "d\xe9j\xe0")


def test_a_webhook_keeps_its_connection() -> None:
    landing = Landing()
    with Receiver(answer()) as receiver:
        senders = started(landing, processes=2)
        for key in range(10):
            senders.send(jobs([key], receiver.url))
            landing.wait(key + 1)
        senders.close(10)
        assert receiver.connections == 1


def test_the_guard_holds_in_processes_and_what_is_allowed_may_change() -> None:
    landing = Landing()
    with Receiver(answer()) as receiver:
        senders = started(landing, allow=())
        (first,) = senders.pids
        senders.send(jobs([1], receiver.url))
        landing.wait(1)
        assert landing.answers[1].phase is Phase.GUARD
        assert receiver.connections == 0
        senders.use(by_thread, LOOPBACK)
        assert ended(first)
        until(lambda: senders.pids and senders.pids != (first,))
        senders.send(jobs([2], receiver.url))
        landing.wait(2)
        senders.close(10)
    assert landing.answers[2].status == 204


def test_a_change_of_what_is_allowed_loses_nothing() -> None:
    landing = Landing()
    with Receiver(answer()) as receiver:
        senders = started(landing)
        senders.send(jobs(range(300), receiver.url))
        senders.use(by_thread, ("127.0.0.1/32",))
        landing.wait(300)
        senders.close(10)
    assert sorted(landing.keys) == list(range(300))
    assert not landing.lost


def test_of_a_killed_process_what_had_begun_is_told_apart_from_what_had_not() -> None:
    landing = Landing()
    with Receiver(hang()) as receiver:
        senders = started(landing, threads=2)
        (pid,) = senders.pids
        senders.send(jobs(range(600), receiver.url))  # more than are inside of it at once
        receiver.wait(2)
        os.kill(pid, signal.SIGKILL)
        landing.wait(600)
        assert sorted(landing.keys) == list(range(600))
        assert len(landing.lost) == 2
        assert len(landing.unsent) == 598
        assert buried(pid)
        senders.send(jobs([1000], receiver.url))
        landing.wait(601)
        assert landing.answers == {1000: BY_THREAD}
        senders.close(10)


def test_a_killed_process_is_replaced_after_a_while() -> None:
    landing = Landing()
    senders = started(landing)
    (pid,) = senders.pids
    os.kill(pid, signal.SIGKILL)
    assert ended(pid)

    def another() -> bool:
        senders.send(jobs([1]))  # there is work
        return bool(senders.pids) and senders.pids != (pid,)

    until(another)
    senders.close(10)


def test_a_stopped_process_is_killed_and_what_it_had_lands() -> None:
    landing = Landing()
    with Receiver(hang()) as receiver:
        senders = started(landing, silence=0.4)
        (pid,) = senders.pids
        senders.send(jobs([1], receiver.url))
        receiver.wait(1)
        os.kill(pid, signal.SIGSTOP)
        senders.send(jobs([2, 3], receiver.url))
        landing.wait(3)
        assert landing.lost == {1}
        assert landing.unsent == {2, 3}
        assert ended(pid)
        senders.close(10)


def test_a_flood_to_a_process_that_does_not_listen_blocks_nobody() -> None:
    landing = Landing()
    with Receiver(answer()) as receiver:
        senders = started(landing)
        (pid,) = senders.pids
        os.kill(pid, signal.SIGSTOP)
        before = time.monotonic()
        for key in range(0, 500, 100):
            senders.send(jobs(range(key, key + 100), receiver.url, body=b"x" * 65_536))
        assert time.monotonic() - before < 10  # it would wait for ever
        os.kill(pid, signal.SIGCONT)
        landing.wait(500)
        senders.close(10)
    assert sorted(landing.answers) == list(range(500))


def test_what_waits_too_long_for_a_process_is_handed_back_unsent() -> None:
    landing = Landing()
    with Receiver(hang()) as receiver:
        senders = started(landing, threads=1, wait=0.3)
        senders.send(jobs(range(600), receiver.url))
        landing.wait(599)
        assert len(landing.unsent) == 599
        senders.close(0.1)
    assert len(landing.lost) == 1


def test_closing_ends_processes_that_hang_and_every_job_has_landed() -> None:
    landing = Landing()
    with Receiver(hang()) as receiver:
        senders = started(landing, processes=2, threads=1)
        pids = senders.pids
        senders.send(jobs(range(20), receiver.url))
        receiver.wait(1)
        senders.close(0.3)
        assert sorted(landing.keys) == list(range(20))
        assert len(landing.lost) == 1
    assert all(map(buried, pids))


def test_closing_waits_for_what_is_under_way() -> None:
    landing = Landing()
    with Receiver(answer()) as receiver:
        senders = started(landing)
        senders.send(jobs(range(50), receiver.url))
        senders.close(30)
        assert sorted(landing.keys) == list(range(50))
        assert len(receiver.heard) == len(landing.answers)
    assert not landing.lost


def test_processes_that_still_start_are_ended_by_closing() -> None:
    senders = Senders(by_thread, Landing(), processes=2, eager=True)
    senders.close(0.0)
    assert senders.pids == ()


def test_signals_to_the_whole_group_are_left_to_the_parent() -> None:
    landing = Landing()
    with Receiver(answer()) as receiver:
        senders = started(landing)
        (pid,) = senders.pids
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(pid, name)
        senders.send(jobs([1], receiver.url))
        landing.wait(1)
        assert landing.answers[1].status == 204
        assert os.getsid(pid) != os.getsid(0)
        senders.close(10)


def test_a_process_inherits_neither_files_nor_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FEEDER_SECRET", "hush")
    landing = Landing()
    with (tmp_path / "lock").open("w") as lock:
        os.set_inheritable(lock.fileno(), True)
        senders = started(landing)
        (pid,) = senders.pids
        assert b"FEEDER_SECRET" not in Path(f"/proc/{pid}/environ").read_bytes()
        assert b"127.0.0.0" not in Path(f"/proc/{pid}/cmdline").read_bytes()
        assert not [fd for fd in Path(f"/proc/{pid}/fd").iterdir() if str(fd.readlink()).endswith("lock")]
        senders.close(10)


def test_each_process_keeps_to_one_core() -> None:
    landing = Landing()
    senders = started(landing, processes=2)
    found = [os.sched_getaffinity(pid) for pid in senders.pids]
    senders.close(10)
    assert [len(cores) for cores in found] == [1, 1]
    if len(os.sched_getaffinity(0)) > 1:
        assert found[0] != found[1]


@pytest.mark.parametrize("busy", [False, True])
def test_processes_end_when_the_parent_is_killed(*, busy: bool) -> None:
    with Receiver(hang()) as receiver:
        program = (
            "import sys\n"
            "from tests.senders.landing import Landing, jobs\n"
            "from tests.senders import test_processes\n"
            "senders = test_processes.started(Landing())\n"
            f"{busy} and senders.send(jobs([1], {receiver.url!r}))\n"
            "print(*senders.pids, flush=True); sys.stdin.read()"
        )
        with subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        ) as parent:
            assert parent.stdout
            child = int(parent.stdout.readline())
            if busy:
                receiver.wait(1)
            parent.kill()
        assert ended(child)


def test_processes_are_started_by_much_work_and_ended_by_little() -> None:
    landing = Landing()
    senders = Senders(by_thread, landing, processes=1, allow=LOOPBACK, idle=1.5)
    senders.send(jobs(range(200)))
    landing.wait(200)
    key = 200

    def much() -> bool:
        nonlocal key
        senders.send(jobs(range(key, key + 100)))
        key += 100
        return bool(senders.pids)

    until(much)
    (pid,) = senders.pids
    assert ended(pid)
    senders.close(10)
    assert sorted(landing.keys) == list(range(key))


def test_as_many_jobs_at_once_start_a_process_too() -> None:
    landing = Landing()
    senders = Senders(by_thread, landing, processes=1, allow=LOOPBACK)
    try:
        senders.send(jobs(range(499)))
        assert not starting()
        senders.send(jobs([499]))
        until(lambda: len(senders.pids) == 1)
        landing.wait(500)
    finally:
        senders.close(10)


def test_a_process_starts_on_any_core_though_who_wants_it_keeps_to_one() -> None:
    before = os.sched_getaffinity(0)
    landing = Landing()
    senders = Senders(by_thread, landing, processes=1, allow=LOOPBACK)
    try:
        senders.send(jobs([1]))
        assert len(os.sched_getaffinity(0)) == 1
        senders.expect(1000)
        until(lambda: len(senders.pids) == 1)
        assert [os.sched_getaffinity(it.native_id or 0) for it in starting()] == [before]
        landing.wait(1)
    finally:
        senders.close(10)


def starting() -> list[threading.Thread]:
    """The threads that start processes, and speak with them."""
    return [it for it in threading.enumerate() if it.name == "sender-process"]


def test_little_work_starts_no_process() -> None:
    landing = Landing()
    theirs = children()
    senders = Senders(by_thread, landing, processes=1, allow=LOOPBACK)
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        senders.send(jobs([1]))
        select.select([], [], [], 0.05)
    assert children() <= theirs
    senders.close(10)


@pytest.mark.parametrize("interpreter", ["/nonexistent/python", "/bin/false"])
def test_where_no_process_can_be_started_threads_carry_on(
    interpreter: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", interpreter)
    landing = Landing()
    senders = Senders(by_thread, landing, processes=1, allow=LOOPBACK, eager=True)
    until(lambda: "it does not start" in caplog.text)
    senders.send(jobs([1]))
    landing.wait(1)
    senders.close(10)
    assert landing.answers == {1: BY_THREAD}


def test_processes_stand_ready_where_many_jobs_are_expected() -> None:
    senders = Senders(by_thread, Landing(), processes=1, allow=LOOPBACK)
    try:
        senders.expect(10)
        assert senders.pids == ()
        senders.expect(1000)
        until(lambda: len(senders.pids) == 1)
    finally:
        senders.close(10)
