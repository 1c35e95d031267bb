"""parts -> one ASGI application. A new page is one more file with `routes(parts)` and one more line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feeder.server import api, events, feeds, health, hub, listen, start, websub
from feeder.server.application import application
from feeder.server.pages import slash

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from feeder.server.parts import Parts


def build(parts: Parts) -> ASGIApp:
    """The whole site. Feeds are what is asked for all day: they go before everything else, past starlette."""
    rest = application(
        [
            *start.routes(parts),
            slash(feeds.PREFIX),
            *health.routes(parts),
            *api.routes(parts),
            *hub.routes(parts),
            *events.routes(parts),
            *websub.routes(parts),
            *(listen.mounted("/listen", parts.receiver) if parts.receiver else []),
        ]
    )
    return feeds.Feeds(parts, rest)
