"""bytes -> files, each whole or not at all; many of them with few waits for the disk."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from concurrent.futures import Future

    Pieces = Sequence[bytes]
    Beside = tuple[tuple[str, Pieces | None], ...]

# So many files are written together: a journal is written once for all that ask at the time.
_TOGETHER = 8
# Pieces that the system takes in one call.
_AT_ONCE = 1000
# Files that were replaced and are kept open at a time.
_OPEN = 64
_OLD = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# Passing names are this process's alone, also in a folder that several hosts share.
_TOKEN, _NUMBERS = secrets.token_hex(6), count()
_PASSING = re.compile(r"\.[0-9]+-[0-9a-f]{12}-[0-9]+\.tmp")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file and what stands beside it, which changes just before the file does; None: it goes.

    Names are those in one folder, with slashes: hundreds of files are written at a time, and a Path costs more
    than a file.
    The bytes of each come in pieces: to join all of a large feed takes memory that is fetched anew each time.
    What is `light` may be lost with the power, since nobody trusts it unseen: it is not waited for. `once`: a file
    that is there stays as it is.
    """

    name: str
    body: Pieces
    beside: Beside = ()
    light: bool = False
    once: bool = False


@dataclass(frozen=True, slots=True)
class Laying:
    """A parcel whose bytes are on their way to the disk, each file by itself."""

    parcel: Parcel
    _passing: dict[str, Future[str]]

    def result(self) -> Laid:
        """Wait for all of them."""
        passing: dict[str, str] = {}
        failed: OSError | None = None
        for name, laid in self._passing.items():
            try:
                passing[name] = laid.result()
            except OSError as error:
                failed = error
        return Laid(self.parcel, passing, failed)


@dataclass(frozen=True, slots=True)
class Laid:
    """A parcel whose bytes are on the disk, under `passing` names by the names that they are to have.

    With an `error` not all of them are.
    """

    parcel: Parcel
    passing: dict[str, str]
    error: OSError | None = None


def write_all(folder: str, parcels: Sequence[Parcel], *, keep: bool = True) -> dict[str, OSError]:
    """First all bytes, then all names: a power loss in between leaves every file as it was.

    Returns what hindered those that were not written: they are as they were, with nothing beside them.
    Without `keep` a power loss may forget the new names, until `keep_names`.
    """
    return finish(folder, [it.result() for it in [begin(folder, parcel) for parcel in parcels]], keep=keep)


def begin(folder: str, parcel: Parcel) -> Laying:
    """Bring its bytes to the disk, beside what else is done meanwhile; `finish` or `drop` is to follow."""
    whole = (*parcel.beside, (parcel.name, parcel.body))
    return Laying(
        parcel,
        {
            name: _pool().submit(_lay_out, parent_of(folder, name), body, light=parcel.light)
            for name, body in whole
            if body is not None
        },
    )


def finish(folder: str, laid: Sequence[Laid], *, keep: bool = True) -> dict[str, OSError]:
    """Give them their names. As `write_all`."""
    failed = {it.parcel.name: it.error for it in laid if it.error is not None}
    replaced: list[int] = []
    try:
        for it in laid:
            if it.error is None:
                _put(folder, it, failed, replaced)
        if keep:
            _keep(folder, [it.parcel.name for it in laid if it.parcel.name not in failed], failed)
    finally:
        drop(laid)
        _pool().submit(_close, replaced)
    return failed


def drop(laid: Sequence[Laid]) -> None:
    """What has got no name goes."""
    for it in laid:
        for passing in it.passing.values():
            with contextlib.suppress(OSError):
                _unlink(passing)
        it.passing.clear()


@cache
def _pool() -> ThreadPoolExecutor:
    """Kept: to start its threads takes longer than most waits."""
    return ThreadPoolExecutor(_TOGETHER, "disk")


# ---------------------------------------------------------------- bytes


