"""What is owed and has been published -> the dispatcher, which sends it."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from feeder.daemon.loop import Loop
from feeder.errors import FeederError
from feeder.pipeline.health import FORGOTTEN
from feeder.pipeline.retry import LONGEST_BLOCK
from feeder.pipeline.settling import reclaim
from feeder.store import again, deliveries, published, sending, webhooks

if TYPE_CHECKING:
    from feeder.pipeline.deliver import Dispatcher
    from feeder.pipeline.making import Outside
    from feeder.store import Store

log = logging.getLogger(__name__)

_PAUSE = 1.0
# Delivering never waits for the world: not having come round for so long (seconds), it hangs.
_HANGING = 120.0
# A replay that nobody has gone on with for so long is ours; each turn of it owes a bounded number again.
_LEFT_ALONE = timedelta(seconds=5)
# Seconds after which we look whether something waits that need not.
_LOOK = 60.0
_GONE = "its webhook left the configuration more than seven days ago"
# Seconds after which we say that what waits is waiting for a node that publishes.
_SILENCE = 30.0


class Delivering:
    """All that the daemon asks of a dispatcher is asked here."""

    def __init__(
        self,
        store: Store,
        outside: Outside,
        lease: timedelta,
        dispatcher: type[Dispatcher],
        silence: float = _SILENCE,
    ) -> None:
        self._store, self._outside, self._silence = store, outside, silence
        self.loop = Loop("deliver", self._work, _PAUSE)
        self._dispatcher = dispatcher(store, outside, lease, self.loop.wake)
        self._ending = threading.Event()
        self._lived, self._said = time.monotonic(), False
        self._looked = float("-inf")

    @property
    def moving(self) -> bool:
        return time.monotonic() - self.loop.beat < _HANGING

    def use(self, outside: Outside) -> None:
        """From the next turn on; from any thread."""
        self._outside = outside
        self._dispatcher.use(outside)

    def free_lost(self) -> None:
        """What dead nodes were sending is owed again."""
        with self._store.read() as tx:
            lost = sending.any_lost(tx, self._store.now(tx))
        if lost:
            reclaim(self._store, self._outside.options, self._store.now)
            self.loop.wake()

    def go_on(self) -> None:
        """With a replay that whoever began it has left; and with forgetting webhooks that left long ago."""
        with self._store.read() as tx:
            now = self._store.now(tx)
            left = again.unfinished(tx, now - _LEFT_ALONE)
            gone = [it.name for it in webhooks.states(tx).values() if it.left and it.left < now - FORGOTTEN]
        if left is not None:
            with self._store.write() as tx:
                again.go_on(tx, left, self._store.now(tx), again.STEP)
        if gone:
            with self._store.write() as tx:
                deliveries.cancel_of_left(tx, gone, _GONE, self._store.now(tx), again.STEP)

    def let_pass(self) -> None:
        """Now and then: nothing stands behind what ended, nor behind what an ordered webhook refuses for long."""
        if time.monotonic() - self._looked < _LOOK:
            return
        ordered = [name for name, options in self._outside.options.items() if options.ordered]
        with self._store.write() as tx:
            now = self._store.now(tx)
            if not self._store.embedded:
                sending.unblock_all(tx)
            if ordered:
                sending.let_go(tx, sending.failing(tx, ordered, now - LONGEST_BLOCK, now))
        self._looked = time.monotonic()

    def end(self) -> None:
        """Begin to stop: nothing new is sent from now on."""
        self._ending.set()

    def stop(self, seconds: float) -> int:
        """Wait for what is under way; returns how many were left so."""
        end = time.monotonic() + seconds
        if not self.loop.stop(seconds):
            return self._dispatcher.in_flight
        try:
            return self._dispatcher.finish(max(0.0, end - time.monotonic()))
        except FeederError as error:
            log.error("%s", error)  # noqa: TRY400 - its text says it all
            return self._dispatcher.in_flight

    def _work(self) -> None:
        # One step at a time: however long there is more to send, what is published meanwhile is not kept waiting.
        if self._dispatcher.step(0 if self._ending.is_set() else self._upto()):
            self.loop.wake()

    def _upto(self) -> int:
        with self._store.read() as tx:
            it = published.published(tx, self._store.now(tx))
            waits = not self._store.embedded and not it.lives and deliveries.newest(tx) > it.upto
        self._tell(waits=waits)
        return it.upto

    def _tell(self, *, waits: bool) -> None:
        """Once, when nobody has published for a while what waits here."""
        if not waits:
            if self._said:
                log.info("deliver: a node publishes again")
            self._lived, self._said = time.monotonic(), False
        elif not self._said and time.monotonic() - self._lived > self._silence:
            self._said = True
            log.warning(
                "deliver: articles wait until a node has published them, and none is at work: "
                "feeder run --role ingest, or --role serve"
            )
