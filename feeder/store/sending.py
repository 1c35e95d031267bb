"""Deliveries that are due -> leased to a sender.

A claim is committed before the first byte is sent, and every answer is written under the token of its lease (see
outcomes): a crash anywhere repeats, and never loses.
"""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Integer,
    String,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    null,
    select,
    true,
    union_all,
    update,
)

from feeder.model.delivery import Delivery, DeliveryState, Lane
from feeder.store import bulk
from feeder.store._rows import FIELDS, KINDS, LANES, is_open, waits
from feeder.store.instant import Instant
from feeder.store.schema_deliveries import delivery, flight, webhook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from feeder.store.bulk import Query
    from feeder.store.engine import Tx


Leased = dict[tuple[str, Lane], int]  # how many, by webhook and lane


def ready(
    tx: Tx, names: Sequence[str], now: datetime, upto: int, most: int, sure: Collection[str] = ()
) -> dict[Lane, list[str]]:
    """The first of these webhooks, at most so many, that have something to send now; those `sure` to have news."""
    return look(tx, names, now, upto, most, sure, ())[0]


def look(
    tx: Tx,
    names: Sequence[str],
    now: datetime,
    upto: int,
    most: int,
    sure: Collection[str],
    ours: Iterable[str],
) -> tuple[dict[Lane, list[str]], Leased]:
    """The same, and how many deliveries to `ours` are leased."""
    found: dict[Lane, list[str]] = {Lane.NEWS: list(sure)} if sure else {}
    leased: Leased = {}
    if names and upto and most > 0:
        others = [name for name in names if name not in sure] if sure else names
        given = {"names": bulk.words(others), "all": bulk.words(names), "now": now, "upto": upto, "most": most}
        for lane, name, number in bulk.rows(tx, _look(tx.dialect.name), given | {"ours": bulk.words(ours)}):
            if number is None:
                found.setdefault(LANES[lane], []).append(name)
            else:
                leased[name, LANES[lane]] = number
    return found, leased


def under_way(tx: Tx, names: Iterable[str]) -> Leased:
    """How many deliveries to these webhooks are leased, on all nodes."""
    found = bulk.rows(tx, _under_way(tx.dialect.name), {"ours": bulk.words(names)})
    return {(name, LANES[lane]): number for lane, name, number in found}


def claim(
    tx: Tx, most: Mapping[str, int], lane: Lane, now: datetime, until: datetime, token: str, upto: int
) -> tuple[Delivery, ...]:
    """Lease what is due to these webhooks, at most so many to each, oldest first. Send only after the commit.

    `upto` is the newest delivery (by id) that may be sent yet.
    """
    given = {"in_lane": lane, "now": now, "upto": upto}
    given |= {"new_token": token, "new_until": until}
    found = _taken(tx, {name: size for name, size in most.items() if size > 0}, given)
    return tuple(sorted((_leased(row, lane, token) for row in found), key=attrgetter("due", "id")))


def _taken(tx: Tx, most: Mapping[str, int], given: dict[str, Any]) -> Sequence[Sequence[Any]]:
    """The oldest of each, leased; rows of _CLAIMED."""
    if tx.dialect.name == "sqlite":
        return [row for size, names in _by_size(most).items() for row in _taken_alike(tx, names, size, given)]
    asked = {"all_name": bulk.array([*most]), "all_size": bulk.array([*most.values()])}
    return tx.execute(_claim(), given | asked).all() if most else []


def _by_size(most: Mapping[str, int]) -> dict[int, list[str]]:
    """Webhooks that may have equally many: SQLite has one bound for a statement."""
    sizes: dict[int, list[str]] = {}
    for name, size in most.items():
        sizes.setdefault(size, []).append(name)
    return sizes


def _taken_alike(tx: Tx, names: list[str], size: int, given: dict[str, Any]) -> Sequence[Sequence[Any]]:
    found = bulk.rows(tx, _first(), given | {"names": bulk.words(names), "size": size})
    ids = {"ids": bulk.numbers(tx, (row[0] for row in found))}
    for statement in _lease():
        tx.execute(statement, given | ids)
    return found


_CLAIMED = tuple(it for it in FIELDS if it.name not in {"state", "done", "behind", "lane", "token"})
_FLYING = ("delivery", "webhook", "lane", "until")


def _leased(row: Sequence[Any], lane: Lane, token: str) -> Delivery:
    key, event, name, article, revision, kind, reason, tries, crashes, created, began, due = row
    mine = (key, event, name, article, revision, KINDS[kind], DeliveryState.LEASED, reason, tries, crashes)
    return Delivery(*mine, created, began, due, None, None, lane, token)


# To build a statement costs more than to run it on an embedded store.


@cache
def _under_way(name: str) -> Query:
    return bulk.query(name, _counted(name))