def _lay_out(parent: str, body: Pieces, *, light: bool) -> str:
    """The passing name."""
    passing = f"{parent}/.{os.getpid()}-{_TOKEN}-{next(_NUMBERS)}.tmp"
    try:
        descriptor = os.open(passing, _NEW, 0o600)
    except (FileNotFoundError, NotADirectoryError):
        Path(parent).mkdir(parents=True, exist_ok=True)
        descriptor = os.open(passing, _NEW, 0o600)
    try:
        for start in range(0, len(body), _AT_ONCE):
            _write(descriptor, body[start : start + _AT_ONCE])
        os.fchmod(descriptor, 0o644)
        if not light:
            os.fdatasync(descriptor)
    except OSError:
        _unlink(passing)
        raise
    finally:
        os.close(descriptor)
    return passing


def _write(descriptor: int, pieces: Pieces) -> None:
    written = os.writev(descriptor, pieces)
    if written < sum(map(len, pieces)):  # a disk that is full says so at the next try
        with open(descriptor, "wb", closefd=False) as file:
            file.write(b"".join(pieces)[written:])


def parent_of(folder: str, name: str) -> str:
    """Of a file with this name in the folder."""
    parent, _, _ = name.rpartition("/")
    return f"{folder}/{parent}" if parent else folder


# ---------------------------------------------------------------- names


def _put(folder: str, it: Laid, failed: dict[str, OSError], replaced: list[int]) -> None:
    parcel, target = it.parcel, f"{folder}/{it.parcel.name}"
    try:
        for name, body in parcel.beside:
            if body is None:
                _unlink(f"{folder}/{name}")
            else:
                _replace(it.passing.pop(name), f"{folder}/{name}", replaced)
        if not (parcel.once and Path(target).exists()):
            _replace(it.passing.pop(parcel.name), target, replaced)
    except OSError as error:
        failed[parcel.name] = error
        for name, _ in parcel.beside:  # it may be of the bytes that the file does not have
            with contextlib.suppress(OSError):
                _unlink(f"{folder}/{name}")


def _replace(passing: str, target: str, replaced: list[int]) -> None:
    """What is replaced stays open: to give back its place on the disk takes longer than all the rest."""
    if len(replaced) < _OPEN:
        with contextlib.suppress(OSError):
            replaced.append(os.open(target, _OLD))
    try:
        os.replace(passing, target)  # noqa: PTH105 - to make a Path takes longer
    except OSError:
        _unlink(passing)
        raise


def _close(descriptors: Iterable[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _unlink(name: str) -> bool:
    """False when it was not there."""
    try:
        os.unlink(name)  # noqa: PTH108 - to make a Path takes longer
    except FileNotFoundError:
        return False
    return True


def _keep(folder: str, names: Sequence[str], failed: dict[str, OSError]) -> None:
    parents = {name: parent_of(folder, name) for name in names}
    forgetful = keep_names(set(parents.values()))
    failed |= {name: forgetful[parent] for name, parent in parents.items() if parent in forgetful}


def keep_names(folders: Iterable[str]) -> dict[str, OSError]:
    """Without this a power loss may forget a rename, though not the bytes. What hindered it, by folder."""
    failed: dict[str, OSError] = {}
    for folder in sorted(folders):
        try:
            _sync_folder(folder)
        except (FileNotFoundError, NotADirectoryError):  # and all that was in it
            continue
        except OSError as error:
            failed[folder] = error
    return failed


def sweep(folder: str, age: float = 3600.0) -> int:
    """Remove passing files that nobody has touched for so many seconds: their process was killed. How many."""
    before, found = time.time() - age, 0
    for parent, _, names in os.walk(folder):
        for name in filter(_PASSING.fullmatch, names):
            with contextlib.suppress(OSError):
                found += os.stat(f"{parent}/{name}").st_mtime < before and _unlink(f"{parent}/{name}")  # noqa: PTH116
    return found


def remove(folder: str, name: str) -> bool:
    """False when it was not there."""
    return _unlink(f"{folder}/{name}")


def holds(folder: str, name: str, body: bytes) -> bool:
    """Whether the file is of these bytes."""
    try:
        with open(f"{folder}/{name}", "rb") as file:  # noqa: PTH123 - to make a Path takes longer
            return os.fstat(file.fileno()).st_size == len(body) and file.read() == body
    except OSError:
        return False


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
