"""Databases with all tables and no rows: made once, then copied, as to make them takes longer than most tests."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from feeder.store import Store
from feeder.store.migrations import migrate
from tests import postgres


def in_folder(folder: Path | str) -> str:
    """The address of one in a file `feeder.db` there."""
    Path(folder, "feeder.db").write_bytes(_file())
    return f"sqlite:///{folder}/feeder.db"


def on_server(server: str) -> str:
    """The address of one on this PostgreSQL."""
    return postgres.new_database(server, _template(server))


@cache
def _file() -> bytes:
    with TemporaryDirectory() as folder:
        _make(f"sqlite:///{folder}/feeder.db")
        with closing(sqlite3.connect(f"{folder}/feeder.db")) as whole:
            whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Path(folder, "feeder.db").read_bytes()


@cache
def _template(server: str) -> str:
    address = postgres.new_database(server)
    _make(address)
    return postgres.name_of(server, address)


def _make(address: str) -> None:
    store = Store(address)
    migrate(store)
    store.close()
