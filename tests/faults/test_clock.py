"""Row 41: the clock jumps by a day while deliveries wait and are under way."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.daemon.clocks import off
from tests.daemon.harness import Newsroom, until
from tests.faults.scene import ids
from tests.net.receivers import Line, Receiver, answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.scene import See

DAY = 24 * 60 * 60


def set_off(clock: Path, seconds: int) -> None:
    with clock.open("r+b") as file:
        file.write(seconds.to_bytes(8, "little", signed=True))


@pytest.mark.parametrize("seconds", [DAY, -DAY], ids=["ahead", "back"])
def test_row_41_nothing_waits_for_a_day_when_the_clock_jumps_by_one(
    tmp_path: Path, see: See, record_property: Callable[[str, object], None], seconds: int
) -> None:
    record_property("on", "daemon")

    def slowly(line: Line) -> bool:
        go.wait(30)
        return answer()(line)

    go, clock = threading.Event(), tmp_path / "clock"
    clock.write_bytes(bytes(8))
    with Receiver(slowly, answer()) as slow, Receiver(answer(503), answer()) as faulty, Receiver() as well:
        hooks = {"slow": {"url": slow.url}, "faulty": {"url": faulty.url}, "well": {"url": well.url}}
        with Newsroom(tmp_path, hooks, environ=off(tmp_path, clock)) as newsroom:
            newsroom.start()
            until((newsroom.feeds / "all.json").exists, what="for the first look")
            newsroom.story("one.txt", "Before the jump")
            until(lambda: "next try" in newsroom.log())
            slow.wait(1)
            set_off(clock, seconds)
            until(lambda: "the clock jumped" in newsroom.log())
            there = newsroom.story("two.txt", "After the jump")
            os.utime(there, (time.time() + seconds,) * 2)  # the kernel's clock has not jumped
            well.wait(2, 30)
            go.set()
            faulty.wait(3, 30)
            slow.wait(2, 30)
            until(lambda: {it["state"] for it in newsroom.json("deliveries", "list")} == {"delivered"})
            assert newsroom.stop() == 0
        assert [len(ids(it)) - len(set(ids(it))) for it in (slow, well, faulty)] == [0, 0, 1]
        assert newsroom.log().count("the clock jumped") == 1
    see("said once in the log", "told at once, tried again within seconds, what was under way not repeated")


def test_row_41_a_clock_that_was_set_back_while_the_daemon_was_down_holds_nothing_up(
    tmp_path: Path, see: See
) -> None:
    clock = tmp_path / "clock"
    clock.write_bytes(bytes(8))
    set_off(clock, DAY)
    with Receiver(answer(503), answer()) as receiver:
        hooks = {"partner": {"url": receiver.url}}
        with Newsroom(tmp_path, hooks, environ=off(tmp_path, clock)) as newsroom:
            newsroom.start()
            until((newsroom.feeds / "all.json").exists, what="for the first look")
            newsroom.story("one.txt", "Before the jump")
            until(lambda: "next try" in newsroom.log())
            assert newsroom.stop() == 0
            set_off(clock, 0)
            newsroom.start()
            receiver.wait(2, 30)
            assert newsroom.stop() == 0
    assert "the clock jumped back" in newsroom.log()
    see("also when it was set back while the daemon was down")
