"""A dispatcher with the mistake that the kill harness must see: "delivered" is written before the send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feeder.model.delivery import DeliveryState
from feeder.pipeline.deliver import Dispatcher
from feeder.store import outcomes
from feeder.store.outcomes import Settled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from feeder.pipeline.deliver import Flight
    from feeder.store import Tx
    from feeder.store.webhooks import WebhookState


class Lossy(Dispatcher):
    def _claim(self, tx: Tx, locked: Mapping[str, WebhookState], now: datetime, upto: int) -> list[Flight]:
        flights = super()._claim(tx, locked, now, upto)
        claimed = [flight.delivery for flight in flights]
        hoped = [
            Settled(it.id, it.token or "", DeliveryState.DELIVERED, "hoped", 1, 0, None, now) for it in claimed
        ]
        outcomes.settle(tx, hoped, now)
        return flights
