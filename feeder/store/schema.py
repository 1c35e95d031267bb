"""The tables; those of deliveries are in schema_deliveries, those of what is published in schema_publishing.

Instants are whole microseconds since 1970 (UTC), the same on SQLite and PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from feeder.store.instant import Instant

# SQLite counts rows by itself only in a column of type INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()

meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", String, nullable=False))

article = Table(
    "article",
    metadata,
    Column("id", String, primary_key=True),
    Column("slug", String, nullable=False, unique=True),
    Column("source", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("published", Instant, nullable=False),
    Column("updated", Instant, nullable=False),
    Column("taken_in", Instant, nullable=False),
    Column("position", Instant, nullable=False),
    Column("bar", String, nullable=False, server_default=""),
    Column("story", String),
    Index("article_position", "position", "id"),
    Index("article_source", "source", "position", "id"),
)

Index(
    "article_story",
    article.c.story,
    sqlite_where=article.c.story.is_not(None),
    postgresql_where=article.c.story.is_not(None),
)
Index(
    "article_held",
    article.c.source,
    article.c.position,
    sqlite_where=article.c.state == "held",
    postgresql_where=article.c.state == "held",
)

revision = Table(
    "revision",
    metadata,
    # The order in which things happened: a cursor for whoever follows the changes.
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("article", String, ForeignKey("article.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("content", Text, nullable=False),
    Column("origins", Text, nullable=False),
    UniqueConstraint("article", "number"),
)

# Every key by which a source ever knew an article; the newest row of a key wins.
alias = Table(
    "alias",
    metadata,
    Column("source", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("key", String, nullable=False),
    Column("article", String, ForeignKey("article.id"), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("source", "kind", "key", "article"),
    Index("alias_article", "article"),
)

# Of each article that has enough words, the smallest hashes of its phrases: equal texts have equal ones.
sketch = Table(
    "sketch",
    metadata,
    Column("article", String, ForeignKey("article.id"), primary_key=True),
    Column("phrases", Integer, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
)

# The very smallest of them, by which similar articles are found.
phrase = Table(
    "phrase",
    metadata,
    Column("hash", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("article", String, ForeignKey("article.id"), nullable=False),
    PrimaryKeyConstraint("hash", "at", "article"),
    Index("phrase_article", "article"),
)

# Documents that wait and that their source cannot show again.
kept = Table(
    "kept",
    metadata,
    Column("source", String, nullable=False),
    Column("key", String, nullable=False),
    Column("stamp", String, nullable=False),
    Column("media_type", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("modified", Instant, nullable=False),
    Column("digest", String, nullable=False),
    Column("url", String),
    Column("said", Text, nullable=False),
    PrimaryKeyConstraint("source", "key"),
)

# Requests over HTTP that name themselves, so that the same one is answered alike and nothing is done twice.
answered = Table(
    "answered",
    metadata,
    Column("source", String, nullable=False),
    Column("name", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("key", String, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("source", "name"),
)

# What a source holds, as it was when last read.
document = Table(
    "document",
    metadata,
    Column("source", String, nullable=False),
    Column("key", String, nullable=False),
    Column("stamp", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("article", String, ForeignKey("article.id")),
    Column("since", Instant, nullable=False),
    Column("at", Instant, nullable=False),
    Column("again", Instant),
    PrimaryKeyConstraint("source", "key"),
    Index("document_digest", "source", "digest"),
    Index("document_article", "article"),
    Index("document_state", "state", "source", "key"),
)

Index(
    "document_again",
    document.c.source,
    document.c.again,
    sqlite_where=document.c.state == "waiting",
    postgresql_where=document.c.state == "waiting",
)

source = Table(
    "source",
    metadata,
    Column("name", String, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("looked", Boolean, nullable=False),
    Column("due", Instant, nullable=False),
    Column("at", Instant),
    Column("error", String, nullable=False),
    Column("identity", String, nullable=False),
    # What its kind remembers from look to look; how many looks failed in a row; until when it wants to rest.
    Column("memory", Text, nullable=False, server_default=""),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("rest", Instant),
    # How many documents it showed at the last good look; when something may last have been missed; what to know.
    Column("shown", Integer),
    Column("gap", Instant),
    Column("note", Text, nullable=False, server_default=""),
)

feed = Table(
    "feed",
    metadata,
    Column("name", String, primary_key=True),
    Column("parent", String, nullable=False),
    Column("value", String, nullable=False),
    Column("iri", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed", Instant, nullable=False),
    Column("ended", Boolean, nullable=False),
)

membership = Table(
    "membership",
    metadata,
    Column("feed", String, ForeignKey("feed.name"), nullable=False),
    Column("article", String, ForeignKey("article.id"), nullable=False),
    Column("position", Instant, nullable=False),
    # The seq of the article's newest revision; the archive that holds what readers know of it, None for none yet.
    Column("revision", BigInteger, nullable=False, server_default="0"),
    Column("archive", Integer),
    PrimaryKeyConstraint("feed", "article"),
    Index("membership_position", "feed", "position", "article"),
    Index("membership_article", "article"),
)

Index(
    "membership_open",
    membership.c.feed,
    membership.c.position,
    membership.c.article,
    sqlite_where=membership.c.archive.is_(None),
    postgresql_where=membership.c.archive.is_(None),
)

# Who does what alone: a source is polled by one node at a time.
lease = Table(
    "lease",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("until", Instant, nullable=False),
)

# How far a follower of `revision.seq` has come, in which shape it wrote, and what hinders it.
cursor = Table(
    "cursor",
    metadata,
    Column("name", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("shape", String, nullable=False),
    Column("problem", String, nullable=False, server_default=""),
)
