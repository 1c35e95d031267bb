"""Whether a database file still stands where it was opened."""

from __future__ import annotations

import os

from feeder.errors import StoreGone


class Standing:
    """The file of the first connection; whoever connects later, or writes, must find the same one.

    A deleted file can be written to as long as it is open, and nobody will ever read it.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._first: tuple[int, int] | None = None

    def opened(self) -> None:
        """A connection was made. Raises StoreGone when it leads to another file than the first."""
        if self._first is None:
            self._first = self._identity()
        self.check()

    def check(self) -> None:
        """Raises StoreGone."""
        found = self._identity()
        if self._first not in {None, found}:
            what = "was deleted" if found is None else "was replaced by another file"
            raise StoreGone(f"{self._path} {what} while it was in use; nothing more is written")

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._path)  # noqa: PTH116 - asked before every write
        except OSError:
            return None
        return found.st_dev, found.st_ino
