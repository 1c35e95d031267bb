"""What is owed to whom, who is sending it, and every attempt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from sqlalchemy import func, select, update

from feeder.model.delivery import Attempt, Delivery, DeliveryState, Kind, Outcome, Phase
from feeder.store import dialect
from feeder.store.schema import attempt, delivery

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

    from feeder.store.engine import Tx

_MICROSECONDS = 1_000_000
_FIELDS = [delivery.c[name] for name in Delivery.__slots__]


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of a delivery after an attempt."""

    delivery: int
    token: str
    state: DeliveryState
    reason: str
    tries: int
    due: datetime | None


def _delivery(row: Row[tuple[object, ...]]) -> Delivery:
    values = dict(row._mapping)  # noqa: SLF001  the documented way to a row's names
    values["kind"], values["state"] = Kind(values["kind"]), DeliveryState(values["state"])
    return Delivery(**values)


# ---------------------------------------------------------------- owing


def owe(tx: Tx, it: Delivery) -> bool:
    """Owe this event to this webhook; False when it is owed already (`it.id` is given by the store)."""
    values = {name: getattr(it, name) for name in it.__slots__ if name not in {"id", "token"}}
    return dialect.add(tx, delivery, values, ("event", "webhook"))


def of_article(tx: Tx, article: str) -> tuple[Delivery, ...]:
    """Everything that was ever owed of this article, oldest first."""
    rows = tx.execute(select(*_FIELDS).where(delivery.c.article == article).order_by(delivery.c.id)).all()
    return tuple(map(_delivery, rows))


def tried(tx: Tx, article: str) -> frozenset[int]:
    """Which deliveries of this article were ever attempted."""
    mine = select(delivery.c.id).where(delivery.c.article == article)
    return frozenset(tx.execute(select(attempt.c.delivery).where(attempt.c.delivery.in_(mine))).scalars())


def withdrawn_since(tx: Tx, it: Delivery) -> bool:
    """Whether its webhook is owed the withdrawal of what this delivery tells of."""
    query = select(delivery.c.id).where(
        delivery.c.article == it.article,
        delivery.c.webhook == it.webhook,
        delivery.c.id > it.id,
        delivery.c.kind == Kind.WITHDRAWN,
        delivery.c.state == DeliveryState.PENDING,
    )
    return tx.execute(query.limit(1)).first() is not None


def cancel_pending(tx: Tx, article: str, reason: str, now: datetime) -> None:
    """What waits of this article is not sent any more; what is under way is left alone."""
    where = (delivery.c.article == article) & (delivery.c.state == DeliveryState.PENDING)
    values = {"state": DeliveryState.CANCELLED, "reason": reason, "done": now, "due": None}
    tx.execute(update(delivery).where(where).values(values))


# ---------------------------------------------------------------- sending


def newest(tx: Tx) -> int:
    """The id of the newest delivery; 0 when there is none."""
    return tx.execute(select(func.max(delivery.c.id))).scalar() or 0


def any_due(tx: Tx, names: Collection[str], now: datetime, upto: int) -> bool:
    return any(_due_ids(tx, name, now, 1, upto) for name in names)


def claim(
    tx: Tx, room: Mapping[str, int], free: int, now: datetime, until: datetime, token: str, upto: int
) -> tuple[Delivery, ...]:
    """Lease what is due to these webhooks, oldest first. Send only after the commit.

    At most `room[name]` to each, in the order of `room`, and at most `free` together.
    `upto` is the newest delivery (by id) that may be sent yet.
    """
    claimed: list[Delivery] = []
    for name, most in room.items():
        ids = _due_ids(tx, name, now, max(0, min(most, free - len(claimed))), upto, lock=True)
        if ids:
            mine = delivery.c.id.in_(ids) & (delivery.c.state == DeliveryState.PENDING)
            values = {"state": DeliveryState.LEASED, "token": token, "lease_until": until}
            tx.execute(update(delivery).where(mine).values(values))
            held = select(*_FIELDS).where(delivery.c.id.in_(ids), delivery.c.token == token)
            claimed.extend(map(_delivery, tx.execute(held.order_by(delivery.c.due, delivery.c.id)).all()))
    return tuple(claimed)


def _due_ids(tx: Tx, name: str, now: datetime, limit: int, upto: int, *, lock: bool = False) -> list[int]:
    # One probe of the partial index a webhook: 0.1 ms at a backlog of a million, where a window takes a second.
    query = select(delivery.c.id).where(
        delivery.c.webhook == name, delivery.c.state == DeliveryState.PENDING, delivery.c.due <= now
    )
    # One after the other for each article: a withdrawal must not overtake what it withdraws.
    older = delivery.alias()
    open_before = select(older.c.id).where(
        older.c.article == delivery.c.article,
        older.c.webhook == name,
        older.c.id < delivery.c.id,
        older.c.state.in_((DeliveryState.PENDING, DeliveryState.LEASED)),
    )
    query = (
        query.where(delivery.c.id <= upto, ~open_before.exists())
        .order_by(delivery.c.due, delivery.c.id)
        .limit(limit)
    )
    return list(tx.execute(query.with_for_update(skip_locked=True, of=delivery) if lock else query).scalars())


