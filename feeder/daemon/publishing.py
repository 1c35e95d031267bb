"""store -> the output folder, by one node at a time; then the store says how far the folder is in step."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from feeder.daemon.loop import Loop
from feeder.errors import FeederError
from feeder.pipeline.publish import Publisher
from feeder.store import deliveries, published, sending

if TYPE_CHECKING:
    from collections.abc import Callable

    from feeder.daemon.holding import Holding
    from feeder.pipeline.publish import Output, Report
    from feeder.store import Store

log = logging.getLogger(__name__)

_PAUSE = 1.0


class Publishing:
    """Nodes that share a folder take turns by its lease; a node with a folder of its own is alone with it.

    `told` is called, in the loop's thread, when more may be sent than before.
    """

    def __init__(self, store: Store, output: Output, holding: Holding, told: Callable[[], None]) -> None:
        self._store, self._holding, self._told = store, holding, told
        self.loop = Loop("publish", self._work, _PAUSE)
        self.done = False  # the folder has been in step, by our doing or another's
        self._wanted = self._output = output
        self._lease = ""
        self._publisher = self._made()
        self._reached: int | None = None  # None while the folder is not ours

    def use(self, output: Output) -> None:
        """From the next turn on; from any thread."""
        self._wanted = output
        self.loop.wake()

    def _work(self) -> None:
        if self._output is not self._wanted:
            self._begin(self._wanted)
        if not self._lease:
            self._lease = published.name_of(self._publisher.folder)
        had = self._holding.mine(self._lease) and self._reached is not None
        if not self._holding.take(self._lease):
            self._watch()
            return
        if not had:  # another may have written meanwhile
            self._publisher, self._reached = self._made(), -1
        self._publish()

    def _begin(self, output: Output) -> None:
        if self._lease:
            with self._store.write() as tx:
                self._holding.release(tx, self._lease)
        self._output, self._lease = output, ""
        self._publisher, self._reached = self._made(), None

    def _made(self) -> Publisher:
        return Publisher(self._store, self._output, lambda: not self._lease or self._holding.mine(self._lease))

    def _watch(self) -> None:
        """Another node writes this folder."""
        self._reached = None
        with self._store.read() as tx:
            self.done = self.done or published.reached(tx, self._lease) is not None

    def _publish(self) -> None:
        with self._store.read() as tx:
            # An article that is being written may be owed under a lower id than the newest.
            self._store.in_order(tx)
            upto = deliveries.newest(tx)
        report = self._publisher.publish()
        if report.counts["written"] or report.counts["removed"]:
            log.info("wrote %d files to %s", report.counts["written"], self._output.folder)
        if report.late:
            log.warning("%s was taken over by another node meanwhile", self._output.folder)
            return
        self._reach(upto)
        _raise(report)

    def _reach(self, upto: int) -> None:
        """Who is told of an article may come for it at once: it has been written by now, or could not be."""
        if upto != self._reached:
            with self._store.write() as tx:
                if not self._store.embedded:
                    sending.unblock(tx, self._reached or 0, upto)
                published.reach(tx, self._lease, upto)
            self._reached = upto
        self.done = True
        self._told()


def _raise(report: Report) -> None:
    if report.problems:
        raise FeederError("; ".join(report.problems[:3]))
