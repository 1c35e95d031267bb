"""What a publisher lays beside its documents: packed siblings, and what it wrote down of each version."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import brotli
import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.server.conftest import Site

TEXT = (
    b"<feed>" + b"".join(b"<entry>article number %d of the harbour</entry>" % n for n in range(200)) + b"</feed>"
)
PACK: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=5),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
    "zstd": lambda body: zstandard.ZstdCompressor(9).compress(body),
}
SUFFIXES = {"br": ".br", "gzip": ".gz", "zstd": ".zst"}
UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "zstd": zstandard.ZstdDecompressor().decompress,
    "identity": bytes,
}
_ENTRY = {"atom": rb"<entry.*?</entry>", "rss": rb"<item>.*?</item>"}


def etag_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


def publish(site: Site, name: str, body: bytes) -> bytes:
    """A document and all that a publisher packs; by rename, the document last."""
    for coding, pack in PACK.items():
        replace(site, name + SUFFIXES[coding], pack(body))
    replace(site, name, body)
    return body


def replace(site: Site, name: str, body: bytes) -> None:
    site.write(name + ".tmp", body)
    (site.folder / (name + ".tmp")).rename(site.folder / name)


def note(site: Site, name: str, body: bytes, since: list[int], bases: dict[str, int], **changes: Any) -> None:
    """The sidecar of `body`: `since` of each of its entries, and the `bases` of deltas."""
    spans = entries_of(body, name.rpartition(".")[2])
    first, last = spans[0], spans[-1]
    values = {
        "etag": etag_of(body),
        "opening": first[0],
        "closing": len(body) - last[1],
        "between": spans[1][0] - first[1] if len(spans) > 1 else 0,
        "version": max(since),
        "entries": [[at, end - at, version] for (at, end), version in zip(spans, since, strict=True)],
        "known": [[etag, version] for etag, version in bases.items()],
    }
    replace(site, f".versions/{name}", json.dumps(values | changes).encode())


def entries_of(body: bytes, form: str) -> list[tuple[int, int]]:
    """Where each begins and ends."""
    if form != "json":
        return [found.span() for found in re.finditer(_ENTRY[form], body, re.DOTALL)]
    text, spans = body.decode("latin-1"), []  # a character for each byte
    at = text.index("{", text.index('"items"'))
    while True:
        _, end = json.JSONDecoder().raw_decode(text, at)
        spans.append((at, end))
        following = re.compile(r"\s*,\s*(?=\{)").match(text, end)
        if following is None:
            return spans
        at = following.end()
