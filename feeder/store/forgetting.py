"""What subscribers and hubs were told some time ago -> forgotten, for there is no end to it; and who has gone.

What webhooks of the configuration were told stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from feeder.model.delivery import DeliveryState
from feeder.model.topic import is_subscriber
from feeder.store.schema_deliveries import attempt, delivery, replay, webhook
from feeder.store.schema_topics import subscription

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select

    from feeder.store.engine import Tx

_OVER = (DeliveryState.DELIVERED, DeliveryState.CANCELLED, DeliveryState.DEAD)


def some(tx: Tx, after: str, limit: int) -> tuple[str, ...]:
    """The names of the next subscribers and hubs after this one."""
    query = select(webhook.c.name).where(webhook.c.name.like("%:%"), webhook.c.name > after)
    return tuple(tx.execute(query.order_by(webhook.c.name).limit(limit)).scalars())


def told(tx: Tx, names: Sequence[str], before: datetime, limit: int) -> tuple[int, ...]:
    """Deliveries to them that were over before then; not the newest of all, whose id would be given once more."""
    newest = select(func.max(delivery.c.id)).scalar_subquery()
    query = select(delivery.c.id).where(
        delivery.c.article.is_(None),
        delivery.c.webhook.in_(names),
        delivery.c.state.in_(_OVER),
        delivery.c.done < before,
        delivery.c.id < newest,
    )
    return tuple(tx.execute(query.limit(limit)).scalars())


def gone(tx: Tx, names: Sequence[str]) -> tuple[str, ...]:
    """Those of them that have not subscribed, and of whom nothing else is known; a person's pause is kept."""
    mine = list(filter(is_subscriber, names))
    query = select(webhook.c.name).where(webhook.c.name.in_(mine), webhook.c.status != "paused")
    return tuple(tx.execute(query.where(~_subscribed().exists(), ~_owed().exists(), ~_again().exists())).scalars())


def _subscribed() -> Select[tuple[str]]:
    return select(subscription.c.name).where(subscription.c.name == webhook.c.name)


def _owed() -> Select[tuple[int]]:
    return select(delivery.c.id).where(delivery.c.webhook == webhook.c.name)


def _again() -> Select[tuple[int]]:
    return select(replay.c.id).where(replay.c.webhook == webhook.c.name)


def forget(tx: Tx, deliveries: Sequence[int], webhooks: Sequence[str]) -> None:
    tx.execute(delete(attempt).where(attempt.c.delivery.in_(deliveries)))
    tx.execute(delete(delivery).where(delivery.c.id.in_(deliveries)))
    tx.execute(delete(webhook).where(webhook.c.name.in_(webhooks)))
