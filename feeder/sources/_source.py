"""What every kind of source can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from feeder.config import SourceOptions
    from feeder.model.document import Document, Found


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that is not even read, and why."""

    found: Found
    reason: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a source has that the store does not know yet.

    `gone` are keys that the store knows and the source has no more; `missing` are not there, but may be in the
    middle of being saved; `unsettled` may still be changing. Both want another look soon. `identity` names the
    place that was looked at: what, a space, and where. When another thing stands in the same place, and everything
    known is gone, the place vanished, and not the articles.
    """

    found: tuple[Found, ...] = ()
    gone: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    unsettled: tuple[str, ...] = ()
    identity: str = ""


class Watch(Protocol):
    """Keys that changed, each when it has been quiet for long enough. Times are monotonic seconds."""

    def wait(self, timeout: float) -> bool:
        """Sleep until something is due, at most `timeout`; False when it was closed."""

    def take(self) -> Keys | None:
        """What is due now: keys, or EVERYTHING, or None when nothing is."""

    def again(self, keys: Collection[str], delay: float) -> None:
        """Let these keys be due after so many seconds."""

    def remind(self, keys: Collection[str], delay: float) -> None:
        """The same for those that are not awaited anyway."""

    def everything(self, delay: float) -> None:
        """Let a look through everything be due after so many seconds."""

    def close(self) -> None: ...


class Source(Protocol):
    name: str

    def look(self, known: Mapping[str, str], only: Collection[str] | None = None, *, final: bool = False) -> Look:
        """Compare with the stamps that are `known`; `only` these keys when given.

        `final` says that nobody will look again soon: what was changed a moment ago counts as whole.
        Raises SourceError when nothing can be said at all.
        """

    def read(self, found: Found) -> Document | None:
        """The document's bytes; None when it vanished or changes under our hands. Raises Unreadable."""

    def watch(self) -> Watch | None:
        """Begin to watch, where this kind of source can be watched."""


EVERYTHING: frozenset[str] = frozenset()
Keys = frozenset[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """`open(name, options)` makes the source; nothing is looked at yet."""

    options: type[SourceOptions]
    open: Callable[[str, SourceOptions], Source]
