"""Leases that have run out -> the deliveries of senders that are dead or late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, true

from feeder.store._rows import FIELDS, from_row
from feeder.store.schema_deliveries import delivery, flight

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from feeder.model.delivery import Delivery
    from feeder.store.engine import Tx


def any_lost(tx: Tx, now: datetime) -> bool:
    """Whether a lease has run out."""
    query = select(flight.c.delivery).where(_lost(now, everything=False))
    return tx.execute(query.limit(1)).first() is not None


def losers(tx: Tx, now: datetime, *, everything: bool = False) -> tuple[str, ...]:
    """The webhooks of what is lost."""
    return tuple(tx.execute(select(flight.c.webhook).distinct().where(_lost(now, everything))).scalars())


def lost(tx: Tx, now: datetime, limit: int, *, everything: bool = False) -> tuple[Delivery, ...]:
    """Leases that have run out, or all of them when their holders are known to be dead; settle them as LOST."""
    query = select(*FIELDS).join(flight, flight.c.delivery == delivery.c.id).where(_lost(now, everything))
    # Settled just now by whoever has it after all: the row that is waited for has no token then.
    query = query.where(delivery.c.token.is_not(None)).order_by(flight.c.until).limit(limit)
    query = query.with_for_update(skip_locked=True, key_share=True, of=delivery)
    return tuple(map(from_row, tx.execute(query).all()))


def _lost(now: datetime, everything: bool) -> ColumnElement[bool]:  # noqa: FBT001 - said by its name
    return true() if everything else flight.c.until < now
