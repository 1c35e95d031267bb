"""output folder -> GET /feeds/…: media types, validators, ranges, and the links that WebSub looks for."""

from __future__ import annotations

import mimetypes
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.routing import Route

from feeder.server.conditional import byte_range, http_date, not_modified, range_holds
from feeder.server.files import Folder
from feeder.server.pages import slash

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.routing import BaseRoute
    from starlette.types import Receive, Scope, Send

    from feeder.server.files import File
    from feeder.server.parts import Parts

_PREFIX = "/feeds/"
_DOCUMENTS = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
    "html": "text/html",
    "opml": "text/x-opml",
    "xml": "application/xml",
}
_OTHERS = mimetypes.MimeTypes()  # Python's own table: the system's differs from node to node
_ARCHIVE = re.compile(r"(archive/.+/)([0-9]{5})(\.[a-z]+)")
# What we publish shows pictures and plays media; it never runs anything, nor does an SVG or an Atom document
# that a browser is led to.
_POLICY = (
    "default-src 'none'; img-src * data:; media-src *; style-src 'self' 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
Fields = list[tuple[str, str]]


def routes(parts: Parts) -> list[BaseRoute]:
    return [Route(_PREFIX + "{path:path}", Feeds(parts), methods=["GET"]), slash(_PREFIX)]


class Feeds:
    """An ASGI endpoint: the files below `parts.folder`."""

    def __init__(self, parts: Parts) -> None:
        self._folder = Folder(parts.folder)
        self._links = parts.links

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        # Not the route's parameter: its pattern would overlook a line end after the last name.
        path = scope["path"].removeprefix(_PREFIX)
        path += "index.html" if path == "" or path.endswith("/") else ""
        file = await self._folder.file(path)
        if file is None:
            raise HTTPException(404, "There is no such file")
        try:
            await self._answer(path, file, scope, send)
        finally:
            file.close()

    async def _answer(self, path: str, file: File, scope: Scope, send: Send) -> None:
        headers = Headers(scope=scope)
        fields = [("etag", file.etag), ("cache-control", self._caching(path)), *_sharing(path)]
        if not_modified(file.etag, file.modified, _joined(headers), headers.get("if-modified-since")):
            await _head(send, 304, fields)
            await send({"type": "http.response.body"})
            return
        fields += [*_description(path, file), *_linked(path, self._links)]
        status, span = _chosen(path, file, headers, scope["method"])
        fields += _extent(status, span, file.size)
        await _head(send, status, fields)
        await _body(send, file, span if scope["method"] == "GET" else range(0))

    def _caching(self, path: str) -> str:
        """A full archive document never changes again: it is full once the next one stands beside it."""
        found = _ARCHIVE.fullmatch(path)
        if found and self._folder.has(f"{found[1]}{int(found[2]) + 1:05}{found[3]}"):
            return "public, max-age=31536000, immutable"
        return "public, max-age=60" if _document(path) else "public, max-age=3600"


def _document(path: str) -> str | None:
    return _DOCUMENTS.get(path.rpartition(".")[2])


def _media_type(path: str) -> str:
    if document := _document(path):
        return f"{document}; charset=utf-8"
    media_type, encoding = _OTHERS.guess_type(path)
    if media_type is None or encoding:
        return "application/octet-stream"
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _sharing(path: str) -> Fields:
    """For readers that run in a browser, and for caches in between; on 304 as on 200."""
    if not _document(path):
        return [("access-control-allow-origin", "*")]
    return [
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", "ETag, Link"),
        ("vary", "Accept-Encoding"),
    ]


def _description(path: str, file: File) -> Fields:
    return [
        ("content-type", _media_type(path)),
        ("last-modified", http_date(file.modified)),
        ("content-security-policy", _POLICY),
        *([] if _document(path) else [("accept-ranges", "bytes")]),
    ]


def _linked(path: str, links: Callable[[str], tuple[str | None, tuple[str, ...]]]) -> Fields:
    """Each hub and exactly one self, a header each (WebSub, section 4)."""
    own, hubs = links(path)
    found = [(hub, "hub") for hub in hubs] + ([(own, "self")] if own else [])
    return [("link", f'<{_ascii(address)}>; rel="{relation}"') for address, relation in found]


def _ascii(address: str) -> str:
    return quote(address, safe="!#$%&'()*+,/:;=?@[]~")


def _chosen(path: str, file: File, headers: Headers, method: str) -> tuple[int, range]:
    """Status and bytes. Ranges are for media: a part of a feed is of no use to anybody."""
    whole = range(file.size)
    if method != "GET" or _document(path) or not range_holds(headers.get("if-range"), file.etag, file.modified):
        return 200, whole
    span = byte_range(headers.get("range"), file.size)
    if span is None:
        return 200, whole
    return (206, span) if span else (416, span)


def _extent(status: int, span: range, size: int) -> Fields:
    if status == 416:
        return [("content-range", f"bytes */{size}"), ("content-length", "0")]
    place = [("content-range", f"bytes {span.start}-{span.stop - 1}/{size}")] if status == 206 else []
    return [*place, ("content-length", str(len(span)))]


def _joined(headers: Headers) -> str | None:
    """Several If-None-Match lines are one list."""
    return ", ".join(headers.getlist("if-none-match")) if "if-none-match" in headers else None


async def _head(send: Send, status: int, fields: Fields) -> None:
    raw = [(name.encode(), value.encode()) for name, value in fields]
    await send({"type": "http.response.start", "status": status, "headers": raw})


async def _body(send: Send, file: File, span: range) -> None:
    left = len(span)
    async for piece in file.pieces(span):
        left -= len(piece)
        await send({"type": "http.response.body", "body": piece, "more_body": left > 0})
    if not span:
        await send({"type": "http.response.body"})
