"""One sender process as the operating system knows it: started, spoken to, ended."""

from __future__ import annotations

import mmap
import os
import pickle
import select
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import IO

from feeder.senders._wire import LARGEST_ANSWER, Messages, Nonsense, message
from feeder.workshop import started

WINDOW = 512  # jobs that are inside of it at once, at most
_START = 60.0  # seconds for an interpreter to start, on a machine that is busy with other things
_END = 5.0


@dataclass(frozen=True, slots=True)
class Setup:
    """`cpu` is the core that it keeps to, `allow` the networks that it may reach though they are not public."""

    cpu: int
    allow: tuple[str, ...]
    threads: int
    wait: float


class Process:
    """`begun[slot]` becomes 1 before the first byte of that job leaves. Raises OSError."""

    def __init__(self, setup: Setup) -> None:
        with _shared() as shared:
            self.begun = mmap.mmap(shared.fileno(), WINDOW)
            self._channel, theirs = socket.socketpair()
            self._messages = Messages(self._channel, LARGEST_ANSWER)
            try:
                with theirs:
                    number = shared.fileno()
                    self._process = started("feeder.senders", [str(number)], theirs, [number])
            except OSError:
                self.close()
                raise
        self.pid = self._process.pid
        self._readable = select.poll()
        self._readable.register(self._channel, select.POLLIN)
        self._setup = message(pickle.dumps((setup.cpu, setup.allow, setup.threads, setup.wait)))

    def ready(self) -> bool:
        """Waits until it is; False when it does not start."""
        until = time.monotonic() + _START
        try:
            self.send(self._setup)
            while time.monotonic() < until:
                if found := self.receive(until - time.monotonic()):
                    return found == [(b"ready", b"")]
        except (EOFError, OSError, Nonsense):
            return False
        return False

    def send(self, data: bytes) -> None:
        """Waits while it does not listen; OSError when it is gone."""
        self._channel.sendall(data)

    def receive(self, seconds: float) -> list[tuple[bytes, bytes]]:
        """Messages, none if none came in that time; EOFError or OSError when it is gone."""
        if not self._readable.poll(max(seconds, 0) * 1000):
            return []
        return self._messages.receive()

    def kill(self) -> None:
        self._process.kill()

    def buried(self) -> str | None:
        """Wait for its end, and make sure of it; how it died, if it did not end by itself."""
        try:
            status = self._process.wait(_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        if status >= 0:
            return f"exit {status}" if status else None
        return signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"

    def close(self) -> None:
        self._channel.close()
        self.begun.close()


def _shared() -> IO[bytes]:
    """Room for the marks, which is really there: a page that a full disk has no room for would kill us."""
    if hasattr(os, "memfd_create"):
        shared = os.fdopen(os.memfd_create("begun"), "r+b")
    else:
        shared = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    shared.write(bytes(WINDOW))
    shared.flush()
    return shared
