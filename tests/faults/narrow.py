"""A dispatcher that carries three deliveries at once: where there are more to carry, another node has its part."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from feeder.pipeline.deliver import Dispatcher

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feeder.pipeline.allowance import Busy
    from feeder.pipeline.making import Hook

CARRIES = 3


class Narrow(Dispatcher):
    def _busy(self, hooks: Mapping[str, Hook]) -> Busy:
        return replace(super()._busy(hooks), free=max(0, CARRIES - len(self._flying)))
