"""A thread that works when it is woken, and now and then anyway."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from feeder.errors import FeederError

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)


class Loop:
    """Calls `work` after every `wake()`, and at the latest `pause` seconds after the last call.

    What `work` raises is logged, kept as `problem` until it goes well again, and never ends the thread.
    """

    def __init__(self, name: str, work: Callable[[], None], pause: float) -> None:
        self.name, self._work, self._pause = name, work, pause
        self.problem = ""
        self.beat = time.monotonic()
        self._woken = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

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
            self._call()
            self.beat = time.monotonic()
            self._woken.wait(self._pause)

    def _call(self) -> None:
        try:
            self._work()
        except FeederError as error:
            self._say(str(error))
        except Exception as error:  # whatever it is, one verb's trouble must not end the daemon
            log.exception("%s: unexpected", self.name)
            self.problem = f"{self.name}: {type(error).__name__}; the log tells more"
        else:
            self._say("")

    def _say(self, problem: str) -> None:
        """Once when it begins and once when it is over, not at every turn."""
        if problem and problem != self.problem:
            log.error("%s: %s", self.name, problem)
        if self.problem and not problem:
            log.info("%s: well again", self.name)
        self.problem = problem
