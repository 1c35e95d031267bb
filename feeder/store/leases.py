"""Who does what alone, until when. Moments are the store's own (`Store.now`): nodes' clocks differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from feeder.store import dialect
from feeder.store.schema import lease

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from feeder.store.engine import Tx


def take(tx: Tx, name: str, owner: str, now: datetime, until: datetime) -> bool:
    """Take or prolong the lease; False while another owner has it."""
    free = (lease.c.owner == owner) | (lease.c.until < now)
    values = {"owner": owner, "until": until}
    if tx.execute(update(lease).where(lease.c.name == name, free).values(values)).rowcount:
        return True
    return dialect.add(tx, lease, {"name": name, **values}, ("name",))


def prolong(tx: Tx, names: Collection[str], owner: str, until: datetime) -> frozenset[str]:
    """Those of them that this owner still has, prolonged; the others are another's by now."""
    mine = lease.c.name.in_(list(names)) & (lease.c.owner == owner)
    return frozenset(tx.execute(update(lease).where(mine).values(until=until).returning(lease.c.name)).scalars())


def another_has(tx: Tx, name: str, owner: str, now: datetime) -> bool:
    """A look without a write, before `take`."""
    others = select(lease.c.name).where(lease.c.name == name, lease.c.owner != owner, lease.c.until >= now)
    return tx.execute(others).first() is not None


def drop(tx: Tx, name: str, owner: str) -> None:
    tx.execute(delete(lease).where(lease.c.name == name, lease.c.owner == owner))


def drop_owned(tx: Tx, owner: str) -> None:
    """Its owner ends."""
    tx.execute(delete(lease).where(lease.c.owner == owner))


def drop_all(tx: Tx) -> None:
    """For an embedded store: whoever held them is dead."""
    tx.execute(delete(lease))
