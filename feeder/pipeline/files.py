"""bytes -> a file, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def write(path: Path, body: bytes) -> bool:
    """Replace the file by rename once its bytes are on the disk; False, and untouched, when they are the same.

    Raises OSError; the file is then as it was.
    """
    if _holds(path, body):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, passing = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
        Path(passing).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(passing).unlink()
        raise
    _sync_folder(path.parent)
    return True


def remove(path: Path) -> bool:
    """False when it was not there."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def _holds(path: Path, body: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return os.fstat(file.fileno()).st_size == len(body) and file.read() == body
    except OSError:
        return False


def _sync_folder(folder: Path) -> None:
    # Without this a power loss may forget the rename, though not the bytes.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
