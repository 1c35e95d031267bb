"""What is written down of each version of a document, so that a reader can be sent only what is new (RFC 3229).

It lies in `.versions/` beside the documents, as JSON, and is written after the version that it describes:
until then, or without it, readers are sent the whole.

    {"etag": HEX, "opening": BYTES, "closing": BYTES, "between": BYTES, "version": NUMBER,
     "entries": [[OFFSET, LENGTH, SINCE], …], "known": [[ETAG, VERSION], …], "keys": [KEY, …], "shape": HEX}

`etag` is of the document's bytes. `since` is the version at which an entry came into the document, or its bytes
last changed. `known` are the last versions that can be brought up to date by what is new alone: none from before
something was withdrawn, or the head said something else than when the feed was updated. The last two are for us:
what each entry is of, and what the head says.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = ".versions"
_KNOWN = 64

Key = int | str


@dataclass(frozen=True, slots=True)
class Version:
    """`since` is of each key; `keys` are in the order of the document."""

    etag: str
    number: int
    keys: tuple[Key, ...]
    since: dict[Key, int]
    known: tuple[tuple[str, int], ...]
    shape: str

    def next(self, etag: str, keys: Sequence[Key], shape: str, *, whole: bool) -> Version:
        """`whole`: nothing that this one had is missed by a reader who adds what is new to it."""
        number = self.number + 1
        since = {key: self.since.get(key, number) for key in keys}
        # The same bytes once more are the newer version.
        known = tuple(it for it in (*self.known, (self.etag, self.number)) if it[0] != etag)[-_KNOWN:]
        return Version(etag, number, tuple(keys), since, known if whole and shape == self.shape else (), shape)


def first(etag: str, keys: Sequence[Key], shape: str) -> Version:
    return Version(etag, 1, tuple(keys), dict.fromkeys(keys, 1), (), shape)


def etag_of(*pieces: bytes) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()[:32]


def dump(it: Version, opening: bytes, lengths: Sequence[int], between: bytes, closing: bytes) -> bytes:
    """`lengths` are those of the entries, in bytes."""
    entries, offset = [], len(opening)
    for key, length in zip(it.keys, lengths, strict=True):
        entries.append((offset, length, it.since[key]))
        offset += length + len(between)
    values = {
        "etag": it.etag,
        "opening": len(opening),
        "closing": len(closing),
        "between": len(between),
        "version": it.number,
        "entries": entries,
        "known": it.known,
        "keys": it.keys,
        "shape": it.shape,
    }
    return json.dumps(values, separators=(",", ":")).encode()


def load(body: bytes) -> Version | None:
    """None for what is no such thing; it may have been cut off by a power loss."""
    try:
        return _version(json.loads(body))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _version(found: dict[str, Any]) -> Version:
    keys = tuple(found["keys"])
    since = dict(zip(keys, (int(it[2]) for it in found["entries"]), strict=True))
    known = tuple((str(etag), int(number)) for etag, number in found["known"])
    return Version(str(found["etag"]), int(found["version"]), keys, since, known, str(found["shape"]))
