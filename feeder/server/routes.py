"""parts -> one ASGI application. A new page is one more file with `routes(parts)` and one more line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feeder.server import api, feeds, health, listen, start
from feeder.server.application import application

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from feeder.server.parts import Parts


def build(parts: Parts) -> ASGIApp:
    """The whole site."""
    return application(
        [
            *start.routes(parts),
            *feeds.routes(parts),
            *health.routes(parts),
            *api.routes(parts),
            *(listen.mounted("/listen", parts.receiver) if parts.receiver else []),
        ]
    )
