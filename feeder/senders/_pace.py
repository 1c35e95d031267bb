"""How the threads of a pool do -> how many more would help.

Threads of one interpreter that are all at work only take its lock from each other; threads that wait for receivers
cost nothing. So one more is wanted where jobs wait while the process waits, and none where it is busy.
"""

from __future__ import annotations

from dataclasses import dataclass

TICK = 0.005  # seconds between two looks
_LONG = 0.02  # seconds that a job may wait for a thread
_BUSY = 0.7  # of a core: above it the process works rather than waits


@dataclass(slots=True)
class Pace:
    """`taken` counts up for ever."""

    taken: int = 0
    _seen: int = 0
    _since: float = 0.0
    _cpu: float = 0.0
    _share: float = 1.0  # of a core; not yet measured

    def start(self, now: float, cpu: float) -> None:
        """Jobs wait from now on; `cpu` is the time (seconds) that the process has worked so far."""
        self._since, self._seen, self._cpu, self._share = now, self.taken, cpu, 1.0

    def more(self, awake: int, waited: float, now: float, cpu: float) -> int:
        """How many threads beside those `awake` are to be woken, when the oldest job has `waited` so long."""
        stalled = self.taken == self._seen and waited >= TICK
        self._seen = self.taken
        if now - self._since >= _LONG:
            self._share = (cpu - self._cpu) / (now - self._since)
            self._since, self._cpu = now, cpu
        if stalled or (waited >= _LONG and self._share < _BUSY):
            return 1 + awake // 4
        return 0
