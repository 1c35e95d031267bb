"""What the publisher wrote down of a document -> only the entries that are new since a version (RFC 3229, `feed`).

It lies in `.versions/` beside the documents, as JSON:

    {"etag": HEX, "opening": BYTES, "closing": BYTES, "between": BYTES, "version": NUMBER,
     "entries": [[OFFSET, LENGTH, SINCE], …], "known": [[ETAG, VERSION], …]}

`etag` is of the document that it describes. `since` is the version at which an entry came or changed; `known` are
the versions that a delta may start from. Of anything that does not fit the document nothing is believed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

FOLDER = ".versions"
LONGEST = 1024 * 1024
_READ = 1024  # bytes of A-IM
# An element of A-IM that asks for feeds, unless with a weight of nothing.
_FEED = re.compile(r"feed(?:[ \t]*;[ \t]*q=(?!0(?:\.0*)?$)[0-9.]+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class History:
    """Of one version of a document: what stands around its entries, where each is, which versions are known."""

    opening: bytes
    between: bytes
    closing: bytes
    entries: tuple[tuple[int, int, int], ...]  # offset, length, since
    known: dict[str, int]

    def delta(self, body: bytes, version: int) -> bytes | None:
        """A whole document of what is new since `version`; None when that is everything."""
        new = [body[at : at + length] for at, length, since in self.entries if since > version]
        if len(new) == len(self.entries):
            return None
        return self.opening + self.between.join(new) + self.closing


def wants_feed(header: bytes) -> bool:
    """Whether A-IM takes deltas of this kind."""
    elements = header[:_READ].decode("latin-1").split(",")
    return any(_FEED.fullmatch(element.strip()) for element in elements)


def history(sidecar: bytes, etag: str, body: bytes) -> History | None:
    """None when it is of another version of the document, or not right."""
    try:
        found = json.loads(sidecar)
        return _read(found, body) if found["etag"] == etag else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _read(found: dict[str, Any], body: bytes) -> History | None:
    opening, between, closing, version = (found[it] for it in ("opening", "between", "closing", "version"))
    entries = tuple((at, length, since) for at, length, since in found["entries"])
    known = {etag: since for etag, since in found["known"] if since < version}
    numbers = (opening, between, closing, version, *known.values(), *(it for entry in entries for it in entry))
    if any(type(number) is not int or number < 0 for number in numbers) or not _seamless(
        entries, opening, between, len(body) - closing
    ):
        return None
    gap = body[opening + entries[0][1] :][:between] if len(entries) > 1 else b""
    return History(body[:opening], gap, body[len(body) - closing :], entries, known)


def _seamless(entries: tuple[tuple[int, int, int], ...], opening: int, between: int, end: int) -> bool:
    """Entries follow each other from the opening to the closing, with the same gap between them."""
    at = opening
    for number, (offset, length, _) in enumerate(entries):
        at += between if number else 0
        if offset != at:
            return False
        at += length
    return at == end
