"""What the server can touch, handed in by the caller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from feeder.model.article import Article
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
class Parts:
    """`links` answers, for a path within `folder`, its own absolute address (None: it has none) and its hubs."""

    folder: Path
    links: Callable[[str], tuple[str | None, tuple[str, ...]]]
    health: Callable[[], Health]
    title: str
    receiver: Receiver | None = None
    api: Api | None = None
