"""Which articles are in which feed, and when a feed last changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, String, bindparam, delete, func, select, update

from feeder.model.article import Change
from feeder.store import articles, bulk, dialect, hints
from feeder.store.instant import Instant
from feeder.store.schema import cursor, feed, membership, revision
from feeder.store.schema_publishing import archived, tombstone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from feeder.model.article import Article
    from feeder.store.engine import Tx


# How long it is remembered that an article was withdrawn.
_REMEMBERED = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class FeedState:
    """`parent` is the key in the configuration, `value` what a for-each feed is of; `version` counts changes."""

    name: str
    parent: str
    value: str
    iri: str
    version: int
    changed: datetime
    ended: bool


def _state(row: Row[tuple[object, ...]]) -> FeedState:
    return FeedState(**row._mapping)  # noqa: SLF001  the documented way to a row's names


def states(tx: Tx) -> dict[str, FeedState]:
    return {row.name: _state(row) for row in tx.execute(select(feed).order_by(feed.c.name))}


def state_of(tx: Tx, name: str) -> FeedState | None:
    row = tx.execute(_STATE, {"feed": name}).first()
    return None if row is None else _state(row)


_STATE = select(feed).where(feed.c.name == bindparam("feed", type_=String))
_VERSIONS = select(feed.c.name, feed.c.version)
_CURSOR = select(cursor.c.seq, cursor.c.shape).where(cursor.c.name == bindparam("name"))


def put(tx: Tx, it: FeedState) -> None:
    values = {name: getattr(it, name) for name in it.__slots__}
    dialect.put(tx, feed, values, ("name",))


def revive(tx: Tx, name: str) -> None:
    tx.execute(update(feed).where(feed.c.name == name).values(ended=False))


def end(tx: Tx, parent: str, now: datetime) -> None:
    """The feeds of this parent stand in the configuration no more: they are emptied, and their files go."""
    clear(tx, parent)
    changed = {"ended": True, "version": feed.c.version + 1, "changed": now}
    tx.execute(update(feed).where(feed.c.parent == parent, feed.c.ended.is_(False)).values(changed))
    hints.hint(tx, hints.FEEDS)


def of_parent(tx: Tx, parent: str) -> tuple[str, ...]:
    return tuple(tx.execute(select(feed.c.name).where(feed.c.parent == parent)).scalars())


def versions(tx: Tx) -> dict[str, int]:
    return dict(tx.execute(_VERSIONS).all())


def touch(tx: Tx, names: Iterable[str], now: datetime) -> int:
    """These feeds are to be written again. Returns how many of them are there, and have not ended."""
    given = {"names": bulk.words(names), "now": now}
    ended: Sequence[bool] = tx.execute(_touch(tx.dialect.name), given).scalars().all()
    hints.hint(tx, hints.FEEDS)
    return len(ended) - sum(ended)


@cache
def _touch(name: str) -> Any:
    mine = feed.c.name.in_(select(bulk.each(name, "names").c.value))
    changed = {"version": feed.c.version + 1, "changed": bindparam("now", type_=Instant)}
    return update(feed).where(mine).values(changed).returning(feed.c.ended)


def of_article(tx: Tx, article: str) -> frozenset[str]:
    return frozenset(tx.execute(_OF_ARTICLE, {"article": article}).scalars())


def enter(tx: Tx, name: str, article: Article, *, new: bool = False) -> None:
    """An archive that has it as it is now, from a time when it stood here before, is still good.

    `new`: it stood nowhere before.
    """
    given = {"feed": name, "article": article.id, "position": article.position, "number": article.revision}
    tx.execute(_ENTER, given)
    if not new:
        tx.execute(_DIG_UP, {"of": name, "key": article.id})


_OF_ARTICLE = select(membership.c.feed).where(membership.c.article == bindparam("article"))
_SEQ = select(revision.c.seq).where(
    revision.c.article == bindparam("article", type_=String),
    revision.c.number == bindparam("number", type_=Integer),
)
_TOLD = select(func.max(revision.c.seq)).where(
    revision.c.article == bindparam("article", type_=String), revision.c.kind != Change.AMENDED
)
_KEPT = select(func.max(archived.c.number)).where(
    archived.c.feed == bindparam("feed", type_=String),
    archived.c.article == bindparam("article", type_=String),
    archived.c.struck.is_(False),
    archived.c.revision >= _TOLD.scalar_subquery(),
)
_ENTER = membership.insert().values(
    feed=bindparam("feed"),
    article=bindparam("article"),
    position=bindparam("position"),
    revision=func.coalesce(_SEQ.scalar_subquery(), 0),
    archive=_KEPT.scalar_subquery(),
)
_DIG_UP = delete(tombstone).where(tombstone.c.feed == bindparam("of"), tombstone.c.article == bindparam("key"))


def leave(tx: Tx, names: Iterable[str], article: str) -> None:
    tx.execute(delete(membership).where(membership.c.article == article, membership.c.feed.in_(list(names))))


def bury(tx: Tx, names: Iterable[str], article: str, now: datetime) -> None:
    """It was withdrawn, and stood in these feeds; whoever wants to know can read that for some months."""
    dialect.put_all(
        tx, tombstone, [{"feed": name, "article": article, "at": now} for name in names], ("feed", "article")
    )
    tx.execute(delete(tombstone).where(tombstone.c.feed.in_(list(names)), tombstone.c.at < now - _REMEMBERED))


def buried(tx: Tx, name: str, limit: int) -> tuple[tuple[str, datetime], ...]:
    """The articles that were withdrawn from this feed and when, the newest first."""
    query = select(tombstone.c.article, tombstone.c.at).where(tombstone.c.feed == name)
    rows = tx.execute(query.order_by(tombstone.c.at.desc(), tombstone.c.article).limit(limit))
    return tuple((row.article, row.at) for row in rows)


def clear(tx: Tx, parent: str) -> None:
    """Take every article out of every feed of this parent."""
    names = select(feed.c.name).where(feed.c.parent == parent)
    tx.execute(delete(membership).where(membership.c.feed.in_(names)))


def newest(tx: Tx, name: str, limit: int) -> tuple[Article, ...]:
    """The newest members, whatever else the subscription document has (see archives)."""
    query = select(membership.c.article).where(membership.c.feed == name)
    order = (membership.c.position.desc(), membership.c.article.desc())
    keys = tuple(tx.execute(query.order_by(*order).limit(limit)).scalars())
    found = {article.id: article for article in articles.get_many(tx, keys)}
    return tuple(found[key] for key in keys)


def sizes(tx: Tx) -> dict[str, int]:
    """How many articles stand in each feed."""
    return dict(tx.execute(select(membership.c.feed, func.count()).group_by(membership.c.feed)).all())


def read_cursor(tx: Tx, name: str) -> tuple[int, str]:
    """How far the follower of this name has come, and the shape in which it wrote; (0, "") for a new one."""
    row = tx.execute(_CURSOR, {"name": name}).first()
    return (0, "") if row is None else (row.seq, row.shape)


def note(tx: Tx, name: str, problem: str) -> None:
    """What hinders this follower; empty when nothing does."""
    if tx.execute(update(cursor).where(cursor.c.name == name).values(problem=problem)).rowcount == 0:
        tx.execute(cursor.insert().values(name=name, seq=0, shape="", problem=problem))


def problems(tx: Tx) -> tuple[str, ...]:
    """What hinders the followers of this store."""
    query = select(cursor.c.problem).where(cursor.c.problem != "").order_by(cursor.c.name)
    return tuple(tx.execute(query).scalars())


def write_cursor(tx: Tx, name: str, seq: int, shape: str) -> None:
    dialect.put(tx, cursor, {"name": name, "seq": seq, "shape": shape}, ("name",))
