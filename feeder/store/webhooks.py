"""Webhooks as they stand: since when, whether they are told, how they bear up. What they are is configuration."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from feeder.model.noun import noun
from feeder.store import bulk, deliveries
from feeder.store.schema_deliveries import webhook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from feeder.store.bulk import Query
    from feeder.store.engine import Tx


@noun(frozen=True, slots=True)
class WebhookState:
    """`since` is when it first stood in the configuration; `status` is active, paused, disabled or blocked.

    `fails` counts failures of the receiver as a whole in a row, `failures` all of them, since `failing_since`;
    `warned`: that was told. It is left alone until `rest`; after trouble it may have `ramp` deliveries under way,
    one more with each success, until it has all again (None). `paced` is when its rate allows the next. `address`
    is the one that was judged so, fit to be shown. `resumed` is when it was last enabled by hand, `left` when it
    left the configuration.
    """

    name: str
    since: datetime
    status: str = "active"
    reason: str = ""
    fails: int = 0
    failures: int = 0
    failing_since: datetime | None = None
    warned: bool = False
    rest: datetime | None = None
    ramp: int | None = None
    paced: datetime | None = None
    address: str = ""
    resumed: datetime | None = None
    left: datetime | None = None


_NAMES = (*WebhookState.__slots__[1:], "name")
_FIELDS = [webhook.c[name] for name in WebhookState.__slots__]


def register(tx: Tx, names: Collection[str], now: datetime) -> tuple[str, ...]:
    """Every webhook in the configuration has a row from then on; returns the new ones."""
    known = states(tx)
    new = tuple(name for name in names if name not in known)
    bulk.add_all(tx, webhook, _NAMES, [_row(WebhookState(name, now)) for name in new])
    back = [name for name in names if name in known and known[name].left is not None]
    gone = [name for name in known if name not in names and known[name].left is None]
    for listed, left in ((back, None), (gone, now)):
        if listed:
            tx.execute(update(webhook).where(webhook.c.name.in_(listed)).values(left=left))
    return new


def states(tx: Tx, among: Iterable[str] | None = None, *, like: str = "") -> dict[str, WebhookState]:
    """Of the webhooks of the configuration, now or before; or those `among` these names, or `like` that.

    Subscribers of our topics and hubs have rows too, and there may be many.
    """
    query = select(*_FIELDS).order_by(webhook.c.name)
    if among is not None:
        query = query.where(webhook.c.name.in_(list(among)))
    elif like:
        query = query.where(webhook.c.name.like(like))
    else:
        query = query.where(webhook.c.name.not_like("%:%"))
    return {row[0]: WebhookState(*row) for row in tx.execute(query).all()}


def since(tx: Tx, names: Iterable[str]) -> dict[str, datetime]:
    """When each of these first stood in the configuration."""
    return dict(tx.execute(_since(tx.dialect.name), {"names": bulk.words(names)}).all())


@cache
def _since(name: str) -> Any:
    each = bulk.each(name, "names")
    return select(webhook.c.name, webhook.c.since).where(webhook.c.name.in_(select(each.c.value)))


def taken(tx: Tx, names: Collection[str], *, wait: bool) -> dict[str, WebhookState]:
    """The same of these, locked until the transaction ends; not `wait`: without those that another node has.

    Always in one order, so that two nodes never wait for each other.
    """
    if not names:
        return {}
    rows = bulk.rows(tx, _taken(tx.dialect.name, wait=wait), {"names": bulk.words(names)})
    return {row[0]: WebhookState(*row) for row in rows}


@cache
def _taken(name: str, *, wait: bool) -> Query:
    each = bulk.each(name, "names")
    query = select(*_FIELDS).where(webhook.c.name.in_(select(each.c.value))).order_by(webhook.c.name)
    return bulk.query(name, query.with_for_update(key_share=True, skip_locked=not wait, of=webhook))


def put_all(tx: Tx, changed: Iterable[WebhookState]) -> None:
    bulk.change_all(tx, webhook, _NAMES, [_row(it) for it in changed])


def set_status(tx: Tx, name: str, status: str, reason: str = "") -> bool:
    values: dict[str, Any] = {"status": status, "reason": reason}
    return tx.execute(update(webhook).where(webhook.c.name == name).values(values)).rowcount > 0


def resume(tx: Tx, name: str, now: datetime) -> bool:
    """Tell it again, as if nothing had been: what waits is tried at once, in order."""
    it = states(tx, [name]).get(name)
    if it is not None:
        deliveries.hurry(tx, name, now)
        put_all(tx, [WebhookState(name, it.since, address=it.address, resumed=now, left=it.left)])
    return it is not None


def _row(it: WebhookState) -> tuple[Any, ...]:
    return tuple(getattr(it, name) for name in _NAMES)
