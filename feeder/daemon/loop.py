"""A thread that works when it is woken, and now and then anyway."""

from __future__ import annotations

import random
import threading
import time
from typing import TYPE_CHECKING

from feeder.daemon.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

# Seconds: a store that refuses is left alone for longer each time, whoever wakes us.
_LONGEST = 8.0


class Loop:
    """Calls `work` after every `wake()`, and at the latest `pause` seconds after the last call.

    Nodes that began together do not ask together: a pause is shorter by chance, by half at most. After a pause in
    which nobody woke us, and `quiet` says that there is nothing to do, there is another pause; but work that went
    wrong is tried again.
    """

    def __init__(
        self, name: str, work: Callable[[], None], pause: float, quiet: Callable[[], bool] = lambda: False
    ) -> None:
        self.name, self._work, self._pause, self._quiet = name, work, pause, quiet
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
            while not self._rest() and not self._trouble.problem and self._quiet():
                self.beat = time.monotonic()

    def _rest(self) -> bool:
        """Whether we were woken."""
        if self._trouble.refusals:
            return self._ending.wait(min(_LONGEST, self._pause * 2 ** min(self._trouble.refusals - 1, 8)))
        return self._woken.wait(self._pause * random.uniform(0.5, 1))  # noqa: S311 - nothing to guess
