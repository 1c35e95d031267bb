"""What strangers ask of our topics -> verified in the background, a few at a time, and ended when it is over."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from feeder.daemon import upstreaming
from feeder.daemon.loop import Loop
from feeder.errors import FeederError
from feeder.pipeline.became import moved_to
from feeder.pipeline.hub import Verifier, forget, medium, tidy

if TYPE_CHECKING:
    from collections.abc import Callable

    from feeder.app import App
    from feeder.model.topic import Intent
    from feeder.store import Tx

log = logging.getLogger(__name__)

# What is asked of this node wakes us.
_PAUSE = 30.0
# Callbacks that are asked at the same time: in all, and of one host. A slow one keeps no other waiting.
_AT_ONCE, _OF_HOST = 16, 4
# Seconds that a callback has to answer.
_PATIENCE = 5.0
# Seconds between two looks for what has ended.
_TIDY = 30.0


def medium_of(app: App) -> Callable[[Tx, str], str | None]:
    """The media type of a topic of this configuration, by its address."""
    return lambda tx, address: medium(tx, app.spread, app.output.feeds, address)


def moved_of(app: App) -> Callable[[str], str | None]:
    """Where the feed of a topic of ours is now, by the topic's address."""
    return partial(moved_to, app.output)


def verifier_of(app: App) -> Verifier:
    return Verifier(app.store, partial(app.client.send, total=_PATIENCE), secrets.token_hex, medium_of(app))


class Hubbing:
    """Where our own hub is switched off, what it has promised still ends as it should."""

    def __init__(self, app: App) -> None:
        self._store, self._app, self._verifier = app.store, app, verifier_of(app)
        self.loop = Loop("hub", self._work, lambda: _PAUSE)
        self._busy: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._tidied, self._forgotten = float("-inf"), ""
        self._asking = threading.Thread()

    def use(self, app: App) -> None:
        """From the next turn on; from any thread."""
        self._app, self._verifier, self._tidied = app, verifier_of(app), float("-inf")
        self.loop.wake()

    def _work(self) -> None:
        if time.monotonic() - self._tidied > _TIDY:
            tidy(self._store, medium_of(self._app), moved_of(self._app))
            self._forgotten = forget(self._store, self._forgotten)
            upstreaming.forget(self._app)
            self._tidied = time.monotonic()
        verifier = self._verifier
        while found := verifier.take(*self._room()):
            for it in found:
                self._begin(verifier, it)
        if self._app.callback and not self._asking.is_alive():
            self._asking = threading.Thread(target=self._ask, name="subscribe", daemon=True)
            self._asking.start()

    def _ask(self) -> None:
        """A hub of others that does not answer keeps nobody here waiting."""
        try:
            upstreaming.subscribe(self._app)
        except FeederError as error:
            log.warning("%s", error)

    def _room(self) -> tuple[int, list[str]]:
        with self._lock:
            busy = [host for host, number in self._busy.items() if number >= _OF_HOST]
            return _AT_ONCE - self._busy.total(), busy

    def _begin(self, verifier: Verifier, it: Intent) -> None:
        with self._lock:
            self._busy[it.host] += 1
        threading.Thread(target=self._verify, args=(verifier, it), name="verify", daemon=True).start()

    def _verify(self, verifier: Verifier, it: Intent) -> None:
        try:
            verifier.verify(it)
        except FeederError as error:  # the store's: the intent is still there, and is taken again
            log.warning("hub: %s", error)
        finally:
            with self._lock:
                self._busy[it.host] -= 1
            self.loop.wake()
