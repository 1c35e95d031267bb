"""The leases of this node: what it does alone, as long as it lives and can say so."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from feeder.store import leases

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from feeder.store import Store, Tx


class Holding:
    """For many threads. An embedded store needs no leases: the lock of its file says that we are alone.

    `monotonic` counts seconds. We believe in a lease from before it was written: sooner than others take it over.
    """

    def __init__(
        self, store: Store, owner: str, lease: timedelta, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._owner, self._lease, self._monotonic = store, owner, lease, monotonic
        self._held: dict[str, float] = {}
        self._guard = threading.Lock()

    def take(self, name: str) -> bool:
        """Whether it is ours from now on; it is then prolonged until it is released. Raises StoreError."""
        if self.mine(name):
            return True
        with self._store.read() as tx:
            if leases.another_has(tx, name, self._owner, self._store.now(tx)):
                return False
        began = self._monotonic()
        with self._store.write() as tx:
            now = self._store.now(tx)
            taken = leases.take(tx, name, self._owner, now, now + self._lease)
        if taken:
            self._believe((name,), began)
        return taken

    def mine(self, name: str) -> bool:
        """Without asking the store: whether nobody else can have it yet."""
        if self._store.embedded:
            return True
        with self._guard:
            since = self._held.get(name)
        return since is not None and self._monotonic() - since < self._lease.total_seconds()

    def renew(self) -> None:
        """To be called often; it writes when a third of the lease is over. Raises StoreError."""
        began = self._monotonic()
        with self._guard:
            names = set(self._held)
            oldest = min(self._held.values(), default=began)
        if began - oldest < self._lease.total_seconds() / 3:
            return
        with self._store.write() as tx:
            kept = leases.prolong(tx, names, self._owner, self._store.now(tx) + self._lease)
        with self._guard:
            for name in names & self._held.keys():
                if name in kept:
                    self._held[name] = began
                else:
                    del self._held[name]

    def release(self, tx: Tx, name: str) -> None:
        """Others may have it when this transaction commits."""
        self.forget(name)
        if not self._store.embedded:
            leases.drop(tx, name, self._owner)

    def forget(self, name: str) -> None:
        """Not to be prolonged any more: it runs out, unless it is taken again."""
        with self._guard:
            self._held.pop(name, None)

    def release_all(self) -> None:
        """This node ends. Raises StoreError."""
        with self._guard:
            self._held.clear()
        if not self._store.embedded:
            with self._store.write() as tx:
                leases.drop_owned(tx, self._owner)

    def _believe(self, names: tuple[str, ...], since: float) -> None:
        with self._guard:
            self._held.update(dict.fromkeys(names, since))
