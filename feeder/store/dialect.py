"""What SQLite and PostgreSQL both can, and SQLAlchemy says only in the words of one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Table

    from feeder.store.engine import Tx


def put(tx: Tx, table: Table, values: Mapping[str, Any], key: Sequence[str]) -> None:
    """Insert the row, or write it over the one with the same key."""
    statement = _insert(tx, table).values(values)
    changed = {name: statement.excluded[name] for name in values if name not in key}
    tx.execute(statement.on_conflict_do_update(index_elements=key, set_=changed))


def add(tx: Tx, table: Table, values: Mapping[str, Any], key: Sequence[str]) -> bool:
    """Insert the row; False, and nothing done, when there is one with the same key."""
    statement = _insert(tx, table).values(values).on_conflict_do_nothing(index_elements=key)
    return tx.execute(statement.returning(table.c[key[0]])).first() is not None


def _insert(tx: Tx, table: Table) -> Any:
    return (sqlite if tx.dialect.name == "sqlite" else postgresql).insert(table)
