"""A database address -> transactions. SQLite and PostgreSQL behave alike from here on."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from feeder.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy.engine import URL

Tx = Connection

# Any two transactions that write articles follow one another, so that `revision.seq` is in commit order.
_WRITERS = 0x66656564


class Store:
    """Short transactions: `read()` sees one moment, `write()` is all or nothing and durable when it returns."""

    def __init__(self, url: str, *, daemon: bool = False) -> None:
        """`daemon` says that this process has the store's lock: of all processes only that one tidies the log."""
        self.url = _address(url)
        self.embedded = self.url.get_backend_name() == "sqlite"
        self._one_writer = threading.Lock()
        if self.embedded:
            self._reader, self._writer = _sqlite(self.url), _sqlite(self.url, writer=True, tidy=daemon)
        else:
            self._reader = self._writer = _postgres(self.url)

    @property
    def path(self) -> str | None:
        """The database file of an embedded store."""
        return self.url.database if self.embedded else None

    @contextmanager
    def read(self) -> Iterator[Tx]:
        with self._translated(), self._reader.begin() as tx:
            yield tx

    def write(self) -> AbstractContextManager[Tx]:
        return self._write_alone() if self.embedded else self._write_shared()

    @contextmanager
    def _write_alone(self) -> Iterator[Tx]:
        with self._translated(), self._one_writer, self._writer.begin() as tx:
            yield tx

    @contextmanager
    def _write_shared(self) -> Iterator[Tx]:
        with self._translated(), self._writer.begin() as tx:
            yield tx

    def in_order(self, tx: Tx) -> None:
        """Make this write transaction wait for every other that asked the same (SQLite always does)."""
        if not self.embedded:
            tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS})

    def close(self) -> None:
        self._reader.dispose()
        self._writer.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise StoreError(f"the store {self} refused: {_reason(error)}") from None
        except SQLAlchemyError as error:
            raise StoreError(f"the store {self} cannot be used: {type(error).__name__}") from None

    def __str__(self) -> str:
        # Without the query, which may hold a password too.
        return self.url.set(query={}).render_as_string(hide_password=True)


def _address(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError("store: not a database address; sqlite:///FILE or postgresql://USER@HOST/NAME") from None
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and parsed.database:
        return parsed
    raise StoreError(f"store: {backend} is not supported; sqlite:///FILE or postgresql://USER@HOST/NAME")


def _reason(error: DBAPIError) -> str:
    # The library's own text repeats the statement and its values; the driver's first line does not.
    lines = str(error.orig).strip().splitlines()
    return re.sub(r"\s+", " ", lines[0])[:300] if lines else type(error.orig).__name__


def _sqlite(url: URL, *, writer: bool = False, tidy: bool = False) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1 if writer else 8,
        max_overflow=0 if writer else 24,
        connect_args={"timeout": 30, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver's own transactions begin too late
        for pragma in _pragmas(writer=writer, tidy=tidy):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(tx: Connection) -> None:
        # A deferred transaction that turns to writing fails at once, whatever the timeout says.
        tx.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


def _pragmas(*, writer: bool, tidy: bool) -> tuple[str, ...]:
    # Two connections that move the log at once can corrupt it before SQLite 3.51.3: one connection does it.
    still = () if tidy else ("wal_autocheckpoint=0",)
    if not writer:
        return (*still, "query_only=ON")
    return ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", *still)


def _postgres(url: URL) -> Engine:
    try:
        return create_engine(
            url, pool_size=8, max_overflow=24, pool_pre_ping=True, isolation_level="READ COMMITTED"
        )
    except (ModuleNotFoundError, NoSuchModuleError):
        raise StoreError("store: PostgreSQL needs one more package: pip install 'newsfeeder[postgres]'") from None
