"""What every kind of source can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime, timedelta

    from feeder.config import SourceOptions
    from feeder.model.document import Document, Found
    from feeder.net import Fetched


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

    Of a source that does not show all it ever had: `present` are the keys that it shows now, known ones too (None
    when it only says that nothing changed); `gap` says that nothing it shows was known, so that something may have
    been missed. `hub` is where it can be subscribed to, and as what; empty where it names none, None where nothing
    is said. `memory` is handed to the next look once everything of this one is stored. `rest` is for how long
    the source asks to be left alone. `notes` are lines for the operator.
    """

    found: tuple[Found, ...] = ()
    gone: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    unsettled: tuple[str, ...] = ()
    identity: str = ""
    present: frozenset[str] | None = None
    gap: bool = False
    memory: str = ""
    rest: timedelta | None = None
    notes: tuple[str, ...] = ()
    hub: tuple[str, str] | None = None


class Get(Protocol):
    """The door to the network; see Fetcher.get. Raises FetchError."""

    def __call__(
        self, url: str, *, accept: str, limit: int, headers: Collection[tuple[str, str]] = ()
    ) -> Fetched: ...


@dataclass(frozen=True, slots=True)
class Means:
    """What a source works with.

    `get` fetches an address. `call` runs a function in a process that may be killed, within limits of time and
    memory, and raises TooHard; function, arguments and result can be pickled. `now` is the clock.
    """

    get: Get
    call: Callable[..., Any]
    now: Callable[[], datetime]


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
    """A place of a name that can be looked at, again and again.

    `exhaustive`: what a look does not show is gone. `foreign`: others write it, and nobody here means each
    article, so that floods are held back; `max_age` is how old an article may be for webhooks to be told of it.
    """

    name: str

    @property
    def exhaustive(self) -> bool: ...

    @property
    def foreign(self) -> bool: ...

    @property
    def max_age(self) -> timedelta | None: ...

    def look(
        self,
        known: Mapping[str, str],
        only: Collection[str] | None = None,
        *,
        final: bool = False,
        memory: str = "",
    ) -> Look:
        """Compare with the stamps that are `known`; `only` these keys when given.

        `known` asks the store for each key when the source is not exhaustive: look up, do not iterate. `final`
        says that nobody will look again soon: what was changed a moment ago counts as whole. `memory` is what the
        last look left (empty at the first). Raises SourceError when nothing can be said at all.
        """

    def read(self, found: Found) -> Document | None:
        """The document's bytes; None when it vanished or changes under our hands. Raises Unreadable."""

    def watch(self) -> Watch | None:
        """Begin to watch, where this kind of source can be watched."""


EVERYTHING: frozenset[str] = frozenset()
Keys = frozenset[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """`open(name, options, means)` makes the source; nothing is looked at yet."""

    options: type[SourceOptions]
    open: Callable[[str, Any, Means], Source]
