"""A database address -> transactions. SQLite and PostgreSQL behave alike from here on."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from feeder.errors import StoreError
from feeder.store import hints
from feeder.store.pooler import is_direct
from feeder.store.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy.engine import URL

Tx = Connection

# Any two transactions that write articles follow one another, so that `revision.seq` is in commit order.
_WRITERS = 0x66656564
# What is asked so often on one connection is prepared: to plan it costs as much as to do it.
_OFTEN = 5
# A connection that was used so many seconds ago is not asked whether it lives: that costs as much as most of what
# is asked of it.
_FRESH, _RESTS = 1.0, "feeder rests"
_CLOCK = text("SELECT clock_timestamp()")
_WALKS = ("seqscan", "bitmapscan", "hashjoin", "mergejoin")
_STILL = ", ".join(f"set_config('enable_{it}', 'off', true)" for it in _WALKS)
_PROBING = text(f"SELECT clock_timestamp(), {_STILL}")


def _now() -> datetime:
    return datetime.now(UTC)


class Store:
    """Short transactions: `read()` sees one moment, `write()` is all or nothing and durable when it returns."""

    def __init__(self, url: str, *, daemon: bool = False, clock: Callable[[], datetime] = _now) -> None:
        """`daemon` says that this process has the store's lock: of all processes only that one tidies the log.

        `clock` is that of an embedded store; a shared one has its own.
        """
        self.url = _address(url)
        self.embedded = self.url.get_backend_name() == "sqlite"
        self._clock = clock
        self._one_writer = threading.Lock()
        self._standing = Standing(self.url.database or "")
        if self.embedded:
            opened = self._standing.opened
            self._reader = _sqlite(self.url, opened)
            self._writer = _sqlite(self.url, opened, writer=True, tidy=daemon)
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

    def write(self, *, soon: bool = False) -> AbstractContextManager[Tx]:
        """`soon`: a power loss may undo it until the next transaction that waits for the disk."""
        return self._write_alone(soon=soon) if self.embedded else self._write_shared()

    @contextmanager
    def _write_alone(self, *, soon: bool) -> Iterator[Tx]:
        with self._translated(), self._one_writer:
            self.check()
            with self._writer.connect() as tx:
                if soon:
                    _synchronous(tx, "NORMAL")
                try:
                    with tx.begin():
                        yield tx
                finally:
                    if soon:
                        _synchronous(tx, "FULL")

    @contextmanager
    def _write_shared(self) -> Iterator[Tx]:
        with self._translated(), self._writer.begin() as tx:
            hints.drop(tx)
            yield tx
            hints.send(tx)

    def check(self) -> None:
        """Raises StoreGone when the file of an embedded store is not the one that was opened."""
        if self.embedded:
            self._standing.check()

    def now(self, tx: Tx) -> datetime:
        """The moment, by the one clock that all who share the store go by."""
        if self.embedded:
            return self._clock()
        return _utc(tx.execute(_CLOCK).scalar_one())

    def probing(self, tx: Tx) -> datetime:
        """The same; from then on this transaction walks no table, whatever PostgreSQL believes of its size.

        Nor a bitmap, which would find what is dead again and again: a walk along an index notes it there.
        """
        return self.now(tx) if self.embedded else _utc(tx.execute(_PROBING).scalar_one())

    def moment(self) -> datetime:
        """The same, where no transaction is under way. Raises StoreError."""
        if self.embedded:
            return self._clock()
        with self.read() as tx:
            return self.now(tx)

    def listen(self, heard: Callable[[str], None], ending: threading.Event) -> bool:
        """Call `heard` for each hint of other nodes (see hints) until `ending`. Raises StoreError.

        False at once where hints do not come: the store is embedded, or a pooler stands before it.
        """
        if self.embedded:
            return False
        try:
            return hints.listen(self._reader, heard, ending)
        except Exception as error:  # noqa: BLE001 - the driver's, of which SQLAlchemy knows nothing here
            raise StoreError(f"the store {self} sends no hints: {type(error).__name__}") from None

    def in_order(self, tx: Tx) -> None:
        """Make this transaction wait for every other that asked the same (SQLite always does)."""
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


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


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


def _sqlite(url: URL, opened: Callable[[], None], *, writer: bool = False, tidy: bool = False) -> Engine:
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
        opened()

    @event.listens_for(engine, "begin")
    def begin(tx: Connection) -> None:
        # A deferred transaction that turns to writing fails at once, whatever the timeout says.
        tx.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


def _synchronous(tx: Tx, how: str) -> None:
    """Outside of any transaction, in which it would have no effect."""
    driver = tx.connection.driver_connection
    assert driver is not None  # noqa: S101 - it is connected
    driver.execute(f"PRAGMA synchronous={how}")


def _pragmas(*, writer: bool, tidy: bool) -> tuple[str, ...]:
    # Two connections that move the log at once can corrupt it before SQLite 3.51.3: one connection does it.
    still = () if tidy else ("wal_autocheckpoint=0",)
    if not writer:
        return (*still, "query_only=ON")
    return ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", *still)


def _postgres(url: URL) -> Engine:
    try:
        engine = create_engine(
            url,
            pool_size=8,
            max_overflow=24,
            isolation_level="READ COMMITTED",
            connect_args={"prepare_threshold": None},
        )
    except (ModuleNotFoundError, NoSuchModuleError):
        raise StoreError("store: PostgreSQL needs one more package: pip install 'newsfeeder[postgres]'") from None

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # Behind a pooler the next transaction may run on a server that has not seen this one's statements.
        if is_direct(connection):
            connection.prepare_threshold = _OFTEN
        connection.rollback()

    @event.listens_for(engine, "checkin")
    def rests(_connection: object, record: Any) -> None:
        record.info[_RESTS] = monotonic()

    @event.listens_for(engine, "checkout")
    def answers(connection: Any, record: Any, _proxy: object) -> None:
        if monotonic() - record.info.get(_RESTS, monotonic()) > _FRESH:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error:
                raise InvalidatePoolError from None

    return engine
