"""One node -> the others: there is something to do. On PostgreSQL only, and never the only way to know.

A hint travels with its transaction: it is heard when that has been committed, and never otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from feeder.store.pooler import is_direct

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from sqlalchemy.engine import Engine

    from feeder.store.engine import Tx

# What a hint may say: feeds are to be written again; something may be sent; somebody wants to subscribe.
FEEDS, DELIVERIES, HUB = "feeds", "deliveries", "hub"

_CHANNEL = "feeder"
_KEY = "feeder hints"
# Seconds after which a listener looks whether it shall end.
_TURN = 0.5


def hint(tx: Tx, what: str) -> None:
    """Said once when this transaction commits, however often it is called. An embedded store tells nobody."""
    if tx.dialect.name == "postgresql":
        tx.info.setdefault(_KEY, set()).add(what)


def drop(tx: Tx) -> None:
    """A transaction begins: what an older one on this connection had to say and rolled back is not said."""
    tx.info.pop(_KEY, None)


def send(tx: Tx) -> None:
    for what in sorted(tx.info.pop(_KEY, ())):
        tx.execute(text("SELECT pg_notify(:channel, :what)"), {"channel": _CHANNEL, "what": what})


def listen(engine: Engine, heard: Callable[[str], None], ending: Event) -> bool:
    """Call `heard` for every hint until `ending`. False at once when a pooler stands between: nothing would come.

    The connection is outside of the pool. Raises what the driver raises when it breaks.
    """
    driver = engine.dialect.dbapi
    arguments, options = engine.dialect.create_connect_args(engine.url)
    assert driver is not None  # noqa: S101 - an engine has one
    with driver.connect(*arguments, **options, autocommit=True) as connection:
        if not is_direct(connection):
            return False
        connection.execute(f"LISTEN {_CHANNEL}")
        while not ending.is_set():
            for notice in connection.notifies(timeout=_TURN):
                heard(notice.payload)
    return True
