"""`feeder run` with leases that are over soon, for tests that wait for that."""

from __future__ import annotations

import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from feeder import log
from feeder.cli.run import welcome
from feeder.daemon import Daemon
from feeder.daemon.roles import ALL, Role

LEASE = timedelta(seconds=2.5)


def _said(words: list[str], option: str) -> list[str]:
    return [after for word, after in pairwise(words) if word == option]


if __name__ == "__main__":
    log.setup()
    (path,) = _said(sys.argv, "--config")
    roles = frozenset(map(Role, _said(sys.argv, "--role"))) or ALL
    Daemon(Path(path), roles, holding=LEASE, sending=2 * LEASE).run(welcome)
