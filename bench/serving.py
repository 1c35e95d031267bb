"""What a reader's poll costs: 304 and 200 with gzip, beside nginx and Caddy under the same wrk.

A feed of about 200 kB with its `.gz` is served by `feeder.server`, by nginx (one worker) and by Caddy, these with
the blocks that `feeder check --web` prints. In rounds, in an order that changes, wrk asks each for the same.
Counted are requests a second, and the processor time (user and system) of all threads of a server's processes for
one request; printed are medians, and the medians of the ratios within a round. wrk takes its part of the machine,
so that the processor time is the steadier of the two. Anything but the right answer ends the run.

    python -m bench.serving [SECONDS [ROUNDS]]     default: 2 4
"""

from __future__ import annotations

import gzip
import http.client
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench._hosts import PATH, SERVERS, free_port, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASKED = {"304": "If-None-Match", "200 gzip": None}
_CONNECTIONS = 32
_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}
_HEAD = 1500  # bytes of an answer without a body, at most


@dataclass
class Cost:
    """By the kind of request: requests a second, and microseconds of the processor for one."""

    rate: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in _ASKED})
    processor: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in _ASKED})


def main(seconds: int, rounds: int) -> None:
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing; on Debian: apt install wrk")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _feed(folder / "feeds")
        running = {name: stack.enter_context(_running(name, folder)) for name in SERVERS}
        costs = {name: Cost() for name in running}
        for number in range(rounds + 1):  # the first warms
            for name in random.sample(sorted(running), len(running)):
                for kind in _ASKED:
                    _measure(running[name], kind, seconds if number else 1, costs[name] if number else Cost())
    _print(costs)


def _feed(folder: Path) -> None:
    """Words as often as in a language, so that gzip makes a third of it."""
    chance = random.Random(20)
    words = ["".join(chance.choices("etaoinshrdlucmfw", k=chance.randint(2, 10))) for _ in range(6000)]
    weights = [1 / (rank + 5) for rank in range(len(words))]
    body = f"<feed>{' '.join(chance.choices(words, weights, k=30_000))}</feed>".encode()
    folder.mkdir()
    folder.parent.chmod(0o755)  # nginx's workers are another user
    (folder / "all.atom").write_bytes(body)
    (folder / "all.atom.gz").write_bytes(gzip.compress(body, 6, mtime=0))
    print(f"a feed of {len(body):,} bytes, {(folder / 'all.atom.gz').stat().st_size:,} as gzip")


@contextmanager
def _running(name: str, folder: Path) -> Iterator[tuple[int, int]]:
    """The server's process and port."""
    port = free_port()
    process = SERVERS[name](folder, port)
    try:
        wait_for(port)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()


def _measure(server: tuple[int, int], kind: str, seconds: int, cost: Cost) -> None:
    process, port = server
    headers = {"Accept-Encoding": "gzip"}
    etag = _answer(port, headers, 200)
    if kind == "304":
        headers["If-None-Match"] = etag
        _answer(port, headers, 304)
    before = _processor(process)
    requests, took = _wrk(port, headers, seconds, kind == "304")
    cost.processor[kind].append((_processor(process) - before) / requests * 1e6)
    cost.rate[kind].append(requests / took)


def _answer(port: int, headers: dict[str, str], status: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", PATH, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != status or (status == 200 and answer.getheader("Content-Encoding") != "gzip"):
        sys.exit(f"the server on {port} answers {answer.status} {answer.getheaders()}, {len(body)} bytes")
    return answer.getheader("ETag") or sys.exit("there is no ETag")


def _wrk(port: int, headers: dict[str, str], seconds: int, empty: bool) -> tuple[int, float]:  # noqa: FBT001
    """How many were answered, in how many seconds."""
    fields = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{seconds}s", *fields, f"http://127.0.0.1:{port}{PATH}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - wrk
    found = re.search(r"(\d+) requests in ([\d.]+)s, ([\d.]+)(\w?)B read", said)
    if found is None or "Socket errors" in said or "Non-2xx" in said:
        sys.exit(f"wrk says\n{said}")
    size = float(found[3]) * _UNITS[found[4]] / int(found[1])
    if (size < _HEAD) != empty:
        sys.exit(f"an answer is {size:,.0f} bytes long")
    return int(found[1]), float(found[2])


def _processor(process: int) -> float:
    """Seconds that all threads of a process and of its children have had so far."""
    threads = Path("/proc", str(process), "task")
    own = sum(int((task / "schedstat").read_text().split()[0]) for task in threads.iterdir()) / 1e9
    children = (word for task in threads.iterdir() for word in (task / "children").read_text().split())
    return own + sum(_processor(int(child)) for child in children)


def _print(costs: dict[str, Cost]) -> None:
    for kind in _ASKED:
        for name, cost in costs.items():
            rate, processor = median(cost.rate[kind]), median(cost.processor[kind])
            beside = _ratio(costs, kind, name, "nginx")
            print(f"{kind:9} {name:7} {rate:8,.0f}/s {processor:7.1f} µs each, {beside:5.2f} times nginx's")
    for kind in _ASKED:
        first, second = (_ratio(costs, kind, "feeder", other) for other in ("nginx", "caddy"))
        verdict = "as wanted" if first <= 4 and second < 1 else "NOT as wanted"
        print(f"{kind}: {first:.2f} of nginx's (at most 4), {second:.2f} of Caddy's (below 1): {verdict}")


def _ratio(costs: dict[str, Cost], kind: str, one: str, other: str) -> float:
    pairs = zip(costs[one].processor[kind], costs[other].processor[kind], strict=True)
    return median(mine / its for mine, its in pairs)


if __name__ == "__main__":
    began = time.monotonic()
    main(*(int(word) for word in sys.argv[1:] or ("2", "4")))
    print(f"{time.monotonic() - began:.0f} s")
