"""GET /events: what happens to articles, as server-sent events, for whoever stays connected.

https://html.spec.whatwg.org/multipage/server-sent-events.html
An event's id is the number of its revision: whoever comes back with Last-Event-ID gets what it missed.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Route

from feeder.errors import StoreError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.types import Receive, Scope, Send

    from feeder.server.parts import Parts, Stream

PATH = "/events"
_log = logging.getLogger(__name__)

_CLIENTS = 200
_HEARTBEAT = 15.0
_HEAD = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"access-control-allow-origin", b"*"),
    # nginx would keep small answers back.
    (b"x-accel-buffering", b"no"),
)


def routes(parts: Parts) -> list[BaseRoute]:
    return [Route(PATH, Events(parts.stream), methods=["GET"])] if parts.stream is not None else []


class Events:
    """An ASGI endpoint."""

    def __init__(self, stream: Stream, clients: int = _CLIENTS, heartbeat: float = _HEARTBEAT) -> None:
        self._stream, self._most, self._heartbeat = stream, clients, heartbeat
        self._number = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.requests import Request

        after = _last(Request(scope))
        if self._number >= self._most:
            raise HTTPException(503, "There are too many listeners; come again later", {"Retry-After": "60"})
        self._number += 1
        try:
            await self._serve(scope["method"], after, receive, send)
        finally:
            self._number -= 1

    async def _serve(self, method: str, after: int | None, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEAD)})
        if method == "HEAD":
            await send({"type": "http.response.body"})
            return
        await send(_piece(b": feeder\nretry: 3000\n\n"))
        telling = asyncio.create_task(self._tell(after, send))
        leaving = asyncio.create_task(_left(receive))
        done, pending = await asyncio.wait((telling, leaving), return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        if telling in done:
            _finish(telling)
            await send({"type": "http.response.body"})

    async def _tell(self, after: int | None, send: Send) -> None:
        """Until the client goes, or the server ends. The connection's watch cuts off who does not read."""
        seq = await run_in_threadpool(self._stream.newest) if after is None else after
        while not self._stream.closed:
            heard = self._stream.waiter()
            found = await run_in_threadpool(self._stream.since, seq)
            for it in found:
                if it.text:
                    await send(_piece(it.text))
                seq = it.seq
            if not found and not await _came(heard, self._heartbeat):
                await send(_piece(b":\n\n"))


def _finish(telling: asyncio.Task[None]) -> None:
    """When the store refuses, others say so: whoever listened comes back by itself, with what it heard last."""
    try:
        telling.result()
    except StoreError as error:
        _log.debug("%s", error)


async def _came(heard: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await heard.wait()
    except TimeoutError:
        return False
    return True


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _piece(text: bytes) -> dict[str, object]:
    return {"type": "http.response.body", "body": text, "more_body": True}


def _last(request: Request) -> int | None:
    """EventSource sends the header when it comes back; the parameter is for the first time."""
    said = request.headers.get("last-event-id") or request.query_params.get("last-event-id") or ""
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and len(said) < 19):
        raise HTTPException(400, "Last-Event-ID must be the id of an event")
    return int(said)
