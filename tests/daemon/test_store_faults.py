"""What may happen to the file of an embedded store. What the daemon makes of it is in tests/faults."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from feeder.errors import StoreError, StoreGone
from feeder.store import Store

if TYPE_CHECKING:
    from pathlib import Path


def test_a_store_whose_file_is_gone_is_not_written_to(tmp_path: Path) -> None:
    database = tmp_path / "feeder.db"
    with closing(Store(f"sqlite:///{database}")) as store:
        with store.write() as tx:
            tx.execute(text("CREATE TABLE kept (x INTEGER)"))
        database.rename(tmp_path / "away.db")
        with pytest.raises(StoreGone, match="was deleted"), store.write():
            pytest.fail("it wrote")
        sqlite3.connect(database).close()
        database.touch()
        with pytest.raises(StoreGone, match="was replaced"), store.write():
            pytest.fail("it wrote")


def test_a_full_database_keeps_nothing_of_a_transaction_and_takes_the_next_when_there_is_room(
    tmp_path: Path,
) -> None:
    with closing(Store(f"sqlite:///{tmp_path}/feeder.db")) as store:
        with store.write() as tx:
            tx.execute(text("CREATE TABLE kept (x TEXT)"))
        with store.write() as tx:
            tx.execute(text("PRAGMA max_page_count = 10"))
        with pytest.raises(StoreError, match="full"):
            _fill(store)
        with store.write() as tx:
            assert tx.execute(text("SELECT count(*) FROM kept")).scalar() == 0
            tx.execute(text("PRAGMA max_page_count = 100000"))
            tx.execute(text("INSERT INTO kept VALUES (hex(randomblob(400000)))"))


def _fill(store: Store) -> None:
    with store.write() as tx:
        for _ in range(100):
            tx.execute(text("INSERT INTO kept VALUES (hex(randomblob(4000)))"))
