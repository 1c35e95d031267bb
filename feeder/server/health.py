"""The daemon's own judgement of itself -> /health/live (restart me?) and /health/ready (send me traffic?)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from feeder.server.parts import Parts


def routes(parts: Parts) -> list[BaseRoute]:
    # Plain functions, so that starlette asks from a thread: the judgement may look into the store.
    def live(_request: Request) -> Response:
        health = parts.health()
        return _answer(health.live, health.problems)

    def ready(_request: Request) -> Response:
        health = parts.health()
        return _answer(health.ready, health.problems)

    return [Route("/health/live", live), Route("/health/ready", ready)]


def _answer(well: bool, problems: tuple[str, ...]) -> Response:  # noqa: FBT001  # the one thing it says
    body = {"status": "ok" if well else "failing", "problems": list(problems)}
    return JSONResponse(body, 200 if well else 503, {"Cache-Control": "no-store"})
