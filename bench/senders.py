"""Jobs a second through senders, beside a bare loop of the client: `python -m bench.senders URL [JOBS]`.

URL is a receiver on loopback that answers 204 faster than we ask, such as nginx with `return 204`.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING

from feeder.model.delivery import Request
from feeder.net import Client, Guard
from feeder.senders import Job, Senders

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from feeder.senders import Landed

_LOOPBACK = ("127.0.0.0/8", "::1/128")
_WEBHOOKS = 200
_BATCH = 256


def main() -> None:
    url, count = sys.argv[1], int((*sys.argv, "10000")[2])
    requests = [
        Request("POST", f"{url}{number}", (("Content-Type", "application/json"),), b"x" * 2000)
        for number in range(_WEBHOOKS)
    ]
    limit = _measured("a bare loop, on one core", count // 4, lambda: _bare(requests, count // 4))
    for name, processes in (("threads", 0), ("two processes", 2)):
        senders, landing = _opened(processes)
        _through(senders, landing, requests, 500)  # connections are made
        rate = _measured(name, count, lambda: _through(senders, landing, requests, count))  # noqa: B023 - called here
        print(f"  {rate / limit:.2f} times the bare loop")
        senders.close(10)


def _measured(name: str, count: int, work: Callable[[], None]) -> float:
    began, cpu = time.perf_counter(), time.process_time()
    work()
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(f"{name}: {count / seconds:,.0f}/s, {cpu / count * 1e6:.0f} us of CPU a job in this process")
    return count / seconds


def _bare(requests: Sequence[Request], count: int) -> None:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    client = Client(Guard(_LOOPBACK))
    for number in range(count):
        client.send(requests[number % _WEBHOOKS])
    client.close()
    os.sched_setaffinity(0, cores)


class _Landing:
    def __init__(self) -> None:
        self.count = 0
        self.told = threading.Condition()

    def __call__(self, landed: Sequence[Landed]) -> None:
        with self.told:
            self.count += len(landed)
            self.told.notify()
        if bad := [one for one in landed if one.answer is None or one.answer.status != 204]:
            print("not delivered:", bad[0])


def _opened(processes: int) -> tuple[Senders, _Landing]:
    landing = _Landing()
    client = Client(Guard(_LOOPBACK))
    senders = Senders(client.send, landing, allow=_LOOPBACK, processes=processes, eager=processes > 0)
    while len(senders.pids) < processes:
        time.sleep(0.05)
    return senders, landing


def _through(senders: Senders, landing: _Landing, requests: Sequence[Request], count: int) -> None:
    handed, end = 0, landing.count + count
    while landing.count < end:
        chunk = min(senders.room, count - handed, _BATCH)
        numbers = [(handed + one) % _WEBHOOKS for one in range(chunk)]
        senders.send([Job(number, f"hook{number}", requests[number]) for number in numbers])
        handed += chunk
        with landing.told:
            landing.told.wait(0.01)


if __name__ == "__main__":
    main()
