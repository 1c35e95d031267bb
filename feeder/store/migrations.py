"""Forward only: a new database is made in today's shape, an older one is brought there step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, select, text

from feeder.errors import StoreError
from feeder.store import schema
from feeder.store.schema import meta, metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from feeder.store.engine import Store, Tx

VERSION = 2


def _two(tx: Tx) -> None:
    """Articles from everywhere: sources remember, similar texts are found, floods are held, stories are one."""
    for statement in (
        "ALTER TABLE article ADD COLUMN bar VARCHAR NOT NULL DEFAULT ''",
        "UPDATE article SET bar = 'first look' WHERE first_look",
        "ALTER TABLE article DROP COLUMN first_look",
        "ALTER TABLE article ADD COLUMN story VARCHAR",
        "CREATE INDEX article_story ON article (story) WHERE story IS NOT NULL",
        "CREATE INDEX article_held ON article (source, position) WHERE state = 'held'",
        "ALTER TABLE source ADD COLUMN memory TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE source ADD COLUMN failures INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE source ADD COLUMN rest BIGINT",
        "ALTER TABLE source ADD COLUMN shown INTEGER",
        "ALTER TABLE source ADD COLUMN gap BIGINT",
        "ALTER TABLE source ADD COLUMN note TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX alias_article ON alias (article)",
        "CREATE INDEX document_again ON document (source, again) WHERE state = 'waiting'",
    ):
        tx.execute(text(statement))
    metadata.create_all(tx, tables=[schema.sketch, schema.phrase, schema.kept, schema.answered])


# The step that leads to each version from the one before; version 1 is where we began.
STEPS: Mapping[int, Callable[[Tx], None]] = {2: _two}


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
