"""Daemons that are born in a moment and may be killed at any other.

Python's fork server has everything imported: a child that runs a real `Daemon` is up in a fifth of a second, where
a new interpreter takes one or two. Each child is a process of its own, which SIGKILL ends like any other.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import ForkServerProcess

# Who starts a child asks after all others too, and each may be asked only once how it ended.
_alone = threading.Lock()
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__, "feeder.daemon", "feeder.cli.run", "psycopg"])


def run(target: Callable[..., None], *arguments: object) -> ForkServerProcess:
    """A child that does this, under way."""
    child = _context.Process(target=target, args=arguments, daemon=True)
    with _alone:
        child.start()
    return child


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


def _daemon(config: str, log: str, **options: Any) -> None:
    from feeder.daemon import Daemon

    _into(log)
    Daemon(Path(config), **options).run()


def _into(log: str) -> None:
    from feeder.log import setup

    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    sys.stdout.flush()
    for number in (1, 2):
        os.dup2(descriptor, number)
    os.close(descriptor)
    setup()
