"""Forward only: a new database is made in today's shape, an older one is brought there step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, select, text

from feeder.errors import StoreError
from feeder.store import schema, schema_deliveries  # noqa: F401 - the tables of both
from feeder.store.schema import meta, metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from feeder.store.engine import Store, Tx

VERSION = 3


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


_OPEN = "('pending', 'leased')"
_CARRIED = (
    "id, event, webhook, article, revision, kind, state, reason, tries, crashes, created, due, done, token,"
    " lease_until"
)
_TRIED = "id, delivery, number, at, took, phase, outcome, reason, status, address, body, truncated, fenced"
_BEFORE = (
    "SELECT max(o.id) FROM old_delivery o WHERE o.article = d.article AND o.webhook = d.webhook"
    " AND o.id < d.id AND o.state IN ('pending', 'leased')"
)
_CARRY = (
    f"INSERT INTO delivery ({_CARRIED}, began, lane, behind) SELECT {_CARRIED}, created, 0,"  # noqa: S608 - constants
    f" CASE WHEN state IN {_OPEN} THEN ({_BEFORE}) END FROM old_delivery d"
)


def _three(tx: Tx) -> None:
    """Delivery: notices are owed too, webhooks have a health, one delivery stands behind another, replays."""
    for statement in (
        "ALTER TABLE webhook ADD COLUMN fails INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE webhook ADD COLUMN failures INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE webhook ADD COLUMN failing_since BIGINT",
        "ALTER TABLE webhook ADD COLUMN warned BOOLEAN NOT NULL DEFAULT false",
        "ALTER TABLE webhook ADD COLUMN rest BIGINT",
        "ALTER TABLE webhook ADD COLUMN ramp INTEGER",
        "ALTER TABLE webhook ADD COLUMN paced BIGINT",
        "ALTER TABLE webhook ADD COLUMN address VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE webhook ADD COLUMN resumed BIGINT",
        'ALTER TABLE webhook ADD COLUMN "left" BIGINT',
        # SQLite cannot make a column of a table nullable: what refers to it and the table itself are made anew.
        "ALTER TABLE attempt RENAME TO old_attempt",
        "ALTER TABLE delivery RENAME TO old_delivery",
        *(f"DROP INDEX delivery_{name}" for name in ("article", "due", "lease", "recent", "state")),
        "DROP INDEX attempt_delivery",
        "CREATE INDEX old_delivery_article ON old_delivery (article, webhook, id)",  # goes with its table
        *_unnamed(tx),
    ):
        tx.execute(text(statement))
    ours = ("notice", "replay", "delivery", "attempt")
    metadata.create_all(tx, tables=[metadata.tables[name] for name in ours])
    for statement in (
        _CARRY,
        f"INSERT INTO attempt ({_TRIED}) SELECT {_TRIED} FROM old_attempt",  # noqa: S608 - constants
        "DROP TABLE old_attempt",
        "DROP TABLE old_delivery",
        *_counters(tx),
    ):
        tx.execute(text(statement))


def _unnamed(tx: Tx) -> list[str]:
    """On PostgreSQL the names of constraints and sequences are not the table's own: the new tables want them."""
    if tx.dialect.name == "sqlite":
        return []
    return [
        *(f"ALTER TABLE old_{it} RENAME CONSTRAINT {it}_pkey TO old_{it}_pkey" for it in ("delivery", "attempt")),
        "ALTER TABLE old_delivery RENAME CONSTRAINT delivery_event_webhook_key TO old_delivery_event_webhook_key",
        *(f"ALTER SEQUENCE {it}_id_seq RENAME TO old_{it}_id_seq" for it in ("delivery", "attempt")),
    ]


def _counters(tx: Tx) -> list[str]:
    """Ids go on where they were."""
    if tx.dialect.name == "sqlite":
        return []
    highest = "SELECT setval('{0}_id_seq', greatest(1, (SELECT coalesce(max(id), 0) + 1 FROM {0})), false)"
    return [highest.format(it) for it in ("delivery", "attempt")]


# The step that leads to each version from the one before; version 1 is where we began.
STEPS: Mapping[int, Callable[[Tx], None]] = {2: _two, 3: _three}


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
