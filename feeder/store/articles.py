"""Articles and their revisions."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, and_, bindparam, delete, func, select

from feeder.model.article import Article, Bar, Change, State
from feeder.store import content
from feeder.store.schema import alias, article, membership, revision

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Row, Select

    from feeder.store.engine import Tx

    RevisionRow = Row[tuple[object, ...]]

Origins = tuple[tuple[str, str], ...]

_CURRENT = and_(revision.c.article == article.c.id, revision.c.number == article.c.revision)


def _select() -> Select[tuple[object, ...]]:
    return select(article, revision.c.content).join(revision, _CURRENT)


_INSERT, _REVISE = article.insert(), revision.insert()
_GET = _select().where(article.c.id == bindparam("key"))
_GET_MANY = _select().where(article.c.id.in_(bindparam("keys", expanding=True)))
_CHANGED_SINCE = (
    select(revision.c.seq, revision.c.article)
    .where(revision.c.seq > bindparam("seq"))
    .order_by(revision.c.seq)
    .limit(bindparam("limit", type_=Integer))
)
_AT_REVISION = (
    select(article, revision.c.content, revision.c.kind, revision.c.at, revision.c.number)
    .join(revision, (revision.c.article == article.c.id) & (revision.c.number == bindparam("number")))
    .where(article.c.id == bindparam("key"))
)
_EXISTS = select(article.c.id).where(article.c.id == bindparam("key"))


def _article(row: Row[tuple[object, ...]]) -> Article:
    return _made(dict(row._mapping))  # noqa: SLF001  the documented way to a row's names


def _made(values: dict[str, Any]) -> Article:
    values["content"] = content.load(values["content"])
    values["state"], values["bar"] = State(values["state"]), Bar(values["bar"])
    return Article(**values)


def get(tx: Tx, key: str) -> Article | None:
    row = tx.execute(_GET, {"key": key}).first()
    return None if row is None else _article(row)


def at_revision(tx: Tx, key: str, number: int) -> tuple[Article, datetime] | None:
    """The article as it was at one revision, and when that revision came."""
    row = row_at_revision(tx, key, number)
    return None if row is None else from_row(row)


def row_at_revision(tx: Tx, key: str, number: int) -> RevisionRow | None:
    """The same as it is stored: all that the store has to do with it."""
    return tx.execute(_AT_REVISION, {"key": key, "number": number}).first()


def from_row(row: RevisionRow) -> tuple[Article, datetime]:
    values = dict(row._mapping)  # noqa: SLF001  the documented way to a row's names
    kind, at, number = values.pop("kind"), values.pop("at"), values.pop("number")
    found = _made(values)
    state = State.WITHDRAWN if kind == Change.WITHDRAWN else State.LIVE
    updated = found.updated if number == found.revision else at
    return replace(found, revision=number, state=state, updated=updated), at


def find(tx: Tx, word: str) -> tuple[Article, ...]:
    """Articles that a person may mean: by id, slug, own key, or a part of the slug (at most 10)."""
    # A path may be written from further up than the source's folder.
    tails = ["/".join(parts) for parts in _tails(word.strip("/").split("/"))]
    exact = select(alias.c.article).where(alias.c.key.in_([word, *tails]))
    query = _select().where((article.c.id == word) | (article.c.slug == word) | article.c.id.in_(exact))
    rows = tx.execute(query).all()
    if not rows:
        rows = tx.execute(
            _select()
            .where(article.c.slug.contains(word.lower(), autoescape=True))
            .order_by(article.c.position.desc(), article.c.id)
            .limit(10)
        ).all()
    return tuple(map(_article, rows))


def _tails(parts: list[str]) -> list[list[str]]:
    return [parts[start:] for start in range(min(len(parts), 20))]


def newest(
    tx: Tx,
    limit: int,
    *,
    state: State | None = State.LIVE,
    source: str | None = None,
    bar: Bar | None = None,
    before: tuple[datetime, str] | None = None,
) -> tuple[Article, ...]:
    """A page of articles, newest position first; `before` is the (position, id) of the last one seen."""
    query = _select().order_by(article.c.position.desc(), article.c.id.desc()).limit(limit)
    wanted = {article.c.state: state, article.c.source: source, article.c.bar: bar}
    for column, value in wanted.items():
        if value is not None:
            query = query.where(column == value)
    if before is not None:
        position, key = before
        older = (article.c.position < position) | ((article.c.position == position) & (article.c.id < key))
        query = query.where(older)
    return tuple(map(_article, tx.execute(query).all()))


def by_slug(tx: Tx, slug: str) -> Article | None:
    row = tx.execute(_select().where(article.c.slug == slug)).first()
    return None if row is None else _article(row)


def exists(tx: Tx, key: str) -> bool:
    return tx.execute(_EXISTS, {"key": key}).first() is not None


def write(tx: Tx, it: Article, change: Change, now: datetime, origins: Origins = ()) -> None:
    """Store the article's newest revision; the first one stores the article too.

    An amendment of an amendment takes its place: a source may change its markup at every look. Feeds that have the
    article have its newest revision; what readers are told of has to reach those who have read the archives too.
    """
    values = {name: getattr(it, name) for name in it.__slots__ if name != "content"}
    taken = False
    if it.revision == 1 and change is Change.PUBLISHED:
        tx.execute(_INSERT, values)
    else:
        del values["id"]  # where it is set, SQLite looks for all rows that refer to the old one
        tx.execute(article.update().where(article.c.id == it.id).values(values))
        taken = _set_aside(tx, it)
    made = tx.execute(
        _REVISE,
        {
            "article": it.id,
            "number": it.revision,
            "kind": change,
            "at": now,
            "content": content.dump(it.content),
            "origins": json.dumps(dict(origins), ensure_ascii=False),
        },
    )
    if taken:
        tx.execute(delete(revision).where(revision.c.article == it.id, revision.c.number == -it.revision))
    if it.revision > 1:
        told = {} if change is Change.AMENDED else {"archive": None}
        seq = made.inserted_primary_key[0]  # type: ignore[index]  # an INSERT of one row has one
        tx.execute(membership.update().where(membership.c.article == it.id).values(revision=seq, **told))


def _set_aside(tx: Tx, it: Article) -> bool:
    """A revision whose place is taken goes when the other is there, which cannot be given its seq then."""
    # SQLite gives the seq of the last row, once it has gone, to the next: followers would see no change.
    old = (revision.c.article == it.id) & (revision.c.number == it.revision)
    return tx.execute(revision.update().where(old).values(number=-it.revision)).rowcount > 0


def of_story(tx: Tx, story: str | None) -> tuple[Article, ...]:
    """The articles that tell this story, the first of them first; none for None."""
    if story is None:
        return ()
    query = _select().where(article.c.story == story).order_by(article.c.taken_in, article.c.id)
    return tuple(map(_article, tx.execute(query).all()))


def join(tx: Tx, key: str, story: str | None) -> None:
    tx.execute(article.update().where(article.c.id == key).values(story=story))


def held(tx: Tx, source: str, limit: int) -> tuple[Article, ...]:
    """What is held of this source, in the order in which it came."""
    query = _select().where(article.c.source == source, article.c.state == State.HELD)
    return tuple(map(_article, tx.execute(query.order_by(article.c.position).limit(limit)).all()))


def retract_held(tx: Tx, source: str) -> int:
    """Retract all of it, unseen as it was; returns how many."""
    where = (article.c.source == source) & (article.c.state == State.HELD)
    return tx.execute(article.update().where(where).values(state=State.RETRACTED)).rowcount


def held_by_source(tx: Tx) -> dict[str, int]:
    query = select(article.c.source, func.count()).where(article.c.state == State.HELD)
    return dict(tx.execute(query.group_by(article.c.source)).all())


def dates(tx: Tx, source: str, limit: int) -> tuple[datetime, ...]:
    """When the newest articles of this source were published."""
    newest = select(article.c.published).where(article.c.source == source)
    query = newest.order_by(article.c.position.desc(), article.c.id.desc()).limit(limit)
    return tuple(tx.execute(query).scalars())


def updates_since(tx: Tx, key: str, since: datetime) -> tuple[int, int]:
    """How often readers were told of an edit: since then, and ever."""
    told = select(revision.c.at).where(revision.c.article == key, revision.c.kind == Change.UPDATED)
    moments = tuple(tx.execute(told).scalars())
    return sum(moment >= since for moment in moments), len(moments)


def is_amended(tx: Tx, it: Article) -> bool:
    """Whether its newest revision is an amendment."""
    query = select(revision.c.kind).where(revision.c.article == it.id, revision.c.number == it.revision)
    return tx.execute(query).scalar() == Change.AMENDED


def set_state(tx: Tx, key: str, state: State) -> None:
    tx.execute(article.update().where(article.c.id == key).values(state=state))


def origins(tx: Tx, key: str, number: int) -> dict[str, str]:
    """Which rule found each field of that revision."""
    query = select(revision.c.origins).where(revision.c.article == key, revision.c.number == number)
    text = tx.execute(query).scalar()
    return dict(json.loads(text)) if text else {}


def revisions(tx: Tx, key: str) -> tuple[tuple[int, Change, datetime], ...]:
    rows = tx.execute(select(revision).where(revision.c.article == key).order_by(revision.c.number))
    return tuple((row.number, Change(row.kind), row.at) for row in rows)


def changed_since(tx: Tx, seq: int, limit: int) -> tuple[tuple[int, str], ...]:
    """The next (seq, article id) after `seq`, in the order in which they were committed."""
    return tuple((row.seq, row.article) for row in tx.execute(_CHANGED_SINCE, {"seq": seq, "limit": limit}))


def slugs(tx: Tx, keys: Iterable[str]) -> dict[str, str]:
    """The slug of each of these articles."""
    return dict(tx.execute(select(article.c.id, article.c.slug).where(article.c.id.in_(list(keys)))).all())


def get_many(tx: Tx, keys: Sequence[str]) -> tuple[Article, ...]:
    if not keys:
        return ()
    return tuple(map(_article, tx.execute(_GET_MANY, {"keys": list(keys)}).all()))


def count(tx: Tx) -> dict[str, int]:
    """How many articles by state."""
    rows = tx.execute(select(article.c.state, func.count()).group_by(article.c.state))
    return dict(rows.all())
