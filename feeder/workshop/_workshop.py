"""Calls from many threads -> at most so many children, started when needed and ended when idle."""

from __future__ import annotations

import pickle
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

from feeder.workshop._child import Child

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_IDLE = 60.0  # seconds after which a child that nobody calls is ended
_CALLS = 1000  # a child is replaced after so many: what libraries leave in memory goes with it


class Workshop:
    """`seconds` and `memory` (bytes) are limits of one call."""

    def __init__(
        self, workers: int = 2, seconds: float = 20.0, memory: int = 1 << 30, *, idle: float = _IDLE
    ) -> None:
        self._seconds, self._memory, self._rest = seconds, memory, idle
        self._workers = workers
        self._room = threading.BoundedSemaphore(workers)
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._sweeper: threading.Timer | None = None
        self._closed = False

    def call(self, function: Callable[..., T], *args: Any) -> T:
        """What the function returns or, of our own errors, raises; `TooHard` when it overran or broke.

        The function is one of a module, by its name; its arguments can be pickled; its result is of what `_plain`
        carries. Waits while all children are busy.
        """
        job = pickle.dumps((self._seconds, function, args))
        with self._room:
            child = self._take()
            try:
                good, value = child.do(job, self._seconds)
            except BaseException:
                child.kill()
                raise
            self._put_back(child)
        if not good:
            raise value
        return value  # type: ignore[no-any-return]  # what the function said that it returns

    def close(self) -> None:
        """Wait for what is being done, which the limit of time bounds, and end every child."""
        for _ in range(self._workers):
            self._room.acquire()
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            sweeper, self._sweeper = self._sweeper, None
        if sweeper:
            sweeper.cancel()
        for child in idle:
            child.end()
        for _ in range(self._workers):
            self._room.release()

    def _take(self) -> Child:
        """The child that was used last, so that the others may go; a new one where none is left alive."""
        while True:
            with self._lock:
                if self._closed:
                    raise RuntimeError("the workshop is closed")
                child = self._idle.pop() if self._idle else None
            if child is None:
                return Child(self._memory)
            if child.alive and child.calls < _CALLS:
                return child
            child.end()

    def _put_back(self, child: Child) -> None:
        with self._lock:
            self._idle.append(child)
            self._plan_sweep()

    def _plan_sweep(self) -> None:
        if self._sweeper is None and self._idle:
            self._sweeper = threading.Timer(self._rest, self._sweep)
            self._sweeper.daemon = True
            self._sweeper.start()

    def _sweep(self) -> None:
        """End the children that were idle all the time; come again while there are others."""
        since = time.monotonic() - self._rest
        with self._lock:
            self._sweeper = None
            gone = [child for child in self._idle if child.used <= since]
            self._idle = [child for child in self._idle if child.used > since]
            self._plan_sweep()
        for child in gone:
            child.end()
