"""store -> the output folder, by one node at a time; then the store says how far the folder is in step."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from feeder.daemon.loop import Loop
from feeder.errors import FeederError
from feeder.pipeline.announce import compare, owe
from feeder.pipeline.publish import Publisher
from feeder.store import behind, deliveries, published

if TYPE_CHECKING:
    from collections.abc import Callable

    from feeder.daemon.holding import Holding
    from feeder.pipeline.announce import News, Spread
    from feeder.pipeline.publish import Output, Report
    from feeder.store import Store

log = logging.getLogger(__name__)

_PAUSE = 1.0
# What stands in the folder may change with the time alone: now and then it is looked at.
_LOOK = 60.0
# Seconds between looks whether something is to be compressed well.
_PACKING = 2.0


class Publishing:
    """Nodes that share a folder take turns by its lease; a node with a folder of its own is alone with it.

    `told` is called, in the loop's thread, when more may be sent, and `rested` when the whole folder is
    in step; `spread` says who else is told. Of what others write to an embedded store the loop is to be woken.
    """

    def __init__(
        self,
        store: Store,
        output: Output,
        holding: Holding,
        told: Callable[[], None],
        spread: Spread,
        rested: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._holding, self._told, self._rested = store, holding, told, rested
        self._spread = spread
        self.loop = Loop("publish", self._work, lambda: _LOOK if store.embedded else _PAUSE)
        self.packing = Loop("pack", self._pack, lambda: _PACKING)
        self.done = False  # the folder has been in step, by our doing or another's
        self._wanted = self._output = output
        self._lease = ""
        self._publisher = self._made()
        self._reached: int | None = None  # None while the folder is not ours

    def use(self, output: Output, spread: Spread) -> None:
        """From the next turn on; from any thread."""
        self._wanted, self._spread = output, spread
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
        try:
            report = self._publish()
        except Exception:
            # What was written by now and is not announced yet: only a look at everything finds it.
            self._reached = None
            raise
        _raise(report)

    def _pack(self) -> None:
        """What takes time is done beside, while the folder is ours."""
        if self._reached is not None:
            self._publisher.siblings.work()

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

    def _publish(self) -> Report:
        with self._store.read() as tx:
            # An article that is being written may be owed under a lower id than the newest.
            self._store.in_order(tx)
            upto = deliveries.newest(tx)
        report = self._publisher.news()
        if not report.late:
            self._reach(upto, compare(self._store, self._spread, report.documents))
            self._publisher.rest(report)
            self._rested()
        if report.counts["written"] or report.counts["removed"]:
            log.info("wrote %d files to %s", report.counts["written"], self._output.folder)
        if report.late:
            log.warning("%s was taken over by another node meanwhile", self._output.folder)
            report.problems.clear()  # they are the other's now
        return report

    def _reach(self, upto: int, news: News) -> None:
        """Who is told of an article may come for it at once: it has been written by now, or could not be."""
        if news or upto != self._reached:
            # Lost with the power, it is found again at the next start; what sends of it waits for the disk.
            with self._store.write(soon=True) as tx:
                owe(tx, self._spread, news, self._store.now(tx))
                if not self._store.embedded:
                    behind.unblock(tx, self._reached or 0, upto)
                published.reach(tx, self._lease, upto)
            self._reached = upto
        self.done = True
        self._told()


def _raise(report: Report) -> None:
    if report.problems:
        raise FeederError("; ".join(report.problems[:3]))
