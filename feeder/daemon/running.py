"""The daemon: a configuration file in; sources watched, feeds written, webhooks told, until it is stopped."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
import time
from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

from feeder import app as apps
from feeder.daemon.gather import Gatherer
from feeder.daemon.loop import Loop
from feeder.daemon.serving import server_of
from feeder.errors import ConfigError, FeederError
from feeder.pipeline.deliver import Dispatcher
from feeder.pipeline.publish import Publisher
from feeder.pipeline.register import register
from feeder.schedule import Tick, next_run
from feeder.server.parts import Health
from feeder.store import deliveries, documents, leases
from feeder.store.lock import DaemonLock

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from feeder.app import App
    from feeder.config import Config
    from feeder.server import Server
    from feeder.store import Store

log = logging.getLogger(__name__)

# Longer than an attempt can take: total deadline of the client, four times.
LEASE = timedelta(seconds=60)
# Seconds that SIGTERM leaves to what is under way.
PATIENCE = 17.0
_PAUSE = 1.0
# A thread that has not come round for so long hangs.
_HANGING = 120.0


class Daemon:
    """`run()` returns when it was told to stop; SIGHUP, or a changed file, reads the configuration again."""

    def __init__(self, path: Path, dispatcher: type[Dispatcher] = Dispatcher) -> None:
        self._path, self._make_dispatcher = path, dispatcher
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._stopping, self._reload, self._awake = threading.Event(), threading.Event(), threading.Event()
        self._refused = ""  # why the newest configuration is not in force
        self._seen = ""
        self._published = False
        self._upto = 0

    # ------------------------------------------------------------ from outside

    def stop(self) -> None:
        self._stopping.set()
        self._awake.set()

    def reload(self) -> None:
        self._reload.set()
        self._awake.set()

    def run(self, ready: Callable[[App], None] = lambda _app: None) -> None:
        """`ready` is called once the daemon serves. What is wrong at the start is raised, as a FeederError."""
        self._signals()
        config = apps.load(self._path)
        with ExitStack() as house:
            store = open_alone(config, house)
            self._begin(config, store, house)
            ready(self._app)
            self._wait()
            self._end()

    # ------------------------------------------------------------ beginning

    def _begin(self, config: Config, store: Store, house: ExitStack) -> None:
        self._store = store
        self._use(apps.wire(config, store, next_run))
        house.callback(self._close)
        self._server: Server | None = None
        self._serve()
        self._publish_loop = Loop("publish", self._publish, _PAUSE)
        self._deliver_loop = Loop("deliver", self._deliver, _PAUSE)
        self._dispatcher = self._make_dispatcher(store, self._app.outside, LEASE, self._deliver_loop.wake)
        self._tick = Tick(self._ticks, _PAUSE)
        self._gather()
        self._publish_loop.start()
        self._deliver_loop.start()
        self._tick.start()

    def _use(self, app: App) -> None:
        self._app = app
        self._seen = app.config.digest
        register(self._store, app.sources.keys(), app.desk.audience, apps.now())
        self._publisher = Publisher(self._store, app.output)

    def _serve(self) -> None:
        if self._server is not None:
            self._server.stop()
        self._server = server_of(self._app, self.health, apps.now)
        if self._server is not None:
            self._server.start()

    def _gather(self) -> None:
        app = self._app
        self._gatherers = {
            name: Gatherer(app, source, self._owner, apps.now, self._due(name), self._publish_loop.wake)
            for name, source in app.sources.items()
        }
        for gatherer in self._gatherers.values():
            gatherer.start()

    def _due(self, name: str) -> Callable[[datetime], datetime]:
        it = self._app.config
        return lambda now: next_run(it.sources[name].schedule, now, it.site.timezone)

    def _signals(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: self._told_to_stop())
        signal.signal(signal.SIGHUP, lambda _number, _frame: self.reload())

    def _told_to_stop(self) -> None:
        if self._stopping.is_set():  # told twice: now
            os._exit(1)
        self.stop()

    # ------------------------------------------------------------ working

    def _publish(self) -> None:
        with self._store.read() as tx:
            upto = deliveries.newest(tx)
        report = self._publisher.publish()
        if report.counts["written"] or report.counts["removed"]:
            log.info("wrote %d files to %s", report.counts["written"], self._app.output.folder)
        # Who is told of an article may come for it at once: it has been written by then, or could not be.
        self._upto = upto
        self._published = True
        self._deliver_loop.wake()
        if report.problems:
            raise FeederError("; ".join(report.problems[:3]))

    def _deliver(self) -> None:
        while self._dispatcher.step(self._upto) and not self._stopping.is_set():
            continue

    def _ticks(self) -> None:
        """Once a second: ask the store which sources are due, free what dead nodes held, notice a changed file."""
        now = apps.now()
        with self._store.read() as tx:
            due = documents.due(tx, self._gatherers.keys(), now)
            lost = deliveries.any_lost(tx, now)
        for name in due:
            self._gatherers[name].look()
        if lost:
            with self._store.write() as tx:
                deliveries.reclaim(tx, now)
            self._deliver_loop.wake()
        if digest_of(self._path) not in {self._seen, ""}:
            self.reload()

    def _wait(self) -> None:
        while not self._stopping.is_set():
            self._awake.wait()
            self._awake.clear()
            if self._reload.is_set() and not self._stopping.is_set():
                self._reload.clear()
                self._read_again()

    # ------------------------------------------------------------ reading the configuration again

    def _read_again(self) -> None:
        """The new configuration, or loudly the old one."""
        self._seen = digest_of(self._path)
        try:
            config = apps.load(self._path)
            self._fits(config)
        except FeederError as error:
            self._refused = f"{self._path} is refused, the last good one stays in force"
            problems = [str(it) for it in error.problems] if isinstance(error, ConfigError) else [str(error)]
            log.error("%s", "; ".join((*problems, self._refused)))  # noqa: TRY400 - their texts say it all
            return
        self._replace(config)
        self._refused = ""
        log.info("%s is in force", self._path)

    def _fits(self, config: Config) -> None:
        if config.store != self._app.config.store:
            raise FeederError(f"{self._path}: store: another store needs a new start of feeder run")

    def _replace(self, config: Config) -> None:
        old = self._app
        for gatherer in self._gatherers.values():
            gatherer.stop(PATIENCE)
        self._use(apps.wire(config, self._store, next_run))
        self._dispatcher.use(self._app.outside)
        if (
            config.server != old.config.server
            or config.output != old.config.output
            or config.site != old.config.site
        ):
            self._serve()
        self._gather()
        self._publish_loop.wake()
        # Attempts that the old client has begun end with it still open; its idle connections close by themselves.

    # ------------------------------------------------------------ ending

    def _end(self) -> None:
        log.info("stopping: what is under way has %.0f seconds", PATIENCE)
        end = time.monotonic() + PATIENCE
        self._tick.stop()
        for gatherer in self._gatherers.values():
            gatherer.stop(max(0.0, end - time.monotonic()))
        self._deliver_loop.stop(max(0.0, end - time.monotonic()))
        left = self._finish(max(0.0, end - time.monotonic()))
        self._publish_loop.stop(max(0.0, end - time.monotonic()))
        if self._server is not None:
            self._server.stop(1.0)
        log.info("stopped" if not left else f"stopped; {left} deliveries were under way and will be sent again")

    def _finish(self, timeout: float) -> int:
        try:
            return self._dispatcher.finish(timeout)
        except FeederError as error:
            log.error("%s", error)  # noqa: TRY400 - its text says it all
            return self._dispatcher.in_flight

    def _close(self) -> None:
        self._app.close()

    # ------------------------------------------------------------ health

    def health(self) -> Health:
        now = time.monotonic()
        workers: list[Loop | Gatherer] = [self._publish_loop, self._deliver_loop, *self._gatherers.values()]
        live = all(now - worker.beat < _HANGING for worker in workers)
        problems = [worker.problem for worker in workers if worker.problem]
        ready = live and self._published and not (self._publish_loop.problem or self._deliver_loop.problem)
        if not self._published:
            problems.append("starting: the feeds are not written yet")
        return Health(live, ready, tuple(filter(None, (*problems, self._refused))))


def open_alone(config: Config, house: ExitStack) -> Store:
    """The store, for us alone where it is a file; what a dead daemon held is free again."""
    from feeder.store import Store

    path = Store(config.store.reveal()).path
    if path is not None:
        house.enter_context(DaemonLock(path))
    store = apps.open_store(config, daemon=True)
    house.callback(store.close)
    if store.embedded:
        with store.write() as tx:
            freed = deliveries.reclaim(tx, apps.now(), everything=True)
            leases.drop_all(tx)
        if freed:
            log.info("%d deliveries were under way when the last daemon ended; they are sent again", freed)
    return store


def digest_of(path: Path) -> str:
    """As in Config.digest; empty when the file cannot be read at this moment."""
    import hashlib

    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
