"""/websub/…: where the hubs of others' feeds ask whether we mean it, and send what is new (WebSub, 5.3 and 7)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from feeder.errors import StoreError
from feeder.server.incoming import body_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from feeder.server.parts import Callback, Parts

PREFIX = "/websub/"
_AT_ONCE = 2


def routes(parts: Parts) -> list[BaseRoute]:
    if parts.callback is None:
        return []
    desk = _Desk(parts.callback)
    return [
        Route(PREFIX + "{path}", desk.verify, methods=["GET"]),
        Route(PREFIX + "{path}", desk.take, methods=["POST"]),
    ]


class _Desk:
    def __init__(self, callback: Callback) -> None:
        self._callback, self._turn = callback, asyncio.Semaphore(_AT_ONCE)

    async def verify(self, request: Request) -> Response:
        said = {name: value for name, value in request.query_params.items() if len(value) < 8192}
        try:
            answer = await run_in_threadpool(self._callback.verify, request.path_params["path"], said)
        except StoreError:
            raise HTTPException(503, "Not now; come again later") from None
        if answer is None:
            raise HTTPException(404, "Nobody here has asked for that")
        return PlainTextResponse(answer)

    async def take(self, request: Request) -> Response:
        """Answered when it has been taken in: a hub that hears nothing sends it again."""
        path, headers = request.path_params["path"], dict(request.headers.items())
        try:
            # Strangers are not read to the end.
            wanted = await run_in_threadpool(self._callback.expects, path)
            if wanted:
                body = await body_of(request, self._callback.limit)
                async with self._turn:
                    wanted = await run_in_threadpool(self._callback.take, path, headers, body)
        except StoreError:
            raise HTTPException(503, "Not now; come again later") from None
        if not wanted:
            raise HTTPException(410, "Nobody here has asked for that")
        return Response(status_code=202)
