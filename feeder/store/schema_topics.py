"""The tables of real time: topics (what can be subscribed to), subscriptions, intents, and our own upstream."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from feeder.store.instant import Instant
from feeder.store.schema import Serial, metadata
from feeder.store.schema_deliveries import delivery

# Each document that others may subscribe to, as it was last announced. Its bytes are kept while somebody has
# subscribed: a node that sends need not have the folder.
topic = Table(
    "topic",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("address", Text, nullable=False, unique=True),
    Column("media_type", String, nullable=False),
    Column("etag", String),
    Column("version", Integer, nullable=False),
    Column("body", LargeBinary),
    Column("at", Instant, nullable=False),
)

# Who has subscribed to what, until when. The name is that of a row in `webhook`, which says how the receiver
# stands. The secret was given by the subscriber and signs what it is sent: it has to be kept, and is never shown.
subscription = Table(
    "subscription",
    metadata,
    Column("name", String, ForeignKey("webhook.name"), primary_key=True),
    Column("protocol", String, nullable=False),
    Column("topic", BigInteger, ForeignKey("topic.id"), nullable=False),
    Column("callback", Text, nullable=False),
    Column("host", String, nullable=False),
    Column("secret", String),
    Column("since", Instant, nullable=False),
    Column("verified", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    UniqueConstraint("topic", "callback", "protocol"),
    Index("subscription_host", "host"),
    Index("subscription_until", "until"),
)

# What strangers have asked of us and nobody has verified yet, and what we have to tell them once. Of one kind
# there is one for each callback and topic.
intent = Table(
    "intent",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("protocol", String, nullable=False),
    Column("mode", String, nullable=False),
    Column("topic", Text, nullable=False),
    Column("callback", Text, nullable=False),
    Column("host", String, nullable=False),
    Column("secret", String),
    Column("lease", BigInteger, nullable=False),  # seconds
    Column("reason", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("token", String),
    Column("token_until", Instant),
    UniqueConstraint("protocol", "mode", "topic", "callback"),
    Index("intent_host", "host"),
)

# The hubs of others' feeds at which we have subscribed. `path` is the end of our callback, which nobody can guess.
upstream = Table(
    "upstream",
    metadata,
    Column("source", String, primary_key=True),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("path", String, nullable=False, unique=True),
    Column("secret", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("asked", Instant),
    Column("until", Instant),
    Column("due", Instant),
)

_SENT_TO_SUBSCRIBERS = (delivery.c.state == "pending") & delivery.c.behind.is_(None) & delivery.c.article.is_(None)
# Which of many subscribers have something due, without a look at each of them.
Index(
    "delivery_due",
    delivery.c.due,
    delivery.c.webhook,
    sqlite_where=_SENT_TO_SUBSCRIBERS,
    postgresql_where=_SENT_TO_SUBSCRIBERS,
)

TABLES = (topic, subscription, intent, upstream)
