"""How far each output folder is in step: whoever is told of an article may come for it at once.

A folder has a lease and a row of the same name. Who has the lease writes the folder, and raises the row; the
nodes that deliver read all rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, func, select, update

from feeder.store import dialect, hints
from feeder.store.schema import cursor, lease

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.store.engine import Tx

_PREFIX = "folder "


@dataclass(frozen=True, slots=True)
class Published:
    """`upto` is the newest delivery (by id) that may be sent; `lives`: somebody is at work to raise it."""

    upto: int
    lives: bool


def name_of(folder: str) -> str:
    """Of the lease and the row of a folder with this id."""
    return _PREFIX + folder


def reach(tx: Tx, name: str, delivery: int) -> None:
    """Everything that is owed up to this delivery stands in the folder; never lowers."""
    if tx.execute(_REACH, {"of": name, "upto": delivery}).rowcount == 0:
        dialect.add(tx, cursor, {"name": name, "seq": delivery, "shape": "", "problem": ""}, ("name",))
    hints.hint(tx, hints.DELIVERIES)


def reached(tx: Tx, name: str) -> int | None:
    """None for a folder that was never in step."""
    return tx.execute(select(cursor.c.seq).where(cursor.c.name == name)).scalar()


def published(tx: Tx, now: datetime) -> Published:
    """A folder that nobody keeps holds nobody back; where no folder is kept, what once was in one may be sent."""
    least, most = tx.execute(_PUBLISHED, {"now": now}).one()
    return Published(most or 0, lives=False) if least is None else Published(least, lives=True)


# To build a statement costs more than to run it on an embedded store.

_REACH = (
    update(cursor)
    .where(cursor.c.name == bindparam("of"), cursor.c.seq < bindparam("upto"))
    .values(seq=bindparam("upto"))
)
_KEPT = select(lease.c.name).where(lease.c.name == cursor.c.name, lease.c.until >= bindparam("now")).exists()
_PUBLISHED = select(func.min(case((_KEPT, cursor.c.seq))), func.max(cursor.c.seq)).where(
    cursor.c.name.startswith(_PREFIX, autoescape=True)
)
