"""Who does what alone, until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, update

from feeder.store import dialect
from feeder.store.schema import lease

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.store.engine import Tx


def take(tx: Tx, name: str, owner: str, now: datetime, until: datetime) -> bool:
    """Take or prolong the lease; False while another owner has it."""
    free = (lease.c.owner == owner) | (lease.c.until < now)
    values = {"owner": owner, "until": until}
    if tx.execute(update(lease).where(lease.c.name == name, free).values(values)).rowcount:
        return True
    return dialect.add(tx, lease, {"name": name, **values}, ("name",))


def drop(tx: Tx, name: str, owner: str) -> None:
    tx.execute(delete(lease).where(lease.c.name == name, lease.c.owner == owner))


def drop_all(tx: Tx) -> None:
    """For an embedded store: whoever held them is dead."""
    tx.execute(delete(lease))
