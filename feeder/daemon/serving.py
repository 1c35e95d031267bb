"""The parts of an app -> the HTTP server's parts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from feeder.app import secrets_of
from feeder.formats import FORMATS
from feeder.server import Parts, Server, build
from feeder.server.listen import Receiver

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from feeder.app import App
    from feeder.server.parts import Health


def server_of(app: App, health: Callable[[], Health], clock: Callable[[], datetime]) -> Server | None:
    """The server that the configuration asks for, not yet started; None for `listen: off`."""
    listen = app.config.server.listen
    if listen is None:
        return None
    receiver = Receiver(lambda name: secrets_of(app.config, name), clock) if app.config.server.receiver else None
    parts = Parts(app.output.folder, lambda path: links(app, path), health, app.config.site.title, receiver)
    return Server(build(parts), listen.host, listen.port)


def links(app: App, path: str) -> tuple[str | None, tuple[str, ...]]:
    """The address of a feed document and its hubs; nothing for any other file."""
    stem, _, extension = path.rpartition(".")
    parent = stem.partition("/")[0]
    options = app.output.feeds.get(parent)
    if options is None or extension not in FORMATS or extension not in options.formats:
        return None, ()
    return app.output.url + quote(path), app.output.hubs
