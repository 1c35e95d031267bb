"""What the server can touch, handed in by the caller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from feeder.model.article import Article
    from feeder.model.topic import Intent
    from feeder.pipeline.events import Piece
    from feeder.pipeline.hub import Limits
    from feeder.pipeline.inbox import Inbox
    from feeder.secret import Secret
    from feeder.server.listen import Receiver


@dataclass(frozen=True, slots=True)
class Health:
    """What the daemon thinks of itself."""

    live: bool
    ready: bool
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Api:
    """Articles over HTTP. `link` is where people read an article; `done` is called when something may be new.

    Without a `token` only programs of this machine are let in.
    """

    inbox: Inbox
    token: Secret | None
    link: Callable[[Article], str]
    done: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a feed that is no longer at its address: it moved to `address`, or (None) has ended."""

    address: str | None = None


def _unmoved(_path: str) -> Became | None:
    return None


@dataclass(frozen=True, slots=True)
class Hub:
    """Subscriptions over HTTP. `serves`: whether an address is a topic of ours; `accept` raises Full, StoreError.

    `websub` and `cloud` say which protocols are spoken.
    """

    serves: Callable[[str], bool]
    accept: Callable[[Intent], None]
    limits: Limits
    websub: bool = True
    cloud: bool = False


class Stream(Protocol):
    """What happens to articles, for those who listen."""

    @property
    def closed(self) -> bool: ...

    def newest(self) -> int:
        """The newest that there is. Raises StoreError."""

    def since(self, seq: int) -> tuple[Piece, ...]:
        """Some of what came after this one; nothing when that was all. Raises StoreError."""

    def waiter(self) -> asyncio.Event:
        """Is set, in the loop that asks, when there is more than there was now."""


class Callback(Protocol):
    """What hubs of others' feeds say to us. Raises StoreError. `limit` is the longest body in bytes."""

    @property
    def limit(self) -> int: ...

    def verify(self, path: str, said: Mapping[str, str]) -> str | None:
        """The challenge to be repeated; None when we did not ask for that."""

    def expects(self, path: str) -> bool:
        """Whether anything may be sent there."""

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether anybody asked for that; names of headers are in lower case."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What answers the questions is asked from any thread.

    `links` says, of a path within `folder`, its own absolute address (None: it has none) and its hubs; `became`,
    whether what was there has moved or ended (None: neither).
    """

    folder: Path
    links: Callable[[str], tuple[str | None, tuple[str, ...]]]
    health: Callable[[], Health]
    title: str
    receiver: Receiver | None = None
    api: Api | None = None
    became: Callable[[str], Became | None] = _unmoved
    hub: Hub | None = None
    stream: Stream | None = None
    callback: Callback | None = None
