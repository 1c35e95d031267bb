"""Many rows in one statement and one answer, on SQLite and PostgreSQL.

SQLite's driver gives up the interpreter's lock for each row that it takes or gives, and has to win it back from
all who send: a hundred rows cost a hundred waits. PostgreSQL's looks at each value of an array for itself. So rows
go in as one text of JSON, and come out of SQLite as one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, LargeBinary, String, bindparam, cast, column, func, insert, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import NullType

from feeder.store.instant import Instant, moment, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Column, ColumnElement, Select, Table
    from sqlalchemy.types import TypeEngine

    from feeder.store.engine import Tx

_SQLITE = sqlite.dialect()


# ---------------------------------------------------------------- in


def add_all(tx: Tx, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Insert the rows, whose values are those of these columns."""
    if rows:
        tx.execute(_adding(tx.dialect.name, table, names), {"rows": _given(tx.dialect.name, table, names, rows)})


def change_all(
    tx: Tx, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]], emptied: tuple[str, ...] = ()
) -> None:
    """Write these columns of the rows with these keys, the last of the columns; `emptied` become NULL."""
    if rows:
        changing = _changing(tx.dialect.name, table, names, emptied)
        tx.execute(changing, {"rows": _given(tx.dialect.name, table, names, rows)})


def _given(dialect: str, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> str:
    """What JSON knows; bytes are those of a text."""
    columns = list(zip(*rows, strict=True))
    for place, name in enumerate(names):
        if isinstance(table.c[name].type, Instant):
            columns[place] = tuple(map(number, columns[place]))
        elif isinstance(table.c[name].type, LargeBinary):
            columns[place] = tuple(map(bytes.decode, columns[place]))
    turned = zip(*columns, strict=True)
    return _encode(list(turned) if dialect == "sqlite" else [dict(zip(names, row, strict=True)) for row in turned])


_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


# To build a statement costs more than to run it on an embedded store.


@cache
def _adding(dialect: str, table: Table, names: tuple[str, ...]) -> Any:
    return insert(table).from_select(list(names), select(*_columns(dialect, table, names)))


@cache
def _changing(dialect: str, table: Table, names: tuple[str, ...], emptied: tuple[str, ...]) -> Any:
    new = select(*_columns(dialect, table, names)).subquery("new")
    *others, key = names
    values = {name: new.c[name] for name in others} | dict.fromkeys(emptied)
    return update(table).where(table.c[key] == new.c[key]).values(values)


def _columns(dialect: str, table: Table, names: tuple[str, ...]) -> list[ColumnElement[Any]]:
    """Those of the parameter `rows`."""
    given = bindparam("rows", type_=String)
    columns = [table.c[name] for name in names]
    if dialect == "sqlite":
        each = func.json_each(given).table_valued("value", name="given")
        cells = [(it, func.json_extract(each.c.value, f"$[{place}]")) for place, it in enumerate(columns)]
        return [(cast(cell, LargeBinary) if _is_bytes(it) else cell).label(it.name) for it, cell in cells]
    typed = [column(it.name, String if _is_bytes(it) else it.type) for it in columns]
    record = func.json_to_recordset(cast(given, JSON)).table_valued(*typed)
    found = record.render_derived("given", with_types=True).c
    return [func.convert_to(found[it.name], "UTF8") if _is_bytes(it) else found[it.name] for it in columns]


def _is_bytes(it: Column[Any]) -> bool:
    return isinstance(it.type, LargeBinary)


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
    turns = tuple((place, turn) for place, it in enumerate(columns) if (turn := _turn(it.type)) is not None)
    inner = statement.subquery("rows")
    return Query(select(func.json_group_array(func.json_array(*inner.c))), turns)


def _turn(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    return moment if isinstance(kind, Instant) else kind.result_processor(_SQLITE, None)


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
    given = bindparam(name, type_=String)
    if dialect == "sqlite":
        return func.json_each(given).table_valued("value", name=f"t_{name}")
    words = func.json_array_elements_text(cast(given, JSON))
    return words.table_valued(column("value", String), name=f"t_{name}").render_derived()


def among(dialect: str, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether the column is one of the numbers of the list parameter `name`."""
    if dialect == "sqlite":
        listed = func.json_each(bindparam(name, type_=String)).table_valued("value")
        return column.in_(select(listed.c.value))
    # Of no type that SQLAlchemy would cast: PostgreSQL itself reads it, and knows it when it plans.
    return column == func.any(bindparam(name, type_=NullType()))


def words(values: Iterable[str]) -> str:
    """A list as a parameter of `each`."""
    return _encode(list(values))


def numbers(tx: Tx, values: Iterable[int]) -> str:
    """A list as a parameter of `among`."""
    listed = ",".join(map(str, values))
    return f"[{listed}]" if tx.dialect.name == "sqlite" else f"{{{listed}}}"
