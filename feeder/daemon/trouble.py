"""Work that may go wrong -> a line in the log when that begins, one when it is over, and a word for /health."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from feeder.errors import FeederError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)


class Trouble:
    """`problem` is what the last call raised, empty when it went well; nothing that it raises goes on.

    `refusals` counts calls in a row that the store refused.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.problem = ""
        self.refusals = 0

    def call(self, work: Callable[[], None]) -> None:
        refused = False
        try:
            work()
        except FeederError as error:
            refused = isinstance(error, StoreError)
            self._say(str(error))
        except Exception as error:  # whatever it is, one verb's trouble must not end the daemon
            log.exception("%s: unexpected", self._name)
            self.problem = f"{self._name}: {type(error).__name__}; the log tells more"
        else:
            self._say("")
        self.refusals = self.refusals + 1 if refused else 0

    def _say(self, problem: str) -> None:
        """Once when it begins and once when it is over, not at every turn."""
        if problem and problem != self.problem:
            log.error("%s: %s", self._name, problem)
        if self.problem and not problem:
            log.info("%s: well again", self._name)
        self.problem = problem
