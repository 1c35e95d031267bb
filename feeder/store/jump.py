"""The clock of an embedded store jumped -> what lies ahead by the old clock lies as far ahead by the new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, func, select, type_coerce, update

from feeder.store.deliveries import MICROSECONDS
from feeder.store.schema import document, source
from feeder.store.schema_deliveries import attempt, delivery, flight, replay, webhook

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from feeder.store.engine import Tx

# What is waited for. A clock that goes ahead only makes it come early.
_AHEAD = (
    delivery.c.due,
    webhook.c.rest,
    webhook.c.paced,
    source.c.due,
    source.c.rest,
    document.c.again,
    replay.c.at,
)


def newest(tx: Tx, now: datetime) -> datetime:
    """The latest moment that the store tells of, `now` at least."""
    found = [now]
    for table, at in ((delivery, delivery.c.created), (attempt, attempt.c.at)):
        last = select(func.max(table.c.id)).scalar_subquery()
        found += tx.execute(select(at).where(table.c.id == last)).scalars()
    return max(found)


def follow(tx: Tx, by: timedelta, now: datetime, lease: timedelta) -> None:
    """The clock says `now`, which is `by` off what it should be; `lease` is how long an attempt may take.

    What is under way is ours, and lives: its leases begin again.
    """
    tx.execute(update(flight).values(until=now + lease))
    seconds = by.total_seconds()
    for column in _AHEAD if seconds < 0 else ():
        moved = type_coerce(column, BigInteger) + round(seconds * MICROSECONDS)
        tx.execute(update(column.table).where(column > now).values({column: moved}))
