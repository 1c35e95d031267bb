"""The keys by which sources know their articles."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from sqlalchemy import Integer, bindparam, select

from feeder.store import dialect
from feeder.store.schema import alias, source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from feeder.store.engine import Tx

_LONGEST = 700  # bytes of a key
_CALLED = (
    select(alias.c.article)
    .where(
        alias.c.source == bindparam("source"), alias.c.kind == bindparam("kind"), alias.c.key == bindparam("key")
    )
    .order_by(alias.c.at.desc())
    .limit(bindparam("limit", type_=Integer))
)


def newest(tx: Tx, source: str, kind: str, key: str) -> str | None:
    """The article that this source last knew by this key."""
    return next(iter(called(tx, source, kind, key, 1)), None)


def add(tx: Tx, source: str, keys: Iterable[tuple[str, str]], key: str, now: datetime) -> None:
    named = {"source": source, "article": key, "at": now}
    rows = [named | {"kind": kind, "key": _fit(name)} for kind, name in keys]
    dialect.put_all(tx, alias, rows, ("source", "kind", "key", "article"))


def called(tx: Tx, source: str, kind: str, key: str, limit: int = 3) -> tuple[str, ...]:
    """The articles that this source ever knew by this key, the newest first."""
    asked = {"source": source, "kind": kind, "key": _fit(key), "limit": limit}
    return tuple(tx.execute(_CALLED, asked).scalars())


def of(tx: Tx, key: str) -> tuple[tuple[str, str], ...]:
    rows = tx.execute(select(alias.c.kind, alias.c.key).where(alias.c.article == key).order_by(alias.c.at))
    return tuple((row.kind, row.key) for row in rows)


def called_anywhere(tx: Tx, kind: str, key: str, limit: int = 10) -> tuple[str, ...]:
    """The articles that any source ever knew by this key."""
    sources = select(source.c.name)
    query = select(alias.c.article).where(
        alias.c.source.in_(sources), alias.c.kind == kind, alias.c.key == _fit(key)
    )
    return tuple(tx.execute(query.limit(limit)).scalars())


def _fit(key: str) -> str:
    """What an index can hold: PostgreSQL's rows end at 2,700 bytes."""
    whole = key.encode("utf-8", "replace")
    return key if len(whole) <= _LONGEST else f"blake2b:{blake2b(whole, digest_size=20).hexdigest()}"
