"""`feeder run`: one process that watches, publishes, delivers and serves until it is told to stop."""

from feeder.daemon.once import run_once
from feeder.daemon.running import Daemon

__all__ = ["Daemon", "run_once"]
