"""Webhooks as they stand: since when, and whether they are told. What they are comes from the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from feeder.store.schema import webhook

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from feeder.store.engine import Tx


@dataclass(frozen=True, slots=True)
class WebhookState:
    """`since` is when it first stood in the configuration; `status` is active, paused or disabled."""

    name: str
    since: datetime
    status: str
    reason: str


def register(tx: Tx, names: Iterable[str], now: datetime) -> tuple[str, ...]:
    """Every webhook in the configuration has a row from then on; returns the new ones."""
    known = set(tx.execute(select(webhook.c.name)).scalars())
    new = tuple(name for name in names if name not in known)
    for name in new:
        tx.execute(webhook.insert().values(name=name, since=now, status="active", reason=""))
    return new


def states(tx: Tx) -> dict[str, WebhookState]:
    rows = tx.execute(select(webhook).order_by(webhook.c.name))
    return {row.name: WebhookState(**row._mapping) for row in rows}  # noqa: SLF001  the documented way


def set_status(tx: Tx, name: str, status: str, reason: str = "") -> bool:
    values = {"status": status, "reason": reason}
    return tx.execute(update(webhook).where(webhook.c.name == name).values(values)).rowcount > 0
