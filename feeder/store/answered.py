"""What was answered to requests that name themselves (Idempotency-Key), so that the same one is answered alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, tuple_

from feeder.store import dialect
from feeder.store.schema import answered

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Answered:
    """`name` is the request's own, within its source; `digest` is of what it said; `key` is its document's."""

    source: str
    name: str
    digest: str
    outcome: str
    key: str
    at: datetime


def get(tx: Tx, source: str, name: str) -> Answered | None:
    row = tx.execute(select(answered).where(answered.c.source == source, answered.c.name == name)).first()
    return None if row is None else Answered(**row._mapping)  # noqa: SLF001  the documented way to a row's names


def put(tx: Tx, it: Answered) -> None:
    """The first answer stays."""
    values = {name: getattr(it, name) for name in it.__slots__}
    dialect.add(tx, answered, values, ("source", "name"))


def forget(tx: Tx, source: str, before: datetime, limit: int) -> int:
    """Drop at most so many of this source's that are older; returns how many."""
    old = select(answered.c.source, answered.c.name).where(answered.c.source == source, answered.c.at < before)
    return tx.execute(
        delete(answered).where(tuple_(answered.c.source, answered.c.name).in_(old.limit(limit)))
    ).rowcount
