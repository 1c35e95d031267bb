"""Jobs -> threads of ours or, while there is much to do, sender processes -> what became of each.

Threads of one interpreter share one core at best, so much work goes to processes on cores of their own. A webhook
stays with its process as long as that lives; whatever has no process is carried by the threads.
"""

from __future__ import annotations

import threading
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feeder.senders._cores import cores, stay
from feeder.senders._pool import Pool
from feeder.senders._process import WINDOW, Setup
from feeder.senders._remote import Limits, Remote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from feeder.model.delivery import Answer, Request
    from feeder.senders._job import Job, Landed

    Entry = tuple[float, Job]

QUEUE = 512  # jobs that the threads of this process may have, most of them waiting for one
_MOST = 8  # processes: one engine feeds no more
_BACKOFF = 60.0  # seconds at most until a lost process is replaced
# Jobs a second: a quarter of what threads can do; and for how long.
_BUSY, _SECONDS = 250, 2


def default_processes() -> int:
    """One for each core but that of the engine, which decides and writes for all of them.

    On two cores one process carries more than two, which take the engine's time: see bench/delivery.
    """
    return min(len(cores()) - 1, _MOST)


@dataclass(slots=True)
class _Lane:
    """The place of one process: who is there, and when the next may be started."""

    cpu: int
    remote: Remote | None = None
    losses: int = 0
    not_before: float = 0.0


