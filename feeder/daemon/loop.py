"""A thread that works when it is woken, and now and then anyway."""

from __future__ import annotations

import random
import threading
import time
from typing import TYPE_CHECKING

from feeder.daemon.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

# Seconds until what went wrong is tried again; a store that refuses is left alone for longer each time, up to the
# longest, whoever wakes us.
_AGAIN, _LONGEST = 1.0, 8.0


class Loop:
    """Calls `work` after every `wake()`, and at the latest `pause()` seconds after the last call.

    Nodes that began together do not ask together: a pause is shorter by chance, by half at most. What went wrong
    is tried again soon.
    """

    def __init__(self, name: str, work: Callable[[], None], pause: Callable[[], float]) -> None:
        self.name, self._work, self._pause = name, work, pause
        self._trouble = Trouble(name)
        self.beat = time.monotonic()
        self._woken = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def problem(self) -> str:
        return self._trouble.problem

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        if not self._woken.is_set():  # to set it once more takes longer than to look
            self._woken.set()

    def stop(self, timeout: float) -> bool:
        """End after the call under way; False when it did not end in time."""
        self._ending.set()
        self._woken.set()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._woken.clear()
            self._trouble.call(self._work)
            self.beat = time.monotonic()
            self._rest()

    def _rest(self) -> None:
        pause = self._pause()
        if self._trouble.problem:
            pause = min(pause, _AGAIN)
        if self._trouble.refusals:
            self._ending.wait(min(_LONGEST, pause * 2 ** min(self._trouble.refusals - 1, 8)))
        else:
            self._woken.wait(pause * random.uniform(0.5, 1))  # noqa: S311 - nothing to guess
