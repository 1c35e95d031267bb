"""Forward only: a new database is made in today's shape, an older one is brought there step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, select, text

from feeder.errors import StoreError
from feeder.store import schema, schema_deliveries, schema_publishing, schema_topics  # noqa: F401 - all tables
from feeder.store.schema import meta, metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from feeder.store.engine import Store, Tx

VERSION = 7


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
_CARRIED = "id, event, webhook, article, revision, kind, reason, tries, crashes, created, due, done, token"
_TRIED = "id, delivery, number, at, took, phase, outcome, reason, status, address, body, truncated, fenced"
_BEFORE = (
    "SELECT max(o.id) FROM old_delivery o WHERE o.article = d.article AND o.webhook = d.webhook"
    " AND o.id < d.id AND o.state IN ('pending', 'leased')"
)
_CARRY = (
    f"INSERT INTO delivery ({_CARRIED}, state, began, lane, behind) SELECT {_CARRIED},"  # noqa: S608 - constants
    f" CASE state WHEN 'leased' THEN 'pending' ELSE state END, created, 0,"
    f" CASE WHEN state IN {_OPEN} THEN ({_BEFORE}) END FROM old_delivery d"
)


_FLYING = (
    "INSERT INTO flight (delivery, webhook, lane, until) SELECT id, webhook, {}, coalesce(lease_until, 0) FROM {}"
    " WHERE state = 'leased'"
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
    ours = ("notice", "replay", "delivery", "flight", "attempt")
    metadata.create_all(tx, tables=[metadata.tables[name] for name in ours])
    for statement in (
        _CARRY,
        _FLYING.format("0", "old_delivery"),
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


_NEWEST = (
    "UPDATE membership SET revision = coalesce((SELECT r.seq FROM article a JOIN revision r"
    " ON r.article = a.id AND r.number = a.revision WHERE a.id = membership.article), 0)"
)


def _four(tx: Tx) -> None:
    """Publishing: articles are kept as fragments, the history of a feed in archives, withdrawals as tombstones."""
    ours = ("fragment", "archive", "archived", "tombstone")
    metadata.create_all(tx, tables=[metadata.tables[name] for name in ours])
    for statement in (
        "ALTER TABLE membership ADD COLUMN revision BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE membership ADD COLUMN archive INTEGER",
        "CREATE INDEX membership_open ON membership (feed, position, article) WHERE archive IS NULL",
        _NEWEST,
    ):
        tx.execute(text(statement))


def _five(tx: Tx) -> None:
    """Real time: topics, who has subscribed to them, what is still to be verified, where we have subscribed."""
    metadata.create_all(tx, tables=list(schema_topics.TABLES))
    # Whoever comes from before version 3 got it with its table.
    where = "state = 'pending' AND behind IS NULL AND article IS NULL"
    tx.execute(text(f"CREATE INDEX IF NOT EXISTS delivery_due ON delivery (due, webhook) WHERE {where}"))


_SIX_OF_POSTGRESQL = (
    "ALTER TABLE attempt DROP CONSTRAINT attempt_delivery_fkey",
    "ALTER TABLE delivery SET (fillfactor = 50)",
)


def _six(tx: Tx) -> None:
    """What is under way stays pending, with a token and a row of its own, so that a claim changes no index."""
    for statement in (
        "DROP INDEX archived_struck",  # was of the feed alone
        "CREATE INDEX archived_struck ON archived (feed, number) WHERE struck IS true",
    ):
        tx.execute(text(statement))
    if "lease_until" not in {it["name"] for it in inspect(tx).get_columns("delivery")}:
        return  # whoever comes from before version 3 has got the tables of today
    metadata.create_all(tx, tables=[schema_deliveries.flight])
    for statement in (
        _FLYING.format("lane", "delivery"),
        "UPDATE delivery SET state = 'pending', token = coalesce(token, '') WHERE state = 'leased'",
        "DROP INDEX delivery_lease",
        "DROP INDEX delivery_state",
        "CREATE INDEX delivery_state ON delivery (state, webhook, id) WHERE state != 'delivered'",
        "ALTER TABLE delivery DROP COLUMN lease_until",
        # SQLite keeps the foreign key of what is there: it cannot drop one, and looks it up at little cost.
        *(_SIX_OF_POSTGRESQL if tx.dialect.name != "sqlite" else ()),
    ):
        tx.execute(text(statement))


def _seven(tx: Tx) -> None:
    """What was struck out of archives is found by its own index, however large the history is."""
    for statement in (
        "DROP INDEX archived_struck",
        "CREATE INDEX archived_struck ON archived (feed, struck, number) WHERE struck IS true",
    ):
        tx.execute(text(statement))


# The step that leads to each version from the one before; version 1 is where we began.
STEPS: Mapping[int, Callable[[Tx], None]] = {2: _two, 3: _three, 4: _four, 5: _five, 6: _six, 7: _seven}


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
