"""The newest articles, of a feed or of all, without their texts: those are fetched where they are new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Integer, and_, bindparam, select

from feeder.model.article import State
from feeder.store.schema import article, membership, revision

if TYPE_CHECKING:
    from feeder.store.engine import Tx

_CURRENT = and_(revision.c.article == article.c.id, revision.c.number == article.c.revision)
_ALL = (
    select(article.c.id, revision.c.seq)
    .join(revision, _CURRENT)
    .where(article.c.state == State.LIVE)
    .order_by(article.c.position.desc(), article.c.id.desc())
    .limit(bindparam("limit", type_=Integer))
)
_OF_FEED = (
    select(membership.c.article, membership.c.revision)
    .where(membership.c.feed == bindparam("feed"))
    .order_by(membership.c.position.desc(), membership.c.article.desc())
    .limit(bindparam("limit", type_=Integer))
)


def newest(tx: Tx, feed: str | None, limit: int) -> tuple[tuple[str, int], ...]:
    """(article, the seq of its revision), newest first; of all live articles where no feed is named."""
    rows = (
        tx.execute(_ALL, {"limit": limit})
        if feed is None
        else tx.execute(_OF_FEED, {"feed": feed, "limit": limit})
    )
    return tuple((key, seq) for key, seq in rows)
