"""A configuration -> its store, for us alone where it is a file."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from feeder import app as apps
from feeder.store import Store, deliveries, leases
from feeder.store.lock import DaemonLock

if TYPE_CHECKING:
    from contextlib import ExitStack

    from feeder.config import Config

log = logging.getLogger(__name__)


def open_alone(config: Config, house: ExitStack) -> Store:
    """The store, for us alone where it is a file; what a dead daemon held is free again."""
    path = Store(config.store.reveal()).path
    if path is not None:
        house.enter_context(DaemonLock(path))
    store = apps.open_store(config, daemon=True)
    house.callback(store.close)
    if store.embedded:
        with store.write() as tx:
            freed = deliveries.reclaim(tx, apps.now(), everything=True)
            leases.drop_all(tx)
        if freed:
            log.info("%d deliveries were under way when the last daemon ended; they are sent again", freed)
    return store
