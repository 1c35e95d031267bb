"""`feeder run` with the mistake that the kill harness must see: "delivered" is written before the send."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from feeder import log
from feeder.cli.run import welcome
from feeder.daemon import Daemon
from feeder.model.delivery import DeliveryState
from feeder.pipeline.deliver import Dispatcher
from feeder.store import deliveries
from feeder.store.deliveries import Settled

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.model.delivery import Delivery
    from feeder.store import Tx


class Lossy(Dispatcher):
    def _claim(self, tx: Tx, now: datetime, upto: int) -> tuple[Delivery, ...]:
        claimed = super()._claim(tx, now, upto)
        for it in claimed:
            deliveries.settle(tx, Settled(it.id, it.token or "", DeliveryState.DELIVERED, "hoped", 1, None), now)
        return claimed


if __name__ == "__main__":
    log.setup()
    Daemon(Path(sys.argv[sys.argv.index("--config") + 1]), dispatcher=Lossy).run(welcome)
