from __future__ import annotations

import threading
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from feeder.sources import EVERYTHING, Settling


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_key_is_due_when_it_has_been_quiet() -> None:
    clock = Clock()
    settling = Settling(clock)
    settling.notice("a.txt", 2)
    assert settling.take() is None
    clock.now += 1.9
    assert settling.take() is None
    clock.now += 0.1
    assert settling.take() == frozenset({"a.txt"})
    assert settling.take() is None


def test_a_key_that_is_heard_of_again_waits_anew() -> None:
    clock = Clock()
    settling = Settling(clock)
    for _ in range(10):
        settling.notice("a.txt", 2)
        clock.now += 1.5
        assert settling.take() is None
    clock.now += 0.5
    assert settling.take() == frozenset({"a.txt"})


def test_closed_after_written_is_due_at_once() -> None:
    clock = Clock()
    settling = Settling(clock)
    settling.notice("a.txt", 2)
    settling.notice("a.txt", 0.02)
    clock.now += 0.02
    assert settling.take() == frozenset({"a.txt"})


def test_each_key_has_a_quiet_time_of_its_own() -> None:
    clock = Clock()
    settling = Settling(clock)
    settling.again(["slow.txt", "late.txt"], 2)
    settling.notice("fast.txt", 1)
    clock.now += 1
    assert settling.take() == frozenset({"fast.txt"})
    clock.now += 1
    assert settling.take() == frozenset({"slow.txt", "late.txt"})


def test_a_whole_look_stands_for_every_key_that_is_due_and_no_other() -> None:
    clock = Clock()
    settling = Settling(clock)
    settling.notice("a.txt", 1)
    settling.notice("later.txt", 5)
    settling.everything(1)
    clock.now += 1
    assert settling.take() is EVERYTHING
    assert settling.take() is None
    clock.now += 4
    assert settling.take() == frozenset({"later.txt"})


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 10), st.floats(0, 5))))
def test_every_key_that_was_noticed_is_taken_and_never_before_its_time(
    heard: list[tuple[str, float, float]],
) -> None:
    clock, due = Clock(), dict[str, float]()
    settling = Settling(clock)
    for key, delay, passes in heard:
        settling.notice(key, delay)
        due[key] = clock.now + delay
        clock.now += passes
        taken = settling.take() or frozenset()
        assert taken == {key for key, moment in due.items() if moment <= clock.now}
        due = {key: moment for key, moment in due.items() if key not in taken}
    clock.now += 20
    assert (settling.take() or frozenset()) == frozenset(due)


# ---------------------------------------------------------------- waiting, in real time


def test_nobody_waits_longer_than_asked() -> None:
    assert Settling().wait(0.01) is True


def test_what_is_due_ends_the_wait() -> None:
    settling = Settling()
    threading.Timer(0.02, settling.notice, ("a.txt", 0.01)).start()
    assert settling.wait(60) is True
    assert settling.take() == frozenset({"a.txt"})


def test_closing_ends_the_wait_and_every_later_one() -> None:
    settling = Settling()
    threading.Timer(0.02, settling.close).start()
    assert settling.wait(60) is False
    settling.notice("a.txt", 0)
    assert settling.wait(60) is False
