"""bytes -> files, each whole or not at all; many of them with few waits for the disk."""

from __future__ import annotations

import contextlib
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Pieces = Sequence[bytes]
    Beside = tuple[tuple[str, Pieces | None], ...]

# So many files are waited for together: a journal is written once for all that ask at the time.
_TOGETHER = 8
# Pieces that the system takes in one call.
_AT_ONCE = 1000
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# Passing names are this process's alone, also in a folder that several hosts share.
_TOKEN, _NUMBERS = secrets.token_hex(6), count()


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file and what stands beside it, which changes just before the file does; None: it goes.

    Names are those in one folder, with slashes: hundreds of files are written at a time, and a Path costs more
    than a file.
    The bytes of each come in pieces: to join those of a large feed takes longer than to write them.
    What is `light` may be lost with the power, since nobody trusts it unseen: it is not waited for. `once`: a file
    that is there stays as it is.
    """

    name: str
    body: Pieces
    beside: Beside = ()
    light: bool = False
    once: bool = False


class _Made(NamedTuple):
    """A file under a `passing` name. `descriptor` is open until its bytes are on the disk."""

    descriptor: int
    passing: str
    name: str


def write_all(folder: str, parcels: Sequence[Parcel], *, keep: bool = True) -> dict[str, OSError]:
    """First all bytes, then all names: a power loss in between leaves every file as it was.

    Returns what hindered those that were not written: they are as they were, with nothing beside them.
    Without `keep` a power loss may forget the new names, until `keep_names`.
    """
    failed: dict[str, OSError] = {}
    laid = [_laid_out(folder, parcel, failed) for parcel in parcels]
    passing = {it.passing for made in laid for it in made}
    try:
        _wait(parcels, laid, failed)
        for parcel, made in zip(parcels, laid, strict=True):
            if parcel.name not in failed:
                _put(folder, parcel, made, failed, passing)
        if keep:
            _keep(folder, [parcel.name for parcel in parcels if parcel.name not in failed], failed)
    finally:
        for name in passing:
            with contextlib.suppress(OSError):
                Path(name).unlink()
    return failed


def _laid_out(folder: str, parcel: Parcel, failed: dict[str, OSError]) -> list[_Made]:
    made: list[_Made] = []
    try:
        for name, body in (*parcel.beside, (parcel.name, parcel.body)):
            if body is not None:
                made.append(_lay_out(folder, name, body))
    except OSError as error:
        failed[parcel.name] = error
    return made


def _lay_out(folder: str, name: str, body: Pieces) -> _Made:
    parent = parent_of(folder, name)
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
    except OSError:
        os.close(descriptor)
        Path(passing).unlink()
        raise
    return _Made(descriptor, passing, name)


def _write(descriptor: int, pieces: Pieces) -> None:
    written = os.writev(descriptor, pieces)
    if written < sum(map(len, pieces)):  # a disk that is full says so at the next try
        with open(descriptor, "wb", closefd=False) as file:
            file.write(b"".join(pieces)[written:])


def parent_of(folder: str, name: str) -> str:
    """Of a file with this name in the folder."""
    parent, _, _ = name.rpartition("/")
    return f"{folder}/{parent}" if parent else folder


def _wait(parcels: Sequence[Parcel], laid: Sequence[Sequence[_Made]], failed: dict[str, OSError]) -> None:
    """Until all bytes are on the disk; closes the files."""
    heavy = []
    for parcel, made in zip(parcels, laid, strict=True):
        for it in made:
            if parcel.light:
                os.close(it.descriptor)
            else:
                heavy.append((parcel.name, it))
    if len(heavy) <= 2:
        failed |= _waited(heavy)
        return
    for hindered in _pool().map(_waited, [heavy[start::_TOGETHER] for start in range(_TOGETHER)]):
        failed |= hindered


@cache
def _pool() -> ThreadPoolExecutor:
    """Kept: to start its threads takes longer than most waits."""
    return ThreadPoolExecutor(_TOGETHER, "disk")


def _waited(waiting: Sequence[tuple[str, _Made]]) -> dict[str, OSError]:
    failed: dict[str, OSError] = {}
    for name, it in waiting:
        try:
            os.fdatasync(it.descriptor)
        except OSError as error:
            failed[name] = error
        finally:
            os.close(it.descriptor)
    return failed


def _put(
    folder: str, parcel: Parcel, made: Sequence[_Made], failed: dict[str, OSError], passing: set[str]
) -> None:
    names = {it.name: it.passing for it in made}
    target = f"{folder}/{parcel.name}"
    try:
        for name, body in parcel.beside:
            if body is None:
                _unlink(f"{folder}/{name}")
            else:
                _rename(names[name], f"{folder}/{name}", passing)
        if not (parcel.once and Path(target).exists()):
            _rename(names[parcel.name], target, passing)
    except OSError as error:
        failed[parcel.name] = error
        for name, _ in parcel.beside:  # it may be of the bytes that the file does not have
            with contextlib.suppress(OSError):
                _unlink(f"{folder}/{name}")


def _rename(passing: str, target: str, left: set[str]) -> None:
    os.replace(passing, target)  # noqa: PTH105 - to make a Path takes longer
    left.discard(passing)


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
