"""A sender process: jobs from the parent -> its own client and threads -> answers, until the parent is gone.

It knows no database, no configuration and no secret but what stands in the requests. Before the first byte of a
job leaves, its slot in the memory that we share with the parent says so: should we be killed, the parent knows.
"""

from __future__ import annotations

import mmap
import os
import pickle
import sys
import threading
from typing import TYPE_CHECKING

from feeder.net import Client, Guard
from feeder.senders._cores import stay
from feeder.senders._pool import Pool
from feeder.senders._wire import Messages, jobs_up, landed_up, message
from feeder.workshop import prepared

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from feeder.model.delivery import Answer
    from feeder.senders._job import Job, Landed

_LINGER = 0.01  # seconds that an answer waits for company while there is much to do
_MANY = 32


def main() -> None:
    channel, begun = prepared(), mmap.mmap(int(sys.argv[1]), 0)
    messages = Messages(channel)
    waiting = _awaited(messages)
    cpu, allow, threads, wait = pickle.loads(waiting.pop(0)[0])  # noqa: S301 - the parent wrote it
    stay((cpu,))
    client = Client(Guard(allow))

    def send(job: Job) -> Answer:
        begun[job.key] = 1
        return client.send(job.request)

    answers = Answers(channel)
    pool = Pool(send, answers.put, threads, wait)
    answers.follow(pool)
    channel.sendall(message(b"ready"))
    while True:
        for head, _ in waiting:
            if not head:
                pool.close(wait)
                answers.close()
                return
            pool.put(jobs_up(head))
        waiting = messages.receive()


def _awaited(messages: Messages) -> list[tuple[bytes, bytes]]:
    while not (found := messages.receive()):
        continue
    return found


class Answers:
    """Answers of many threads -> the parent, many at a time."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._lock = threading.Lock()
        self._more = threading.Condition(self._lock)
        self._pieces: list[bytes] = []
        self._closed = False
        self._writer = threading.Thread(target=self._write, daemon=True)

    def follow(self, pool: Pool) -> None:
        self._pool = pool
        self._writer.start()

    def put(self, landed: Sequence[Landed]) -> None:
        pieces = list(map(landed_up, landed))
        with self._lock:
            before = len(self._pieces)
            self._pieces += pieces
            if not before or before < _MANY <= len(self._pieces):
                self._more.notify()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._more.notify()
        self._writer.join()

    def _write(self) -> None:
        while pieces := self._gathered():
            self._channel.sendall(b"".join(pieces))

    def _gathered(self) -> list[bytes]:
        with self._lock:
            self._more.wait_for(lambda: self._pieces or self._closed)
            if self._pool.in_hand > _MANY:
                self._more.wait_for(lambda: len(self._pieces) >= _MANY or self._closed, _LINGER)
            pieces, self._pieces = self._pieces, []
            return pieces


if __name__ == "__main__":
    try:
        main()
    except (EOFError, OSError):  # the parent let go of us, or is dead
        os._exit(1)
    os._exit(0)  # without waiting for threads that still wait for receivers
