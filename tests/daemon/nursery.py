"""Daemons and commands that are born in a moment and may be killed at any other.

Python's fork server has everything imported: a child that runs a real `Daemon` is up in a fifth of a second, where
a new interpreter takes one or two. Each child is a process of its own, which SIGKILL ends like any other.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
import threading
import time
import warnings
from multiprocessing.connection import wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any

from feeder.cli import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerProcess
    from signal import Signals

# Who starts a child asks after all others too, and each may be asked only once how it ended.
_alone = threading.Lock()
_context = multiprocessing.get_context("forkserver")
_commands = [f"feeder.cli.{module}" for module, _ in COMMANDS.values()]
_context.set_forkserver_preload([__name__, "feeder.daemon", "psycopg", *_commands])


def run(target: Callable[..., None], *arguments: object) -> ForkServerProcess:
    """A child that does this, under way."""
    child = _context.Process(target=_born, args=(dict(os.environ), target, *arguments), daemon=True)
    with _alone:
        child.start()
    return child


def _born(environ: Mapping[str, str], target: Callable[..., None], *arguments: object) -> None:
    """With the environment that the test has now."""
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    target(*arguments)


def kill(child: ForkServerProcess) -> int | None:
    """SIGKILL, and its exit status (-9 unless it had ended before)."""
    child.kill()
    return ended(child)


def ended(child: ForkServerProcess, seconds: float | None = None) -> int | None:
    wait([child.sentinel], seconds)
    with _alone:
        child.join(0)
        status = child.exitcode
        child.close()
    return status


class Running:
    """A program that runs, with what the tests use of `subprocess.Popen`."""

    def __init__(self, module: str, words: list[str], log: Path) -> None:
        """`python -m MODULE WORDS…`, its stderr at the end of that file, in a session of its own."""
        mouth, ear = _context.Pipe(duplex=False)
        with ear:
            self._child = run(_spoken, module, words, str(log), ear)
        with mouth:
            self.stdout: IO[bytes] = os.fdopen(os.dup(mouth.fileno()), "rb")
        assert self._child.pid is not None
        self.pid = self._child.pid
        self._status: int | None = None

    def poll(self) -> int | None:
        if self._status is None and wait([self._child.sentinel], 0):
            self._status = ended(self._child)
        return self._status

    def wait(self, seconds: float | None = None) -> int:
        if self._status is None and not wait([self._child.sentinel], seconds):
            raise subprocess.TimeoutExpired("feeder", seconds or 0)
        status = self.poll()
        assert status is not None
        return status

    def send_signal(self, number: Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def done(words: list[str], folder: Path, stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    """`feeder WORDS…` in a folder, to its end; warnings are errors there."""
    with TemporaryDirectory() as place:
        said = Path(place)
        (said / "in").write_bytes(stdin)
        status = ended(run(_command, words, str(folder), place))
        out, err = ((said / name).read_bytes() for name in ("out", "err"))
    return subprocess.CompletedProcess(words, -1 if status is None else status, out, err)


def _spoken(module: str, words: list[str], log: str, ear: Connection) -> None:
    os.setsid()
    os.dup2(ear.fileno(), 1)
    _point(2, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    _main(module, words)


def _command(words: list[str], folder: str, place: str) -> None:
    _point(0, f"{place}/in", os.O_RDONLY)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - multiprocessing has closed its own
    _point(1, f"{place}/out", os.O_WRONLY | os.O_CREAT)
    _point(2, f"{place}/err", os.O_WRONLY | os.O_CREAT)
    os.chdir(folder)
    warnings.simplefilter("error")
    _main("feeder", words)


def _main(module: str, words: list[str]) -> None:
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=False)


def _point(descriptor: int, path: str, flags: int) -> None:
    opened = os.open(path, flags, 0o644)
    os.dup2(opened, descriptor)
    os.close(opened)


def daemon(config: str, log: str) -> None:
    """In the child: `feeder run`, its log at the end of that file."""
    _daemon(config, log)


def lossy(config: str, log: str) -> None:
    """The same with a mistake that must be seen."""
    from tests.faults.lossy import Lossy

    _daemon(config, log, dispatcher=Lossy)


def brief(config: str, log: str) -> None:
    """The same with leases that are over soon."""
    from tests.daemon.brief import LEASE

    _daemon(config, log, holding=LEASE, sending=2 * LEASE)


def narrow(config: str, log: str) -> None:
    """The same with leases that are over soon, and three deliveries under way at most."""
    from tests.daemon.brief import LEASE
    from tests.faults.narrow import Narrow

    _daemon(config, log, dispatcher=Narrow, holding=LEASE, sending=2 * LEASE)


def _daemon(config: str, log: str, **options: Any) -> None:
    from feeder.daemon import Daemon

    _into(log)
    Daemon(Path(config), **options).run()


def _into(log: str) -> None:
    from feeder.log import setup

    sys.stdout.flush()
    for number in (1, 2):
        _point(number, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    setup()
