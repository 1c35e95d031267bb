"""The newest articles, of a feed or of all, without their texts: those are fetched where they are new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, select

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
)
_OF_FEED = select(membership.c.article, membership.c.revision).order_by(
    membership.c.position.desc(), membership.c.article.desc()
)


def newest(tx: Tx, feed: str | None, limit: int) -> tuple[tuple[str, int], ...]:
    """(article, the seq of its revision), newest first; of all live articles where no feed is named."""
    query = _ALL if feed is None else _OF_FEED.where(membership.c.feed == feed)
    return tuple((key, seq) for key, seq in tx.execute(query.limit(limit)))
