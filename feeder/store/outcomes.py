"""What became of leased deliveries, and their attempts -> the store, under the leases that sent them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, tuple_, update

from feeder.model.delivery import DeliveryState
from feeder.model.noun import noun
from feeder.store import behind, bulk, deliveries
from feeder.store.schema_deliveries import attempt, delivery, flight

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from feeder.model.delivery import Attempt
    from feeder.store.bulk import Query
    from feeder.store.engine import Tx


Lease = tuple[int, str]  # delivery and token


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


def settle(
    tx: Tx, outcomes: Sequence[Settled], now: datetime, attempts: Sequence[Attempt | None] = ()
) -> frozenset[Lease]:
    """Write what became of leased deliveries, with their attempts; returns the leases that were still held.

    The others were lost to somebody else meanwhile: of them the attempt alone is written, as fenced. One delivery
    may have ended twice, under a lease that was lost and under the next one. Rows are locked in the order of their
    ids. `attempts` are of the outcomes, one of each, if any.
    """
    rows = [_row(it, now) for it in sorted(outcomes, key=attrgetter("delivery"))]
    tried = [(it, fate.token) for it, fate in zip(attempts, outcomes, strict=bool(attempts)) if it is not None]
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
    alike, settled = bulk.given(tx, bulk.named(delivery, _SETTLED), rows)
    alike_tried, logged = bulk.given(tx, _TRIED, new, "tried")
    return frozenset((key, token) for key, token in tx.execute(_settle(alike, alike_tried), settled | logged))


@lru_cache(bulk.KEPT)
def _settle(alike: bulk.Alike, alike_tried: bulk.Alike) -> Any:
    """For PostgreSQL: all in one."""
    new = bulk.new("postgresql", bulk.named(delivery, _SETTLED), alike)
    *changed, token, key = new.c
    values = {it.name: it for it in changed} | {"token": None}
    leased = update(delivery).where(delivery.c.id == key, delivery.c.token == token).values(values)
    ended = leased.returning(key, token, delivery.c.webhook, delivery.c.lane).cte("ended")
    flew = (flight.c.webhook == ended.c.webhook) & (flight.c.lane == ended.c.lane)
    landed = delete(flight).where(flew, flight.c.delivery == ended.c.id).cte("landed")
    *tried, under = bulk.new("postgresql", _TRIED, alike_tried, "tried").c
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