class Senders:
    """`send(request)` is for the threads; `landed` is called from many threads, and returns soon and never raises.

    `allow` names the networks beside the public ones that processes may reach. In seconds, `wait` bounds how long
    a job may wait unsent, `silence` how long a process with jobs may say nothing, `idle` how long one lives while
    there is little to do; `eager` starts them at once and for ever.

    The threads keep to one core, and so does the one thread that hands over jobs, until it closes this.
    """

    def __init__(
        self,
        send: Callable[[Request], Answer],
        landed: Callable[[Sequence[Landed]], None],
        *,
        allow: Sequence[str] = (),
        threads: int = 128,
        processes: int | None = None,
        wait: float = 20.0,
        silence: float = 20.0,
        idle: float = 60.0,
        eager: bool = False,
    ) -> None:
        self._send, self._landed, self._allow = send, landed, tuple(allow)
        self._threads, self._wait, self._eager = threads, wait, eager
        self._limits = Limits(silence, float("inf") if eager else idle)
        self._lock = threading.Lock()
        self._cores = cores()
        self._kept: threading.Thread | None = None  # the thread that hands jobs over
        self._pool = Pool(self._sent, landed, threads, wait, self._cores[-1:])
        self._lanes = _lanes(default_processes() if processes is None else processes)
        self._retired: set[Remote] = set()
        self._second, self._handed, self._busy = time.monotonic(), 0, 0
        self._closed = False
        if eager:
            self._start_processes(time.monotonic())

    @property
    def room(self) -> int:
        """How many more jobs may be handed over now."""
        if self._closed:
            return 0
        remotes = self._ready()
        most = len(remotes) * WINDOW + QUEUE * self._carries(remotes)
        return max(most - self._pool.in_hand - sum(remote.in_hand for remote in remotes), 0)

    @property
    def hands(self) -> int:
        """How many requests can be under way at once; what else is handed over waits for one of them to land."""
        remotes = self._ready()
        return self._threads * (len(remotes) + self._carries(remotes))

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that are ready for jobs."""
        return tuple(lane.remote.pid for lane in self._lanes if lane.remote and lane.remote.pid)

    def send(self, jobs: Sequence[Job]) -> None:
        """Never waits for the network. What comes after `close` lands unsent before this returns."""
        if self._kept is None:
            self._kept = threading.current_thread()
            stay(self._cores[-1:])
        now = time.monotonic()
        for lane, entries in self._sorted(jobs, now).items():
            remote = self._lanes[lane].remote if lane is not None else None
            if remote is None or not remote.give(entries):
                self._pool.put(entries)
        self._reckon(len(jobs), now)

    def expect(self, number: int) -> None:
        """So many jobs may come at once, now or later: to be said again and again while that is so."""
        if number >= _BUSY:
            self._start_processes(time.monotonic())

    def use(self, send: Callable[[Request], Answer], allow: Sequence[str]) -> None:
        """From the next job on. Where `allow` is another, processes finish what is under way and are replaced."""
        self._send = send
        if self._allow == tuple(allow):
            return
        with self._lock:
            self._allow = tuple(allow)
            remotes = self._vacated()
        for remote in remotes:
            remote.retire()
        if remotes or self._eager:
            self._start_processes(time.monotonic())

    def close(self, timeout: float) -> None:
        """Take no more, hand back what waits unsent, wait for what is under way; then every job has landed."""
        until = time.monotonic() + timeout
        if self._kept is threading.current_thread():
            stay(self._cores)
        with self._lock:
            self._closed = True
            self._vacated()
            remotes = list(self._retired)
        for remote in remotes:
            remote.retire()
        self._pool.close(timeout)
        for remote in remotes:
            remote.join(until - time.monotonic())

    def _sent(self, job: Job) -> Answer:
        return self._send(job.request)

    def _ready(self) -> list[Remote]:
        return [lane.remote for lane in self._lanes if lane.remote and lane.remote.ready]

    def _carries(self, remotes: Sequence[Remote]) -> bool:
        """Whether there is work for the threads of this process beside these."""
        return len(remotes) < len(self._lanes) or not remotes

    def _sorted(self, jobs: Sequence[Job], since: float) -> dict[int | None, list[Entry]]:
        """By lane, in their order; None: for the threads."""
        if not any(lane.remote for lane in self._lanes):
            return {None: [(since, job) for job in jobs]}
        found: dict[int | None, list[Entry]] = {}
        for job in jobs:
            found.setdefault(zlib.crc32(job.webhook.encode()) % len(self._lanes), []).append((since, job))
        return found

    # ------------------------------------------------------------ when there are processes

    def _reckon(self, count: int, now: float) -> None:
        """Many jobs in each of two seconds, or as many at once, are work for processes, which start in less."""
        with self._lock:
            if (passed := now - self._second) >= 1.0:
                self._busy = self._busy + 1 if self._handed >= _BUSY * passed else 0
                self._second, self._handed = now, 0
            self._handed += count
            much = self._busy >= _SECONDS or self._handed >= _SECONDS * _BUSY
        if much or self._eager:
            self._start_processes(now)

    def _start_processes(self, now: float) -> None:
        with self._lock:
            for lane in self._lanes if not self._closed else ():
                if lane.remote is not None:
                    lane.remote.need()
                elif now >= lane.not_before:
                    lane.not_before = now + _BACKOFF  # should the machine give us no thread for it
                    setup = Setup(lane.cpu, self._allow, self._threads, self._wait)
                    with suppress(RuntimeError):
                        lane.remote = Remote(setup, self._limits, self._landed, self._gone)

    def _vacated(self) -> list[Remote]:
        remotes = [lane.remote for lane in self._lanes if lane.remote]
        self._retired.update(remotes)
        for lane in self._lanes:
            if lane.remote:
                lane.remote, lane.not_before = None, 0.0
        return remotes

    def _gone(self, remote: Remote, lost: bool) -> None:  # noqa: FBT001 - called by position
        """Its thread says so, when all its jobs have landed."""
        now = time.monotonic()
        with self._lock:
            self._retired.discard(remote)
            for lane in self._lanes:
                if lane.remote is remote:
                    lane.remote = None
                    lane.losses = (0 if now - remote.began > _BACKOFF else lane.losses) + lost
                    lane.not_before = now + (min(_BACKOFF, 2.0**lane.losses) if lost else 0)


def _lanes(count: int) -> list[_Lane]:
    return [_Lane(cores()[number % len(cores())]) for number in range(count)]
