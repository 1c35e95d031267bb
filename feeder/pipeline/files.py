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
    Beside = tuple[tuple[Path, Pieces | None], ...]

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

    The bytes of each come in pieces: to join those of a large feed takes longer than to write them.
    What is `light` may be lost with the power, since nobody trusts it unseen. `once`: a file that is there stays
    as it is.
    """

    path: Path
    body: Pieces
    beside: Beside = ()
    light: Beside = ()
    once: bool = False


class _Made(NamedTuple):
    """A file under a passing name. `descriptor` is open until its bytes are on the disk."""

    descriptor: int
    name: str
    target: Path
    light: bool


def write(path: Path, body: bytes) -> bool:
    """Replace the file by rename once its bytes are on the disk; False, and untouched, when they are the same.

    Raises OSError; the file is then as it was.
    """
    if holds(path, body):
        return False
    for error in write_all([Parcel(path, [body])]).values():
        raise error
    return True


def write_all(parcels: Sequence[Parcel], *, keep: bool = True) -> dict[Path, OSError]:
    """First all bytes, then all names: a power loss in between leaves every file as it was.

    Returns what hindered those that were not written: they are as they were, with nothing beside them.
    Without `keep` a power loss may forget the new names, until `keep_names`.
    """
    failed: dict[Path, OSError] = {}
    laid = [_laid_out(parcel, failed) for parcel in parcels]
    passing = {it.name for made in laid for it in made}
    try:
        _wait(parcels, laid, failed)
        for parcel, made in zip(parcels, laid, strict=True):
            if parcel.path not in failed:
                _put(parcel, made, failed, passing)
        if keep:
            _keep([parcel.path for parcel in parcels if parcel.path not in failed], failed)
    finally:
        for name in passing:
            with contextlib.suppress(OSError):
                Path(name).unlink()
    return failed


def _laid_out(parcel: Parcel, failed: dict[Path, OSError]) -> list[_Made]:
    made: list[_Made] = []
    whole = [(*it, True) for it in parcel.light] + [(*it, False) for it in parcel.beside]
    try:
        for target, body, light in [*whole, (parcel.path, parcel.body, False)]:
            if body is not None:
                made.append(_lay_out(target, body, light=light))
    except OSError as error:
        failed[parcel.path] = error
    return made


def _lay_out(target: Path, body: Pieces, *, light: bool) -> _Made:
    folder = target.parent
    name = f"{folder}/.{os.getpid()}-{_TOKEN}-{next(_NUMBERS)}.tmp"
    try:
        descriptor = os.open(name, _NEW, 0o600)
    except (FileNotFoundError, NotADirectoryError):
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(name, _NEW, 0o600)
    try:
        for start in range(0, len(body), _AT_ONCE):
            _write(descriptor, body[start : start + _AT_ONCE])
        os.fchmod(descriptor, 0o644)
    except OSError:
        os.close(descriptor)
        Path(name).unlink()
        raise
    return _Made(descriptor, name, target, light)


def _write(descriptor: int, pieces: Pieces) -> None:
    written = os.writev(descriptor, pieces)
    if written < sum(map(len, pieces)):  # a disk that is full says so at the next try
        with open(descriptor, "wb", closefd=False) as file:
            file.write(b"".join(pieces)[written:])


def _wait(parcels: Sequence[Parcel], laid: Sequence[Sequence[_Made]], failed: dict[Path, OSError]) -> None:
    """Until all bytes are on the disk; closes the files."""
    waiting = [(parcel.path, it) for parcel, made in zip(parcels, laid, strict=True) for it in made]
    for _, it in waiting:
        if it.light:
            os.close(it.descriptor)
    heavy = [(path, it) for path, it in waiting if not it.light]
    if len(heavy) <= 2:
        failed |= _waited(heavy)
        return
    for hindered in _pool().map(_waited, [heavy[start::_TOGETHER] for start in range(_TOGETHER)]):
        failed |= hindered


@cache
def _pool() -> ThreadPoolExecutor:
    """Kept: to start its threads takes longer than most waits."""
    return ThreadPoolExecutor(_TOGETHER, "disk")


def _waited(waiting: Sequence[tuple[Path, _Made]]) -> dict[Path, OSError]:
    failed: dict[Path, OSError] = {}
    for path, it in waiting:
        try:
            os.fdatasync(it.descriptor)
        except OSError as error:
            failed[path] = error
        finally:
            os.close(it.descriptor)
    return failed


def _put(parcel: Parcel, made: Sequence[_Made], failed: dict[Path, OSError], passing: set[str]) -> None:
    names = {it.target: it.name for it in made}
    try:
        for path, body in (*parcel.light, *parcel.beside):
            if body is None:
                path.unlink(missing_ok=True)
            else:
                _rename(names[path], path, passing)
        if not (parcel.once and parcel.path.exists()):
            _rename(names[parcel.path], parcel.path, passing)
    except OSError as error:
        failed[parcel.path] = error
        for path, _ in parcel.beside:  # it may be of the bytes that the file does not have
            with contextlib.suppress(OSError):
                path.unlink()


def _rename(name: str, target: Path, passing: set[str]) -> None:
    os.replace(name, target)  # noqa: PTH105 - a Path of a name that passes costs more than the call
    passing.discard(name)


def _keep(paths: Sequence[Path], failed: dict[Path, OSError]) -> None:
    forgetful = keep_names({path.parent for path in paths})
    failed |= {path: forgetful[path.parent] for path in paths if path.parent in forgetful}


def keep_names(folders: Iterable[Path]) -> dict[Path, OSError]:
    """Without this a power loss may forget a rename, though not the bytes. What hindered it, by folder."""
    failed: dict[Path, OSError] = {}
    for folder in sorted(folders):
        try:
            _sync_folder(folder)
        except (FileNotFoundError, NotADirectoryError):  # and all that was in it
            continue
        except OSError as error:
            failed[folder] = error
    return failed


def remove(path: Path) -> bool:
    """False when it was not there."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def holds(path: Path, body: bytes) -> bool:
    """Whether the file is of these bytes."""
    try:
        with path.open("rb") as file:
            return os.fstat(file.fileno()).st_size == len(body) and file.read() == body
    except OSError:
        return False


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
