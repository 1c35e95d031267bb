"""An output folder -> its name, the same for all nodes that write it, from whatever host and under whatever path.

The name stands in a hidden file of the folder, with the file's own number (inode): a copy of the folder is another
folder and gets a name of its own. Where a network's file system numbers files anew for each host, each host takes
the folder for its own; then all write it, and since the same articles are the same bytes that is only more work.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

_FILE = ".feeder"


def name_of(folder: Path) -> str:
    """The folder's name; one that has none is given one. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    return _read(folder / _FILE) or _give(folder)


def _read(path: Path) -> str:
    """Empty when there is none, or it came here by copying."""
    try:
        with path.open("rb") as file:
            number, words = os.fstat(file.fileno()).st_ino, file.read(200).decode("ascii", "replace").split()
    except FileNotFoundError:
        return ""
    return words[0] if len(words) == 2 and words[1] == str(number) else ""


def _give(folder: Path) -> str:
    """Whole or not at all: of two nodes that begin at once, both go by the name of one."""
    path = folder / _FILE
    descriptor, passing = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o644)
            file.write(f"{secrets.token_hex(8)} {os.fstat(descriptor).st_ino}\n".encode("ascii"))
        if path.exists():  # a copy of another folder's
            Path(passing).replace(path)
        else:
            with contextlib.suppress(FileExistsError):  # another node was quicker
                os.link(passing, path)
    finally:
        Path(passing).unlink(missing_ok=True)
    return _read(path)
