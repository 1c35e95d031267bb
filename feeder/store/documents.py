"""What each source holds, as it was when last read; and the state of the sources themselves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Integer, bindparam, delete, func, select

from feeder.model.article import State
from feeder.store import bulk, dialect
from feeder.store.schema import article, document, source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy import Row

    from feeder.store.engine import Tx


_IN = 500  # keys in one statement


class DocumentState(StrEnum):
    READ = "read"
    EXPIRING = "expiring"  # read, and its article's time ends at `again`
    QUARANTINED = "quarantined"
    WAITING = "waiting"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Known:
    """A document as the store knows it. `since` is when its key was first seen.

    `again` is when what waits is read again, and when the article of what expires is withdrawn.
    """

    source: str
    key: str
    stamp: str
    digest: str
    state: DocumentState
    reason: str
    article: str | None
    since: datetime
    at: datetime
    again: datetime | None


@dataclass(frozen=True, slots=True)
class SourceState:
    """`looked` says that the first look is done; `identity` names the place that was looked at (see the kind).

    `at` is the last good look, `failures` counts those that failed since; `memory` is the kind's own. `rest` is
    until when the source asked to be left alone; `shown` is how many documents it showed; `gap` is when something
    may have been missed; `note` is for the operator.
    """

    name: str
    since: datetime
    looked: bool
    due: datetime
    at: datetime | None
    error: str
    identity: str
    memory: str = ""
    failures: int = 0
    rest: datetime | None = None
    shown: int | None = None
    gap: datetime | None = None
    note: str = ""


_LIMIT = bindparam("limit", type_=Integer)
_OLDEST = select(document).order_by(document.c.since, document.c.key).limit(_LIMIT)
_GET = select(document).where(document.c.source == bindparam("source"), document.c.key == bindparam("key"))
_OF_ARTICLE = _OLDEST.where(document.c.article == bindparam("article"), document.c.state != DocumentState.GONE)
_STAMPS = select(document.c.key, document.c.stamp).where(
    document.c.source == bindparam("source"), document.c.state != DocumentState.GONE
)
_STAMPS_OF = _STAMPS.where(document.c.key.in_(bindparam("keys", expanding=True)))
_STATES = select(source).order_by(source.c.name)
_STATE = select(source).where(source.c.name == bindparam("name"))
_SAME_BYTES = _OLDEST.where(
    document.c.source == bindparam("source"),
    document.c.digest == bindparam("digest"),
    document.c.article.is_not(None),
)


def _known(row: Row[tuple[object, ...]]) -> Known:
    values = dict(row._mapping)  # noqa: SLF001  the documented way to a row's names
    values["state"] = DocumentState(values["state"])
    return Known(**values)


def stamps(tx: Tx, name: str, only: Collection[str] | None = None) -> dict[str, str]:
    """The stamp of every document that this source is known to hold now; those to be read again have none."""
    if only is None:
        return dict(bulk.rows(tx, _all_stamps(tx.dialect.name), {"source": name}))  # type: ignore[arg-type]
    keys = list(only)
    found: dict[str, str] = {}
    for start in range(0, len(keys), _IN):
        found |= dict(tx.execute(_STAMPS_OF, {"source": name, "keys": keys[start : start + _IN]}).all())
    return found


@cache
def _all_stamps(dialect: str) -> bulk.Query:
    """A folder is looked through once a minute, and may have tens of thousands."""
    return bulk.query(dialect, _STAMPS)


def ripe(tx: Tx, name: str, now: datetime) -> frozenset[str]:
    """Documents that asked to wait until now."""
    query = select(document.c.key).where(
        document.c.source == name, document.c.state == DocumentState.WAITING, document.c.again <= now
    )
    return frozenset(tx.execute(query).scalars())


def expired(tx: Tx, name: str, now: datetime, limit: int) -> tuple[Known, ...]:
    """Documents of this source, and of those that nobody looks at, whose articles' time is over."""
    unwatched = document.c.source.not_in(select(source.c.name))
    query = select(document).where(
        document.c.state == DocumentState.EXPIRING,
        (document.c.source == name) | unwatched,
        document.c.again <= now,
    )
    return tuple(map(_known, tx.execute(query.order_by(document.c.again).limit(limit)).all()))


def get(tx: Tx, name: str, key: str) -> Known | None:
    row = tx.execute(_GET, {"source": name, "key": key}).first()
    return None if row is None else _known(row)


def of_article(tx: Tx, article: str, limit: int = 1000) -> tuple[Known, ...]:
    """The documents that state this article and are still there, the oldest key first."""
    return tuple(map(_known, tx.execute(_OF_ARTICLE, {"article": article, "limit": limit}).all()))


