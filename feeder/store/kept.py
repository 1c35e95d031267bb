"""Documents that wait for their time and that their source cannot show again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from feeder.model.document import Document
from feeder.store import dialect
from feeder.store.schema import kept

if TYPE_CHECKING:
    from feeder.store.engine import Tx


def put(tx: Tx, it: Document) -> None:
    values = {name: getattr(it, name) for name in it.__slots__} | {"said": json.dumps(it.said)}
    dialect.put(tx, kept, values, ("source", "key"))


def get(tx: Tx, source: str, key: str) -> Document | None:
    row = tx.execute(select(kept).where(kept.c.source == source, kept.c.key == key)).first()
    if row is None:
        return None
    said = tuple((field, value) for field, value in json.loads(row.said))
    return Document(**dict(row._mapping) | {"said": said})  # noqa: SLF001  the documented way to a row's names


def drop(tx: Tx, source: str, key: str) -> None:
    tx.execute(delete(kept).where(kept.c.source == source, kept.c.key == key))
