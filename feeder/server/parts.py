"""What the server can touch, handed in by the caller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from feeder.server.listen import Receiver


@dataclass(frozen=True, slots=True)
class Health:
    """What the daemon thinks of itself."""

    live: bool
    ready: bool
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """`links` answers, for a path within `folder`, its own absolute address (None: it has none) and its hubs."""

    folder: Path
    links: Callable[[str], tuple[str | None, tuple[str, ...]]]
    health: Callable[[], Health]
    title: str
    receiver: Receiver | None = None
