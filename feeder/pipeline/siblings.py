"""Documents -> the same, compressed, beside them: NAME.EXT.gz, .br and .zst, for any server that can send those.

A sibling is never of older bytes than its document: the publisher replaces the .gz, and removes the others, before
it replaces the document. What takes time is done here, in a thread of its own, for documents that have been as
they are for a while, and within a share of one core: a feed that changes every second has a .gz and no more.
"""

from __future__ import annotations

import threading
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feeder.pipeline.files import Parcel
from feeder.pipeline.versions import etag_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feeder.pipeline.files import Beside, Pieces
    from feeder.pipeline.output import Outlet

SUFFIXES = (".br", ".gz", ".zst")
# Shorter ones gain nothing.
SMALLEST = 1024
# Seconds that a document has to stay as it is; of a core; seconds that may be saved up.
_QUIET, _SHARE, _SAVED = 10.0, 0.05, 1.0


def beside(name: str, gz: Pieces | None) -> Beside:
    """What is to happen to the siblings of a document that changes."""
    return tuple((f"{name}{suffix}", gz if suffix == ".gz" else None) for suffix in SUFFIXES)


def pack(suffix: str, body: bytes) -> bytes:
    if suffix == ".gz":
        packer = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        return packer.compress(body) + packer.flush()
    if suffix == ".br":
        import brotli

        packed: bytes = brotli.compress(body, quality=6)
        return packed
    import zstandard

    return zstandard.ZstdCompressor(level=9).compress(body)


def unpack(suffix: str, packed: bytes, size: int) -> bytes | None:
    """What it is of; None when it is broken, or of more than `size` bytes."""
    import brotli
    import zstandard

    try:
        if suffix == ".gz":
            return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(packed, size + 1)
        if suffix == ".br":
            body: bytes = brotli.Decompressor().process(packed, output_buffer_limit=size + 1)
            return body
        return zstandard.ZstdDecompressor().decompress(packed, max_output_size=size + 1)
    except (zlib.error, brotli.error, zstandard.ZstdError):
        return None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """`due` is when it is worth the work; `doubtful`: what stands beside it may not be of it."""

    etag: str
    due: float
    doubtful: bool


class Siblings:
    """Told by one thread what stands in the folder, and at work in another."""

    def __init__(
        self,
        outlet: Outlet,
        clock: Callable[[], float] = time.monotonic,
        spent: Callable[[], float] = time.thread_time,
    ) -> None:
        """`spent` tells the seconds of a core that the calling thread has had."""
        self._outlet, self._clock, self._cpu = outlet, clock, spent
        self._wanted: dict[str, _Wanted] = {}
        self._lock = threading.Lock()
        self._spent, self._since = 0.0, clock()

    def note(self, name: str, etag: str, *, doubtful: bool = False, at_once: bool = False) -> None:
        """The document is of these bytes now. An `etag` that is empty: of whatever bytes, for good."""
        due = self._clock() + (0 if at_once else _QUIET)
        with self._lock:
            self._wanted[name] = _Wanted(etag, due, doubtful)

    def forget(self, name: str) -> None:
        with self._lock:
            self._wanted.pop(name, None)

    def work(self, *, everything: bool = False) -> int:
        """Make what is due, as far as the share allows; or everything, at whatever cost. Returns how many."""
        made = 0
        for name, wanted in self._due(everything=everything):
            if not everything and not self._affordable():
                break
            began = self._cpu()
            made += self._complete(name, wanted)
            self._spent += self._cpu() - began
        return made

    def _due(self, *, everything: bool) -> Iterator[tuple[str, _Wanted]]:
        now = self._clock()
        with self._lock:
            found = [it for it in self._wanted.items() if everything or it[1].due <= now or it[1].doubtful]
        return iter(sorted(found, key=lambda it: (not it[1].doubtful, it[1].due)))

    def _affordable(self) -> bool:
        now = self._clock()
        self._spent = max(-_SAVED, self._spent - _SHARE * (now - self._since))
        self._since = now
        return self._spent <= 0

    def _complete(self, name: str, wanted: _Wanted) -> int:
        try:
            body = (self._outlet.folder / name).read_bytes()
        except OSError:  # it is gone
            self._done(name, wanted)
            return 0
        made = 0
        if wanted.etag in {"", etag_of(body)}:
            for suffix in SUFFIXES:
                with suppress(OSError):  # what nobody can read or remove, a directory say, hinders no other
                    made += self._beside(name, suffix, body, wanted)
        self._done(name, wanted)
        return made

    def _beside(self, name: str, suffix: str, body: bytes, wanted: _Wanted) -> bool:
        sibling = self._outlet.folder / f"{name}{suffix}"
        if sibling.exists():
            if not wanted.doubtful or unpack(suffix, sibling.read_bytes(), len(body)) == body:
                return False
            self._still(name, wanted, lambda: sibling.unlink(missing_ok=True))
        if len(body) < SMALLEST:
            return False
        packed = pack(suffix, body)
        return self._still(name, wanted, lambda: self._outlet.put([Parcel(f"{name}{suffix}", [packed])]))

    def _still(self, name: str, wanted: _Wanted, change: Callable[[], object]) -> bool:
        """Change something beside the document, unless it is another one by now. False when that was hindered."""
        with self._outlet.lock:
            with self._lock:
                same = self._wanted.get(name) is wanted
            return same and self._outlet.mine() and not change()

    def _done(self, name: str, wanted: _Wanted) -> None:
        with self._lock:
            if self._wanted.get(name) is wanted:
                del self._wanted[name]