def same_bytes(tx: Tx, name: str, digest: str, limit: int = 20) -> tuple[Known, ...]:
    """Documents of this source with the same bytes and an article, present or gone, the oldest key first."""
    asked = {"source": name, "digest": digest, "limit": limit}
    return tuple(map(_known, tx.execute(_SAME_BYTES, asked).all()))


def read_claims_again(tx: Tx, name: str) -> None:
    """Let the next look read what was refused for claiming another document's article (errors.Claimed)."""
    where = (document.c.source == name) & (document.c.state == DocumentState.QUARANTINED)
    tx.execute(document.update().where(where, document.c.reason.startswith("its id ")).values(stamp=""))


def read_article_again(tx: Tx, article: str) -> None:
    """Let the next look read the documents of this article, whatever is known of them."""
    tx.execute(document.update().where(document.c.article == article).values(stamp="", digest=""))


def any_live(tx: Tx, name: str) -> bool:
    """Whether something that this source holds is published."""
    query = (
        select(document.c.key)
        .join(article, article.c.id == document.c.article)
        .where(document.c.source == name, document.c.state != DocumentState.GONE, article.c.state == State.LIVE)
    )
    return tx.execute(query.limit(1)).first() is not None


def forget_names(tx: Tx, name: str, article: str, but: Collection[str]) -> None:
    """Drop the rows of this article under keys other than these: a source may make up new ones at every look."""
    for it in of_article(tx, article):
        if it.source == name and it.key not in but:
            tx.execute(delete(document).where(document.c.source == name, document.c.key == it.key))


def forget_refused(tx: Tx, name: str, shown: Collection[str]) -> None:
    """Drop what was refused and is shown no more: nobody can mend it."""
    refused = (document.c.source == name) & (document.c.state == DocumentState.QUARANTINED)
    for it in tx.execute(select(document).where(refused, document.c.article.is_(None))).all():
        if it.key not in shown:
            tx.execute(delete(document).where(document.c.source == name, document.c.key == it.key))


def put(tx: Tx, it: Known) -> None:
    """Store the document as it is now."""
    values = {name: getattr(it, name) for name in it.__slots__}
    dialect.put(tx, document, values, ("source", "key"))


def in_state(tx: Tx, state: DocumentState, limit: int, name: str | None = None) -> tuple[Known, ...]:
    query = select(document).where(document.c.state == state).order_by(document.c.source, document.c.key)
    if name is not None:
        query = query.where(document.c.source == name)
    return tuple(map(_known, tx.execute(query.limit(limit)).all()))


def register(tx: Tx, names: Iterable[str], now: datetime) -> None:
    """Every source that stands in the configuration has a row from then on."""
    known = set(tx.execute(select(source.c.name)).scalars())
    for name in names:
        if name not in known:
            values = {"since": now, "looked": False, "due": now, "error": "", "identity": ""}
            tx.execute(source.insert().values(name=name, **values))


def state_of(tx: Tx, name: str) -> SourceState | None:
    row = tx.execute(_STATE, {"name": name}).first()
    return None if row is None else SourceState(**row._mapping)  # noqa: SLF001  the documented way to a row's names


def states(tx: Tx) -> tuple[SourceState, ...]:
    rows = tx.execute(_STATES).all()
    return tuple(SourceState(**row._mapping) for row in rows)  # noqa: SLF001  the documented way to a row's names


def due(tx: Tx, names: Collection[str], now: datetime) -> tuple[str, ...]:
    """Which of these sources are to be looked at now."""
    query = select(source.c.name).where(source.c.name.in_(names), source.c.due <= now)
    return tuple(tx.execute(query.order_by(source.c.due)).scalars())


def next_due(tx: Tx, names: Collection[str]) -> datetime | None:
    """When the first of them is to be looked at; it may be late already."""
    return tx.execute(select(func.min(source.c.due)).where(source.c.name.in_(names))).scalar()


def looked(tx: Tx, name: str, now: datetime, due: datetime, error: str = "", rest: datetime | None = None) -> None:
    """A look has ended, well (`error` is empty) or not; the next one is `due`."""
    values: dict[str, object] = {"due": due, "error": error, "rest": rest}
    values |= {"failures": source.c.failures + 1} if error else {"failures": 0, "at": now}
    tx.execute(source.update().where(source.c.name == name).values(values))


def remember(tx: Tx, name: str, **values: object) -> None:
    """Set columns of the source's row: identity, memory, shown, gap, note."""
    tx.execute(source.update().where(source.c.name == name).values(values))


def first_look_done(tx: Tx, name: str) -> None:
    tx.execute(source.update().where(source.c.name == name).values(looked=True))
