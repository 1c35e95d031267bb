"""What publishers send to the server's /api/articles; nothing is looked for, and nothing is read twice.

The server hands each article over as it comes (feeder.pipeline.inbox); those that wait for their time are kept by
the store, and looked through here at every turn of the schedule.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from feeder.config import Duration, SourceOptions
from feeder.sources._source import Look

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from feeder.model.document import Document, Found
    from feeder.sources._source import Means, Watch


class Options(SourceOptions):
    type: Literal["push"]
    every: Duration | None = timedelta(minutes=1)


class Push:
    exhaustive, foreign, max_age = False, False, None

    def __init__(self, name: str) -> None:
        self.name = name

    def look(
        self,
        known: Mapping[str, str],
        only: Collection[str] | None = None,
        *,
        final: bool = False,
        memory: str = "",
    ) -> Look:
        """Nothing is ever found, and nothing is ever gone."""
        del known, only, final, memory
        return Look()

    def read(self, found: Found) -> Document | None:
        """Whatever it was, it was handed over and cannot be had again."""
        del found
        return None

    def watch(self) -> Watch | None:
        """There is nothing to watch."""
        return None


def open_push(name: str, _options: Options, _means: Means) -> Push:
    return Push(name)
