"""/api/articles: articles in over HTTP, as JSON Feed items, forms, texts or Micropub; and what became of them.

A request is judged and read here, done by feeder.pipeline.inbox in a thread, and answered in JSON. What it
promises stands in docs/api.md.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route

from feeder.errors import Passing, StoreError
from feeder.server import _access, _bodies
from feeder.server._asked import Asked
from feeder.server._described import ARTICLES
from feeder.server._reading import collection, single
from feeder.server._refusal import Refusal
from feeder.server._writing import create, remove, replace
from feeder.server.incoming import body_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response
    from starlette.routing import BaseRoute
    from starlette.types import Receive, Scope, Send

    from feeder.server.parts import Api, Parts

_log = logging.getLogger(__name__)
_BODY = 4 * 1024 * 1024
# Of whoever shows a token only in the form itself.
_UNPROVEN = 256 * 1024
# Of the threads that all pages share, at most so many work for the API, and no article that takes long to be read
# keeps one from somebody who only looks something up.
_WRITING, _READING = 4, 4
_FORMS = (_bodies.FORM, _bodies.MULTIPART)


def routes(parts: Parts) -> list[BaseRoute]:
    if parts.api is None:
        return []
    writing, reading = asyncio.Semaphore(_WRITING), asyncio.Semaphore(_READING)
    turns = dict.fromkeys(("GET", "HEAD"), reading) | dict.fromkeys(("POST", "PUT", "DELETE"), writing)
    many = _Endpoint(parts.api, turns, {"GET": collection, "HEAD": collection, "POST": create})
    one = _Endpoint(parts.api, turns, {"GET": single, "HEAD": single, "PUT": replace, "DELETE": remove})
    nothing = _Endpoint(parts.api, turns, {})
    return [
        Route(ARTICLES, many),
        Route(ARTICLES + "/{word:path}", one),
        Route("/api", nothing),
        Route("/api/{rest:path}", nothing),
    ]


class _Endpoint:
    """An ASGI endpoint: what stands at one address, by method."""

    def __init__(
        self,
        api: Api,
        turns: Mapping[str, asyncio.Semaphore],
        methods: Mapping[str, Callable[[Api, Asked], Response]],
    ) -> None:
        self._api, self._turns, self._methods = api, turns, methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except Refusal as refusal:
            answer = refusal.answer()
        except HTTPException as error:  # the body is too long, or does not come
            answer = Refusal(error.status_code, str(error.detail)).answer()
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        token = self._let_in(request)
        work = self._methods.get(request.method)
        if not self._methods:
            raise Refusal(404, f"there is nothing here; articles are at {ARTICLES}")
        if work is None:
            raise Refusal(405, "this cannot be done here", {"Allow": ", ".join(sorted(self._methods))})
        proven = self._api.token is None or token is not None
        body = await body_of(request, _BODY if proven else _UNPROVEN)
        asked = Asked(
            method=request.method,
            # Not the route's parameter: its pattern would overlook a line end.
            word=request.scope["path"].removeprefix(ARTICLES).removeprefix("/"),
            address=str(request.url.replace(path=ARTICLES, query="", fragment="")),
            query=tuple(request.query_params.multi_items()),
            headers=request.headers,
            body=body,
        )
        async with self._turns[request.method]:
            return await run_in_threadpool(self._done, work, asked, token)

    def _let_in(self, request: Request) -> str | None:
        """The token of the header. Without one only a form may go on: it may bring its own."""
        token = _access.bearer(request.headers)
        if self._api.token is None:
            peer = request.client.host if request.client else ""
            _access.check_local(peer, request.headers, request.scope["http_version"])
            return None
        form = request.method == "POST" and _bodies.kind_of(request.headers.get("content-type", "")) in _FORMS
        if token is not None or not form:
            _access.check(self._api.token, token, None)
        return token

    def _done(self, work: Callable[[Api, Asked], Response], asked: Asked, token: str | None) -> Response:
        """In a thread: readers and the store take their time."""
        try:
            read = _bodies.read(asked.content_type, asked.body) if asked.method in {"POST", "PUT"} else None
            if read is not None and self._api.token is not None:
                _access.check(self._api.token, token, read.token)
            return work(self._api, asked.with_body(read))
        except Refusal as refusal:
            return refusal.answer()
        except Passing as trouble:
            return Refusal(503, trouble.reason, {"Retry-After": "10"}).answer()
        except StoreError as error:
            _log.error("%s: %s", ARTICLES, error)
            return Refusal(
                503, "the store does not take anything now; send it again", {"Retry-After": "10"}
            ).answer()
