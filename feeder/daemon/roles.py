"""What a node does: all of it, or a part where others do the rest."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from feeder.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection

    from feeder.store import Store


class Role(StrEnum):
    """ingest looks at sources, and publishes; deliver sends; serve answers HTTP, and publishes what it shows."""

    INGEST = "ingest"
    DELIVER = "deliver"
    SERVE = "serve"


ALL = frozenset(Role)


def publishes(roles: Collection[Role]) -> bool:
    return Role.INGEST in roles or Role.SERVE in roles


def check(roles: Collection[Role], store: Store) -> None:
    """Raises UsageError where nobody else could do what is left out."""
    if store.embedded and frozenset(roles) != ALL:
        raise UsageError(
            f"--role needs a store that several nodes can share (postgresql://…); {store} has one daemon, "
            "which does everything"
        )
