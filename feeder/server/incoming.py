"""A request's body, bounded in size and time; and whether a form was sent from our own page."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.requests import Request

_PATIENCE = 30.0


async def body_of(request: Request, limit: int) -> bytes:
    """At most `limit` bytes; 413 above it, 408 when they do not come."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise _too_long(limit)
    try:
        async with asyncio.timeout(_PATIENCE):
            return await _collected(request, limit)
    except TimeoutError:
        raise HTTPException(408, "The body did not come in time") from None
    except ClientDisconnect:
        raise HTTPException(400, "The body did not come whole") from None


async def _collected(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            raise _too_long(limit)
    return bytes(body)


def _too_long(limit: int) -> HTTPException:
    return HTTPException(413, f"The body is longer than {limit} bytes")


def same_origin(headers: Headers) -> bool:
    """Browsers say where a form comes from; what says nothing is no browser, and no cross-site request."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    host = headers.get("host")
    return headers.get("origin") in {None, f"http://{host}", f"https://{host}"}
