"""Routes -> an ASGI application whose every answer, errors too, has the manners of the house."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


def application(routes: Sequence[BaseRoute]) -> ASGIApp:
    app = Starlette(routes=routes, exception_handlers={HTTPException: _refused, 500: _failed})
    # Starlette would redirect to an absolute address made from the Host header.
    app.router.redirect_slashes = False
    return _Nosniff(app)


async def _refused(_request: Request, exc: Exception) -> Response:
    """One plain line for 404, 405, 413 and their like."""
    if not isinstance(exc, HTTPException):
        raise exc
    headers = dict(exc.headers or {})
    if "Allow" in headers:  # a set: the order would differ from run to run
        headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
    return PlainTextResponse(f"{exc.detail}\n", exc.status_code, headers)


async def _failed(_request: Request, _exc: Exception) -> Response:
    return PlainTextResponse("The server failed; its log says why\n", 500)


class _Nosniff:
    """Says on every answer that its media type is meant."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-content-type-options", b"nosniff")]
            await send(message)

        await self._app(scope, receive, marked)