def _counted(name: str) -> Any:
    each, number = bulk.each(name, "ours"), func.count().label("number")
    if name == "sqlite":
        mine = flight.c.webhook.in_(select(each.c.value))
        columns = (flight.c.lane, flight.c.webhook)
        return select(*columns, number).where(mine).group_by(*columns)
    # By webhook: all at once is a walk over whatever was leased since the last vacuum.
    query = select(flight.c.lane, number).where(flight.c.webhook == each.c.value)
    leased = query.group_by(flight.c.lane).correlate(each).lateral("leased")
    return select(leased.c.lane, each.c.value, leased.c.number).select_from(each.join(leased, true()))


def _due(name: ColumnElement[str], lane: Any) -> Any:
    """The deliveries of a webhook that may be sent: one probe of an index, whatever the backlog."""
    return (
        select(delivery.c.id)
        .where(delivery.c.webhook == name, delivery.c.lane == lane)
        .where(waits(), delivery.c.behind.is_(None))
        .where(delivery.c.due <= bindparam("now", type_=Instant))
        # What tells of no article tells of nothing that has yet to be published.
        .where((delivery.c.id <= bindparam("upto")) | delivery.c.article.is_(None))
        .correlate_except(delivery)
    )


@cache
def _look(name: str) -> Query:
    news, again = _ready_in(name, "names", Lane.NEWS), _ready_in(name, "all", Lane.REPLAY)
    # Hardly ever is anything sent again: to know that costs less than to ask each webhook.
    replayed = (delivery.c.lane == _in_words(Lane.REPLAY)) & delivery.c.behind.is_(None)
    any_again = select(delivery.c.id).where(is_open(), replayed).limit(1).scalar_subquery()
    lanes = [it.limit(bindparam("most")).subquery() for it in (news, again.where(any_again.is_not(None)))]
    none = cast(null(), Integer).label("number")
    return bulk.query(name, union_all(*(select(*it.c, none) for it in lanes), _counted(name)))


def _in_words(lane: Lane) -> ColumnElement[int]:
    return literal_column(str(lane.value), Integer)


def _ready_in(name: str, names: str, lane: Lane) -> Any:
    each = bulk.each(name, names)
    # Not `exists`: for that PostgreSQL may look at the whole backlog once, and in an order of its own.
    due = _due(each.c.value, _in_words(lane)).limit(1).scalar_subquery()
    # Those that are left alone now are not counted: they would take the places of others.
    rested = webhook.c.rest.is_(None) | (webhook.c.rest <= bindparam("now", type_=Instant))
    told = (webhook.c.name == each.c.value) & webhook.c.status.in_(("active", "blocked")) & rested
    stands = select(webhook.c.name).where(told).correlate(each).limit(1).scalar_subquery()
    found = select(_in_words(lane).label("lane"), each.c.value.label("name"))
    return found.where(stands.is_not(None), due.is_not(None))


def _oldest(name: ColumnElement[str], size: Any) -> Any:
    due = _due(name, bindparam("in_lane", type_=Integer))
    return due.order_by(delivery.c.due, delivery.c.id).limit(size)


_NEW: dict[str, Any] = {"token": bindparam("new_token")}


def _flights(which: Any) -> Any:
    """Those of the rows of a query or table of deliveries."""
    until = bindparam("new_until", type_=Instant)
    return insert(flight).from_select(_FLYING, select(which.c.id, which.c.webhook, which.c.lane, until))


@cache
def _claim() -> Any:
    """For PostgreSQL: all in one."""
    each = bulk.unnested({"name": String(), "size": Integer()})
    head = _oldest(each.c.name, each.c.size).with_for_update(skip_locked=True, of=delivery).lateral("head")
    heads = select(head.c.id).select_from(each.join(head, true())).cte("heads")
    leased = update(delivery).where(delivery.c.id == heads.c.id).values(_NEW)
    taken = leased.returning(*_CLAIMED, delivery.c.lane).cte("taken")
    return select(*(taken.c[it.name] for it in _CLAIMED)).add_cte(_flights(taken).cte("noted"))


@cache
def _first() -> Query:
    """For SQLite, which has no LATERAL, but takes a list that depends on the row."""
    each, one = bulk.each("sqlite", "names"), delivery.alias("one")
    columns = [one.c[column.name] for column in _CLAIMED]
    oldest = one.c.id.in_(_oldest(each.c.value, bindparam("size")))
    return bulk.query("sqlite", select(*columns).select_from(each.join(one, oldest)))


@cache
def _lease() -> tuple[Any, Any]:
    mine = bulk.among("sqlite", delivery.c.id, "ids")
    return update(delivery).where(mine).values(_NEW), _flights(select(delivery).where(mine).subquery("taken"))
