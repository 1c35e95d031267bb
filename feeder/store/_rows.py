"""Rows of `delivery` <-> the noun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import literal_column

from feeder.model.delivery import Delivery, DeliveryState, Kind, Lane, NoticeKind, TopicKind
from feeder.store.schema_deliveries import delivery

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

FIELDS = [delivery.c[name] for name in Delivery.__slots__]
# Looking them up takes a fraction of the time in which an enumeration finds its member.
KINDS: dict[object, Kind | NoticeKind | TopicKind] = {
    kind.value: kind for kind in (*Kind, *NoticeKind, *TopicKind)
}
_STATES: dict[object, DeliveryState] = {state.value: state for state in DeliveryState}
LANES: dict[object, Lane] = {lane.value: lane for lane in Lane}


# What is under way is stored as pending, with the token of its lease. States stand in the words of a statement and
# not among its parameters, so that the databases know beforehand which partial index has them all.
_PENDING: Any = literal_column(f"'{DeliveryState.PENDING}'")
_DELIVERED: Any = literal_column(f"'{DeliveryState.DELIVERED}'")


def undelivered(table: Any = delivery) -> ColumnElement[bool]:
    """As in the index by state; SQLite does not see by itself that it follows from another state."""
    found: ColumnElement[bool] = table.c.state != _DELIVERED
    return found


def is_open(table: Any = delivery) -> ColumnElement[bool]:
    """It waits, or is under way."""
    found: ColumnElement[bool] = undelivered(table) & (table.c.state == _PENDING)
    return found


def waits(table: Any = delivery) -> ColumnElement[bool]:
    found: ColumnElement[bool] = is_open(table) & table.c.token.is_(None)
    return found


def in_state(state: DeliveryState) -> ColumnElement[bool]:
    if state is DeliveryState.PENDING:
        return waits()
    if state is DeliveryState.LEASED:
        return is_open() & delivery.c.token.is_not(None)
    return delivery.c.state == _DELIVERED if state is DeliveryState.DELIVERED else _ended(state)


def _ended(state: DeliveryState) -> ColumnElement[bool]:
    return undelivered() & (delivery.c.state == state)


def from_row(row: Sequence[Any]) -> Delivery:
    """A row of FIELDS, which are in the order of the noun's own."""
    key, event, webhook, article, revision, kind, state, *rest, lane, token = row
    stands = _STATES[state] if token is None else DeliveryState.LEASED
    words = (key, event, webhook, article, revision, KINDS[kind], stands, *rest, LANES[lane], token)
    return Delivery(*words)


def conditions(
    name: str | None, state: DeliveryState | None, article: str | None, since: datetime | None
) -> list[ColumnElement[bool]]:
    wanted = {delivery.c.webhook: name, delivery.c.article: article}
    found = [column == value for column, value in wanted.items() if value is not None]
    found += [] if state is None else [in_state(state)]
    return found if since is None else [*found, delivery.c.created >= since]
