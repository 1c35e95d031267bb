"""The store's clock and what counts time -> a jump of the clock, said and made up for."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from feeder.store import jump

if TYPE_CHECKING:
    from collections.abc import Callable

    from feeder.store import Store

log = logging.getLogger(__name__)

# Less than that nobody notices: clocks are set right all the time.
_NOTICED = timedelta(minutes=1)


class Clock:
    """`look()` is to be called often. The clock of a shared store is the database's, and is only watched.

    At the start it should not be behind what the store tells of.
    """

    def __init__(self, store: Store, lease: timedelta, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store, self._lease, self._monotonic = store, lease, monotonic
        with store.read() as tx:
            self._said = jump.newest(tx, store.now(tx))
        self._counted = monotonic()

    def look(self) -> None:
        """Raises StoreError; a jump is then found by the next look."""
        said, counted = self._store.moment(), self._monotonic()
        by = said - self._said - timedelta(seconds=counted - self._counted)
        if abs(by) > _NOTICED:
            where = "ahead" if by > timedelta() else "back"
            by_seconds = timedelta(seconds=round(abs(by).total_seconds()))
            log.warning("the clock jumped %s by %s, to %s", where, by_seconds, f"{said:%Y-%m-%d %H:%M:%S %Z}")
            if self._store.embedded:
                with self._store.write() as tx:
                    jump.follow(tx, by, said, self._lease)
        self._said, self._counted = said, counted
