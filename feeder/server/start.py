"""The start page: leads to what this server has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from feeder.server.files import Folder
from feeder.server.pages import page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from feeder.server.parts import Parts


def routes(parts: Parts) -> list[BaseRoute]:
    folder = Folder(parts.folder)

    def start(_request: Request) -> Response:
        values = {"feeds": folder.has("index.html"), "listening": parts.receiver is not None}
        return page("start.html", title=parts.title, **values)

    return [Route("/", start)]
