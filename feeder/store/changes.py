"""Whether anybody has written to an embedded store: the one look at it that costs next to nothing.

SQLite counts, for each connection, what others have committed: https://www.sqlite.org/pragma.html#pragma_data_version
A connection that never writes sees all of it: what this process writes, and what commands in others do.
"""

from __future__ import annotations

import sqlite3
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feeder.store.engine import Store


class Changes:
    """For one thread. A shared store is said to have changed at every look."""

    def __init__(self, store: Store) -> None:
        self._path = store.path
        self._connection: sqlite3.Connection | None = None
        self._seen: int | None = None

    def any(self) -> bool:
        """Whether something was committed since the last call. True for the first, and when nobody can tell."""
        now = self._version()
        before, self._seen = self._seen, now
        return now is None or now != before

    def _version(self) -> int | None:
        if self._path is None:
            return None
        try:
            self._connection = self._connection or self._opened(self._path)
            version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error:
            self._connection = None
            return None
        return version

    def _opened(self, path: str) -> sqlite3.Connection:
        address = f"{Path(path).absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        weakref.finalize(self, connection.close)
        return connection
