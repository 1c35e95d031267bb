"""The parts of a node, as its roles want them: begun, given another configuration, judged, and ended."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from feeder import app as apps
from feeder.daemon.clock import Clock
from feeder.daemon.configuring import NotNow
from feeder.daemon.delivering import Delivering
from feeder.daemon.gather import Gatherer
from feeder.daemon.hubbing import Hubbing
from feeder.daemon.listening import Listening
from feeder.daemon.opening import say_guard
from feeder.daemon.publishing import Publishing
from feeder.daemon.roles import Role, publishes
from feeder.daemon.serving import server_of
from feeder.daemon.streaming import Streaming
from feeder.errors import FeederError
from feeder.pipeline.register import register
from feeder.schedule import next_run
from feeder.server.parts import Health
from feeder.store import documents, hints
from feeder.store.changes import Changes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import timedelta

    from feeder.app import App
    from feeder.config import Config
    from feeder.daemon.holding import Holding
    from feeder.daemon.loop import Loop
    from feeder.pipeline.deliver import Dispatcher
    from feeder.server import Server

log = logging.getLogger(__name__)

_ALWAYS, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
# Seconds that the end, or another configuration, leaves to what is under way.
PATIENCE = 17.0
# Seconds in which what may be sent now is handed over, before anything else is written.
_HEAD_START = 0.05
# What the server shows of the configuration.
_SERVED = ("feeds", "output", "server", "site", "sources", "webhooks")


class Node:
    """`sending` is how long one attempt may hold its delivery; `holding` has the leases of everything else."""

    def __init__(
        self,
        app: App,
        roles: Collection[Role],
        holding: Holding,
        sending: timedelta,
        dispatcher: type[Dispatcher],
        refused: Callable[[], str],
    ) -> None:
        self.app, self._roles, self._holding, self._refused = app, roles, holding, refused
        self._store = app.store
        self._clock = Clock(app.store, sending)
        self._delivering = (
            Delivering(app.store, app.outside, sending, dispatcher) if Role.DELIVER in roles else None
        )
        self._publishing = (
            Publishing(app.store, app.output, holding, self._tell, app.spread, self._wake_streaming)
            if publishes(roles)
            else None
        )
        self._hubbing = Hubbing(app)
        self._streaming = Streaming(app.store, app) if Role.SERVE in roles else None
        self._listening = Listening(
            app.store,
            {
                hints.FEEDS: self._wake_publishing,
                hints.DELIVERIES: self._published,  # which is said when a folder has come into step
                hints.HUB: self._hubbing.loop.wake,
            },
        )
        self._gatherers: dict[str, Gatherer] = {}
        self._changes, self._first_due = Changes(app.store), _ALWAYS
        self._server: Server | None = None

    # ------------------------------------------------------------ beginning

    def begin(self) -> None:
        """Raises FeederError when this configuration cannot be put in force."""
        self._register(self.app)
        self._serve(self.app)
        self._use(self.app)
        for loop in self._loops():
            loop.start()
        self._listening.start()

    def _register(self, app: App) -> None:
        with self._store.read() as tx:
            now = self._store.now(tx)
        register(self._store, app.sources.keys(), app.desk.audience, now, app.spread.hubs)

    def _serve(self, app: App) -> None:
        """Serve this app. Raises FeederError when its address cannot be had; the old server then goes on."""
        if Role.SERVE not in self._roles:
            return
        old, new = (
            self._server,
            server_of(app, self.health, apps.now, self._wake_publishing, self._hubbing.loop.wake, self._streaming),
        )
        same = old is not None and app.config.server.listen == self.app.config.server.listen
        if old is not None and same:
            old.stop()
        if new is not None:
            new.start()
        if old is not None and not same:
            old.stop()
        self._server = new

    def _use(self, app: App) -> None:
        self.app = app
        if self._publishing is not None:
            self._publishing.use(app.output, app.spread)
        self._hubbing.use(app)
        if self._streaming is not None:
            self._streaming.use(app)
        if self._delivering is not None:
            self._delivering.use(app.outside)
        if Role.INGEST in self._roles:
            self._first_due = _ALWAYS
            self._gatherers = {
                name: Gatherer(
                    app,
                    source,
                    self._holding,
                    app.rhythms[name],
                    self._gathered if source.foreign else self._wake_publishing,
                )
                for name, source in app.sources.items()
            }
        for gatherer in self._gatherers.values():
            gatherer.start()

    def _loops(self) -> list[Loop]:
        parts = (self._publishing, self._delivering, self._hubbing, self._streaming)
        loops = [part.loop for part in parts if part is not None]
        return loops if self._publishing is None else [*loops, self._publishing.packing]

    def _gathered(self) -> None:
        """A source was looked at; it may name a hub."""
        self._wake_publishing()
        self._hubbing.loop.wake()

    def _published(self) -> None:
        """Another node's folder is in step: whoever waits for that is told."""
        self._wake_delivering()
        self._wake_streaming()

    def _tell(self) -> None:
        """What is written after the feeds takes nobody's time who is told of them."""
        if self._delivering is not None:
            self._delivering.go(_HEAD_START)

    def _wake_streaming(self) -> None:
        if self._streaming is not None:
            self._streaming.loop.wake()

    def _wake_publishing(self) -> None:
        if self._publishing is not None:
            self._publishing.loop.wake()

    def _wake_delivering(self) -> None:
        if self._delivering is not None:
            self._delivering.loop.wake()

    # ------------------------------------------------------------ once a second

    def tick(self) -> None:
        """Prolong our leases, look at the sources that are due, free what dead nodes held. Raises StoreError."""
        self._store.check()
        self._clock.look()
        self._holding.renew()
        changed = self._changes.any()
        if changed and self._store.embedded:  # a shared one is asked by those who want to know
            self._wake_publishing()
            self._wake_delivering()
        for name in self._due(changed=changed):
            self._gatherers[name].look()
        if self._delivering is not None:
            self._delivering.free_lost()
            self._delivering.go_on(changed=changed)
            self._delivering.let_pass()

    def _due(self, *, changed: bool) -> tuple[str, ...]:
        """The sources to be looked at; where nobody has written, they are what they were a second ago."""
        now = self._store.moment()
        if not changed and now < self._first_due:
            return ()
        with self._store.read() as tx:
            self._first_due = documents.next_due(tx, self._gatherers.keys()) or _NEVER
            return documents.due(tx, self._gatherers.keys(), now)

    # ------------------------------------------------------------ another configuration

    def replace(self, config: Config) -> None:
        """All of the new configuration or, raising FeederError, all of the old one."""
        old, new = self.app, apps.wire(config, self._store, next_run)
        used = old
        # Nobody takes in by the old words what the new ones are already registered for.
        still = self._still(PATIENCE)
        try:
            if not still:
                raise NotNow("a source is busy and does not end yet")
            if any(getattr(config, part) != getattr(old.config, part) for part in _SERVED):
                self._serve(new)
            if self._delivering is not None:
                # Before what waits at an address that was mended is owed at once: the old one would get it.
                self._delivering.use(new.outside)
            self._register(new)
            used = new
            if config.network.proxy != old.config.network.proxy:
                say_guard(config)
        finally:
            self._use(used)
        # The old client stays open for the attempts that it has begun; its idle connections close by themselves.

    def _still(self, seconds: float) -> bool:
        """End all sources; False when one did not end in time."""
        end = time.monotonic() + seconds
        for gatherer in self._gatherers.values():
            gatherer.end()
        ended = [gatherer.stop(max(0.0, end - time.monotonic())) for gatherer in self._gatherers.values()]
        return all(ended)

    # ------------------------------------------------------------ ending

    def end(self) -> int:
        """Returns how many deliveries were left under way."""
        end = time.monotonic() + PATIENCE
        if self._delivering is not None:
            self._delivering.end()
        self._listening.stop()
        self._hubbing.loop.stop(max(0.0, end - time.monotonic()))
        self._still(PATIENCE)
        left = self._delivering.stop(max(0.0, end - time.monotonic())) if self._delivering is not None else 0
        if self._publishing is not None:
            for loop in (self._publishing.loop, self._publishing.packing):
                loop.stop(max(0.0, end - time.monotonic()))
        if self._streaming is not None:
            self._streaming.stop(max(0.0, end - time.monotonic()))
        if self._server is not None:
            self._server.stop(1.0)
        try:
            self._holding.release_all()
        except FeederError as error:
            log.error("%s", error)  # noqa: TRY400 - its text says it all
        return left

    # ------------------------------------------------------------ health

    def health(self) -> Health:
        workers: list[Loop | Gatherer] = [*self._loops(), *self._gatherers.values()]
        moving = self._delivering is None or self._delivering.moving
        live = moving and all(worker.alive for worker in workers)
        problems = [worker.problem for worker in workers if worker.problem]
        written = self._publishing is None or self._publishing.done
        refused = any(gatherer.refused for gatherer in self._gatherers.values())
        ready = live and written and not refused and not any(loop.problem for loop in self._loops())
        if not written:
            problems.append("starting: the feeds are not written yet")
        return Health(live, ready, tuple(filter(None, (*problems, self._refused()))))
