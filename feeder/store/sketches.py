"""The sketches of articles, and which articles share a phrase with one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select, union_all

from feeder.model.sketch import LEAST, Sketch
from feeder.store import dialect
from feeder.store.schema import article, phrase, sketch

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select

    from feeder.store.engine import Tx

# Boilerplate stands in every article of a source: of those that share one phrase only the newest are looked at.
_FEW = 8


_NONE = -1  # no hash is negative


def _newest(name: str) -> Select[tuple[str]]:
    """The newest articles with the phrase of this hash."""
    found = select(phrase.c.article).where(phrase.c.hash == bindparam(name)).order_by(phrase.c.at.desc())
    return select(found.limit(_FEW).subquery())


_HASHES = tuple(f"hash{number}" for number in range(LEAST))
_ALIKE = select(sketch).where(sketch.c.article.in_(union_all(*map(_newest, _HASHES))))
_ELSEWHERE = _ALIKE.join(article, article.c.id == sketch.c.article).where(article.c.source != bindparam("but"))
_INSERT = phrase.insert()


def put(tx: Tx, key: str, it: Sketch, now: datetime, *, first: bool) -> None:
    """Keep the sketch of the article's newest revision, which may be its `first`."""
    values = {"article": key, "phrases": it.phrases, "hashes": it.packed()}
    dialect.put(tx, sketch, values, ("article",))
    if not first:
        tx.execute(delete(phrase).where(phrase.c.article == key))
    tx.execute(_INSERT, [{"hash": number, "at": now, "article": key} for number in it.least])


def alike(tx: Tx, it: Sketch, but: str | None = None) -> dict[str, Sketch]:
    """The newest articles that share one of the least hashes, with their sketches; none of the source `but`."""
    asked = dict.fromkeys(_HASHES, _NONE) | dict(zip(_HASHES, it.least, strict=False))
    rows = tx.execute(_ALIKE, asked) if but is None else tx.execute(_ELSEWHERE, {**asked, "but": but})
    return {row.article: Sketch.unpacked(row.phrases, row.hashes) for row in rows}
