"""What a list shows and what is known of it -> what is read now; the rest is for later looks.

A list of 10,000 addresses is usable at once and taken in within hours: each look reads a few pages. What stood
there when the source was first looked at is no news, whenever it is read: its keys are remembered, five bytes
each, until the store has them.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from feeder.model.document import Found
from feeder.sources._pulled import among

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# The stamp of what bears no date: such a page is read once. Earlier than every date.
ONCE = "-"
_MARK = 5  # bytes: one new address in 20 million is taken for one of 50,000 old ones
_MOST = 250_000


@dataclass(frozen=True, slots=True)
class Listed:
    """One address on a list: `stamp` is when it was last changed (ISO, UTC) or ONCE, `date` when it was published.

    `part` names the file that lists it; `late`: this file was there at the first look, but is read only now.
    """

    key: str
    stamp: str = ONCE
    date: str = ""
    part: str = ""
    late: bool = False
    said: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """What looks remember: when the first was, whether any saw anything, what of the first is still to be read."""

    since: str = ""
    shown: bool = False
    old: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Turn:
    """What is read now, in this order; `old` will still be old news later; `parts` hold more for later looks."""

    found: tuple[Found, ...]
    old: frozenset[bytes]
    parts: frozenset[str]
    gap: bool


@dataclass(frozen=True, slots=True)
class _Sorted:
    new: list[Listed]
    again: list[Listed]
    old: list[Listed]
    edited: list[Listed]


def turn(listed: tuple[Listed, ...], known: Mapping[str, str], past: Past, most: int, salt: str) -> Turn:
    """At most `most` documents: the new ones, then what failed before, the old ones, and a few that were edited.

    New ones come oldest first, since those are the first to fall off a list; old ones newest first, since those
    are wanted most. What fails again and again, and what claims to be edited at every look, takes turns by `salt`.
    """
    it = _sorted(listed, known, past)
    new = list(reversed(_newest_first(it.new)))[:most]
    again = _shuffled(it.again, salt)[: min(_share(most, 2), most - len(new))]
    old = _newest_first(it.old)[: most - len(new) - len(again)]
    edited = _shuffled(it.edited, salt)[: min(_share(most, 5), most - len(new) - len(again) - len(old))]
    marks = frozenset(mark(one.key) for one in listed)
    waiting = {mark(one.key) for one in it.old} | (past.old & {mark(one.key) for one in it.again})
    return Turn(
        found=tuple(
            [Found(one.key, one.stamp) for one in new]
            + [Found(one.key, one.stamp, old=mark(one.key) in past.old) for one in again]
            + [Found(one.key, one.stamp, old=True) for one in old]
            + [Found(one.key, one.stamp) for one in edited]
        ),
        old=frozenset(sorted(waiting | (past.old - marks))[:_MOST]),
        parts=frozenset(one.part for one in (*it.new, *it.again, *it.old, *it.edited)),
        gap=past.shown and bool(listed) and len(it.new) == len(listed),
    )


def _sorted(listed: tuple[Listed, ...], known: Mapping[str, str], past: Past) -> _Sorted:
    it, stamps = _Sorted([], [], [], []), among(known, [one.key for one in listed])
    for one in listed:
        stamp = stamps.get(one.key)
        if stamp is None:
            (it.old if _is_old(one, past) else it.new).append(one)
        elif not stamp:
            it.again.append(one)
        elif one.stamp > stamp:  # later, not other: two files of one index may date an address differently
            it.edited.append(one)
    return it


def _is_old(one: Listed, past: Past) -> bool:
    if not past.since or mark(one.key) in past.old:
        return True
    return one.late and (one.date or one.stamp) <= past.since


def _share(most: int, part: int) -> int:
    return max(1, most // part)


def _newest_first(them: list[Listed]) -> list[Listed]:
    """Lists without dates are read from the top, where pages have what is newest."""
    return sorted(them, key=lambda one: one.date or one.stamp, reverse=True)


def _shuffled(them: list[Listed], salt: str) -> list[Listed]:
    return sorted(them, key=lambda one: hashlib.blake2b(f"{salt}\0{one.key}".encode(), digest_size=8).digest())


def stamp_of(moment: datetime) -> str:
    """Aware -> text that sorts as the moments do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def mark(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=_MARK).digest()


def packed(old: frozenset[bytes]) -> str:
    return base64.b64encode(b"".join(sorted(old))).decode()


def unpacked(text: object) -> frozenset[bytes]:
    """Raises ValueError when it was never packed."""
    if not isinstance(text, str):
        raise ValueError("no marks")  # noqa: TRY004 - the caller asks one question
    data = base64.b64decode(text, validate=True)
    return frozenset(data[start : start + _MARK] for start in range(0, len(data) - len(data) % _MARK, _MARK))
