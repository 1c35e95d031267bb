"""Many rows in one statement and one answer, on SQLite and PostgreSQL.

SQLite's driver gives up the interpreter's lock for each row that it takes or gives, and has to win it back from
all who send: a hundred rows cost a hundred waits. So rows go in as one text of JSON, and come out as one.
PostgreSQL takes each column as one array.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, BigInteger, LargeBinary, String, bindparam, cast, func, insert, select, update
from sqlalchemy.dialects import sqlite

from feeder.store.instant import Instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import ColumnElement, Select, Table

    from feeder.store.engine import Tx

_SQLITE = sqlite.dialect()
_INSTANT = Instant()


# ---------------------------------------------------------------- in


def add_all(tx: Tx, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Insert the rows, whose values are those of these columns."""
    if rows:
        tx.execute(_adding(tx.dialect.name, table, names), _given(tx.dialect.name, names, rows))


def change_all(tx: Tx, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Write these columns of the rows with these keys; the key is the last of the columns."""
    if rows:
        tx.execute(_changing(tx.dialect.name, table, names), _given(tx.dialect.name, names, rows))


def _given(dialect: str, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    if dialect == "sqlite":
        return {"rows": json.dumps(rows, default=_plain, ensure_ascii=False)}
    return {f"v_{name}": list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def _plain(value: object) -> object:
    """What JSON does not know by itself; bytes are those of a text."""
    if isinstance(value, datetime):
        return _INSTANT.process_bind_param(value, _SQLITE)
    if isinstance(value, bytes):
        return value.decode()
    raise TypeError(type(value).__name__)


# To build a statement costs more than to run it on an embedded store.


@cache
def _adding(dialect: str, table: Table, names: tuple[str, ...]) -> Any:
    return insert(table).from_select(list(names), select(*_columns(dialect, table, names)))


@cache
def _changing(dialect: str, table: Table, names: tuple[str, ...]) -> Any:
    new = select(*_columns(dialect, table, names)).subquery("new")
    *others, key = names
    return update(table).where(table.c[key] == new.c[key]).values({name: new.c[name] for name in others})


def _columns(dialect: str, table: Table, names: tuple[str, ...]) -> list[ColumnElement[Any]]:
    if dialect == "sqlite":
        each = func.json_each(bindparam("rows", type_=String)).table_valued("value", name="given")
        cells = (func.json_extract(each.c.value, f"$[{place}]") for place in range(len(names)))
        return [_typed(cell, table, name).label(name) for cell, name in zip(cells, names, strict=True)]
    arrays = [bindparam(f"v_{name}", type_=ARRAY(table.c[name].type)) for name in names]
    given = func.unnest(*arrays).table_valued(*names, name="given").render_derived()
    return [given.c[name] for name in names]


def _typed(cell: Any, table: Table, name: str) -> Any:
    return cast(cell, LargeBinary) if isinstance(table.c[name].type, LargeBinary) else cell


# ---------------------------------------------------------------- out


@dataclass(frozen=True, slots=True)
class Query:
    """A statement whose rows come at once; `turns` make what comes of a column what it is."""

    statement: Any
    turns: tuple[tuple[int, Callable[[Any], Any]], ...]


def query(dialect: str, statement: Select[Any]) -> Query:
    """Build it once, and keep it."""
    if dialect != "sqlite":
        return Query(statement, ())
    columns = list(statement.selected_columns)
    kinds = [column.type.result_processor(_SQLITE, None) for column in columns]
    turns = tuple((place, turn) for place, turn in enumerate(kinds) if turn is not None)
    inner = statement.subquery("rows")
    return Query(select(func.json_group_array(func.json_array(*inner.c))), turns)


def rows(tx: Tx, it: Query, given: dict[str, Any] | None = None) -> Sequence[Sequence[Any]]:
    if tx.dialect.name != "sqlite":
        return tx.execute(it.statement, given or {}).all()
    found: list[list[Any]] = json.loads(tx.execute(it.statement, given or {}).scalar_one())
    for row in found:
        for place, turn in it.turns:
            row[place] = turn(row[place])
    return found


# ---------------------------------------------------------------- lists as one parameter


def each(dialect: str, name: str) -> Any:
    """A table with one column, `value`: the words of the list parameter `name`."""
    if dialect == "sqlite":
        return func.json_each(bindparam(name, type_=String)).table_valued("value", name=f"t_{name}")
    words = bindparam(name, type_=ARRAY(String))
    return func.unnest(words).table_valued("value", name=f"t_{name}").render_derived()


def among(dialect: str, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether the column is one of the numbers of the list parameter `name`."""
    if dialect == "sqlite":
        listed = func.json_each(bindparam(name, type_=String)).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == func.any(bindparam(name, type_=ARRAY(BigInteger)))


def words(tx: Tx, values: Iterable[Any]) -> Any:
    """A list as such a parameter."""
    return json.dumps(list(values)) if tx.dialect.name == "sqlite" else list(values)
