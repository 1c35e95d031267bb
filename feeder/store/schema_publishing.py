"""The tables of what is published: fragments, archives, and what is left of what was withdrawn."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    false,
)

from feeder.store.instant import Instant
from feeder.store.schema import metadata

# An article as bytes in a format: `revision` is the seq of the revision that was written, `manner` a digest of
# what the bytes depend on beside it. Only of articles that stand in a subscription document.
fragment = Table(
    "fragment",
    metadata,
    Column("article", String, ForeignKey("article.id"), nullable=False),
    Column("form", String, nullable=False),
    Column("manner", String, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("updated", Instant, nullable=False),
    Column("uses", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("article", "form", "manner"),
)

# Documents that never change again (RFC 5005, section 4); `previous` is the one before.
archive = Table(
    "archive",
    metadata,
    Column("feed", String, ForeignKey("feed.name"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("previous", Integer),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("feed", "number"),
)

# What stands in them, at which revision (its seq), in the order of `position`; `struck` was taken out by hand.
archived = Table(
    "archived",
    metadata,
    Column("feed", String, ForeignKey("feed.name"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("article", String, ForeignKey("article.id"), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("position", Instant, nullable=False),
    Column("struck", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("feed", "article", "number"),
    Index("archived_number", "feed", "number"),
    Index("archived_article", "article"),
)

# Two columns that are asked for: of two indexes that begin with the feed SQLite, which does not know that those
# rows are few, would take either.
Index(
    "archived_struck",
    archived.c.feed,
    archived.c.struck,
    archived.c.number,
    sqlite_where=archived.c.struck.is_(True),
    postgresql_where=archived.c.struck.is_(True),
)

# Articles that were withdrawn while they stood in a feed (RFC 6721).
tombstone = Table(
    "tombstone",
    metadata,
    Column("feed", String, ForeignKey("feed.name"), nullable=False),
    Column("article", String, ForeignKey("article.id"), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("feed", "article"),
    Index("tombstone_at", "feed", "at"),
)
