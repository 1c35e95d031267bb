"""A loop works when it is woken, and leaves a store alone that refuses."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from feeder.daemon.loop import Loop
from feeder.errors import FeederError, StoreError
from tests.daemon.harness import until

if TYPE_CHECKING:
    from collections.abc import Callable


class Work:
    """Raises what it is told to; counts its calls."""

    def __init__(self, raises: Exception | None) -> None:
        self.raises, self.calls = raises, 0

    def __call__(self) -> None:
        self.calls += 1
        if self.raises is not None:
            raise self.raises


def _woken(work: Work, enough: Callable[[], bool]) -> Loop:
    loop = Loop("work", work, lambda: 1.0)
    loop.start()
    for _ in range(100):
        if enough():
            break
        loop.wake()
        threading.Event().wait(0.02)
    return loop


def test_a_store_that_refuses_is_not_asked_at_every_wake() -> None:
    work = Work(StoreError("it is full"))
    loop = _woken(work, lambda: False)
    assert loop.problem == "it is full"
    assert work.calls <= 3
    work.raises = None
    until(lambda: loop.problem == "")
    assert loop.stop(5)


def test_what_else_goes_wrong_is_tried_again_at_once_when_something_new_comes() -> None:
    work = Work(FeederError("one file cannot be written"))
    loop = _woken(work, lambda: work.calls > 10)
    assert work.calls > 10
    assert loop.stop(5)


def test_a_mistake_of_ours_ends_no_loop() -> None:
    work = Work(ZeroDivisionError())
    loop = _woken(work, lambda: work.calls > 1)
    assert loop.alive
    assert "ZeroDivisionError" in loop.problem
    assert loop.stop(5)


def test_a_pause_is_as_long_as_there_is_nothing_to_do() -> None:
    work, pause = Work(None), [60.0]
    loop = Loop("work", work, lambda: pause[0])
    loop.start()
    until(lambda: work.calls == 1)
    pause[0] = 0.02
    loop.wake()
    until(lambda: work.calls > 3)
    assert loop.stop(5)


def test_what_went_wrong_is_tried_again_though_nobody_wakes_it() -> None:
    work = Work(FeederError("no"))
    loop = Loop("work", work, lambda: 60.0)
    loop.start()
    until(lambda: work.calls > 1)
    assert loop.stop(5)
