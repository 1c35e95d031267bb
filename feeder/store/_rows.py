"""Rows of `delivery` <-> the noun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feeder.model.delivery import Delivery, DeliveryState, Kind, Lane, NoticeKind
from feeder.store.schema_deliveries import delivery

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

FIELDS = [delivery.c[name] for name in Delivery.__slots__]
OPEN = (DeliveryState.PENDING, DeliveryState.LEASED)
# Looking them up takes a fraction of the time in which an enumeration finds its member.
_KINDS: dict[object, Kind | NoticeKind] = {kind.value: kind for kind in (*Kind, *NoticeKind)}
_STATES: dict[object, DeliveryState] = {state.value: state for state in DeliveryState}
_LANES: dict[object, Lane] = {lane.value: lane for lane in Lane}


def from_row(row: Sequence[Any]) -> Delivery:
    """A row of FIELDS, which are in the order of the noun's own."""
    key, event, webhook, article, revision, kind, state, *rest, lane, token = row
    words = (key, event, webhook, article, revision, _KINDS[kind], _STATES[state], *rest, _LANES[lane], token)
    return Delivery(*words)


def conditions(
    name: str | None, state: DeliveryState | None, article: str | None, since: datetime | None
) -> list[ColumnElement[bool]]:
    wanted = {delivery.c.webhook: name, delivery.c.state: state, delivery.c.article: article}
    found = [column == value for column, value in wanted.items() if value is not None]
    return found if since is None else [*found, delivery.c.created >= since]
