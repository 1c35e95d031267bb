"""Jobs -> one child process -> answers."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from typing import Any

from feeder.errors import FeederError, TooHard
from feeder.workshop import _plain
from feeder.workshop._frames import receive, send
from feeder.workshop._program import started

_START = 60.0  # seconds for an interpreter to start, on a machine that is busy with other things
_END = 5.0
_NONSENSE = "the process that read it answered nonsense"
_OUTSIDE = {signal.SIGKILL, signal.SIGTERM}  # nobody here sent it: the machine is out of memory, or going down


class Child:
    def __init__(self, memory: int) -> None:
        self.calls, self.used = 0, time.monotonic()
        self._memory = memory
        self._channel, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = started("feeder.workshop", [str(memory)], theirs)
            except OSError as error:
                self._channel.close()
                raise TooHard(f"no process can be started to read it: {error.strerror}", passing=True) from error
        try:
            receive(self._channel, time.monotonic() + _START)
        except (OSError, EOFError) as error:
            self.kill()
            raise TooHard("the process that was to read it does not start", passing=True) from error

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def do(self, job: bytes, seconds: float) -> tuple[bool, Any]:
        """Whether the function returned, and what; or which error of ours it raised. After `TooHard`, kill it."""
        kind, value = self._answer(job, seconds)
        self.calls, self.used = self.calls + 1, time.monotonic()
        if kind == "memory":
            raise TooHard(f"it takes more than the {self._memory >> 20:,} MB of memory that one document may")
        if kind == "broke":
            raise TooHard(f"it breaks its reader ({value})")
        if kind not in {"returned", "raised"} or (kind == "raised" and not isinstance(value, FeederError)):
            raise TooHard(_NONSENSE)
        return kind == "returned", value

    def _answer(self, job: bytes, seconds: float) -> tuple[Any, Any]:
        until = time.monotonic() + seconds
        try:
            self._channel.settimeout(seconds)
            send(self._channel, job)
            kind, value = _plain.loads(receive(self._channel, until))
        except TimeoutError:
            raise self._overran(seconds) from None
        except (OSError, EOFError):
            raise self._death(seconds) from None
        except (ValueError, TypeError) as error:
            raise TooHard(_NONSENSE) from error
        return kind, value

    def end(self) -> None:
        """It ends by itself when nobody can call it any more."""
        self._channel.close()
        try:
            self._process.wait(_END)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        self._channel.close()
        self._process.kill()
        self._process.wait()

    def _overran(self, seconds: float) -> TooHard:
        return TooHard(f"it takes more than the {seconds:g} seconds that one document may")

    def _death(self, seconds: float) -> TooHard:
        try:
            status = self._process.wait(_END)
        except subprocess.TimeoutExpired:
            return TooHard("the process that read it closed its ears")
        if status == -signal.SIGALRM:  # its own clock was the faster
            return self._overran(seconds)
        if status < 0:
            name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
            return TooHard(f"it ended the process that read it ({name})", passing=-status in _OUTSIDE)
        return TooHard(f"it ended the process that read it (exit {status})")
