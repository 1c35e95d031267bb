"""store -> hooks of those who have subscribed, and the documents that they are told of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feeder.model.topic import Topic
from feeder.pipeline.hook import Hook
from feeder.store import subscriptions, topics
from feeder.webhooks import TOPICS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from feeder.config import WebhookOptions
    from feeder.model.topic import Subscription
    from feeder.store import Store, Tx

# Hooks that are kept for the next document.
_KEPT = 4096


class Subscribers:
    """For one thread. `hub` is the address of our own hub; empty where we have none."""

    def __init__(self, store: Store, hub: str) -> None:
        self._store, self._hub = store, hub
        self._hooks: dict[str, tuple[Subscription, Hook]] = {}
        self._topics: dict[int, Topic] = {}

    def due(self, tx: Tx, now: datetime, most: int) -> dict[str, Hook]:
        """Hooks of some of those that may be told something now; and what is told is read anew."""
        self._topics.clear()
        found = subscriptions.due(tx, now, most) if most > 0 else {}
        if len(self._hooks) > _KEPT:
            self._hooks.clear()
        return {name: self._hook(it) for name, it in found.items()}

    def topic(self, event: str) -> Topic:
        """The document as it stands. Raises LookupError."""
        key = topics.id_of(event)
        if key is None:
            raise LookupError(event)
        if key not in self._topics:
            self._topics[key] = self._read(key)
        return self._topics[key]

    def _read(self, key: int) -> Topic:
        with self._store.read() as tx:
            kept = topics.get(tx, key)
        if kept is None:
            raise LookupError(key)
        return Topic(kept.address, kept.media_type, kept.body, self._hub)

    def _hook(self, it: Subscription) -> Hook:
        known = self._hooks.get(it.name)
        if known is None or known[0] != it:
            self._hooks[it.name] = known = it, hook_of(it)
        return known[1]


def hook_of(it: Subscription) -> Hook:
    kind = TOPICS[it.protocol.value]
    more: dict[str, Any] = {"secret": it.secret} if it.secret else {}
    return Hook(it.name, kind.options(url=it.callback, **more), kind)


def options_of(tx: Tx, names: Iterable[str]) -> dict[str, WebhookOptions]:
    """Of those of these that have subscribed."""
    return {name: hook_of(it).options for name, it in subscriptions.among(tx, sorted(set(names))).items()}
