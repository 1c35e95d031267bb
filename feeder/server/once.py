"""Work under a name, done once for all who ask for it while it is under way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")


class Once(Generic[T]):
    """For one event loop."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[T]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._tasks

    async def do(self, name: str, work: Callable[[], Coroutine[None, None, T]]) -> T:
        """Whoever asks and goes away again takes it from nobody."""
        task = self._tasks.get(name)
        if task is None:
            task = asyncio.get_running_loop().create_task(work())
            self._tasks[name] = task
            task.add_done_callback(lambda _: self._tasks.pop(name))
        return await asyncio.shield(task)
