"""The parts of an app -> the HTTP server's parts."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote

from feeder.app import keys_of
from feeder.formats import FORMATS
from feeder.model.address import link_of
from feeder.pipeline.inbox import Inbox
from feeder.server import Parts, Server, build
from feeder.server.listen import Receiver
from feeder.server.parts import Api

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from feeder.app import App
    from feeder.server.parts import Health


def server_of(
    app: App, health: Callable[[], Health], clock: Callable[[], datetime], done: Callable[[], None] = lambda: None
) -> Server | None:
    """The server that the configuration asks for, not yet started; None for `listen: off`.

    `done` is called, in any thread, when something was taken in, changed or withdrawn over HTTP.
    """
    listen = app.config.server.listen
    if listen is None:
        return None
    receiver = Receiver(lambda name: keys_of(app.config, name), clock) if app.config.server.receiver else None
    parts = Parts(
        app.output.folder,
        lambda path: links(app, path),
        health,
        app.config.site.title,
        receiver,
        api_of(app, clock, done),
    )
    return Server(build(parts), listen.host, listen.port)


def api_of(app: App, clock: Callable[[], datetime], done: Callable[[], None]) -> Api:
    site = app.output.site
    names = tuple(name for name, it in app.config.sources.items() if it.type == "push")
    inbox = Inbox(app.desk, names, site.pages, clock, secrets.token_hex)
    return Api(inbox, app.config.server.token, lambda article: link_of(article, site), done)


def links(app: App, path: str) -> tuple[str | None, tuple[str, ...]]:
    """The address of a feed document and its hubs; nothing for any other file."""
    stem, _, extension = path.rpartition(".")
    parent = stem.partition("/")[0]
    options = app.output.feeds.get(parent)
    if options is None or extension not in FORMATS or extension not in options.formats:
        return None, ()
    return app.output.url + quote(path), app.output.hubs
