"""Forward only: a new database is made in today's shape, an older one is brought there step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, select

from feeder.errors import StoreError
from feeder.store.schema import meta, metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from feeder.store.engine import Store, Tx

VERSION = 1

# The step that leads to each version from the one before; version 1 is where we began.
STEPS: Mapping[int, Callable[[Tx], None]] = {}


def migrate(store: Store, steps: Mapping[int, Callable[[Tx], None]] = STEPS, target: int = VERSION) -> int:
    """Bring the store to `target`; each step and its version number are one transaction. Returns the version."""
    with store.write() as tx:
        store.in_order(tx)
        version = _version(tx)
        if version is None:
            metadata.create_all(tx)
            tx.execute(meta.insert().values(key="version", value=str(target)))
            return target
    if version > target:
        raise StoreError(
            f"the store {store} is of version {version}, made by a newer feeder; this one knows {target}"
        )
    for step in range(version + 1, target + 1):
        _take(store, step, steps[step])
    return target


def _take(store: Store, number: int, step: Callable[[Tx], None]) -> None:
    with store.write() as tx:
        store.in_order(tx)
        if _version(tx) == number - 1:  # another node may have been quicker
            step(tx)
            tx.execute(meta.update().where(meta.c.key == "version").values(value=str(number)))


def _version(tx: Tx) -> int | None:
    if not inspect(tx).has_table("meta"):
        return None
    value = tx.execute(select(meta.c.value).where(meta.c.key == "version")).scalar()
    return None if value is None else int(value)


def version(store: Store) -> int | None:
    """The version that the store has now, None for an empty one."""
    with store.read() as tx:
        return _version(tx)
