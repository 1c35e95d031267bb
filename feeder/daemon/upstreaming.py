"""What hubs of others send -> taken in; and subscribed to where a source names a hub."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from feeder import app as apps
from feeder.errors import SourceError
from feeder.net import Fetched
from feeder.pipeline import upstream
from feeder.pipeline.ingest import ingest
from feeder.store import documents, upstreams

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from feeder.app import App
    from feeder.model.delivery import Answer
    from feeder.store.upstreams import Upstream

log = logging.getLogger(__name__)


def subscribe(app: App) -> None:
    """Ask the hubs that are due to be asked. Raises StoreError."""
    if not app.callback:
        return

    def post(it: Upstream, body: bytes) -> Answer:
        home = getattr(app.config.sources.get(it.source), "url", "")
        return app.fetcher.post(it.hub, body, upstream.FORM, home=home)

    upstream.ask(app.store, app.callback, post)


def forget(app: App) -> None:
    """The subscriptions of sources that are no feeds of this configuration any more."""
    feeds = [name for name, it in app.config.sources.items() if it.type == "feed"]
    with app.store.read() as tx:
        left = upstreams.states(tx).keys() - set(feeds)
    if left:
        with app.store.write() as tx:
            upstreams.keep(tx, feeds)


class Callback:
    """As server.parts has it. `done` is called when something was taken in."""

    def __init__(self, app: App, done: Callable[[], None]) -> None:
        self._app, self._done = app, done

    @property
    def limit(self) -> int:
        feeds = (it for it in self._app.config.sources.values() if it.type == "feed")
        return max((getattr(it, "max_size", 0) for it in feeds), default=0)

    def verify(self, path: str, said: Mapping[str, str]) -> str | None:
        return upstream.verify(self._app.store, path, said)

    def expects(self, path: str) -> bool:
        store = self._app.store
        with store.read() as tx:
            return upstream.sent_to(tx, path, store.now(tx)) is not None

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> bool:
        """False when nothing is expected there. What is not signed as we asked is let drop. Raises StoreError."""
        store = self._app.store
        with store.read() as tx:
            now = store.now(tx)
            it = upstream.sent_to(tx, path, now)
            shown = frozenset(documents.stamps(tx, it.source)) if it else frozenset()
        if it is None or it.source not in self._app.config.sources:
            return False
        if not upstream.is_signed(it, headers.get("x-hub-signature", ""), body):
            log.warning("source %s: what came in the name of its hub is not signed as it should be", it.source)
            return True
        self._take_in(it, headers.get("content-type", ""), body, shown)
        return True

    def _take_in(self, it: Upstream, content_type: str, body: bytes, shown: frozenset[str]) -> None:
        url = getattr(self._app.config.sources[it.source], "url", it.topic)
        sent = Fetched(url, 200, (("Content-Type", content_type),), body)
        source = apps.pushed(self._app, it.source, sent, shown)
        try:
            report = ingest(self._app.desk, source, apps.now(), frozenset())
        except SourceError as error:
            log.warning("%s (as its hub sent it)", error)
            return
        if report.counts:
            said = ", ".join(f"{number} {what}" for what, number in sorted(report.counts.items()))
            log.info("source %s, by its hub: %s", it.source, said)
        self._done()
