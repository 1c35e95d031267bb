"""Jobs -> threads that send them -> what became of each.

Jobs are taken in the order in which they came. There are no more threads than the receivers' slowness asks for
(see `_pace`); those without work for a while end, the one that worked last being woken first.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import deque
from typing import TYPE_CHECKING

from feeder.model.delivery import Answer, Phase
from feeder.senders._cores import give_way, stay
from feeder.senders._job import Landed, unsent
from feeder.senders._pace import TICK, Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from feeder.senders._job import Job

    Entry = tuple[float, Job]  # since when (monotonic, the same in all processes) it waits

log = logging.getLogger(__name__)

_FEW = 4  # jobs do not wait for each other's receivers, not even for a look of `_pace`
_REST = 10.0  # seconds after which a thread without work ends


class _Worker:
    def __init__(self) -> None:
        self.wake = threading.Lock()  # released to wake it
        self.wake.acquire()
        self.job: Job | None = None


class Pool:
    """`send` gives a job's answer; `landed` is called from the pool's threads; `wait` bounds waiting unsent.

    The threads keep to these `cores`, if any, which they share with others that come first.
    """

    def __init__(
        self,
        send: Callable[[Job], Answer],
        landed: Callable[[Sequence[Landed]], None],
        threads: int,
        wait: float,
        cores: tuple[int, ...] = (),
        rest: float = _REST,
    ) -> None:
        self._send, self._landed = send, landed
        self._threads, self._wait, self._cores, self._rest = threads, wait, cores, rest
        self._lock = threading.Lock()
        self._look, self._end = threading.Condition(self._lock), threading.Condition(self._lock)
        self._waiting: deque[Entry] = deque()
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._count = 0
        self._pace = Pace()
        self._looking = self._closed = False
        threading.Thread(target=self._watch, name="senders", daemon=True).start()

    @property
    def in_hand(self) -> int:
        return len(self._waiting) + len(self._busy)

    @property
    def count(self) -> int:
        """Threads that there are."""
        return self._count

    def put(self, entries: Sequence[Entry]) -> None:
        with self._lock:
            if not self._closed:
                self._waiting.extend(entries)
                for _ in range(min(len(self._waiting), _FEW) - self._count + len(self._idle)):
                    self._one_more()
                if not self._looking:
                    self._looking = True
                    self._look.notify()
                return
        self._hand_back(entries)

    def close(self, timeout: float) -> None:
        """Hand back what waits, wait for what is under way; what still is then counts as lost."""
        with self._lock:
            self._closed = True
            entries, self._waiting = self._waiting, deque()
            for worker in self._idle:
                worker.wake.release()
            self._idle.clear()
            self._look.notify()
        self._hand_back(entries)
        with self._lock:
            self._end.wait_for(lambda: not self._busy, timeout)
            lost, self._busy = self._busy, set()
        if lost:
            self._landed([Landed(worker.job.key, None, sent=True) for worker in lost if worker.job])

    def _hand_back(self, entries: Iterable[Entry]) -> None:
        if back := [unsent(job) for _, job in entries]:
            self._landed(back)

    # ------------------------------------------------------------ a thread that sends

    def _work(self, worker: _Worker) -> None:
        stay(self._cores)
        if self._cores:  # which it shares with the engine
            give_way()
        while (job := self._take(worker)) is not None:
            answer = self._answer(job)
            if self._finished(worker):
                self._landed((Landed(job.key, answer, sent=True),))

    def _take(self, worker: _Worker) -> Job | None:
        while True:
            with self._lock:
                if self._waiting:
                    _, worker.job = self._waiting.popleft()
                    self._busy.add(worker)
                    self._pace.taken += 1
                    return worker.job
                if self._closed:
                    self._count -= 1
                    return None
                self._idle.append(worker)
            if not worker.wake.acquire(timeout=self._rest) and self._leaves(worker):
                return None

    def _leaves(self, worker: _Worker) -> bool:
        """Whether nobody woke it just as it was about to go."""
        with self._lock:
            if worker in self._idle:
                self._idle.remove(worker)
                self._count -= 1
                return True
        worker.wake.acquire()
        return False

    def _answer(self, job: Job) -> Answer:
        try:
            return self._send(job)
        except Exception as error:  # noqa: BLE001 - ours, not the receiver's
            # Without the error's own text: it may hold what the request was made of.
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("job %d breaks: %s\n%s", job.key, type(error).__name__, where)  # noqa: TRY400
            return Answer(Phase.SEND, 0.0, error=f"our own mistake: {type(error).__name__}")

    def _finished(self, worker: _Worker) -> bool:
        """Whether it is not counted as lost already."""
        with self._lock:
            counted = worker in self._busy
            self._busy.discard(worker)
            if self._closed:
                self._end.notify_all()
            return counted

    # ------------------------------------------------------------ the thread that watches over them

    def _watch(self) -> None:
        """Look every few milliseconds while jobs wait."""
        while True:
            with self._lock:
                if self._closed:
                    return
                if not self._waiting:
                    self._looking = False
                    self._look.wait()
                    self._pace.start(time.monotonic(), time.process_time())
                self._look.wait(TICK)
                late = self._late(time.monotonic())
                self._grow(time.monotonic())
            self._hand_back(late)

    def _late(self, now: float) -> list[Entry]:
        late = []
        while self._waiting and self._waiting[0][0] < now - self._wait:
            late.append(self._waiting.popleft())
        return late

    def _grow(self, now: float) -> None:
        if self._waiting:
            awake, waited = self._count - len(self._idle), now - self._waiting[0][0]
            for _ in range(self._pace.more(awake, waited, now, time.process_time())):
                self._one_more()

    def _one_more(self) -> None:
        if self._idle:
            self._idle.pop().wake.release()
        elif self._count < self._threads:
            thread = threading.Thread(target=self._work, args=(_Worker(),), name="sender", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the machine gives us no more; those that there are carry on
                return
            self._count += 1
