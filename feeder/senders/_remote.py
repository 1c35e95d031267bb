"""Our end of a sender process: jobs -> it -> what became of each, whatever becomes of it.

A thread writes and a thread reads, so that nobody else ever waits for it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feeder.senders._cores import cores, stay
from feeder.senders._job import Landed, unsent
from feeder.senders._process import WINDOW, Process, Setup
from feeder.senders._wire import Nonsense, jobs_down, landed_down, message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from feeder.model.delivery import Request
    from feeder.senders._job import Job

    Entry = tuple[float, Job]

log = logging.getLogger(__name__)

_LOOK = 1.0  # seconds
_BATCH = 64
_CLOSE = message(b"")


@dataclass(frozen=True, slots=True)
class Limits:
    """In seconds: how long a process with jobs may say nothing, and how long one lives that nobody needs."""

    silence: float
    idle: float


class Remote:
    """`landed` is called from threads of ours; `gone` at last, when every job has landed."""

    def __init__(
        self,
        setup: Setup,
        limits: Limits,
        landed: Callable[[Sequence[Landed]], None],
        gone: Callable[[Remote, bool], None],
    ) -> None:
        self._setup, self._limits, self._landed, self._gone = setup, limits, landed, gone
        self._lock = threading.Lock()
        self._change = threading.Condition(self._lock)
        self._waiting: deque[Entry] = deque()
        self._inside: dict[int, Job] = {}  # by slot
        self._free = list(range(WINDOW))
        self._process: Process | None = None
        self._ready = self._closing = self._over = self._unwanted = False
        self.began = self._heard = self._looked = self._needed = time.monotonic()
        self._thread = threading.Thread(target=self._live, name="sender-process", daemon=True)
        self._thread.start()

    @property
    def ready(self) -> bool:
        return self._ready and not self._closing

    @property
    def in_hand(self) -> int:
        return len(self._waiting) + len(self._inside)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._ready else None

    def give(self, entries: Sequence[Entry]) -> bool:
        """Whether it takes them."""
        with self._lock:
            if not self.ready:
                return False
            if not self._inside:
                self._heard = time.monotonic()
            self._waiting.extend(entries)
            self._change.notify()
            return True

    def need(self) -> None:
        """Its end is put off."""
        self._needed = time.monotonic()

    def retire(self) -> None:
        """Take no more, hand back what waits, end when all that is under way has been answered."""
        with self._lock:
            self._closing = True
            entries, self._waiting = self._waiting, deque()
            self._change.notify()
            if not self._ready:
                self._kill()
        self._hand_back(entries)

    def join(self, timeout: float) -> None:
        """Wait for its end, and end it then."""
        self._thread.join(max(timeout, 0.0))
        if self._thread.is_alive():
            with self._lock:
                self._kill()
            self._thread.join()

    def _kill(self) -> None:
        self._unwanted = True
        if self._process:
            self._process.kill()

    def _hand_back(self, entries: Iterable[Entry]) -> None:
        if back := [unsent(job) for _, job in entries]:
            self._landed(back)

    # ------------------------------------------------------------ its life, in a thread

    def _live(self) -> None:
        # Who made this thread may keep to one core, full just when a process is wanted, which starts on it.
        stay(cores())
        try:
            process = Process(self._setup)
        except OSError as error:
            self._finish(None, f"it does not start: {error.strerror}")
            return
        with self._lock:
            self._process = process
            if self._unwanted:
                process.kill()
        try:
            self._finish(process, self._spoken(process))
        finally:
            process.close()

    def _spoken(self, process: Process) -> str | None:
        """How it died, if it did not end by itself."""
        if not process.ready():
            process.kill()
            return f"it does not start ({process.buried()})"
        writer = threading.Thread(target=self._write, args=(process,), name="sender-jobs", daemon=True)
        writer.start()
        self._heard = self._looked = self._needed = time.monotonic()
        self._ready = True
        if not self._read(process):
            process.kill()
        died = process.buried()
        with self._lock:
            self._over = True
            self._change.notify()
        writer.join()
        return died

    def _finish(self, process: Process | None, died: str | None) -> None:
        """Whatever is left has landed, too."""
        with self._lock:
            self._closing = True
            entries, self._waiting = self._waiting, deque()
            inside, self._inside = self._inside, {}
        lost = [Landed(job.key, None, sent=bool(process and process.begun[slot])) for slot, job in inside.items()]
        self._hand_back(entries)
        if lost:
            self._landed(lost)
        if died and not self._unwanted:
            under_way = sum(one.sent for one in lost)
            log.warning("a sender process is lost: %s; %d deliveries were under way", died, under_way)
        self._gone(self, died is not None)

    # ------------------------------------------------------------ jobs to it

    def _write(self, process: Process) -> None:
        with suppress(OSError):  # it is gone: the thread that reads knows
            while batch := self._batch(process):
                process.send(jobs_down(batch))
            process.send(_CLOSE)

    def _batch(self, process: Process) -> list[tuple[int, float, Request]]:
        """Empty when there will be no more."""
        with self._lock:
            self._change.wait_for(lambda: self._over or self._closing or (self._waiting and self._free))
            batch: list[tuple[int, float, Request]] = []
            while self._waiting and self._free and len(batch) < _BATCH:
                (since, job), slot = self._waiting.popleft(), self._free.pop()
                process.begun[slot] = 0
                self._inside[slot] = job
                batch.append((slot, since, job.request))
            return batch

    # ------------------------------------------------------------ answers from it

    def _read(self, process: Process) -> bool:
        """Until it has ended; False when it has to be ended, since it is silent or talks nonsense."""
        step = min(_LOOK, self._limits.silence / 2)
        try:
            while True:
                if found := process.receive(step):
                    self._take(found)
                now = time.monotonic()
                if now - self._looked >= step:
                    if self._silent(now, step):
                        return False
                    self._look(now)
        except (EOFError, OSError):
            return True
        except Nonsense:
            return False

    def _take(self, found: list[tuple[bytes, bytes]]) -> None:
        answers = [landed_down(head, body) for head, body in found]
        with self._lock:
            slots = {slot for slot, _, _ in answers}
            if len(slots) < len(answers) or not slots <= self._inside.keys():
                raise Nonsense
            landed = [Landed(self._inside.pop(slot).key, answer, sent) for slot, answer, sent in answers]
            self._free += slots
            self._heard = time.monotonic()
            if self._waiting:
                self._change.notify()
        self._landed(landed)

    def _silent(self, now: float, step: float) -> bool:
        if now - self._looked > 3 * step:  # it was us who did not run, and maybe it, too
            self._heard = now
        return bool(self._inside) and now - self._heard > self._limits.silence

    def _look(self, now: float) -> None:
        self._looked = now
        late = []
        with self._lock:
            while self._waiting and self._waiting[0][0] < now - self._setup.wait:
                late.append(self._waiting.popleft())
        self._hand_back(late)
        if now - self._needed > self._limits.idle and not self._closing:
            self.retire()
