"""Jobs -> one child process -> answers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from typing import Any

from feeder.errors import FeederError, TooHard
from feeder.workshop import _plain
from feeder.workshop._frames import receive, send

_START = 60.0  # seconds for an interpreter to start, on a machine that is busy with other things
_END = 5.0
_NONSENSE = "the process that read it answered nonsense"
# What is read is hostile, so the child knows nothing of the environment, where passwords are kept, but this.
_ENVIRONMENT = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "TZ", "TZDIR")
_OUTSIDE = {signal.SIGKILL, signal.SIGTERM}  # nobody here sent it: the machine is out of memory, or going down


class Child:
    def __init__(self, memory: int) -> None:
        self.calls, self.used = 0, time.monotonic()
        self._memory = memory
        self._channel, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = _started(theirs, memory)
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


def _started(theirs: socket.socket, memory: int) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    # It finds what we find; -P: and nothing else, as a json.py in the folder that we were started in.
    environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)  # noqa: PTH109 - strings
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-m", "feeder.workshop", str(memory)],
        stdin=theirs.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        close_fds=True,
        start_new_session=True,  # Ctrl-C in a terminal is for the daemon, which then ends its children
    )