def settle(tx: Tx, it: Settled, now: datetime) -> bool:
    """Write what became of a leased delivery; False when the lease was lost meanwhile and nothing was written."""
    ended = it.state != DeliveryState.PENDING
    mine = (
        (delivery.c.id == it.delivery)
        & (delivery.c.state == DeliveryState.LEASED)
        & (delivery.c.token == it.token)
    )
    values = {
        "state": it.state,
        "reason": it.reason,
        "tries": it.tries,
        "due": it.due,
        "done": now if ended else None,
        "token": None,
        "lease_until": None,
    }
    return tx.execute(update(delivery).where(mine).values(values)).rowcount == 1


def reclaim(tx: Tx, now: datetime, *, everything: bool = False) -> int:
    """Free the leases that have run out, or all of them when their holders are known to be dead.

    A crash does not spend a try. Returns how many were freed.
    """
    leased = delivery.c.state == DeliveryState.LEASED
    where = leased if everything else leased & (delivery.c.lease_until < now)
    values = {
        "state": DeliveryState.PENDING,
        "token": None,
        "lease_until": None,
        "crashes": delivery.c.crashes + 1,
    }
    return tx.execute(update(delivery).where(where).values(values)).rowcount


def any_lost(tx: Tx, now: datetime) -> bool:
    """Whether a lease has run out."""
    query = select(delivery.c.id).where(delivery.c.state == DeliveryState.LEASED, delivery.c.lease_until < now)
    return tx.execute(query.limit(1)).first() is not None


def log(tx: Tx, it: Attempt) -> None:
    values = {name: getattr(it, name) for name in it.__slots__}
    values.update(took=round(it.took * _MICROSECONDS), body=it.body.encode("utf-8", "replace"))
    tx.execute(attempt.insert().values(values))


# ---------------------------------------------------------------- looking


def get(tx: Tx, key: int) -> Delivery | None:
    row = tx.execute(select(*_FIELDS).where(delivery.c.id == key)).first()
    return None if row is None else _delivery(row)


def listed(
    tx: Tx,
    limit: int,
    *,
    name: str | None = None,
    state: DeliveryState | None = None,
    article: str | None = None,
    since: datetime | None = None,
) -> tuple[Delivery, ...]:
    """The newest deliveries that fit, newest first."""
    query = select(*_FIELDS).order_by(delivery.c.id.desc()).limit(limit)
    for condition in _conditions(name, state, article, since):
        query = query.where(condition)
    return tuple(map(_delivery, tx.execute(query).all()))


def _conditions(
    name: str | None, state: DeliveryState | None, article: str | None, since: datetime | None
) -> list[ColumnElement[bool]]:
    wanted = {delivery.c.webhook: name, delivery.c.state: state, delivery.c.article: article}
    conditions = [column == value for column, value in wanted.items() if value is not None]
    return conditions if since is None else [*conditions, delivery.c.created >= since]


def again(tx: Tx, now: datetime, ids: Iterable[int]) -> int:
    """Send these once more under the same id, with the whole retry schedule before them; not what is under way."""
    return _again(tx, now, delivery.c.id.in_(list(ids)) & (delivery.c.state != DeliveryState.LEASED))


def again_since(tx: Tx, now: datetime, name: str, states: Collection[DeliveryState], moment: datetime) -> int:
    """The same for all that ended in one of these states and was created since then."""
    where = (delivery.c.webhook == name) & delivery.c.state.in_(list(states)) & (delivery.c.created >= moment)
    return _again(tx, now, where)


def _again(tx: Tx, now: datetime, where: ColumnElement[bool]) -> int:
    values = {"state": DeliveryState.PENDING, "tries": 0, "due": now, "done": None, "reason": "sent again by hand"}
    return tx.execute(update(delivery).where(where).values(values)).rowcount


def attempts(tx: Tx, key: int) -> tuple[Attempt, ...]:
    rows = tx.execute(select(attempt).where(attempt.c.delivery == key).order_by(attempt.c.id)).all()
    return tuple(map(_attempt, rows))


def _attempt(row: Row[tuple[object, ...]]) -> Attempt:
    values = {name: row._mapping[name] for name in Attempt.__slots__}  # noqa: SLF001  the documented way
    values.update(
        took=values["took"] / _MICROSECONDS,
        body=values["body"].decode("utf-8", "replace"),
        phase=Phase(values["phase"]),
        outcome=Outcome(values["outcome"]),
    )
    return Attempt(**values)


def count(tx: Tx) -> dict[str, dict[str, int]]:
    """How many deliveries by webhook and state."""
    columns = (delivery.c.webhook, delivery.c.state)
    found: dict[str, dict[str, int]] = {}
    for name, state, number in tx.execute(select(*columns, func.count()).group_by(*columns)):
        found.setdefault(name, {})[state] = number
    return found


def oldest_waiting(tx: Tx) -> dict[str, datetime]:
    """When the oldest delivery that is not yet answered well was created, by webhook."""
    waiting = delivery.c.state.in_((DeliveryState.PENDING, DeliveryState.LEASED))
    query = select(delivery.c.webhook, func.min(delivery.c.created)).where(waiting).group_by(delivery.c.webhook)
    return {name: cast("datetime", moment) for name, moment in tx.execute(query)}


def failed_since(tx: Tx, moment: datetime) -> tuple[tuple[str, str], ...]:
    """(webhook, reason) of each delivery whose newest attempt, made since then, did not end well."""
    query = (
        select(delivery.c.webhook, delivery.c.reason)
        .where(delivery.c.state != DeliveryState.DELIVERED)
        .where(delivery.c.id.in_(select(attempt.c.delivery).where(attempt.c.at >= moment)))
        .order_by(delivery.c.id)
    )
    return tuple((name, reason) for name, reason in tx.execute(query))
