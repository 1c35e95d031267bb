"""What SQLite and PostgreSQL both can, and SQLAlchemy says only in the words of one of them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Table

    from feeder.store.engine import Tx

# Parameters that one statement can be given without a thought.
MANY = 500


def put(tx: Tx, table: Table, values: Mapping[str, Any], key: Sequence[str]) -> None:
    """Insert the row, or write it over the one with the same key."""
    tx.execute(_upsert(tx.dialect.name, table, tuple(values), tuple(key)), values)


def put_all(tx: Tx, table: Table, rows: Sequence[Mapping[str, Any]], key: Sequence[str]) -> None:
    """The same for rows that all have the same columns."""
    if rows:
        tx.execute(_upsert(tx.dialect.name, table, tuple(rows[0]), tuple(key)), rows)


def add(tx: Tx, table: Table, values: Mapping[str, Any], key: Sequence[str]) -> bool:
    """Insert the row; False, and nothing done, when there is one with the same key."""
    return tx.execute(_insert(tx.dialect.name, table, tuple(key)), values).first() is not None


# To build a statement costs more than to run it on an embedded store.


@cache
def _upsert(dialect: str, table: Table, names: tuple[str, ...], key: tuple[str, ...]) -> Any:
    statement = _plain(dialect, table).values({name: bindparam(name) for name in names})
    changed = {name: statement.excluded[name] for name in names if name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=changed)


@cache
def _insert(dialect: str, table: Table, key: tuple[str, ...]) -> Any:
    return _plain(dialect, table).on_conflict_do_nothing(index_elements=key).returning(table.c[key[0]])


def _plain(dialect: str, table: Table) -> Any:
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)
