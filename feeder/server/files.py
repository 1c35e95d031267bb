"""output folder -> the bytes of one file and their ETag, both from one open descriptor.

The publisher replaces files by rename while we read. What is small is kept in memory under the file's identity
(device, inode, mtime, size), so that a repeated request costs one stat. Nothing but regular files below the
folder is ever opened, and no symbolic link is followed: each part of a path is opened from its parent.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from starlette.concurrency import run_in_threadpool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from pathlib import Path

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # NONBLOCK: a FIFO put there would wait
_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EACCES, errno.EPERM}
_UNFINISHED = ("~", ".tmp", ".temp", ".part", ".swp")
_DEEPEST = 16
_PIECE = 256 * 1024
_SMALL = 4 * 1024 * 1024
_KEPT = 64 * 1024 * 1024
_OVERHEAD = 1024  # what an entry without a body is counted as


class Stamp(NamedTuple):
    """Changes whenever the file may have."""

    device: int
    inode: int
    modified: int
    size: int


@dataclass(frozen=True, slots=True)
class File:
    """`body` when it is small, otherwise `descriptor`, which whoever holds the File closes."""

    stamp: Stamp
    etag: str
    size: int
    body: bytes | None = None
    descriptor: int | None = None

    @property
    def modified(self) -> int:
        return self.stamp.modified // 1_000_000_000

    async def pieces(self, span: range) -> AsyncIterator[bytes]:
        if self.body is not None and span:
            yield self.body[span.start : span.stop]
            return
        for at in range(span.start, span.stop, _PIECE):
            wanted = min(_PIECE, span.stop - at)
            yield await run_in_threadpool(_read, self.descriptor or 0, wanted, at)

    def close(self) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)


def parts_of(path: str) -> tuple[str, ...] | None:
    """The names along `path`, or None when one of them is never served."""
    parts = tuple(path.split("/"))
    return parts if len(parts) <= _DEEPEST and all(map(_servable, parts)) else None


def _servable(part: str) -> bool:
    # isprintable() is false for NUL, line ends, lone surrogates; a first dot also stands for "..".
    plain = part.isprintable() and "\\" not in part and not part.startswith(".")
    return plain and 0 < len(part.encode()) <= 255 and not part.endswith(_UNFINISHED)


class Folder:
    """For one event loop: its memory is only touched there."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._kept: OrderedDict[str, File] = OrderedDict()
        self._weight = 0

    def has(self, path: str) -> bool:
        parts = parts_of(path)
        return parts is not None and self._stamp(parts) is not None

    async def file(self, path: str) -> File | None:
        parts = parts_of(path)
        stamp = self._stamp(parts) if parts else None
        if not parts or stamp is None:
            return None
        kept = self._remembered(path, stamp)
        if kept and kept.body is not None:
            return kept
        file = await run_in_threadpool(self._load, parts, kept)
        if file:
            self._remember(path, replace(file, descriptor=None))
        return file

    def _remembered(self, path: str, stamp: Stamp) -> File | None:
        kept = self._kept.get(path)
        if kept is None or kept.stamp != stamp:
            return None
        self._kept.move_to_end(path)
        return kept

    def _remember(self, path: str, file: File) -> None:
        self._forget(self._kept.pop(path, None))
        self._kept[path] = file
        self._weight += _weight(file)
        while self._weight > _KEPT:
            self._forget(self._kept.popitem(last=False)[1])

    def _forget(self, file: File | None) -> None:
        self._weight -= _weight(file) if file else 0

    def _stamp(self, parts: Sequence[str]) -> Stamp | None:
        try:
            with self._directory(parts[:-1]) as directory:
                return _regular(os.stat(parts[-1], dir_fd=directory, follow_symlinks=False))
        except OSError as error:
            _raise_unless_absent(error)
            return None

    def _load(self, parts: Sequence[str], known: File | None) -> File | None:
        """What `_stamp` saw; it saw a regular file, since opening a device can already do something."""
        try:
            with self._directory(parts[:-1]) as directory:
                return _opened(os.open(parts[-1], _FILE, dir_fd=directory), known)
        except OSError as error:
            _raise_unless_absent(error)
            return None

    @contextmanager
    def _directory(self, parts: Sequence[str]) -> Iterator[int]:
        descriptor = os.open(self._root, _DIRECTORY)
        try:
            for part in parts:
                deeper = os.open(part, _DIRECTORY | os.O_NOFOLLOW, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = deeper
            yield descriptor
        finally:
            os.close(descriptor)


def _raise_unless_absent(error: OSError) -> None:
    """There is nothing to serve, or (a full table of descriptors, a broken disk) the server is in trouble."""
    if error.errno not in _ABSENT:
        raise error


def _regular(status: os.stat_result) -> Stamp | None:
    if not stat.S_ISREG(status.st_mode):
        return None
    return Stamp(status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)


def _opened(descriptor: int, known: File | None) -> File | None:
    """The file behind `descriptor`, which stays open only for a large one."""
    file = None
    try:
        stamp = _regular(os.fstat(descriptor))
        file = _described(descriptor, stamp, known) if stamp else None
    finally:
        if file is None or file.descriptor is None:
            os.close(descriptor)
    return file


def _described(descriptor: int, stamp: Stamp, known: File | None) -> File:
    if stamp.size <= _SMALL:
        body = b"".join(_whole(descriptor))
        return File(stamp, _etag([body]), len(body), body=body)
    if known and known.stamp == stamp:
        return replace(known, descriptor=descriptor)
    return File(stamp, _etag(_whole(descriptor)), stamp.size, descriptor=descriptor)


def _whole(descriptor: int) -> Iterator[bytes]:
    while piece := os.read(descriptor, _PIECE):
        yield piece


def _read(descriptor: int, wanted: int, at: int) -> bytes:
    piece = os.pread(descriptor, wanted, at)
    if len(piece) != wanted:
        raise OSError(errno.EIO, "the file became shorter while it was sent")
    return piece


def _etag(pieces: Iterator[bytes] | list[bytes]) -> str:
    """Of the bytes alone, so that it outlives restarts and is the same on every node."""
    digest = hashlib.blake2b(digest_size=16)
    for piece in pieces:
        digest.update(piece)
    return f'"{digest.hexdigest()}"'


def _weight(file: File) -> int:
    return _OVERHEAD + len(file.body or b"")
