"""Answers in a plain word: what is not there, not allowed, has moved; and what browsers ask before they ask."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from feeder.server.kinds import ANYBODY, ASKING, EXPOSED, NOSNIFF, location

if TYPE_CHECKING:
    from starlette.types import Send

    from feeder.server.kinds import Fields
    from feeder.server.parts import Became

_ALLOW = (b"allow", b"GET, HEAD, OPTIONS")
_PREFLIGHT: Fields = [
    _ALLOW,
    ANYBODY,
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", ASKING.encode()),
    (b"access-control-expose-headers", EXPOSED.encode()),
    (b"access-control-max-age", b"86400"),
    NOSNIFF,
]
_TEXTS = {
    404: "There is no such file",
    406: "It can be had as it is, or packed as br, gzip or zstd where that makes it smaller",
    410: "This feed has ended",
    503: "It cannot be told now whether there is such a file",
}
_FIELDS: dict[int, Fields] = {
    405: [_ALLOW],
    406: [(b"vary", b"Accept-Encoding")],
    503: [(b"retry-after", b"10")],
}


async def preflight(send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": _PREFLIGHT})
    await send({"type": "http.response.body"})


async def plain(send: Send, status: int) -> None:
    fields = _FIELDS.get(status, [])
    await _told(send, status, _TEXTS.get(status, HTTPStatus(status).phrase), fields)


async def absent(send: Send, became: Became | None) -> None:
    if became is None or became.address is None:
        await plain(send, 404 if became is None else 410)
        return
    # 301, not 308: it is the one that every reader knows, and to GET they are the same.
    place = location(became.address)
    fields = [(b"location", place), (b"cache-control", b"public, max-age=3600")]
    await _told(send, 301, f"This feed has moved to {place.decode()}", fields)


async def _told(send: Send, status: int, text: str, fields: Fields) -> None:
    body = f"{text}\n".encode()
    own = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": [*own, *fields, ANYBODY, NOSNIFF]})
    await send({"type": "http.response.body", "body": body})
