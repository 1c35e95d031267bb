"""A file that is no text -> the answer to a request for it or for a part of it (RFC 9110, section 14)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from feeder.server.conditional import byte_range, http_date, not_modified, range_holds
from feeder.server.freshness import MEDIA, rhythm
from feeder.server.kinds import POLICY, SHARED, is_document, media_type
from feeder.server.plain import plain

if TYPE_CHECKING:
    from starlette.types import Scope, Send

    from feeder.server.files import File, Folder, Stamp
    from feeder.server.kinds import Fields

_OVERHEAD = 1024


@dataclass(frozen=True, slots=True)
class Media:
    """`file` is never open."""

    file: File
    linked: Fields

    @property
    def stamp(self) -> Stamp:
        return self.file.stamp

    @property
    def weight(self) -> int:
        return _OVERHEAD + len(self.file.body or b"")


def closed(file: File, linked: Fields) -> Media:
    file.close()
    return Media(replace(file, descriptor=None), linked)


async def answer(folder: Folder, path: str, media: Media, now: float, scope: Scope, send: Send) -> None:
    """A large file is opened again for each answer: it is the one that its headers speak of, whatever comes."""
    file: File | None = media.file
    if media.file.body is None:
        file = await run_in_threadpool(folder.open, path, media.file)
    if file is None:
        await plain(send, 404)
        return
    try:
        await _answer(path, replace(media, file=file), now, scope, send)
    finally:
        file.close()


async def _answer(path: str, media: Media, now: float, scope: Scope, send: Send) -> None:
    file, headers, etag = media.file, Headers(scope=scope), f'"{media.file.hash}"'
    fields = [(b"etag", etag.encode()), (b"cache-control", _caching(path, file, now)), *SHARED]
    if not_modified(etag, file.modified, _joined(headers), headers.get("if-modified-since")):
        await send({"type": "http.response.start", "status": 304, "headers": fields})
        await send({"type": "http.response.body"})
        return
    status, span = _chosen(path, file, headers, scope["method"])
    fields += [*_description(path, file), *media.linked, *_extent(status, span, file.size)]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await _body(send, file, span if scope["method"] == "GET" else range(0))


def _caching(path: str, file: File, now: float) -> bytes:
    return rhythm(file.modified, now)[0] if is_document(path) else MEDIA


def _description(path: str, file: File) -> Fields:
    return [
        (b"content-type", media_type(path).encode()),
        (b"last-modified", http_date(file.modified).encode()),
        (b"content-security-policy", POLICY.encode()),
        *([] if is_document(path) else [(b"accept-ranges", b"bytes")]),
    ]


def _chosen(path: str, file: File, headers: Headers, method: str) -> tuple[int, range]:
    """Status and bytes. Ranges are for media: a part of a feed is of no use to anybody."""
    whole = range(file.size)
    etag = f'"{file.hash}"'
    if method != "GET" or is_document(path) or not range_holds(headers.get("if-range"), etag, file.modified):
        return 200, whole
    span = byte_range(headers.get("range"), file.size)
    if span is None:
        return 200, whole
    return (206, span) if span else (416, span)


def _extent(status: int, span: range, size: int) -> Fields:
    if status == 416:
        return [(b"content-range", b"bytes */%d" % size), (b"content-length", b"0")]
    place = [(b"content-range", b"bytes %d-%d/%d" % (span.start, span.stop - 1, size))] if status == 206 else []
    return [*place, (b"content-length", b"%d" % len(span))]


def _joined(headers: Headers) -> str | None:
    """Several If-None-Match lines are one list."""
    return ", ".join(headers.getlist("if-none-match")) if "if-none-match" in headers else None


async def _body(send: Send, file: File, span: range) -> None:
    if file.body is not None or not span:
        body = (file.body or b"")[span.start : span.stop] if span else b""
        await send({"type": "http.response.body", "body": body})
        return
    at = span.start
    while at < span.stop:
        piece = await run_in_threadpool(file.piece, at, span.stop)
        at += len(piece)
        await send({"type": "http.response.body", "body": piece, "more_body": at < span.stop})
