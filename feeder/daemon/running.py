"""The daemon: a configuration file in; sources watched, feeds written, webhooks told, until it is stopped."""

from __future__ import annotations

import hashlib
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
from feeder.daemon.opening import open_alone
from feeder.daemon.serving import server_of
from feeder.errors import ConfigError, FeederError
from feeder.pipeline.deliver import Dispatcher
from feeder.pipeline.publish import Publisher
from feeder.pipeline.register import register
from feeder.schedule import Tick, next_run
from feeder.server.parts import Health
from feeder.store import deliveries, documents, feeds

if TYPE_CHECKING:
    from collections.abc import Callable
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
# Seconds between two signals that count as two.
_IMPATIENT = 0.5
# Delivering never waits for the world: not having come round for so long (seconds), it hangs.
_HANGING = 120.0
# What the server shows of the configuration.
_SERVED = ("feeds", "output", "server", "site", "sources", "webhooks")


class Daemon:
    """`run()` returns when it was told to stop; SIGHUP, or a changed file, reads the configuration again."""

    def __init__(self, path: Path, dispatcher: type[Dispatcher] = Dispatcher) -> None:
        self._path, self._make_dispatcher = path, dispatcher
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._stopping, self._reload, self._awake = threading.Event(), threading.Event(), threading.Event()
        self._refused = ""  # why the newest configuration is not in force
        self._seen = self._glimpsed = ""  # digests of the file: as last read, and at the last tick
        self._told = 0.0  # when we were first told to stop
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
        self._store, self._app, self._seen = store, apps.wire(config, store, next_run), config.digest
        house.callback(self._close)
        self._register(self._app)
        self._note_refusal()
        self._publish_loop = Loop("publish", self._publish, _PAUSE)
        self._deliver_loop = Loop("deliver", self._deliver, _PAUSE)
        self._dispatcher = self._make_dispatcher(store, self._app.outside, LEASE, self._deliver_loop.wake)
        self._tick = Tick(self._ticks, _PAUSE)
        self._gatherers: dict[str, Gatherer] = {}
        self._server: Server | None = None
        self._serve(self._app)
        self._use(self._app)
        self._publish_loop.start()
        self._deliver_loop.start()
        self._tick.start()

    def _register(self, app: App) -> None:
        register(self._store, app.sources.keys(), app.desk.audience, apps.now())

    def _serve(self, app: App) -> None:
        """Serve this app. Raises FeederError when its address cannot be had; the old server then goes on."""
        old, new = self._server, server_of(app, self.health, apps.now, self._publish_loop.wake)
        same = old is not None and app.config.server.listen == self._app.config.server.listen
        if old is not None and same:
            old.stop()
        if new is not None:
            new.start()
        if old is not None and not same:
            old.stop()
        self._server = new

    def _use(self, app: App) -> None:
        self._app = app
        self._publisher = Publisher(self._store, app.output)
        self._dispatcher.use(app.outside)
        self._gatherers = {
            name: Gatherer(app, source, self._owner, apps.now, app.rhythms[name], self._publish_loop.wake)
            for name, source in app.sources.items()
        }
        for gatherer in self._gatherers.values():
            gatherer.start()

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
        while self._dispatcher.step(0 if self._stopping.is_set() else self._upto):
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
        # Twice the same: a file that is being written is not read half.
        digest = digest_of(self._path)
        if digest == self._glimpsed != self._seen:
            self.reload()
        self._glimpsed = digest

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
            self._replace(config)
        except FeederError as error:
            self._refused = f"{self._path} is refused, the last good one stays in force"
            problems = [str(it) for it in error.problems] if isinstance(error, ConfigError) else [str(error)]
            log.error("%s", "; ".join((*problems, self._refused)))  # noqa: TRY400 - their texts say it all
        else:
            self._refused = ""
            log.info("%s is in force", self._path)
        self._note_refusal()

    def _note_refusal(self) -> None:
        """`feeder status`, another process, learns it from the store."""
        try:
            with self._store.write() as tx:
                feeds.note(tx, "configuration", self._refused)
        except FeederError as error:
            log.error("%s", error)  # noqa: TRY400 - its text says it all

    def _fits(self, config: Config) -> None:
        if config.store != self._app.config.store:
            raise FeederError(f"{self._path}: store: another store needs a new start of feeder run")

    def _replace(self, config: Config) -> None:
        """All of the new configuration or, raising FeederError, all of the old one."""
        old, new = self._app, apps.wire(config, self._store, next_run)
        used = old
        # Nobody takes in by the old words what the new ones are already registered for.
        still = self._still(PATIENCE)
        try:
            if not still:
                self._seen = ""  # it is tried again at the next tick
                raise FeederError("a source is busy and does not end yet")
            if any(getattr(config, part) != getattr(old.config, part) for part in _SERVED):
                self._serve(new)
            self._register(new)
            used = new
        finally:
            self._use(used)
        self._publish_loop.wake()
        # The old client stays open for the attempts that it has begun; its idle connections close by themselves.

    def _still(self, seconds: float) -> bool:
        """End all sources; False when one did not end in time."""
        end = time.monotonic() + seconds
        for gatherer in self._gatherers.values():
            gatherer.end()
        ended = [gatherer.stop(max(0.0, end - time.monotonic())) for gatherer in self._gatherers.values()]
        return all(ended)

    # ------------------------------------------------------------ ending

    def _end(self) -> None:
        log.info("stopping: what is under way has %.0f seconds", PATIENCE)
        end = time.monotonic() + PATIENCE
        self._tick.stop()
        self._still(PATIENCE)
        quiet = self._deliver_loop.stop(max(0.0, end - time.monotonic()))
        left = self._finish(max(0.0, end - time.monotonic())) if quiet else self._dispatcher.in_flight
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
        workers: list[Loop | Gatherer] = [self._publish_loop, self._deliver_loop, *self._gatherers.values()]
        moving = time.monotonic() - self._deliver_loop.beat < _HANGING
        live = moving and all(worker.alive for worker in workers)
        problems = [worker.problem for worker in workers if worker.problem]
        ready = live and self._published and not (self._publish_loop.problem or self._deliver_loop.problem)
        if not self._published:
            problems.append("starting: the feeds are not written yet")
        return Health(live, ready, tuple(filter(None, (*problems, self._refused))))


def digest_of(path: Path) -> str:
    """As in Config.digest; empty when the file cannot be read at this moment."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
