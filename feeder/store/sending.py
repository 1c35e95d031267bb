"""Deliveries that are due -> leased to a sender -> settled under that lease.

A claim is committed before the first byte is sent, and every answer is written under the token of its lease: a
crash anywhere repeats, and never loses.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Integer,
    String,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal_column,
    null,
    select,
    true,
    tuple_,
    union_all,
    update,
)

from feeder.model.delivery import Delivery, DeliveryState, Lane
from feeder.model.noun import noun
from feeder.store import behind, bulk, deliveries
from feeder.store._rows import FIELDS, KINDS, LANES, is_open, waits
from feeder.store.instant import Instant
from feeder.store.schema_deliveries import attempt, delivery, flight, webhook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from feeder.model.delivery import Attempt
    from feeder.store.bulk import Query
    from feeder.store.engine import Tx


Leased = dict[tuple[str, Lane], int]  # how many, by webhook and lane


@noun(frozen=True, slots=True)
class Settled:
    """What becomes of a delivery after an attempt, or of one that was not sent after all."""

    delivery: int
    token: str
    state: DeliveryState
    reason: str
    tries: int
    crashes: int
    due: datetime | None
    began: datetime


# ---------------------------------------------------------------- claiming


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


# ---------------------------------------------------------------- settling


Lease = tuple[int, str]  # delivery and token


def settle(
    tx: Tx, outcomes: Sequence[Settled], now: datetime, attempts: Sequence[Attempt | None] = ()
) -> frozenset[Lease]:
    """Write what became of leased deliveries, with their attempts; returns the leases that were still held.

    The others were lost to somebody else meanwhile: of them the attempt alone is written, as fenced. One delivery
    may have ended twice, under a lease that was lost and under the next one. Rows are locked in the order of their
    ids. `attempts` are of the outcomes, one of each, if any.
    """
    rows = [_row(it, now) for it in sorted(outcomes, key=attrgetter("delivery"))]
    tried = [(it, fate.token) for it, fate in zip(attempts, outcomes, strict=False) if it is not None]
    ended = _ended_alone if tx.dialect.name == "sqlite" else _ended_shared
    mine = ended(tx, rows, tried) if rows else frozenset()
    # By a statement of its own: one that looks while it writes does not see what was owed behind it just then.
    over = [it for it in outcomes if it.state is not DeliveryState.PENDING]
    behind.let_go(tx, [it.delivery for it in over if (it.delivery, it.token) in mine])
    return mine


_SETTLED = ("state", "reason", "tries", "crashes", "due", "began", "done", "token", "id")


def _row(it: Settled, now: datetime) -> tuple[Any, ...]:
    done = None if it.state is DeliveryState.PENDING else now
    return (str(it.state), it.reason, it.tries, it.crashes, it.due, it.began, done, it.token, it.delivery)


_TRIED = (*bulk.named(attempt, deliveries.LOGGED[:-1]), delivery.c.token)


def _ended_shared(
    tx: Tx, rows: Sequence[tuple[Any, ...]], tried: Iterable[tuple[Attempt, str]]
) -> frozenset[Lease]:
    new = [(*deliveries.logged(it)[:-1], token) for it, token in tried]
    given = bulk.given(tx, bulk.named(delivery, _SETTLED), rows) | bulk.given(tx, _TRIED, new, "tried")
    return frozenset((key, token) for key, token in tx.execute(_settle(), given))


@cache
def _settle() -> Any:
    """For PostgreSQL: all in one."""
    new = bulk.new("postgresql", bulk.named(delivery, _SETTLED))
    *changed, token, key = new.c
    values = {it.name: it for it in changed} | {"token": None}
    leased = update(delivery).where(delivery.c.id == key, delivery.c.token == token).values(values)
    ended = leased.returning(key, token, delivery.c.webhook, delivery.c.lane).cte("ended")
    flew = (flight.c.webhook == ended.c.webhook) & (flight.c.lane == ended.c.lane)
    landed = delete(flight).where(flew, flight.c.delivery == ended.c.id).cte("landed")
    *tried, under = bulk.new("postgresql", _TRIED, "tried").c
    held = select(ended.c.id).where(ended.c.id == tried[0], ended.c.token == under).exists()
    logged = insert(attempt).from_select(deliveries.LOGGED, select(*tried, ~held)).cte("logged")
    return select(ended.c.id, ended.c.token).add_cte(landed, logged)


def _ended_alone(
    tx: Tx, rows: Sequence[tuple[Any, ...]], tried: Iterable[tuple[Attempt, str]]
) -> frozenset[Lease]:
    held = frozenset(map(tuple, bulk.rows(tx, _held(), {"ids": bulk.numbers(tx, (row[-1] for row in rows))})))
    mine = [(*row[:-2], None, row[-1]) for row in rows if (row[-1], row[-2]) in held]
    bulk.change_all(tx, delivery, _SETTLED, mine)
    tx.execute(_landed(), {"ids": bulk.numbers(tx, (row[-1] for row in mine))})
    late = ((it, (it.delivery, token) not in held) for it, token in tried)
    deliveries.log_all(tx, [replace(it, fenced=True) if fenced else it for it, fenced in late])
    return frozenset(lease for row in rows if (lease := (row[-1], row[-2])) in held)


@cache
def _held() -> Query:
    mine = bulk.among("sqlite", delivery.c.id, "ids") & delivery.c.token.is_not(None)
    return bulk.query("sqlite", select(delivery.c.id, delivery.c.token).where(mine))


@cache
def _landed() -> Any:
    mine = select(delivery.c.webhook, delivery.c.lane, delivery.c.id).where(
        bulk.among("sqlite", delivery.c.id, "ids")
    )
    return delete(flight).where(tuple_(flight.c.webhook, flight.c.lane, flight.c.delivery).in_(mine))
