"""Deliveries that are due -> leased to a sender -> settled under that lease.

A claim is committed before the first byte is sent, and every answer is written under the token of its lease: a
crash anywhere repeats, and never loses.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, bindparam, case, func, literal, select, true, update

from feeder.model.delivery import DeliveryState, Kind, Lane
from feeder.store import bulk
from feeder.store._rows import FIELDS, OPEN, from_row
from feeder.store.deliveries import MICROSECONDS
from feeder.store.instant import Instant
from feeder.store.schema_deliveries import attempt, delivery, webhook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from feeder.model.delivery import Attempt, Delivery
    from feeder.store.bulk import Query
    from feeder.store.engine import Tx


@dataclass(frozen=True, slots=True)
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


def ready(tx: Tx, names: Sequence[str], lane: Lane, now: datetime, upto: int, most: int) -> list[str]:
    """The first of these webhooks, at most so many, that have something in this lane that could be sent now."""
    if not names or not upto or most <= 0:
        return []
    given = {"names": bulk.words(tx, names), "lane": lane, "now": now, "upto": upto, "most": most}
    return [name for (name,) in bulk.rows(tx, _ready(tx.dialect.name), given)]


def under_way(tx: Tx) -> dict[tuple[str, Lane], int]:
    """How many deliveries are leased, on all nodes, by webhook and lane."""
    return {(name, Lane(lane)): number for name, lane, number in bulk.rows(tx, _under_way(tx.dialect.name))}


def claim(
    tx: Tx, most: Mapping[str, int], lane: Lane, now: datetime, until: datetime, token: str, upto: int
) -> tuple[Delivery, ...]:
    """Lease what is due to these webhooks, at most so many to each, oldest first. Send only after the commit.

    `upto` is the newest delivery (by id) that may be sent yet.
    """
    given = {"lane": lane, "now": now, "upto": upto}
    found = [row for size, names in _by_size(most).items() for row in _heads(tx, names, given | {"size": size})]
    if not found:
        return ()
    lease = {"new_state": DeliveryState.LEASED, "new_token": token, "new_until": until}
    tx.execute(_lease(tx.dialect.name), lease | {"ids": bulk.words(tx, (row[0] for row in found))})
    leased = (from_row((*row[:_STATE], DeliveryState.LEASED, *row[_STATE + 1 : -1], token)) for row in found)
    return tuple(sorted(leased, key=lambda it: (it.due, it.id)))


def _by_size(most: Mapping[str, int]) -> dict[int, list[str]]:
    """Webhooks that may have equally many are asked for in one statement."""
    sizes: dict[int, list[str]] = {}
    for name, size in most.items():
        if size > 0:
            sizes.setdefault(size, []).append(name)
    return sizes


def _heads(tx: Tx, names: list[str], given: dict[str, Any]) -> Sequence[Sequence[Any]]:
    return bulk.rows(tx, _first(tx.dialect.name), given | {"names": bulk.words(tx, names)})


# To build a statement costs more than to run it on an embedded store.

_STATE = [column.name for column in FIELDS].index("state")


@cache
def _under_way(name: str) -> Query:
    mine, columns = delivery.c.state == DeliveryState.LEASED, (delivery.c.webhook, delivery.c.lane)
    return bulk.query(name, select(*columns, func.count().label("number")).where(mine).group_by(*columns))


def _due(name: ColumnElement[str], lane: Any) -> Any:
    """The deliveries of a webhook that may be sent: one probe of an index, whatever the backlog."""
    return (
        select(delivery.c.id)
        .where(delivery.c.webhook == name, delivery.c.lane == lane)
        .where(delivery.c.state == DeliveryState.PENDING, delivery.c.behind.is_(None))
        .where(delivery.c.due <= bindparam("now", type_=Instant), delivery.c.id <= bindparam("upto"))
        .correlate_except(delivery)
    )


@cache
def _ready(name: str) -> Query:
    each = bulk.each(name, "names")
    due = _due(each.c.value, bindparam("lane", type_=Integer))
    # Those that are left alone now are not counted: they would take the places of others.
    rested = webhook.c.rest.is_(None) | (webhook.c.rest <= bindparam("now", type_=Instant))
    told = (webhook.c.name == each.c.value) & webhook.c.status.in_(("active", "blocked")) & rested
    stands = select(webhook.c.name).where(told).correlate(each)
    return bulk.query(name, select(each.c.value).where(stands.exists(), due.exists()).limit(bindparam("most")))


@cache
def _first(name: str) -> Query:
    each = bulk.each(name, "names")
    due = _due(each.c.value, bindparam("lane", type_=Integer))
    due = due.order_by(delivery.c.due, delivery.c.id).limit(bindparam("size"))
    if name == "postgresql":
        whole = due.with_only_columns(*FIELDS).with_for_update(skip_locked=True, of=delivery)
        head = whole.lateral("head")
        return bulk.query(name, select(*head.c).select_from(each.join(head, true())))
    # SQLite has no LATERAL, but takes a list that depends on the row.
    one = delivery.alias("one")
    columns = [one.c[column.name] for column in FIELDS]
    return bulk.query(name, select(*columns).select_from(each.join(one, one.c.id.in_(due))))


@cache
def _lease(name: str) -> Any:
    new: dict[str, Any] = {
        "state": bindparam("new_state"),
        "token": bindparam("new_token"),
        "lease_until": bindparam("new_until"),
    }
    return update(delivery).where(bulk.among(name, delivery.c.id, "ids")).values(new)


# ---------------------------------------------------------------- settling


def held(tx: Tx, ids: Iterable[int]) -> frozenset[tuple[int, str]]:
    """Which of these deliveries are leased, with their tokens; nobody else can change them meanwhile."""
    rows = bulk.rows(tx, _held(tx.dialect.name), {"ids": bulk.words(tx, ids)})
    return frozenset((key, token) for key, token in rows)


def settle(tx: Tx, outcomes: Sequence[Settled], now: datetime) -> frozenset[tuple[int, str]]:
    """Write what became of leased deliveries; returns the leases (delivery and token) that were still held.

    The others were lost to somebody else meanwhile: of them nothing is written. One delivery may have ended twice,
    under a lease that was lost and under the next one.
    """
    leases = held(tx, {it.delivery for it in outcomes})
    mine = [it for it in outcomes if (it.delivery, it.token) in leases]
    bulk.change_all(tx, delivery, _SETTLED, [_row(it, now) for it in mine])
    let_go(tx, [it.delivery for it in mine if it.state is not DeliveryState.PENDING])
    return frozenset((it.delivery, it.token) for it in mine)


_SETTLED = ("state", "reason", "tries", "crashes", "due", "began", "done", "token", "lease_until", "id")


def _row(it: Settled, now: datetime) -> tuple[Any, ...]:
    done = None if it.state is DeliveryState.PENDING else now
    return (it.state.value, it.reason, it.tries, it.crashes, it.due, it.began, done, None, None, it.delivery)


def let_go(tx: Tx, ids: Sequence[int]) -> None:
    """What stood behind these has nothing before it any more."""
    if ids:
        tx.execute(_let_go(tx.dialect.name), {"ids": bulk.words(tx, ids)})


def unblock(tx: Tx, after: int, upto: int) -> None:
    """Let go what was owed meanwhile behind something that ended just then; for deliveries after..upto.

    On PostgreSQL whoever owes sees a delivery open that another node settles at that moment. Before any of these
    may be sent, what stands before them is waited for, in the order in which `held` locks.
    """
    mine = (delivery.c.id > after) & (delivery.c.id <= upto) & delivery.c.behind.is_not(None)
    before = select(delivery.c.behind).where(mine)
    older = delivery.alias()
    tx.execute(select(older.c.id).where(older.c.id.in_(before)).order_by(older.c.id).with_for_update(read=True))
    _let_go_of_ended(tx, mine)


def unblock_all(tx: Tx) -> None:
    """Let go whatever stands behind something that has ended.

    On PostgreSQL who cancels, owes again or owes a notice may see a delivery open that another node settles just
    then, and `unblock` may have been there already.
    """
    _let_go_of_ended(tx, delivery.c.behind.is_not(None))


def _let_go_of_ended(tx: Tx, which: ColumnElement[bool]) -> None:
    older = delivery.alias()
    still_open = select(older.c.id).where(older.c.id == delivery.c.behind, older.c.state.in_(OPEN))
    tx.execute(update(delivery).where(which, ~still_open.exists()).values(behind=None))


def failing(tx: Tx, names: Sequence[str], since: datetime, now: datetime) -> Sequence[int]:
    """What to these webhooks has failed since before `since`, waits for another try, and has others behind it."""
    behind = delivery.alias()
    query = (
        select(delivery.c.id)
        .where(delivery.c.webhook.in_(names), delivery.c.state == DeliveryState.PENDING)
        .where(delivery.c.tries > 0, delivery.c.began < since, delivery.c.due > now)
        .where(select(behind.c.id).where(behind.c.behind == delivery.c.id).exists())
    )
    return tx.execute(query).scalars().all()


@cache
def _held(name: str) -> Query:
    mine = bulk.among(name, delivery.c.id, "ids") & (delivery.c.state == DeliveryState.LEASED)
    query = select(delivery.c.id, delivery.c.token).where(mine)
    return bulk.query(name, query.order_by(delivery.c.id).with_for_update(key_share=True))


@cache
def _let_go(name: str) -> Any:
    return update(delivery).where(bulk.among(name, delivery.c.behind, "ids")).values(behind=None)


_TRIED = ("delivery", "number", "at", "took", "phase", "outcome", "reason", "status", "address", "body")
_MARKED = ("truncated", "fenced")


def log_all(tx: Tx, attempts: Iterable[Attempt]) -> None:
    bulk.add_all(tx, attempt, (*_TRIED, *_MARKED), [_tried(it) for it in attempts])


def _tried(it: Attempt) -> tuple[Any, ...]:
    took, body = round(it.took * MICROSECONDS), it.body.encode("utf-8", "replace")
    said = (it.phase.value, it.outcome.value, it.reason, it.status, it.address, body)
    return (it.delivery, it.number, it.at, took, *said, it.truncated, it.fenced)


def withdrawn_since(tx: Tx, it: Delivery) -> bool:
    """Whether its webhook is owed the withdrawal of what this delivery tells of."""
    query = select(delivery.c.id).where(
        delivery.c.article == it.article,
        delivery.c.webhook == it.webhook,
        delivery.c.id > it.id,
        delivery.c.kind == Kind.WITHDRAWN,
        delivery.c.state == DeliveryState.PENDING,
    )
    return it.article is not None and tx.execute(query.limit(1)).first() is not None


def hurry(tx: Tx, name: str, now: datetime) -> int:
    """What waits for another try to this webhook is due at once, as of old before new; returns how many."""
    waits = (delivery.c.webhook == name) & (delivery.c.state == DeliveryState.PENDING) & (delivery.c.tries > 0)
    due = case((delivery.c.created < now, delivery.c.created), else_=literal(now, Instant))
    return tx.execute(update(delivery).where(waits, delivery.c.due > due).values(due=due)).rowcount


# ---------------------------------------------------------------- leases of the dead


def losers(tx: Tx, now: datetime, *, everything: bool = False) -> tuple[str, ...]:
    """The webhooks of what is lost."""
    return tuple(tx.execute(select(delivery.c.webhook).distinct().where(_lost(now, everything))).scalars())


def lost(tx: Tx, now: datetime, limit: int, *, everything: bool = False) -> tuple[Delivery, ...]:
    """Leases that have run out, or all of them when their holders are known to be dead; settle them as LOST."""
    query = select(*FIELDS).where(_lost(now, everything)).order_by(delivery.c.lease_until)
    query = query.limit(limit).with_for_update(skip_locked=True, key_share=True)
    return tuple(map(from_row, tx.execute(query).all()))


def _lost(now: datetime, everything: bool) -> ColumnElement[bool]:  # noqa: FBT001 - said by its name
    leased = delivery.c.state == DeliveryState.LEASED
    return leased if everything else leased & (delivery.c.lease_until < now)


def any_lost(tx: Tx, now: datetime) -> bool:
    """Whether a lease has run out."""
    query = select(delivery.c.id).where(_lost(now, everything=False))
    return tx.execute(query.limit(1)).first() is not None
