"""A file that somebody else may be writing -> its bytes as they were at one moment."""

from __future__ import annotations

import os
import stat
from contextlib import closing
from typing import TYPE_CHECKING

from feeder.errors import Unreadable
from feeder.sources._walk import LINK_OUT, stamp_of

if TYPE_CHECKING:
    from pathlib import Path


def too_large(size: int, limit: int) -> str:
    return f"too large: {size:,} bytes where max-size allows {limit:,}"


def read_whole(path: Path, root: Path, limit: int) -> tuple[os.stat_result | None, bytes]:
    """The file's state and bytes; (None, b"") when it changed while we read.

    Opened without waiting and never through a link: a pipe or a device named like an article must not hold us.
    """
    real = _resolved(path)
    if not real.is_relative_to(root.resolve()):
        raise Unreadable(LINK_OUT)
    descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with closing(os.fdopen(descriptor, "rb", buffering=0)) as file:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise Unreadable("not a regular file")
        body = file.read(limit + 1) or b""
        if len(body) > limit:
            raise Unreadable(too_large(os.fstat(descriptor).st_size, limit))
        after = os.fstat(descriptor)
        whole = stamp_of(after) == stamp_of(before) and len(body) == after.st_size
        return (after, body) if whole else (None, b"")


def _resolved(path: Path) -> Path:
    try:
        return path.resolve(strict=True)
    except RuntimeError:  # what Python 3.11 says of links that lead in circles
        raise Unreadable("a link that leads in circles") from None
