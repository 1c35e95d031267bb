"""What is published where, what came of it, and the one door through which files reach the output folder."""

from __future__ import annotations

import os
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feeder.pipeline import files
from feeder.pipeline.files import Parcel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from feeder.config import FeedOptions
    from feeder.model.feed import Site
    from feeder.pipeline.files import Laying


@dataclass(frozen=True, slots=True)
class Output:
    """Where and as what feeds are published. `url` is the address of `folder`.

    `feeds` are those that are published; `moved`, by the name that they had, those that are now elsewhere: under
    the name of another feed, or at an address. `cloud` is the address for rssCloud, or empty.
    """

    folder: Path
    url: str
    site: Site
    feeds: Mapping[str, FeedOptions]
    hubs: tuple[str, ...]
    cloud: str = ""
    moved: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """A subscription document as it stands at `path` in the folder; `etag` is of its bytes (see versions)."""

    feed: str
    form: str
    path: str
    etag: str
    written: bool


@dataclass(slots=True)
class Report:
    """`counts` of files written, unchanged and removed; a line for each thing that failed.

    `documents` are the subscription documents that were looked at, `hindered` the files that could not be written.
    `late`: the folder became another node's meanwhile, which is asked to write again what was written here.
    """

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    hindered: set[str] = field(default_factory=set)
    late: bool = False


class Outlet:
    """Files of the output folder. `mine` is asked before each: whether the folder is still ours to write.

    Who writes beside documents in another thread holds `lock` meanwhile.
    """

    def __init__(self, folder: Path, mine: Callable[[], bool] = lambda: True) -> None:
        self.folder, self.mine, self.lock = folder, mine, threading.Lock()
        self._root = str(folder)
        self._waiting: dict[str, Laying] = {}
        self._folders: set[str] = set()  # with names that a power loss may forget

    def may(self, report: Report) -> bool:
        report.late = report.late or not self.mine()
        return not report.late

    def later(self, name: str, body: bytes, report: Report, *, light: bool = False) -> None:
        """Give it its name with the next others, just before them, so that the disk is waited for once.

        What is `light` may be lost with the power, and is not counted.
        """
        before = self._waiting.pop(name, None)
        if before is not None:
            files.drop([before.result()])
        if files.holds(self._root, name, body):
            report.counts["unchanged"] += not light
        else:
            self._waiting[name] = self.begin(Parcel(name, [body], light=light))

    def begin(self, parcel: Parcel) -> Laying:
        """Bring its bytes to the disk meanwhile; to be given to `write_all`, or dropped."""
        return files.begin(self._root, parcel)

    def write_all(self, parcels: Sequence[Parcel], report: Report, begun: Sequence[Laying] = ()) -> set[str]:
        """The names that could not be written. The others are there at once; whether for good, `keep` says."""
        waiting = [*self._waiting.values(), *map(self.begin, parcels)]
        self._waiting.clear()
        laid = [it.result() for it in (*waiting, *begun)]
        if not laid:
            return set()
        if not self.may(report):
            files.drop(laid)
            return {it.parcel.name for it in laid}
        with self.lock:
            hindered = files.finish(self._root, laid, keep=False)
        self._count([it.parcel for it in laid if it.parcel.name not in hindered], report)
        for name, error in hindered.items():
            failed(report, f"{self.folder / name} was not written", error)
        report.hindered |= hindered.keys()
        return set(hindered)

    def _count(self, written: Sequence[Parcel], report: Report) -> None:
        self._folders |= {files.parent_of(self._root, parcel.name) for parcel in written}
        report.counts["written"] += sum(not parcel.light for parcel in written)

    def drop(self) -> None:
        """What was to be written later is not to be written after all."""
        waiting, self._waiting = self._waiting, {}
        files.drop([it.result() for it in waiting.values()])

    def put(self, parcels: Sequence[Parcel]) -> dict[str, OSError]:
        """Write these now, for whoever has the lock; what hindered them, by name."""
        return files.write_all(self._root, parcels, keep=False)

    def keep(self, report: Report) -> bool:
        """No power loss may forget what was written; False where the disk refuses, and it is to be tried again."""
        forgetful = files.keep_names(self._folders)
        for folder, error in forgetful.items():
            failed(report, f"{folder} may forget what was written", error)
        self._folders = set(forgetful)
        return not forgetful

    def sweep(self) -> None:
        """What processes left that were killed in the midst of writing."""
        files.sweep(self._root)

    def remove(self, name: str, report: Report, *, count: bool = True) -> bool:
        """False when it could not be removed. What only stood beside something is not counted."""
        if not self.may(report):
            return False
        try:
            report.counts["removed"] += files.remove(self._root, name) and count
        except OSError as error:
            return failed(report, f"{self.folder / name} was not removed", error)
        return True


def failed(report: Report, what: str, error: OSError) -> bool:
    report.problems.append(f"{what}: {os.strerror(error.errno or 0)}; it stays as it was")
    return False
