"""What an index lists, and what is remembered of its files -> which of them are read at this look.

A site's archive may be hundreds of files that never change, and one that always does.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from feeder.sources._turns import ONCE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from feeder.sources._sitemap_file import Child

DEPTH = 3  # indexes in indexes
_CHILDREN = 1000
_KEPT = 3000
_PENDING = 3  # files that are read again only because not all of their pages were

# What is remembered of a file: its stamp, whether it was read, whether it is an index, its validators.
File = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Due:
    """A file to be read now. `late`: it was there at the first look, and was not read then."""

    address: str
    stamp: str = ONCE
    depth: int = 0
    late: bool = False

    @property
    def part(self) -> str:
        return hashlib.blake2b(self.address.encode(), digest_size=6).hexdigest()


def due(
    children: Iterable[Child], depth: int, before: Mapping[str, File], pending: Collection[str]
) -> tuple[list[Due], dict[str, File]]:
    """The files to read, the most urgent first, and the others, which are remembered as they are listed.

    What changed comes first, then what may have. What was there before us can wait until nothing else does.
    """
    listed = [Due(it.address, it.stamp, depth) for it in children]
    newest = sorted(listed, key=lambda it: it.stamp, reverse=True)[:_CHILDREN]
    groups: dict[int, list[Due]] = {0: [], 1: [], 2: [], 3: []}
    for it in newest:
        known = before.get(it.part)
        late = bool(before) and known is not None and not known.get("read")
        groups[_urgency(it, known, pending, late=late)].append(Due(it.address, it.stamp, depth, late))
    now = groups[0] + groups[1] + groups[2][:_PENDING]
    chosen = {it.part for it in now}
    return now, {it.part: _listed(it, before.get(it.part)) for it in newest if it.part not in chosen}


def _urgency(it: Due, known: File | None, pending: Collection[str], *, late: bool) -> int:
    if known is None or known.get("index"):
        return 0
    changed = it.stamp not in {ONCE, known.get("stamp")}
    if late and not (changed or known.get("failed")):
        return 3 if pending else 2
    if changed:
        return 0
    if it.stamp == ONCE or late:
        return 1
    return 2 if it.part in pending else 3


def _listed(it: Due, known: File | None) -> File:
    return known if known is not None else {"stamp": it.stamp, "read": False}


def kept(before: Mapping[str, File], now: Mapping[str, File]) -> dict[str, File]:
    """What an index does not list at the moment is remembered for a while: it may only have failed."""
    gone = [part for part in before if part not in now]
    return {part: before[part] for part in gone[: max(0, _KEPT - len(now))]} | dict(now)
