"""Deliveries that stand behind others: of one article one after the other, to an ordered webhook all of them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from feeder.store import bulk
from feeder.store._rows import is_open, waits
from feeder.store.schema_deliveries import delivery

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from feeder.store.engine import Tx


def let_go(tx: Tx, ids: Sequence[int]) -> None:
    """What stood behind these has nothing before it any more."""
    if ids:
        tx.execute(_let_go(tx.dialect.name), {"ids": bulk.numbers(tx, ids)})


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
    still_open = select(older.c.id).where(older.c.id == delivery.c.behind, is_open(older))
    tx.execute(update(delivery).where(which, ~still_open.exists()).values(behind=None))


def failing(tx: Tx, names: Sequence[str], since: datetime, now: datetime) -> Sequence[int]:
    """What to these webhooks has failed since before `since`, waits for another try, and has others behind it."""
    later = delivery.alias()
    query = (
        select(delivery.c.id)
        .where(delivery.c.webhook.in_(names), waits())
        .where(delivery.c.tries > 0, delivery.c.began < since, delivery.c.due > now)
        .where(select(later.c.id).where(later.c.behind == delivery.c.id).exists())
    )
    return tx.execute(query).scalars().all()


@cache
def _let_go(name: str) -> Any:
    return update(delivery).where(bulk.among(name, delivery.c.behind, "ids")).values(behind=None)
