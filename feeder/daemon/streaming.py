"""What was published -> whoever listens at /events, all of them woken by one look at the store."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING
from weakref import WeakSet

from feeder.daemon.loop import Loop
from feeder.pipeline.events import Events, Shape

if TYPE_CHECKING:
    from feeder.app import App
    from feeder.pipeline.events import Piece
    from feeder.store import Store

# Seconds after which the store is asked anyway: of many nodes, another one may have published.
_ALONE, _PAUSE = 30.0, 1.0


class Streaming:
    """`loop.wake()` says that more stands in the feeds than before. As Stream has it (server.parts)."""

    def __init__(self, store: Store, app: App) -> None:
        self._app, self._events = app, Events(store, self._shape)
        self._lock = threading.Lock()
        self._waiting: WeakSet[_Waiter] = WeakSet()
        self.closed = False
        self.loop = Loop("events", self._work, lambda: _ALONE if store.embedded else _PAUSE)

    def use(self, app: App) -> None:
        self._app = app

    def stop(self, seconds: float) -> bool:
        """Whoever listens is let go."""
        self.closed = True
        self._wake()
        return self.loop.stop(seconds)

    def newest(self) -> int:
        return self._events.newest()

    def since(self, seq: int) -> tuple[Piece, ...]:
        return self._events.since(seq)

    def waiter(self) -> asyncio.Event:
        found = _Waiter(asyncio.get_running_loop())
        with self._lock:
            self._waiting.add(found)
        return found

    def _work(self) -> None:
        if not self._waiting:
            self._events.skip()
            self._wake()  # who came just now has looked too early
            return
        while self._events.read():
            self._wake()

    def _wake(self) -> None:
        with self._lock:
            woken = list(self._waiting)
            self._waiting.clear()
        for it in woken:
            it.call()

    def _shape(self) -> Shape:
        it = self._app.output
        return Shape(it.site, it.url, it.feeds)


class _Waiter(asyncio.Event):
    """Can be set from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._owner = loop

    def call(self) -> None:
        try:
            self._owner.call_soon_threadsafe(self.set)
        except RuntimeError:  # its server has ended
            return
