"""What stands in a feed's subscription document, and what was sealed in its archives (RFC 5005, section 4).

The document has the newest articles, and every other one that readers of the archives do not know as it is now:
those are open. When there are enough of them that are not among the newest, the oldest become the next archive.
The rows come first, in one transaction, and the files after them: whoever finds that a file is missing writes it
by its rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    Integer,
    String,
    and_,
    bindparam,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
    update,
)

from feeder.model.article import Article, Bar, State
from feeder.store import articles, bulk, content, dialect
from feeder.store.schema import article, membership, revision
from feeder.store.schema_publishing import archive, archived

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import BindParameter, ColumnElement, Row, Select

    from feeder.store.engine import Tx

Members = tuple[tuple[str, int], ...]
_PLACE = (membership.c.position, membership.c.article)
_AS_IT_WAS = and_(revision.c.article == archived.c.article, revision.c.seq == archived.c.revision)


@dataclass(frozen=True, slots=True)
class Window:
    """`newest`: article and seq of its revision, newest first; `older`: those further down that are open."""

    newest: Members
    older: Members

    @property
    def members(self) -> Members:
        return self.newest + self.older


NOTHING = Window((), ())


def window(tx: Tx, name: str, limit: int, most: int) -> Window:
    """At most so many of the older ones, from the newest on."""
    newest, older = _windows(tx.dialect.name)
    found = bulk.rows(tx, newest, {"feed": name, "limit": limit})
    top = tuple((article, seq) for article, seq, _ in found)
    if len(found) < limit or not most:
        return Window(top, ())
    last, _, at = found[-1]
    below = bulk.rows(tx, older, {"feed": name, "limit": most, "at": at, "article": last})
    return Window(top, tuple((article, seq) for article, seq, _ in below))


@cache
def _windows(dialect: str) -> tuple[bulk.Query, bulk.Query]:
    """The newest members of a feed, and the open ones below one of them."""
    name, limit = bindparam("feed", type_=String), bindparam("limit", type_=Integer)
    place = tuple_(bindparam("at", type_=BigInteger), bindparam("article", type_=String))
    further = and_(membership.c.archive.is_(None), tuple_(*_PLACE) < place)
    newest = _from_the_top(name).limit(limit)
    return bulk.query(dialect, newest), bulk.query(dialect, _from_the_top(name).where(further).limit(limit))


def _from_the_top(name: str | BindParameter[str]) -> Select[tuple[str, int, int]]:
    at = type_coerce(membership.c.position, BigInteger).label("at")  # nobody needs it as a moment
    query = select(membership.c.article, membership.c.revision, at).where(membership.c.feed == name)
    return query.order_by(membership.c.position.desc(), membership.c.article.desc())


def _open(name: str) -> ColumnElement[bool]:
    return and_(membership.c.feed == name, membership.c.archive.is_(None))


def _below(place: tuple[int, str]) -> ColumnElement[bool]:
    below: ColumnElement[bool] = tuple_(*_PLACE) < _point(place)
    return below


def _point(place: tuple[int, str]):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a tuple of SQL
    return tuple_(literal(place[0], BigInteger), literal(place[1]))


def seal(
    tx: Tx, name: str, limit: int, block: int, now: datetime, *, above: int = 0, most: int = 50
) -> tuple[int, ...]:
    """Make archives, at most so many, of a block of open articles each; returns their numbers.

    The oldest come first. What is among the newest `limit` stays out. The numbers are `above` this one.
    """
    bottom = tx.execute(_from_the_top(name).offset(limit - 1).limit(1)).first()
    sealed: list[int] = []
    while bottom is not None and len(sealed) < most:
        oldest = _from_the_top(name).where(_open(name), _below((bottom.at, bottom.article)))
        oldest = oldest.order_by(None).order_by(*_PLACE).offset(block - 1).limit(1)
        last = tx.execute(oldest).first()
        if last is None:
            break
        sealed.append(_seal(tx, name, (last.at, last.article), now, above))
    return tuple(sealed)


def _seal(tx: Tx, name: str, last: tuple[int, str], now: datetime, above: int) -> int:
    before = newest_number(tx, name)
    number = max(before or 0, above) + 1
    chosen = and_(_open(name), tuple_(*_PLACE) <= _point(last))
    tx.execute(archive.insert().values(feed=name, number=number, previous=before, at=now))
    rows = select(
        membership.c.feed, literal(number), membership.c.article, membership.c.revision, membership.c.position
    ).where(chosen)
    tx.execute(archived.insert().from_select(["feed", "number", "article", "revision", "position"], rows))
    tx.execute(update(membership).where(chosen).values(archive=number))
    return number


# ---------------------------------------------------------------- archives


@dataclass(frozen=True, slots=True)
class Sealed:
    """The number of the newest archive; and what was taken out: the number of the archive, the article."""

    newest: int | None = None
    struck: frozenset[tuple[int, str]] = frozenset()


UNSEALED = Sealed()


def sealed(tx: Tx, name: str) -> Sealed:
    newest = newest_number(tx, name)
    return UNSEALED if newest is None else Sealed(newest, frozenset(struck(tx, name)))


# To build a statement takes longer than to run it.
_OF_FEED = bindparam("feed", type_=String)
_NEWEST = select(func.max(archive.c.number)).where(archive.c.feed == _OF_FEED)
_STRUCK = select(archived.c.number, archived.c.article).where(
    archived.c.feed == _OF_FEED, archived.c.struck.is_(True)
)


def newest_number(tx: Tx, name: str) -> int | None:
    return tx.execute(_NEWEST, {"feed": name}).scalar()


def numbers(tx: Tx, name: str) -> dict[int, int | None]:
    """Every archive of this feed, with the one before it."""
    rows = tx.execute(select(archive.c.number, archive.c.previous).where(archive.c.feed == name))
    return {row.number: row.previous for row in rows}


def contents(tx: Tx, name: str, number: int) -> tuple[tuple[Article, int], ...]:
    """The articles as they were sealed, each with the seq of its revision, newest first; without what was struck.

    Where an amendment has taken the place of that revision, the article is as it is now.
    """
    query = (
        select(article, revision.c.seq, revision.c.number, revision.c.at.label("then"), revision.c.content)
        .select_from(archived)
        .join(article, article.c.id == archived.c.article)
        .join(revision, _AS_IT_WAS, isouter=True)
        .where(archived.c.feed == name, archived.c.number == number, archived.c.struck.is_(False))
        .order_by(archived.c.position.desc(), archived.c.article.desc())
    )
    rows = tx.execute(query).all()
    now = _as_they_are(tx, [row.id for row in rows if row.content is None])
    return tuple(now[row.id] if row.content is None else (_as_it_was(row), row.seq) for row in rows)


def _as_they_are(tx: Tx, keys: Sequence[str]) -> dict[str, tuple[Article, int]]:
    newest = select(revision.c.article, func.max(revision.c.seq)).where(revision.c.article.in_(keys))
    seqs = dict(tx.execute(newest.group_by(revision.c.article)).all())
    return {it.id: (it, seqs[it.id]) for it in articles.get_many(tx, keys)}


def _as_it_was(row: Row[tuple[object, ...]]) -> Article:
    values = {name: row._mapping[name] for name in Article.__slots__ if name != "content"}  # noqa: SLF001
    if row.number != row.revision:
        values |= {"revision": row.number, "updated": row.then}
    values |= {"state": State(row.state), "bar": Bar(row.bar), "content": content.load(row.content)}
    return Article(**values)


def strike(tx: Tx, key: str) -> tuple[str, ...]:
    """Take this article out of every archive that has it; returns the feeds concerned."""
    mine = (archived.c.article == key) & archived.c.struck.is_(False)
    names = tuple(tx.execute(select(archived.c.feed).where(mine).distinct().order_by(archived.c.feed)).scalars())
    tx.execute(update(archived).where(mine).values(struck=True))
    return names


def struck(tx: Tx, name: str) -> tuple[tuple[int, str], ...]:
    return tuple((row.number, row.article) for row in tx.execute(_STRUCK, {"feed": name}))


def all_stand(tx: Tx, name: str, seqs: Sequence[int]) -> bool:
    """Whether the articles of these revisions are still in the feed, in an archive or not."""
    found = 0
    query = select(func.count()).select_from(revision).join(membership, membership.c.article == revision.c.article)
    for start in range(0, len(seqs), dialect.MANY):
        some = revision.c.seq.in_(seqs[start : start + dialect.MANY])
        found += tx.execute(query.where(membership.c.feed == name, some)).scalar_one()
    return found == len(seqs)
