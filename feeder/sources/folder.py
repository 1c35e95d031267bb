"""A folder of files -> documents. Watched where the system tells of changes, and looked through now and then.

A file counts when it was closed or moved in (inotify's CLOSE_WRITE and MOVED_TO); some mounts are silent, so a
slow look through the whole folder finds what nobody told.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from feeder.config import Duration, LocalPath, Size, SourceOptions
from feeder.errors import Passing, SourceError
from feeder.model.document import Document, Found
from feeder.sources._source import Look, Refused
from feeder.sources._walk import Seen, everything, stamp_of, these
from feeder.sources._whole import read_whole, too_large

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from feeder.sources._source import Means, Watch

# Nobody may have closed a file that changed this short a while ago (seconds).
SETTLE = 2.0

MEDIA_TYPES = {
    ".eml": "message/rfc822",
    ".htm": "text/html",
    ".html": "text/html",
    ".markdown": "text/markdown",
    ".md": "text/markdown",
    ".text": "text/plain",
    ".txt": "text/plain",
}


class Options(SourceOptions):
    """`path` is looked through with all folders below; a larger file than `max-size` goes to the quarantine."""

    type: Literal["folder"]
    path: LocalPath
    every: Duration | None = timedelta(minutes=1)
    max_size: Size = 4 * 1024 * 1024


class Folder:
    exhaustive, foreign, max_age = True, False, None

    def __init__(self, name: str, root: Path, max_size: int) -> None:
        self.name, self.root, self.max_size = name, root, max_size

    def look(
        self,
        known: Mapping[str, str],
        only: Collection[str] | None = None,
        *,
        final: bool = False,
        memory: str = "",  # noqa: ARG002 - stamps say all that a folder needs to know
    ) -> Look:
        identity = self._identity()
        seen = self._walk(known) if only is None else these(self.root, only, MEDIA_TYPES, known)
        found, refused, unsettled = [], list(seen.refused), []
        for key, info in sorted(seen.files.items()):
            stamp = stamp_of(info)
            if info.st_size > self.max_size:
                refused.append(Refused(Found(key, stamp), too_large(info.st_size, self.max_size)))
            elif only is None and not final and 0 <= time.time() - info.st_mtime < SETTLE:
                unsettled.append(key)
            else:
                found.append(Found(key, stamp))
        refused = [it for it in refused if known.get(it.found.key) != it.found.stamp]
        absent = seen.missing(only)
        gone, missing = ((), absent) if only is None and not final else (absent, ())
        return Look(tuple(found), gone, missing, tuple(refused), tuple(unsettled), identity)

    def read(self, found: Found) -> Document | None:
        path = self.root / found.key
        try:
            info, body = read_whole(path, self.root, self.max_size)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Passing(f"cannot be read: {os.strerror(error.errno or 0)}") from None
        if info is None:
            return None
        return Document(
            source=self.name,
            key=found.key,
            stamp=stamp_of(info),
            media_type=MEDIA_TYPES[path.suffix.lower()],
            body=body,
            modified=datetime.fromtimestamp(min(max(info.st_mtime, 0), time.time()), UTC),
            digest=hashlib.blake2b(body, digest_size=20).hexdigest(),
        )

    def watch(self) -> Watch | None:
        from feeder.sources._inotify import watch

        return watch(self.root, MEDIA_TYPES)

    def _identity(self) -> str:
        try:
            info = self.root.stat()
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise SourceError(self.name, f"the folder {self.root} cannot be looked at: {reason}") from None
        if not stat.S_ISDIR(info.st_mode):
            raise SourceError(self.name, f"{self.root} is not a folder")
        return f"{info.st_dev}:{info.st_ino} {self.root}"

    def _walk(self, known: Mapping[str, str]) -> Seen:
        try:
            return everything(self.root, MEDIA_TYPES, known)
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise SourceError(self.name, f"the folder {self.root} cannot be looked at: {reason}") from None


def open_folder(name: str, options: Options, _means: Means) -> Folder:
    return Folder(name, options.path, options.max_size)
