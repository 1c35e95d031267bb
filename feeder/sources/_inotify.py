"""watchdog's events -> Settling."""

from __future__ import annotations

import logging
import os
import time
from typing import TYPE_CHECKING

from watchdog.events import (
    FileClosedEvent,
    FileClosedNoWriteEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileOpenedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from feeder.sources._settling import Settling
from feeder.sources._walk import wanted

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from watchdog.observers.api import BaseObserver

log = logging.getLogger(__name__)

# Seconds of quiet after which a file is read. Closed or moved in, it is whole; a second close soon after
# belongs to the same change.
CLOSED = 0.02
# Nobody told that it was closed.
WRITTEN = 2.0
# Many programs save by deleting and writing anew.
DELETED = 2.0
FOLDER = 0.1


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
        if isinstance(event, FileOpenedEvent | FileClosedNoWriteEvent):
            return
        if event.is_directory:
            if event.event_type != "modified":
                self._settling.everything(FOLDER)
            return
        for path, delay in self._heard(event):
            key = os.path.relpath(os.fsdecode(path), self._root)
            if wanted(os.path.basename(key), self._suffixes):
                self._settling.notice(key, delay)

    def _heard(self, event: FileSystemEvent) -> list[tuple[str | bytes, float]]:
        if isinstance(event, FileMovedEvent):
            return [(event.src_path, CLOSED), (event.dest_path, CLOSED)]
        if isinstance(event, FileClosedEvent):
            return [(event.src_path, CLOSED)]
        if isinstance(event, FileDeletedEvent):
            return [(event.src_path, DELETED)]
        if isinstance(event, FileCreatedEvent):
            return [(event.src_path, CLOSED if _moved_in(event.src_path) else WRITTEN)]
        return [(event.src_path, WRITTEN)] if isinstance(event, FileModifiedEvent) else []


def _moved_in(path: str | bytes) -> bool:
    """Whether a file that just appeared was written long ago: it came by a move, and is whole."""
    try:
        return time.time() - os.stat(path).st_mtime > WRITTEN
    except OSError:
        return False


def watch(root: Path, suffixes: Collection[str]) -> FolderWatch | None:
    """Watch `root` and all folders below; None (and a line in the log) where the system cannot."""
    observer = Observer()
    watcher = FolderWatch(observer)
    try:
        observer.schedule(_Ear(root, suffixes, watcher), str(root), recursive=True)
        observer.start()
    except OSError as error:
        log.warning(
            "%s cannot be watched (%s); it is looked through on schedule", root, os.strerror(error.errno or 0)
        )
        return None
    return watcher
