"""One daemon for each database file."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING, Self

from feeder.errors import StoreError, StoreInUse

if TYPE_CHECKING:
    from types import TracebackType


class DaemonLock:
    """Held from entering to leaving, and by the kernel's doing never longer than the process lives."""

    def __init__(self, database: str) -> None:
        self.path = Path(f"{database}.lock")
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StoreError(f"cannot open {self.path}: {os.strerror(error.errno or 0)}") from None
        self._descriptor = _locked(descriptor, self.path)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _locked(descriptor: int, path: Path) -> int:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.pread(descriptor, 100, 0).decode(errors="replace").strip() or "unknown"
        os.close(descriptor)
        raise StoreInUse(f"another daemon (process {holder}) has {path.with_suffix('')}; stop it first") from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def holder(database: str) -> int | None:
    """The process id of the daemon that has this database now, None when nobody has."""
    try:
        descriptor = os.open(f"{database}.lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        written = os.pread(descriptor, 100, 0).decode(errors="replace").strip()
        return int(written) if written.isdigit() else 0
    finally:
        os.close(descriptor)
    return None
