"""Whether anything was written to an embedded store is seen at once, whoever wrote it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from feeder.errors import StoreError
from feeder.store.changes import Changes
from feeder.store.schema import meta

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.store import Store


def _write(store: Store, key: str) -> None:
    with store.write() as tx:
        tx.execute(meta.insert().values(key=key, value=""))


def test_the_first_look_says_yes_and_the_next_one_no(store: Store) -> None:
    changes = Changes(store)
    assert changes.any()
    assert changes.any() is not store.embedded


def test_what_this_process_writes_is_seen_once(store: Store) -> None:
    changes = Changes(store)
    changes.any()
    _write(store, "a")
    assert changes.any()
    assert changes.any() is not store.embedded


def test_what_is_read_or_rolled_back_is_no_change(store: Store) -> None:
    changes = Changes(store)
    changes.any()
    with store.read() as tx:
        tx.execute(text("SELECT * FROM meta"))
    with pytest.raises(StoreError):
        _write(store, "version")  # which is there
    assert changes.any() is not store.embedded


def test_what_another_process_writes_is_seen(store: Store) -> None:
    changes = Changes(store)
    changes.any()
    if store.path is not None:
        words = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('DELETE FROM meta'); c.commit()"
        subprocess.run([sys.executable, "-c", words, store.path], check=True)
    assert changes.any()


def test_a_store_that_cannot_be_asked_counts_as_changed(store: Store, tmp_path: Path) -> None:
    changes = Changes(store)
    changes._path = str(tmp_path / "nowhere" / "feeder.db")
    assert [changes.any(), changes.any()] == [True, True]
