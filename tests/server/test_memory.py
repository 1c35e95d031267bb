from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.server.memory import Memory
from feeder.server.once import Once


@dataclass
class Thing:
    weight: int


def test_the_least_used_goes_when_there_is_too_much() -> None:
    memory: Memory[Thing] = Memory(10)
    for path in "abc":
        memory.put(path, Thing(4) if path == "c" else Thing(3))
    assert memory.get("a")
    memory.put("d", Thing(3))
    assert [path for path in "abcd" if memory.get(path)] == ["a", "c", "d"]


def test_what_has_become_heavier_is_weighed_again() -> None:
    memory: Memory[Thing] = Memory(10)
    heavy = Thing(3)
    memory.put("a", Thing(3))
    memory.put("b", heavy)
    heavy.weight = 9
    memory.put("b", heavy)
    assert [path for path in "ab" if memory.get(path)] == ["b"]


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 12))))
def test_there_is_never_more_than_may_be(steps: list[tuple[str, int]]) -> None:
    memory: Memory[Thing] = Memory(20)
    for path, weight in steps:
        memory.put(path, Thing(weight))
        kept = [it.weight for name in "abcde" if (it := memory.get(name))]
        assert sum(kept) <= 20
        assert memory.get(path)


def test_work_is_done_once_for_all_who_wait_and_again_for_the_next() -> None:
    done: list[int] = []

    async def work() -> int:
        await asyncio.sleep(0)
        done.append(1)
        return len(done)

    async def main() -> None:
        once: Once[int] = Once()
        assert await asyncio.gather(*(once.do("x", work) for _ in range(5))) == [1] * 5
        assert "x" not in once
        assert await once.do("x", work) == 2

    asyncio.run(main())


def test_who_goes_away_takes_the_work_from_nobody_and_a_failure_is_everybodys() -> None:
    async def work() -> int:
        await asyncio.sleep(0.01)
        raise ValueError("no")

    async def main() -> None:
        once: Once[int] = Once()
        first, second = (asyncio.ensure_future(once.do("x", work)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(ValueError, match="no"):
            await second
        assert first.cancelled()

    asyncio.run(main())
