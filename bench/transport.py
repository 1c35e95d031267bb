"""The transport beside plain requests: deliveries a second, and what one costs.

An nginx of our own on loopback answers 204. In rounds by turns, 8 threads post a body of 2 kB to 200 webhooks:
with a plain `requests.Session` for each thread, and with one `Client`. Then one thread, alone on a core, shows how
much of the processor (user and system) each takes for one delivery. Prints medians and a ratio.

    python -m bench.transport [DELIVERIES [ROUNDS]]     default: 4000 7
"""

from __future__ import annotations

import os
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING

import requests

from bench._sink import HOSTS, sink
from feeder.model.delivery import Request
from feeder.net import Client, Guard, keys, signing
from feeder.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    Send = Callable[[int], int | None]

THREADS = 8
WEBHOOKS = 200
_BODY = b'{"type":"article.published","data":"' + b"x" * 2000 + b'"}'


def main(deliveries: int, rounds: int) -> None:
    with sink() as port:
        todo = _requests(port)
        client = Client(Guard(["127.0.0.0/8"]))
        plain, ours = _plain(todo), _ours(client, todo)
        _threads(plain, ours, deliveries, rounds)
        _alone(plain, ours, deliveries // 4, rounds)
        client.close()


def _threads(plain: Callable[[], Send], ours: Callable[[], Send], deliveries: int, rounds: int) -> None:
    rates: dict[str, list[float]] = {"requests": [], "feeder": []}
    sends = {"requests": [plain() for _ in range(THREADS)], "feeder": [ours() for _ in range(THREADS)]}
    for number in range(rounds + 1):  # the first warms: connections are made
        for name, each in sends.items():
            took = _timed(each, deliveries)
            rates[name] += [deliveries / took] if number else []
    one, other = median(rates["requests"]), median(rates["feeder"])
    print(f"{THREADS} threads   requests {one:7,.0f}/s   feeder {other:7,.0f}/s   ratio {other / one:.2f}")


def _timed(sends: list[Send], deliveries: int) -> float:
    def work(start: int) -> None:
        for number in range(start, deliveries, THREADS):
            _expect(sends[start](number))

    with ThreadPoolExecutor(THREADS) as pool:
        began = time.perf_counter()
        list(pool.map(work, range(THREADS)))
        return time.perf_counter() - began


def _alone(plain: Callable[[], Send], ours: Callable[[], Send], deliveries: int, rounds: int) -> None:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    costs: dict[str, list[float]] = {"requests": [], "feeder": []}
    sends = {"requests": plain(), "feeder": ours()}
    for number in range(rounds + 1):  # the first warms
        for name, send in sends.items():
            before = _processor()
            for index in range(deliveries):
                _expect(send(index))
            costs[name] += [(_processor() - before) / deliveries * 1e6] if number else []
    os.sched_setaffinity(0, cores)
    one, other = median(costs["requests"]), median(costs["feeder"])
    print(f"1 thread    requests {one:6.0f} µs   feeder {other:6.0f} µs   of the processor for each delivery")


def _expect(status: int | None) -> None:
    if status != 204:
        sys.exit(f"nginx answers {status}")


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _requests(port: int) -> list[Request]:
    """Ready ones, signed: signing is not what is measured."""
    key = keys.standard(Secret("whsec_" + "A" * 44))
    signed = signing.sign([key], "msg_1", datetime.now(UTC), _BODY)
    headers = (("Content-Type", "application/json"), *signed)
    return [
        Request("POST", f"http://{HOSTS[number % len(HOSTS)]}:{port}/hooks/{number}", headers, _BODY)
        for number in range(WEBHOOKS)
    ]


def _plain(todo: list[Request]) -> Callable[[], Send]:
    def make() -> Send:
        session = requests.Session()

        def send(number: int) -> int:
            it = todo[number % WEBHOOKS]
            return session.post(it.url, data=it.body, headers=dict(it.headers)).status_code

        return send

    return make


def _ours(client: Client, todo: list[Request]) -> Callable[[], Send]:
    return lambda: lambda number: client.send(todo[number % WEBHOOKS]).status


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:] or ("4000", "7")))
