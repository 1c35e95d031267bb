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
from feeder.store import again, behind, deliveries, losses, published, subscriptions, webhooks

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
# Seconds in which first bytes are out.
_SENT = 0.004
# Deliveries of one step, fewer than one step can take: behind so many there may be more.
_MANY = 16
# Seconds after which we look whether something waits that need not.
_LOOK = 60.0
_GONE = "its webhook left the configuration more than seven days ago"
# Seconds after which we say that what waits is waiting for a node that publishes.
_SILENCE = 30.0


class Delivering:
    """All that the daemon asks of a dispatcher is asked here.

    Of what others write to an embedded store the loop is to be woken.
    """

    def __init__(
        self,
        store: Store,
        outside: Outside,
        lease: timedelta,
        dispatcher: type[Dispatcher],
        silence: float = _SILENCE,
    ) -> None:
        self._store, self._outside, self._silence = store, outside, silence
        self._all_done = False  # nothing waits, not even for its time
        self.loop = Loop("deliver", self._work, lambda: _LOOK if self._all_done else _PAUSE)
        self._dispatcher = dispatcher(store, outside, lease, self._hear)
        self._ending, self._turned, self._answered = threading.Event(), threading.Event(), threading.Event()
        self._sure = False  # that something is due
        self._lived, self._said = time.monotonic(), False
        self._looked = self._gone_on = float("-inf")
        self._changed = False  # since we have gone on with what was left
        self._many = 0  # subscribers of one document

    @property
    def moving(self) -> bool:
        return time.monotonic() - self.loop.beat < _HANGING

    def use(self, outside: Outside) -> None:
        """From the next turn on; from any thread."""
        self._outside = outside
        self._dispatcher.use(outside)

    def go(self, seconds: float) -> None:
        """Something is due: wake it, and wait for so long at most until it has handed over what it could.

        Until the first answer, but not for slow receivers, the interpreter is left to those who send.
        """
        self._turned.clear()
        self._sure = True
        self.loop.wake()
        self._turned.wait(seconds)
        self._answered.wait(_SENT)

    def free_lost(self) -> None:
        """What dead nodes were sending is owed again."""
        if self._all_done:
            return
        with self._store.read() as tx:
            lost = losses.any_lost(tx, self._store.now(tx))
        if lost:
            reclaim(self._store, self._outside.options, self._store.probing)
            self.loop.wake()

    def go_on(self, *, changed: bool) -> None:
        """With a replay that whoever began it has left; with forgetting webhooks that left long ago.

        And with being ready for the subscribers that there are. `changed`: the store may not be what it was.
        """
        self._changed = self._changed or changed
        if time.monotonic() - self._gone_on >= (_LEFT_ALONE.total_seconds() if self._changed else _LOOK):
            self._look_for_left()
        # Of one document all its subscribers are told at once: by then it is too late to start a process.
        self._dispatcher.expect(self._many)

    def _look_for_left(self) -> None:
        with self._store.read() as tx:
            now = self._store.now(tx)
            begun = again.unfinished(tx, now)
            left = again.unfinished(tx, now - _LEFT_ALONE)
            gone = [it.name for it in webhooks.states(tx).values() if it.left and it.left < now - FORGOTTEN]
            self._many = subscriptions.most(tx, now) if self._outside.hub else 0
        if left is not None:
            with self._store.write() as tx:
                again.go_on(tx, left, self._store.now(tx), again.STEP)
        self._changed = begun is not None
        self._gone_on = float("-inf") if left is not None or gone else time.monotonic()
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
                behind.unblock_all(tx)
            if ordered:
                behind.let_go(tx, behind.failing(tx, ordered, now - LONGEST_BLOCK, now))
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
        sure, self._sure = self._sure, False
        self._answered.clear()
        sent = self._dispatcher.step(0 if self._ending.is_set() else self._upto(), sure=sure)
        if not sent:
            self._answered.set()
        self._turned.set()
        if sent >= _MANY:
            self.loop.wake()
        elif sent:  # that was all: to look at once whether there is more would take the time of those who send
            self._all_done = False
        elif self._store.embedded:
            with self._store.read() as tx:
                self._all_done = not deliveries.any_open(tx)

    def _hear(self) -> None:
        """In a thread of the senders: there is an answer to write."""
        self._answered.set()
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
