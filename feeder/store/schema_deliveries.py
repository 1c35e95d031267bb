"""The tables of what is owed: webhooks as they stand, deliveries, attempts, notices, replays."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from feeder.store.instant import Instant
from feeder.store.schema import Serial, metadata

# Each webhook as it stands; what it is comes from the configuration.
webhook = Table(
    "webhook",
    metadata,
    Column("name", String, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("status", String, nullable=False),
    Column("reason", String, nullable=False),
    # Failures in a row: those of the receiver as a whole, all of them, since when, and whether that was told.
    Column("fails", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failing_since", Instant),
    Column("warned", Boolean, nullable=False, server_default=false()),
    # Until when it is left alone; how many it may have under way after trouble; when its rate allows the next one.
    Column("rest", Instant),
    Column("ramp", Integer),
    Column("paced", Instant),
    # Its address, fit to be shown, as it was when its receiver was judged; when it was last enabled by hand; when
    # it left the configuration.
    Column("address", String, nullable=False, server_default=""),
    Column("resumed", Instant),
    Column("left", Instant),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("event", String, nullable=False),
    Column("webhook", String, ForeignKey("webhook.name"), nullable=False),
    Column("article", String, ForeignKey("article.id")),
    Column("revision", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("crashes", Integer, nullable=False),
    Column("created", Instant, nullable=False),
    Column("began", Instant, nullable=False),
    Column("due", Instant),
    Column("done", Instant),
    Column("behind", BigInteger),
    Column("lane", Integer, nullable=False),
    # Of a pending one: by whom it is under way. No index knows of it, so that a claim changes none.
    Column("token", String),
    UniqueConstraint("event", "webhook"),
    Index("delivery_article", "article", "webhook", "id"),
    Index("delivery_recent", "webhook", "id"),
    # Those of one article are claimed at once: with room for all of them on their page no index is touched.
    postgresql_with={"fillfactor": "50"},
)
# What is pending, and has a token, is under way: counted by webhook, and lost after `until`.
flight = Table(
    "flight",
    metadata,
    Column("webhook", String, primary_key=True),
    Column("lane", Integer, primary_key=True, autoincrement=False),
    Column("delivery", BigInteger, primary_key=True, autoincrement=False),
    Column("until", Instant, nullable=False),
)
_READY = (delivery.c.state == "pending") & delivery.c.behind.is_(None)
Index(
    "delivery_ready",
    delivery.c.webhook,
    delivery.c.lane,
    delivery.c.due,
    delivery.c.id,
    sqlite_where=_READY,
    postgresql_where=_READY,
)
# Mostly there is none at all. By two columns, so that SQLite takes it rather than the one by state.
_AGAIN = _READY & (delivery.c.lane == 1)
Index("delivery_again", delivery.c.state, delivery.c.lane, sqlite_where=_AGAIN, postgresql_where=_AGAIN)
# Nearly all have been delivered, and of those nobody asks for all.
_OTHER = delivery.c.state != "delivered"
Index(
    "delivery_state",
    delivery.c.state,
    delivery.c.webhook,
    delivery.c.id,
    sqlite_where=_OTHER,
    postgresql_where=_OTHER,
)
Index(
    "delivery_behind",
    delivery.c.behind,
    sqlite_where=delivery.c.behind.is_not(None),
    postgresql_where=delivery.c.behind.is_not(None),
)

# What webhooks are told of the outbox itself.
notice = Table(
    "notice",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("name", String, nullable=False),
    Column("text", Text, nullable=False),
)

# What is being sent again: the deliveries of a webhook in these states, from `cursor` to `upto`.
replay = Table(
    "replay",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("webhook", String, ForeignKey("webhook.name"), nullable=False),
    Column("states", String, nullable=False),
    Column("since", Instant, nullable=False),
    Column("upto", BigInteger, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("done", Instant),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    # No foreign key: no delivery is ever deleted, and to look each up again costs a third of the writing.
    Column("delivery", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("took", BigInteger, nullable=False),  # microseconds
    Column("phase", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("status", Integer),
    Column("address", String),
    Column("body", LargeBinary, nullable=False),
    Column("truncated", Boolean, nullable=False),
    Column("fenced", Boolean, nullable=False),
    Index("attempt_delivery", "delivery", "id"),
)
