"""output folder -> the bytes of one file and their hash, both from one open descriptor.

The publisher replaces files by rename while we read. Nothing but regular files below the folder is ever opened,
and no symbolic link is followed: each part of a path is opened from its parent. All of it waits for the disk.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # NONBLOCK: a FIFO put there would wait
_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EACCES, errno.EPERM}
_UNFINISHED = ("~", ".tmp", ".temp", ".part", ".swp")
_DEEPEST = 16
_PIECE = 256 * 1024
SMALL = 8 * 1024 * 1024  # what is kept in memory: a feed of 1,000 long articles is


class Stamp(NamedTuple):
    """Changes whenever the file may have."""

    device: int
    inode: int
    modified: int
    size: int


@dataclass(frozen=True, slots=True)
class File:
    """`body` when it is small, otherwise `descriptor`, which whoever holds the File closes.

    `hash` is the first 32 hex digits of the SHA-256 of its bytes: the same after each start and on every node.
    """

    stamp: Stamp
    hash: str
    size: int
    body: bytes | None = None
    descriptor: int | None = None

    @property
    def modified(self) -> int:
        return self.stamp.modified // 1_000_000_000

    def piece(self, at: int, end: int) -> bytes:
        """Some of the bytes from `at` on, before `end`."""
        wanted = min(_PIECE, end - at)
        piece = os.pread(self.descriptor or 0, wanted, at)
        if len(piece) != wanted:
            raise OSError(errno.EIO, "the file became shorter while it was sent")
        return piece

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
    def __init__(self, root: Path) -> None:
        self._root = root
        self._prefix = f"{root}/"

    def has(self, path: str) -> bool:
        parts = parts_of(path)
        return parts is not None and self._stamp(parts) is not None

    def still(self, path: str, stamp: Stamp) -> bool:
        """Whether `path`, which was opened once, leads to the same file as then: whatever leads there, one look.

        It stands before each answer: who is told of an article by any node may come for it here the next moment.
        """
        try:
            now = os.lstat(self._prefix + path)
        except OSError:
            return False
        return (now.st_dev, now.st_ino, now.st_mtime_ns, now.st_size) == stamp

    def open(self, path: str, known: File | None = None) -> File | None:
        """`known` is what was there before: a large file that is still the same is not hashed again."""
        parts = parts_of(path)
        # Looked at first: opening a device can already do something.
        return self._load(parts, known) if parts and self._stamp(parts) else None

    def read(self, path: str, most: int) -> bytes | None:
        """A file beside a document, also a hidden one; None when it is not there or longer than `most`."""
        parts = path.split("/")
        stamp = self._stamp(parts)
        file = self._load(parts, None) if stamp and stamp.size <= min(most, SMALL) else None
        if file is None:
            return None
        file.close()
        return file.body

    def _stamp(self, parts: Sequence[str]) -> Stamp | None:
        try:
            with self._directory(parts[:-1]) as directory:
                return _regular(os.stat(parts[-1], dir_fd=directory, follow_symlinks=False))
        except OSError as error:
            _raise_unless_absent(error)
            return None

    def _load(self, parts: Sequence[str], known: File | None) -> File | None:
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
    if stamp.size <= SMALL:
        body = b"".join(_whole(descriptor))
        return File(stamp, _hash([body]), len(body), body=body)
    if known and known.stamp == stamp:
        return replace(known, descriptor=descriptor)
    return File(stamp, _hash(_whole(descriptor)), stamp.size, descriptor=descriptor)


def _whole(descriptor: int) -> Iterator[bytes]:
    while piece := os.read(descriptor, _PIECE):
        yield piece


def _hash(pieces: Iterator[bytes] | list[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()[:32]
