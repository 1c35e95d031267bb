"""One source, watched and looked through on schedule, in a thread of its own."""

from __future__ import annotations

import logging
import secrets
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from feeder.errors import FeederError, SourceError, StoreError
from feeder.pipeline import upstream
from feeder.pipeline.ingest import ingest
from feeder.pipeline.rhythm import looked
from feeder.sources import EVERYTHING, SETTLE, Settling
from feeder.store import documents, upstreams

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime, timedelta

    from feeder.app import App
    from feeder.daemon.holding import Holding
    from feeder.pipeline.rhythm import Rhythm
    from feeder.sources import Source, Watch

log = logging.getLogger(__name__)

# Seconds after which something is tried again that the store or the source refused.
_AGAIN = 5.0
_IDLE = 60.0


class Gatherer:
    """`look()` asks for a look through everything; what the watch notices is looked at by itself.

    `done` is called in this thread after every look; `rhythm` says when the next whole look is due.
    """

    def __init__(
        self, app: App, source: Source, holding: Holding, rhythm: Rhythm, done: Callable[[], None]
    ) -> None:
        self._app, self._source, self._holding = app, source, holding
        self._rhythm, self._done = rhythm, done
        self._watch: Watch = Settling()
        self._watched = ""  # the identity of the place that is being watched
        self._ending = threading.Event()
        self.problem = ""
        self.refused = False  # the store refused what we found
        self._thread = threading.Thread(target=self._run, name=f"source {source.name}", daemon=True)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        # Whoever is watched may have changed meanwhile; who is asked over the network is asked when that is due.
        if not self._source.foreign:
            self.look()
        self._thread.start()

    def look(self) -> None:
        self._watch.everything(0)

    def end(self) -> None:
        """Begin to stop."""
        self._ending.set()
        self._watch.close()

    def stop(self, timeout: float) -> bool:
        """False when it did not end in time."""
        self.end()
        self._thread.join(timeout)
        self._holding.forget(self._lease)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._watch.wait(_IDLE)
            keys = None if self._ending.is_set() else self._watch.take()
            if keys is not None:
                self._turn(keys)

    def _turn(self, keys: frozenset[str]) -> None:
        whole = keys == EVERYTHING
        try:
            unsettled = self._look(None if whole else keys)
        except FeederError as error:
            self._failed(error, keys)
        except Exception as error:  # whatever it is, one source's trouble must not end the daemon
            log.exception("source %s: unexpected", self._source.name)
            self._failed(SourceError(self._source.name, f"{type(error).__name__}; the log tells more"), EVERYTHING)
        else:
            self.refused = False
            self._watch.remind(unsettled or (), SETTLE)
            if whole and unsettled is not None and self.problem:
                log.info("source %s: well again", self._source.name)
                self.problem = ""
        self._done()

    def _look(self, only: Collection[str] | None) -> tuple[str, ...] | None:
        """What wants another look soon; None when nothing was looked at."""
        now = self._app.store.moment()
        if only is None and not self._is_due(now):
            return None
        # Taking in is safe to do twice: the lease of the source only saves the work of a whole look.
        if only is None and not self._holding.take(self._lease):
            self._wait_for_another()
            return None
        desk = replace(self._app.desk, stopping=self._ending.is_set)
        report = ingest(desk, self._source, now, only)
        if report.counts:
            said = ", ".join(f"{number} {what}" for what, number in sorted(report.counts.items()))
            log.info("source %s: %s", self._source.name, said)
        if only is None and report.whole:
            self._note("", report.rest, report.hub)
            self._watch_anew(report.identity)
        return report.unsettled

    def _watch_anew(self, identity: str) -> None:
        """A watch follows the folder that it began with; another one may stand in its place now."""
        if self._watched != identity:
            self._watch.close()
            self._watch = self._source.watch() or Settling()
            self._watch.everything(0)  # for what came between the look and the watch
            self._watched = identity
        if self._ending.is_set():
            self._watch.close()

    def _is_due(self, now: datetime) -> bool:
        """A look that took long was asked for again meanwhile; other people's servers are not."""
        if not self._source.foreign:
            return True
        with self._app.store.read() as tx:
            return self._source.name in documents.due(tx, [self._source.name], now)

    def _wait_for_another(self) -> None:
        """Another node looks through it now. What can be watched we watch too, after one whole look of our own."""
        if not self._source.foreign and not self._watched:
            self._watch.everything(_AGAIN)

    @property
    def _lease(self) -> str:
        return f"source {self._source.name}"

    def _note(self, error: str, rest: timedelta | None = None, hub: tuple[str, str] | None = None) -> None:
        with self._app.store.write() as tx:
            asking, now, name = self._app.desk.audience.webhooks, self._app.store.now(tx), self._source.name
            if self._app.callback:
                upstream.noted(tx, name, hub, now, secrets.token_hex)
            told = self._source.foreign and upstreams.alive(tx, name, now)
            looked(tx, name, upstream.seldom(self._rhythm) if told else self._rhythm, asking, now, error, rest)
            self._holding.release(tx, self._lease)

    def _failed(self, error: FeederError, keys: frozenset[str]) -> None:
        if str(error) != self.problem:
            log.error("%s", error)
        self.problem, self.refused = str(error), isinstance(error, StoreError)
        self._holding.forget(self._lease)
        if not isinstance(error, SourceError):
            self._later(keys)
            return
        self._watched = ""
        try:
            self._note(error.reason, error.rest)
        except StoreError as refusal:
            log.error("%s", refusal)  # noqa: TRY400 - its text says it all
            self._later(EVERYTHING)

    def _later(self, keys: frozenset[str]) -> None:
        if keys:
            self._watch.again(keys, _AGAIN)
        else:
            self._watch.everything(_AGAIN)
