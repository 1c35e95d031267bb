"""A Maildir -> mails. https://cr.yp.to/proto/maildir.html

A mail is written in tmp/ and moved to new/ when it is whole; a reader moves it to cur/ and writes flags behind its
name. So what stands before the flags names it for ever, and what is there does not change.
"""

from __future__ import annotations

import json
import os
import re
import stat
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from feeder.errors import SourceError, Unreadable
from feeder.model.document import Found
from feeder.sources._mail_box import head_of
from feeder.sources._pulled import digest_of, remembered
from feeder.sources._source import Look, Refused
from feeder.sources._walk import LINK_OUT, unspeakable
from feeder.sources._whole import read_whole, too_large

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from feeder.sources._mail_box import Rules

_FLAGS = re.compile(r"[:;!]2,[^/]*\Z")  # what may stand for the colon where file names cannot have one
_FOLDERS = ("new", "cur")
_SETTLE = 2.0  # seconds in which a folder may change twice without telling
_IDS = 500  # Message-IDs that are remembered


class Maildir:
    """A mail that came twice, as by a list and directly, is taken in once: the first copy counts."""

    def __init__(self, name: str, root: Path, rules: Rules) -> None:
        self._name, self._root, self._rules = name, root, rules
        self._paths: dict[str, Path] = {}
        self._ids: dict[str, str] = {}
        self._quiet: tuple[int, ...] = ()

    def look(self, known: Mapping[str, str], only: Collection[str] | None, memory: str, *, final: bool) -> Look:
        del final  # nothing in a Maildir is half written
        began, states = time.time_ns(), self._states()
        if only is None and states and states == self._quiet:
            return Look(memory=memory)
        self._ids = _ids(memory) | self._ids
        # Nothing that is there at first is news.
        elsewhere = bool(memory) and remembered(memory).get("path") != str(self._root)
        files, refused = self._files()
        new = {key: path for key, path in files.items() if only is None or key in only}
        stamps = {key: self._stamp(info) for key, (_, info) in new.items()}
        wanted = [key for key in new if known.get(key) != stamps[key]]
        large = [key for key in wanted if new[key][1].st_size > self._rules.limit]
        refused += [self._too_large(key, stamps[key], new[key][1]) for key in large]
        found = [key for key in wanted if key not in large]
        self._paths = {key: new[key][0] for key in found}
        # Only what is known as a whole need not be looked through again.
        settled = all(began - state > _SETTLE * 1e9 for state in states)
        self._quiet = states if settled and not found and only is None else ()
        found.sort(key=lambda key: (new[key][1].st_mtime, key))
        return Look(
            found=tuple(Found(key, stamps[key], old=elsewhere) for key in found),
            refused=tuple(it for it in refused if known.get(it.found.key) != it.found.stamp),
            present=frozenset(files),
            memory=json.dumps({"path": str(self._root), "ids": dict(list(self._ids.items())[-_IDS:])}),
        )

    def take(self, found: Found) -> tuple[bytes, datetime] | None:
        path = self._paths.get(found.key)
        if path is None:
            return None
        if not path.exists():  # moved by whoever reads the mails
            files, _ = self._files()
            path = files[found.key][0] if found.key in files else path
        info, body = read_whole(path, self._root, self._rules.limit)
        if info is None:
            return None
        self._refuse_copy(found.key, body)
        return body, datetime.fromtimestamp(min(max(info.st_mtime, 0), time.time()), UTC)

    def _refuse_copy(self, key: str, body: bytes) -> None:
        name = head_of(body).id
        if not name:
            return
        if self._ids.setdefault(_short(name), _short(key)) != _short(key):
            raise Unreadable("its Message-ID is that of another mail in this mailbox; the first one counts")

    def _stamp(self, info: os.stat_result) -> str:
        return f"{info.st_size}:{info.st_mtime_ns}:{self._rules.of}"

    def _too_large(self, key: str, stamp: str, info: os.stat_result) -> Refused:
        return Refused(Found(key, stamp), too_large(info.st_size, self._rules.limit))

    # ------------------------------------------------------------ what is there

    def _states(self) -> tuple[int, ...]:
        """When each folder changed; nothing is known of one that is not there."""
        paths = (self._root / folder for folder in _FOLDERS)
        try:
            return tuple(path.stat().st_mtime_ns for path in paths if path.is_dir())
        except OSError:  # the look says what is wrong
            return ()

    def _files(self) -> tuple[dict[str, tuple[Path, os.stat_result]], list[Refused]]:
        files: dict[str, tuple[Path, os.stat_result]] = {}
        refused: list[Refused] = []
        try:
            there = [folder for folder in _FOLDERS if (self._root / folder).is_dir()]
            if not there:
                raise SourceError(self._name, f"{self._root} is no Maildir: it has neither new/ nor cur/")
            for folder in there:
                for key, path, info, trouble in self._entries(folder):
                    if info is None:
                        refused.append(Refused(Found(key, f"refused:{self._rules.of}"), trouble))
                    else:
                        files[key] = (path, info)
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise SourceError(self._name, f"the Maildir {self._root} cannot be looked at: {reason}") from None
        return files, refused

    def _entries(self, folder: str) -> Iterator[tuple[str, Path, os.stat_result | None, str]]:
        """Key, path and state of each mail; no state, but a reason, for what is none."""
        real = os.path.realpath(self._root)
        with os.scandir(self._root / folder) as entries:
            for entry in entries:
                key, path = _FLAGS.sub("", entry.name), self._root / folder / entry.name
                if entry.name.startswith(".") or entry.is_dir(follow_symlinks=False):
                    continue
                if unspeakable(key):
                    safe = os.fsencode(key).decode("utf-8", "backslashreplace")
                    yield safe, path, None, "its name is not UTF-8; rename it"
                    continue
                try:
                    info, trouble = _state(entry, real)
                except FileNotFoundError:  # moved meanwhile
                    continue
                yield key, path, info, trouble


def _short(name: str) -> str:
    return digest_of(name.encode("utf-8", "replace"))[:12]


def _ids(memory: str) -> dict[str, str]:
    said = remembered(memory).get("ids")
    return {str(name): str(key) for name, key in said.items()} if isinstance(said, dict) else {}


def _state(entry: os.DirEntry[str], real: str) -> tuple[os.stat_result | None, str]:
    if entry.is_symlink() and not os.path.realpath(entry.path).startswith(real + os.sep):
        return None, LINK_OUT
    info = entry.stat()
    return (info, "") if stat.S_ISREG(info.st_mode) else (None, "not a regular file")
