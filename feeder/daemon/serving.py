"""The parts of an app -> the HTTP server's parts."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote

from feeder.app import keys_of
from feeder.daemon.upstreaming import Callback
from feeder.formats import FORMATS
from feeder.model.address import link_of
from feeder.pipeline.became import became
from feeder.pipeline.hub import Limits, accept, medium
from feeder.pipeline.inbox import Inbox
from feeder.server import Parts, Server, build
from feeder.server.listen import Receiver
from feeder.server.parts import Api, Became, Hub

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from feeder.app import App
    from feeder.model.topic import Intent
    from feeder.server.parts import Health, Stream


def server_of(
    app: App,
    health: Callable[[], Health],
    clock: Callable[[], datetime],
    done: Callable[[], None] = lambda: None,
    asked: Callable[[], None] = lambda: None,
    stream: Stream | None = None,
) -> Server | None:
    """The server that the configuration asks for, not yet started; None for `listen: off`.

    `done` is called, in any thread, when something was taken in, changed or withdrawn over HTTP; `asked` when
    somebody wants to subscribe.
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
        became=lambda path: what_became(app, path),
        hub=hub_of(app, asked),
        stream=stream,
        callback=Callback(app, done) if app.callback else None,
    )
    return Server(build(parts), listen.host, listen.port)


def api_of(app: App, clock: Callable[[], datetime], done: Callable[[], None]) -> Api:
    site = app.output.site
    names = tuple(name for name, it in app.config.sources.items() if it.type == "push")
    inbox = Inbox(app.desk, names, site.pages, clock, secrets.token_hex)
    return Api(inbox, app.config.server.token, lambda article: link_of(article, site), done)


def what_became(app: App, path: str) -> Became | None:
    """Of a document that is not there."""
    fate = became(app.store, app.output, path)
    return None if fate is None else Became(fate.address)


def hub_of(app: App, asked: Callable[[], None]) -> Hub | None:
    if not (app.spread.hub or app.spread.cloud):
        return None
    limits = Limits()

    def serves(address: str) -> bool:
        with app.store.read() as tx:
            return medium(tx, app.spread, app.output.feeds, address) is not None

    def take(it: Intent) -> None:
        accept(app.store, it, limits)
        asked()

    return Hub(serves, take, limits, websub=bool(app.spread.hub), cloud=bool(app.spread.cloud))


def links(app: App, path: str) -> tuple[str | None, tuple[str, ...]]:
    """The address of a feed document and its hubs; nothing for any other file."""
    stem, _, extension = path.rpartition(".")
    parent = stem.partition("/")[0]
    options = app.output.feeds.get(parent)
    if options is None or extension not in FORMATS or extension not in options.formats:
        return None, ()
    return app.output.url + quote(path), app.output.hubs
