"""The daemon: a configuration file in; sources watched, feeds written, webhooks told, until it is stopped."""

from __future__ import annotations

import gc
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
from contextlib import ExitStack
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from feeder import app as apps
from feeder.daemon.configuring import Configuring
from feeder.daemon.holding import Holding
from feeder.daemon.node import PATIENCE, Node
from feeder.daemon.opening import open_alone
from feeder.daemon.roles import ALL
from feeder.daemon.trouble import Trouble
from feeder.errors import StoreGone
from feeder.pipeline.deliver import Dispatcher
from feeder.schedule import Tick, next_run

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from feeder.app import App
    from feeder.config import Config
    from feeder.daemon.roles import Role
    from feeder.store import Store

log = logging.getLogger(__name__)

# Longer than an attempt can take: total deadline of the client, four times.
SENDING = timedelta(seconds=60)
# After so long others take over from a node that died: a source, an output folder. Prolonged by thirds.
HOLDING = timedelta(seconds=15)
_TICK = 1.0
# Seconds between two signals that count as two.
_IMPATIENT = 0.5
# Seconds after which a thread that computes lets another one go on. SQLite's driver gives way at every row, and
# whoever has an article in hand would wait five milliseconds each time.
_SWITCH = 0.0005
# Seconds after which the main thread looks up: a signal may come to another thread (one that is just being made
# takes it from a main thread that has no core yet), which neither may act on it nor wakes the main one.
_LOOK_UP = 1.0
_STOP, _RELOAD = "stop", "reload"


class Daemon:
    """`run()` returns when it was told to stop; SIGHUP, or a changed file, reads the configuration again."""

    def __init__(
        self,
        path: Path,
        roles: Collection[Role] = ALL,
        *,
        dispatcher: type[Dispatcher] = Dispatcher,
        holding: timedelta = HOLDING,
        sending: timedelta = SENDING,
    ) -> None:
        self._path, self._roles, self._dispatcher = path, roles, dispatcher
        self._times = holding, sending
        # A signal may come in the midst of anything, also of waiting: what it uses must need no lock of ours.
        self._asked: SimpleQueue[str] = SimpleQueue()
        self._told = 0.0  # when we were first told to stop
        self._ticking = Trouble("store")
        self._gone: StoreGone | None = None

    # ------------------------------------------------------------ from outside

    def stop(self) -> None:
        self._asked.put(_STOP)

    def reload(self) -> None:
        self._asked.put(_RELOAD)

    def run(self, ready: Callable[[App], None] = lambda _app: None) -> None:
        """`ready` is called once the daemon works.

        What is wrong at the start is raised, as a FeederError; later only StoreGone.
        """
        self._signals()
        sys.setswitchinterval(_SWITCH)
        config = apps.load(self._path)
        with ExitStack() as house:
            store = open_alone(config, self._roles, house)
            self._begin(config, store, house)
            ready(self._node.app)
            self._wait()
            self._end()
        if self._gone is not None:
            raise self._gone

    # ------------------------------------------------------------ beginning

    def _begin(self, config: Config, store: Store, house: ExitStack) -> None:
        holding, sending = self._times
        owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        app = apps.wire(config, store, next_run)
        self._configuring = Configuring(self._path, config, store)
        self._node = Node(
            app,
            self._roles,
            Holding(store, owner, holding),
            sending,
            self._dispatcher,
            lambda: self._configuring.refused,
        )
        house.callback(self._close)
        self._tick = Tick(lambda: self._ticking.call(self._ticks), _TICK)
        self._node.begin()
        gc.freeze()  # what was imported stays: to look through it each time takes a tenth of a second
        self._tick.start()

    def _close(self) -> None:
        self._node.app.close()  # which another configuration may have replaced

    def _signals(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: self._told_to_stop())
        signal.signal(signal.SIGHUP, lambda _number, _frame: self.reload())

    def _told_to_stop(self) -> None:
        now = time.monotonic()
        # Told again, a person means at once; wrappers send one signal twice in the same moment.
        if self._told and now - self._told > _IMPATIENT:
            os._exit(1)
        self._told = self._told or now
        self.stop()

    # ------------------------------------------------------------ working

    def _ticks(self) -> None:
        if self._configuring.changed():
            self.reload()
        try:
            self._node.tick()
        except StoreGone as error:
            self._gone = error
            self.stop()
            raise

    def _wait(self) -> None:
        while _STOP not in (asked := self._next()):
            if _RELOAD in asked:
                self._configuring.read_again(self._node.replace)

    def _next(self) -> set[str]:
        """All that is asked of us by now, or within a second; what is asked twice is done once."""
        asked = set()
        try:
            asked.add(self._asked.get(timeout=_LOOK_UP))
            while True:
                asked.add(self._asked.get_nowait())
        except Empty:
            return asked

    def _end(self) -> None:
        log.info("stopping: what is under way has %.0f seconds", PATIENCE)
        self._tick.stop()
        left = self._node.end()
        log.info("stopped" if not left else f"stopped; {left} deliveries were under way and will be sent again")
