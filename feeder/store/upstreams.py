"""The feeds of others whose hubs tell us: what we asked for, and until when it was promised.

The secret is ours and signs what hubs send. It is kept as it is, for whichever node hears from the hub; nothing
prints it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from feeder.secret import Secret
from feeder.store import dialect, hints
from feeder.store.schema_topics import upstream

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Row

    from feeder.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Upstream:
    """`path` is the end of our callback. `asked`: since when we wait to be asked whether we mean it.

    `until` is when the subscription ends, None while there is none; `due` when to ask (again).
    """

    source: str
    hub: str
    topic: str
    path: str
    secret: Secret
    reason: str = ""
    asked: datetime | None = None
    until: datetime | None = None
    due: datetime | None = None


_NAMES = ("source", "hub", "topic", "path", "secret", "reason", "asked", "until", "due")
_FIELDS = [upstream.c[name] for name in _NAMES]


def _upstream(row: Row[Any]) -> Upstream:
    values = dict(row._mapping)  # noqa: SLF001  the documented way to a row's names
    return Upstream(**values | {"secret": Secret(values["secret"])})


def get(tx: Tx, source: str) -> Upstream | None:
    row = tx.execute(select(*_FIELDS).where(upstream.c.source == source)).first()
    return None if row is None else _upstream(row)


def at_path(tx: Tx, path: str) -> Upstream | None:
    row = tx.execute(select(*_FIELDS).where(upstream.c.path == path)).first()
    return None if row is None else _upstream(row)


def put(tx: Tx, it: Upstream) -> None:
    values = {name: getattr(it, name) for name in _NAMES} | {"secret": it.secret.reveal()}
    dialect.put(tx, upstream, values, ("source",))
    hints.hint(tx, hints.HUB)


def drop(tx: Tx, source: str) -> None:
    tx.execute(delete(upstream).where(upstream.c.source == source))


def keep(tx: Tx, sources: Collection[str]) -> None:
    """Those of other sources are forgotten; what their hubs still send is not ours."""
    tx.execute(delete(upstream).where(upstream.c.source.not_in(list(sources))))


def due(tx: Tx, now: datetime, limit: int) -> tuple[Upstream, ...]:
    query = select(*_FIELDS).where(upstream.c.due <= now).order_by(upstream.c.due).limit(limit)
    return tuple(map(_upstream, tx.execute(query).all()))


def claim(tx: Tx, it: Upstream, now: datetime, again: datetime) -> bool:
    """It is ours to ask now; False when another node was quicker. Asked again then, if nothing comes of it."""
    mine = (upstream.c.source == it.source) & (upstream.c.path == it.path) & (upstream.c.due == it.due)
    return tx.execute(update(upstream).where(mine).values(asked=now, due=again)).rowcount > 0


def alive(tx: Tx, source: str, now: datetime) -> bool:
    """Whether its hub tells us of what is new."""
    query = select(upstream.c.source).where(upstream.c.source == source, upstream.c.until > now)
    return tx.execute(query).first() is not None


def states(tx: Tx) -> dict[str, Upstream]:
    return {row.source: _upstream(row) for row in tx.execute(select(*_FIELDS).order_by(upstream.c.source))}
