"""Articles as bytes, one row for each format and manner: made once, whatever ends meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from feeder.store import dialect
from feeder.store.schema import membership, revision
from feeder.store.schema_publishing import fragment

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from feeder.store.engine import Tx

_KEY = ("article", "form", "manner")
_GET = select(fragment).where(fragment.c.article.in_(bindparam("keys", expanding=True)))


@dataclass(frozen=True, slots=True)
class Kept:
    """`revision` is the seq of what was written; `uses` are prefixes, a space between them."""

    article: str
    form: str
    manner: str
    revision: int
    updated: datetime
    uses: str
    body: bytes


def get(tx: Tx, keys: Sequence[str]) -> list[Kept]:
    """All that is kept of these articles, of whatever revision."""
    found: list[Kept] = []
    for start in range(0, len(keys), dialect.MANY):
        some = {"keys": list(keys[start : start + dialect.MANY])}
        found += [Kept(**row._mapping) for row in tx.execute(_GET, some)]  # noqa: SLF001  the documented way to names
    return found


def put(tx: Tx, rows: Sequence[Kept]) -> None:
    """In place of what was kept of older revisions."""
    values = [{name: getattr(it, name) for name in it.__slots__} for it in rows]
    dialect.put_all(tx, fragment, values, _KEY)


def drop(tx: Tx, seqs: Sequence[int]) -> None:
    """What is kept of these revisions, and not of newer ones of the same articles."""
    for start in range(0, len(seqs), dialect.MANY):
        some = seqs[start : start + dialect.MANY]
        theirs = select(revision.c.article).where(revision.c.seq.in_(some))
        tx.execute(delete(fragment).where(fragment.c.article.in_(theirs), fragment.c.revision.in_(some)))


def forget_others(tx: Tx, manners: Collection[str]) -> None:
    """Of manners in which nobody writes any more, and of articles that stand in no feed."""
    somewhere = select(membership.c.article).where(membership.c.article == fragment.c.article).exists()
    tx.execute(delete(fragment).where(fragment.c.manner.not_in(list(manners)) | ~somewhere))
