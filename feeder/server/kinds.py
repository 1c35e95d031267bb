"""A path in the output folder -> its media type, and the headers that are the same for every version of it."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

Fields = list[tuple[bytes, bytes]]
# Texts: kept in memory, packed, and never had in parts.
DOCUMENTS = {
    "atom": "application/atom+xml",
    "css": "text/css",
    "html": "text/html",
    "json": "application/feed+json",
    "opml": "text/x-opml",
    "rss": "application/rss+xml",
    "txt": "text/plain",
    "xml": "application/xml",
}
_OTHERS = mimetypes.MimeTypes()  # Python's own table: the system's differs from node to node
# What we publish shows pictures and plays media; it never runs anything, nor does an SVG or an Atom document
# that a browser is led to.
POLICY = (
    "default-src 'none'; img-src * data:; media-src *; style-src 'self' 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
# What readers in a browser may ask with, and look at, beside what is always allowed.
ASKING = "A-IM, Cache-Control, If-Modified-Since, If-None-Match, If-Range, Range"
EXPOSED = "Content-Range, Delta-Base, ETag, IM, Link"
NOSNIFF = (b"x-content-type-options", b"nosniff")
ANYBODY = (b"access-control-allow-origin", b"*")
# On every answer about a document, 304 too: readers run in browsers, and caches stand in between.
SHARED: Fields = [ANYBODY, (b"access-control-expose-headers", EXPOSED.encode()), NOSNIFF]


def is_document(path: str) -> bool:
    return path.rpartition(".")[2] in DOCUMENTS


def media_type(path: str) -> str:
    document = DOCUMENTS.get(path.rpartition(".")[2])
    if document:
        return f"{document}; charset=utf-8"
    found, encoding = _OTHERS.guess_type(path)
    if found is None or encoding:
        return "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith("text/") else found


def linked(own: str | None, hubs: Sequence[str]) -> Fields:
    """Each hub and exactly one self, a header each (WebSub, section 4)."""
    found = [(hub, "hub") for hub in hubs] + ([(own, "self")] if own else [])
    return [(b"link", f'<{_ascii(address)}>; rel="{relation}"'.encode()) for address, relation in found]


def _ascii(address: str) -> str:
    return quote(address, safe="!#$%&'()*+,/:;=?@[]~")


def location(address: str) -> bytes:
    return _ascii(address).encode()
