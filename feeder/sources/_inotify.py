"""watchdog's events -> Settling."""

from __future__ import annotations

import logging
import os
import sys
import time
from typing import TYPE_CHECKING

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from feeder.sources._settling import Settling
from feeder.sources._walk import unspeakable, wanted

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from watchdog.observers.api import BaseObserver

log = logging.getLogger(__name__)

# Seconds of quiet after which a file is read. Moved in, it is whole; closed, it is too, but a second close soon
# after belongs to the same change.
MOVED, CLOSED = 0.0, 0.02
# It appeared with something in it; whoever still writes will be heard.
APPEARED = 0.3
# Nobody told that it was closed.
WRITTEN = 2.0
# Many programs save by deleting and writing anew.
DELETED = 2.0
FOLDER = 0.1

# Not what is opened and read: whatever we read ourselves would wake three threads, just when there is much to do.
_HEARD: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]


class FolderWatch(Settling):
    def __init__(self, observer: BaseObserver) -> None:
        super().__init__()
        self._observer = observer

    def close(self) -> None:
        super().close()
        self._observer.stop()
        self._observer.join()


class _Ear(FileSystemEventHandler):
    def __init__(self, root: Path, suffixes: Collection[str], settling: Settling) -> None:
        self._root, self._suffixes, self._settling = root, suffixes, settling

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.is_directory:
            self._settling.everything(FOLDER)
            return
        for keys, delay in self._heard(event):
            if any(map(unspeakable, keys)):
                self._settling.everything(FOLDER)
            else:
                self._settling.again(keys, delay)

    def _heard(self, event: FileSystemEvent) -> list[tuple[list[str], float]]:
        source, target = self._keys(event.src_path), self._keys(event.dest_path)
        if isinstance(event, FileMovedEvent):
            # Both ends at once, or the article would be gone for a moment; moved aside, it may be replaced.
            return [(source + target, MOVED)] if target else [(source, DELETED)]
        if isinstance(event, FileClosedEvent):
            return [(source, CLOSED)]
        if isinstance(event, FileDeletedEvent):
            return [(source, DELETED)]
        if isinstance(event, FileCreatedEvent):
            return [(source, _settles_in(event.src_path))]
        return [(source, WRITTEN)] if isinstance(event, FileModifiedEvent) else []

    def _keys(self, path: str | bytes) -> list[str]:
        """The key of a path that may be an article's."""
        key = os.path.relpath(os.fsdecode(path), self._root) if path else ""
        return [key] if key and wanted(key, self._suffixes) else []


def _settles_in(path: str | bytes) -> float:
    """Seconds of quiet for a file that just appeared: moved in, it is whole; opened to be written, it is empty."""
    try:
        info = os.stat(path)
    except OSError:
        return WRITTEN
    if time.time() - info.st_mtime > WRITTEN:
        return CLOSED
    return APPEARED if info.st_size else WRITTEN


def _observer() -> BaseObserver:
    """One that tells a file which was moved in, and is whole, from one that was just made."""
    if sys.platform != "linux":
        return Observer()
    from watchdog.observers.inotify import InotifyObserver

    return InotifyObserver(generate_full_events=True)


def watch(root: Path, suffixes: Collection[str]) -> FolderWatch | None:
    """Watch `root` and all folders below; None (and a line in the log) where the system cannot."""
    observer = _observer()
    watcher = FolderWatch(observer)
    try:
        observer.schedule(_Ear(root, suffixes, watcher), str(root), recursive=True, event_filter=_HEARD)
        observer.start()
    except OSError as error:
        log.warning(
            "%s cannot be watched (%s); it is looked through on schedule", root, os.strerror(error.errno or 0)
        )
        return None
    return watcher
