"""A configuration -> its store, for us alone where it is a file."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from feeder import app as apps
from feeder.daemon import roles as parts
from feeder.net import redact
from feeder.pipeline.settling import reclaim
from feeder.store import Store, leases
from feeder.store.lock import DaemonLock

if TYPE_CHECKING:
    from collections.abc import Collection
    from contextlib import ExitStack

    from feeder.config import Config
    from feeder.daemon.roles import Role

log = logging.getLogger(__name__)


def open_alone(config: Config, roles: Collection[Role], house: ExitStack) -> Store:
    """The store, for us alone where it is a file; what a dead daemon held is free again. Raises FeederError."""
    say_guard(config)
    unopened = Store(config.store.reveal())
    parts.check(roles, unopened)
    if unopened.path is not None:
        house.enter_context(DaemonLock(unopened.path))
    store = apps.open_store(config, daemon=True)
    house.callback(store.close)
    if store.embedded:
        with store.write() as tx:
            leases.drop_all(tx)
        freed = reclaim(store, config.webhooks, store.probing, everything=True)
        if freed:
            log.info("%d deliveries were under way when the last daemon ended; they are sent again", freed)
    return store


def say_guard(config: Config) -> None:
    """With a proxy, what may be reached is for the proxy to say: that must not come as a surprise."""
    if config.network.proxy is not None:
        proxy = redact(config.network.proxy.reveal())
        log.info("the proxy %s is the guard now: network.allow judges its own address, and no other", proxy)
