"""Pieces of a document -> the document as gzip, where each piece is deflated once and then only copied.

A piece is raw deflate that ends with Z_FULL_FLUSH: it refers to nothing before it, so pieces can stand one behind
the other in any document. Head, pieces, last block, checksum and length are one ordinary gzip member (RFC 1952).

Single articles deflate badly, so they are put together: an article whose number says so ends a group, and what is
newer begins the next. So a new article costs itself, one time in three a small group and one time in ten a large
one; all others are as they were.
"""

from __future__ import annotations

import struct
import zlib
from collections import OrderedDict
from functools import lru_cache, reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

_ROOM = 32 * 1024 * 1024
_OVERHEAD = 200
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_LEVEL = 6
_ALL = 2**64
_SMALL, _LARGE = 3, 10

# What tells a piece from all others of its kind, and its bytes.
Part = tuple[int | str, bytes]


def _ends(number: int | str, one_in: int) -> bool:
    """Whether this piece ends a group; never one that has no number."""
    return _mixed(number) < _ALL // one_in


@lru_cache(65536)
def _mixed(number: int | str) -> int:
    """Numbers that follow one another by any rule, without a rule: the last step of SplitMix64."""
    if isinstance(number, str):
        return _ALL
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 % _ALL
    number = (number ^ number >> 27) * 0x94D049BB133111EB % _ALL
    return number ^ number >> 31


def _split(parts: Sequence[Part], one_in: int) -> list[Sequence[Part]]:
    """What is newer than all that end a group, and then the groups, each with the piece that ends it first."""
    ends = [place for place, (number, _) in enumerate(parts) if _ends(number, one_in)]
    return [parts[begin:end] for begin, end in zip([0, *ends], [*ends, len(parts)], strict=True)]


def groups(parts: Sequence[Part], *, slides: bool = False) -> list[Sequence[Part]]:
    """Newest first: large groups, and before the first of them small ones, and before those single pieces.

    `slides`: for each piece that comes, the oldest one goes. Then the last group would be another one each time.
    """
    loose, *large = _split(parts, _LARGE)
    single, *small = _split(loose, _SMALL)
    last = large.pop() if slides and large else ()
    return [*([it] for it in single), *small, *large, *([it] for it in last)]


class Splicer:
    """Keeps what was deflated, within `room` bytes. For one thread."""

    def __init__(self, room: int = _ROOM) -> None:
        self._room, self._weight = room, 0
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()

    def gzip(
        self,
        kind: Hashable,
        opening: bytes,
        parts: Sequence[Part],
        closing: bytes,
        body: Sequence[bytes],
        *,
        between: bytes = b"",
        slides: bool = False,
    ) -> list[bytes]:
        """`body` is all of it, in whatever pieces; parts of one `kind` and number are the same bytes."""
        chosen = groups(parts, slides=slides)
        pieces = [self._deflated(kind, group, between) for group in chosen[:-1]]
        pieces += [self._deflated((kind, "last"), group, between, last=True) for group in chosen[-1:]]
        check = reduce(lambda crc, piece: zlib.crc32(piece, crc), body, 0)
        size = struct.pack("<II", check, sum(map(len, body)) % 2**32)
        return [_HEAD, _deflate([opening]), *pieces, _deflate([closing], zlib.Z_FINISH), size]

    def _deflated(self, kind: Hashable, group: Sequence[Part], between: bytes, *, last: bool = False) -> bytes:
        key = (kind, *(number for number, _ in group))
        found = self._kept.get(key)
        if found is None:
            pieces = [piece for _, body in group for piece in (body, between)]
            found = self._kept[key] = _deflate(pieces[:-1] if last else pieces)
            self._weight += len(found) + _OVERHEAD
            while self._weight > self._room:
                self._weight -= len(self._kept.popitem(last=False)[1]) + _OVERHEAD
        else:
            self._kept.move_to_end(key)
        return found


def _deflate(pieces: Sequence[bytes], end: int = zlib.Z_FULL_FLUSH) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return b"".join([*map(packer.compress, pieces), packer.flush(end)])
