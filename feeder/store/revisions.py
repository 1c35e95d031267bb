"""What happened to articles, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from feeder.model.article import Change
from feeder.store.schema import revision

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Revision:
    seq: int
    article: str
    number: int
    kind: Change
    at: datetime


def since(tx: Tx, seq: int, upto: int | None, limit: int) -> tuple[Revision, ...]:
    """The next after `seq`, in the order in which they were committed."""
    columns = (revision.c[name] for name in ("seq", "article", "number", "kind", "at"))
    query = select(*columns).where(revision.c.seq > seq).order_by(revision.c.seq).limit(limit)
    rows = tx.execute(query if upto is None else query.where(revision.c.seq <= upto))
    return tuple(Revision(row.seq, row.article, row.number, Change(row.kind), row.at) for row in rows)


def newest(tx: Tx) -> int:
    return tx.execute(_NEWEST).scalar() or 0


_NEWEST = select(func.max(revision.c.seq))
