"""Hints of other nodes -> our loops wake at once. Without them they wake at their next turn, a second later."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from feeder.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from feeder.store import Store

log = logging.getLogger(__name__)

# Seconds between two tries to be heard again: the first, and at most.
_FIRST, _LONGEST = 1.0, 60.0


class Listening:
    """`wake` says what to call for which hint (see store.hints). Whatever breaks here, nothing else does."""

    def __init__(self, store: Store, wake: Mapping[str, Callable[[], None]]) -> None:
        self._store, self._wake = store, wake
        self._ending = threading.Event()
        self._pause = _FIRST
        self._thread = threading.Thread(target=self._run, name="listen", daemon=True)

    def start(self) -> None:
        if not self._store.embedded:
            self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                if not self._store.listen(self._heard, self._ending):
                    log.info("the store stands behind a pooler: news of other nodes is asked for, once a second")
                    return
            except StoreError as error:
                log.debug("%s; it is tried again in %.0f seconds", error, self._pause)
                self._ending.wait(self._pause)
                self._pause = min(_LONGEST, self._pause * 2)

    def _heard(self, what: str) -> None:
        self._pause = _FIRST
        wake = self._wake.get(what)
        if wake is not None:
            wake()
