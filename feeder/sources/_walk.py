"""A folder on disk -> the files in it that may be articles."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feeder.model.document import Found
from feeder.sources._source import Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

LINK_OUT = "a link that leads out of the folder is not followed; put the file itself here"

# What editors, browsers and copying programs leave lying while they work.
_PASSING = re.compile(
    r"^[.#~]|[~#]$|\.(?:bak|crdownload|filepart|part|partial|sw[a-z]|te?mp)(?:\.|$)", re.IGNORECASE
)

_STAMP_OF_REFUSED = "refused"


def stamp_of(info: os.stat_result) -> str:
    return f"{info.st_size}:{info.st_mtime_ns}:{info.st_ctime_ns}"


@dataclass(slots=True)
class Seen:
    """What a look brought, beside the stamps by key that were `known` before it.

    `files` are not as they were known, `same` are; into the `closed` folders we could not look.
    """

    known: Mapping[str, str]
    files: dict[str, os.stat_result] = field(default_factory=dict)
    same: set[str] = field(default_factory=set)
    refused: list[Refused] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def note(self, key: str, info: os.stat_result) -> None:
        if not stat.S_ISREG(info.st_mode):
            self.refuse(key, "not a regular file")
        elif self.known.get(key) == stamp_of(info):
            self.same.add(key)
        else:
            self.files[key] = info

    def refuse(self, key: str, reason: str) -> None:
        self.refused.append(Refused(Found(key, _STAMP_OF_REFUSED), reason))

    def missing(self, only: Collection[str] | None) -> tuple[str, ...]:
        """The known keys that are not there; of a folder that cannot be looked into nothing is said."""
        here = self.same.union(self.files, (it.found.key for it in self.refused))
        asked = self.known.keys() if only is None else self.known.keys() & set(only)
        return tuple(sorted(key for key in asked - here if not key.startswith(tuple(self.closed))))


def wanted(key: str, suffixes: Collection[str]) -> bool:
    """Whether the name is that of an article; nothing in a hidden folder is."""
    *folders, name = key.split("/")
    return _fits(name, suffixes) and not any(folder.startswith(".") for folder in folders)


def _fits(name: str, suffixes: Collection[str]) -> bool:
    """The name alone."""
    return name[name.rfind(".") :].lower() in suffixes and not _PASSING.search(name)


def everything(root: Path, suffixes: Collection[str], known: Mapping[str, str]) -> Seen:
    """All files below `root`. Raises OSError when `root` itself cannot be read."""
    seen = Seen(known)
    real = str(root.resolve())
    with os.scandir(root) as entries:
        waiting = [_files_of(entries, "", real, suffixes, seen)]
    while waiting:
        for prefix in waiting.pop():
            try:
                with os.scandir(root / prefix) as entries:
                    waiting.append(_files_of(entries, prefix, real, suffixes, seen))
            except FileNotFoundError:
                continue
            except OSError as error:
                seen.closed.append(prefix)
                seen.refuse(prefix, f"the folder cannot be looked into: {os.strerror(error.errno or 0)}")
    return seen


def _files_of(
    entries: Iterator[os.DirEntry[str]], prefix: str, real: str, suffixes: Collection[str], seen: Seen
) -> list[str]:
    """Note the files; return the folders below, as prefixes that end in `/`."""
    below = []
    for entry in entries:
        key = prefix + entry.name
        try:
            # Nearly all are known at nearly every look: of those only the state is asked, not again the name.
            if key in seen.known and entry.is_file(follow_symlinks=False):
                seen.note(key, entry.stat(follow_symlinks=False))
            elif unspeakable(key):
                if wanted(entry.name, suffixes):
                    seen.refuse(_escaped(key), "its name is not UTF-8; rename it")
            elif entry.is_symlink():
                _link(entry, key, real, suffixes, seen)
            elif entry.is_dir(follow_symlinks=False):
                below += [] if entry.name.startswith(".") else [f"{key}/"]
            elif _fits(entry.name, suffixes):
                seen.note(key, entry.stat(follow_symlinks=False))
        except FileNotFoundError:
            continue
        except OSError as error:  # a link that leads in circles, and whatever else only one entry suffers from
            seen.refuse(key, f"cannot be looked at: {os.strerror(error.errno or 0)}")
    return sorted(below, reverse=True)


def unspeakable(name: str) -> bool:
    """Whether a name is no UTF-8: its bytes come as lone surrogates, which no database and no feed can carry."""
    return not name.isprintable() and name.encode("utf-8", "replace").decode() != name


def _escaped(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _link(entry: os.DirEntry[str], key: str, real: str, suffixes: Collection[str], seen: Seen) -> None:
    target = os.path.realpath(entry.path)
    inside = target == real or target.startswith(real + os.sep)
    if not inside:
        if wanted(entry.name, suffixes) or (entry.is_dir() and not entry.name.startswith(".")):
            seen.refuse(key, LINK_OUT)
    elif wanted(entry.name, suffixes) and not entry.is_dir():
        seen.note(key, entry.stat())


def these(root: Path, keys: Collection[str], suffixes: Collection[str], known: Mapping[str, str]) -> Seen:
    """Only the files with these keys."""
    seen = Seen(known)
    real = str(root.resolve())
    for key in keys:
        path = root / key
        if not wanted(key, suffixes) or unspeakable(key):
            continue
        try:
            info = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            seen.refuse(key, f"cannot be looked at: {os.strerror(error.errno or 0)}")
            continue
        if os.path.realpath(path).startswith(real + os.sep):
            seen.note(key, info)
        else:
            seen.refuse(key, LINK_OUT)
    return seen
