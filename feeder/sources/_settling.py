"""Changes to files -> keys that have been quiet for long enough to be read."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from feeder.sources._source import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_WHOLE = ""  # stands for everything: no key is empty


class Settling:
    """Holds each key until its quiet time is over. Many threads notice; one takes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due: dict[str, float] = {}
        self._changed = threading.Condition()
        self._closed = False

    def notice(self, key: str, delay: float) -> None:
        """The key was heard of now: it is due after `delay` seconds, unless it is heard of again."""
        self.again((key,), delay)

    def again(self, keys: Collection[str], delay: float) -> None:
        with self._changed:
            self._due.update(dict.fromkeys(keys, self._clock() + delay))
            self._changed.notify_all()

    def remind(self, keys: Collection[str], delay: float) -> None:
        """Let these keys be due after `delay` seconds, where they are not awaited anyway."""
        with self._changed:
            for key in keys:
                self._due.setdefault(key, self._clock() + delay)
            self._changed.notify_all()

    def everything(self, delay: float) -> None:
        self.again((_WHOLE,), delay)

    def wait(self, timeout: float) -> bool:
        """Sleep until a key is due, at most `timeout` seconds; False when closed."""
        end = self._clock() + timeout
        with self._changed:
            while not self._closed:
                wake = min([end, *self._due.values()])
                left = wake - self._clock()
                if left <= 0:
                    break
                self._changed.wait(left)
            return not self._closed

    def take(self) -> frozenset[str] | None:
        """The keys that are due, EVERYTHING where a whole look is asked for, None when nothing is due."""
        with self._changed:
            now = self._clock()
            due = {key for key, moment in self._due.items() if moment <= now}
            for key in due:
                del self._due[key]
        if not due:
            return None
        return EVERYTHING if _WHOLE in due else frozenset(due)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
