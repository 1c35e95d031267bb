"""Many rows in one statement and one answer, on SQLite and PostgreSQL.

SQLite's driver gives up the interpreter's lock for each row that it takes or gives, and has to win it back from
all who send: a hundred rows cost a hundred waits. So rows go in as one text of JSON, and come out as one.
PostgreSQL's looks at each value of an array for itself, and PostgreSQL is slow to read JSON. So rows go in by
column, each a text that PostgreSQL knows as an array. What is the same in all of many rows goes in once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    LargeBinary,
    String,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import NullType

from feeder.store.instant import Instant, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Column, ColumnElement, CompoundSelect, Select, Subquery, Table
    from sqlalchemy.types import TypeEngine

    from feeder.store.engine import Tx

    Alike = frozenset[Column[Any]]  # those that are the same in all rows

_SQLITE = sqlite.dialect()
# To read what is the same in all rows for each of them takes as long as to write it. But each choice of such
# columns is a statement of its own, which takes milliseconds to build.
_MANY, KEPT = 32, 64


# ---------------------------------------------------------------- in


def add_all(tx: Tx, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Insert the rows, whose values are those of these columns."""
    if rows:
        alike, values = given(tx, named(table, names), rows)
        tx.execute(_adding(tx.dialect.name, table, names, alike), values)


def change_all(tx: Tx, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Write these columns of the rows with these keys, the last of the columns."""
    if rows:
        alike, values = given(tx, named(table, names), rows)
        tx.execute(_changing(tx.dialect.name, table, names, alike), values)


def named(table: Table, names: Iterable[str]) -> tuple[Column[Any], ...]:
    return tuple(table.c[name] for name in names)


def given(
    tx: Tx, columns: Sequence[Column[Any]], rows: Sequence[Sequence[Any]], word: str = "all"
) -> tuple[Alike, dict[str, Any]]:
    """The rows as parameters of a statement with `new` of these columns and this word; and which `new` that is."""
    cells = dict(zip(columns, list(zip(*rows, strict=True)) or [()] * len(columns), strict=True))
    for it, values in cells.items():
        if isinstance(it.type, Instant):
            cells[it] = tuple(map(number, values))
        elif _is_bytes(it):
            cells[it] = tuple(map(bytes.decode, values))
    alike = _alike(cells, len(rows))
    once = {f"{word}_{it.name}": cells.pop(it)[0] for it in alike}
    if tx.dialect.name == "sqlite":
        return alike, once | {"rows": _encode(list(zip(*cells.values(), strict=True)))}
    return alike, once | {f"{word}_{it.name}": array(values) for it, values in cells.items()}


def _alike(cells: Mapping[Column[Any], Sequence[Any]], size: int) -> Alike:
    """All but one at most: how many rows there are, the others say."""
    if size < _MANY:
        return frozenset()
    found = [it for it, values in cells.items() if values.count(values[0]) == size]
    return frozenset(found[: len(cells) - 1])


def array(values: Sequence[Any]) -> str:
    """A column as PostgreSQL writes an array; most values of one are the same."""
    cells = {value: _cell(value) for value in set(values)}
    return "{" + ",".join([cells[value] for value in values]) + "}"


def _cell(value: Any) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return "NULL" if value is None else str(value)


_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


# To build a statement costs more than to run it on an embedded store.


@lru_cache(KEPT)
def _adding(dialect: str, table: Table, names: tuple[str, ...], alike: Alike) -> Any:
    return insert(table).from_select(list(names), select(*new(dialect, named(table, names), alike).c))


@lru_cache(KEPT)
def _changing(dialect: str, table: Table, names: tuple[str, ...], alike: Alike) -> Any:
    rows = new(dialect, named(table, names), alike)
    *others, key = names
    return update(table).where(table.c[key] == rows.c[key]).values({name: rows.c[name] for name in others})


def new(dialect: str, columns: Sequence[Column[Any]], alike: Alike, word: str = "all") -> Subquery:
    """A table of the rows that are given, with these columns; on PostgreSQL a statement has several, by `word`."""
    others = [it for it in columns if it not in alike]
    each: Any
    cells: dict[Column[Any], Any]
    if dialect == "sqlite":
        each = func.json_each(bindparam("rows", type_=String)).table_valued("value", name="given")
        cells = {it: func.json_extract(each.c.value, f"$[{place}]") for place, it in enumerate(others)}
    else:
        each = unnested({it.name: _type(it) for it in others}, word)
        cells = {it: each.c[it.name] for it in others}
    cells |= {it: cast(bindparam(f"{word}_{it.name}", type_=_type(it)), _type(it)) for it in alike}
    for it in filter(_is_bytes, columns):
        cells[it] = cast(cells[it], LargeBinary) if dialect == "sqlite" else func.convert_to(cells[it], "UTF8")
    return select(*(cells[it].label(it.name) for it in columns)).select_from(each).subquery("new")


def _type(it: Column[Any]) -> TypeEngine[Any]:
    """Of its values as they are given."""
    if _is_bytes(it):
        return String()
    return BigInteger() if isinstance(it.type, Instant) else it.type


def unnested(columns: Mapping[str, TypeEngine[Any]], word: str = "all") -> Any:
    """For PostgreSQL: a table of the array parameters `word_…`, one for each of these columns."""
    arrays = (cast(bindparam(f"{word}_{name}", type_=String), ARRAY(kind)) for name, kind in columns.items())
    typed = (column(name, kind) for name, kind in columns.items())
    return func.unnest(*arrays).table_valued(*typed).render_derived("given")


def _is_bytes(it: Column[Any]) -> bool:
    return isinstance(it.type, LargeBinary)


# ---------------------------------------------------------------- out


@dataclass(frozen=True, slots=True)
class Query:
    """A statement whose rows come at once; `turns` make what comes of a column what it is."""

    statement: Any
    turns: tuple[tuple[int, Callable[[Any], Any]], ...]


def query(dialect: str, statement: Select[Any] | CompoundSelect[Any]) -> Query:
    """Build it once, and keep it."""
    if dialect != "sqlite":
        return Query(statement, ())
    columns = list(statement.selected_columns)
    turns = tuple((place, turn) for place, it in enumerate(columns) if (turn := _turn(it.type)) is not None)
    inner = statement.subquery("rows")
    return Query(select(func.json_group_array(func.json_array(*inner.c))), turns)


def _turn(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    return kind.result_processor(_SQLITE, None)


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
