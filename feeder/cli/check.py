"""feeder check."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from feeder.cli.common import config_option, json_option, print_json, safe
from feeder.errors import FeederError, SourceError

if TYPE_CHECKING:
    from feeder.app import App
    from feeder.store import Store


_AT_ONCE = 16


@click.command("check")
@config_option
@json_option
@click.option(
    "--web",
    "host",
    type=click.Choice(["caddy", "nginx"]),
    help="Print how this web server would publish the folder of feeds, and check nothing.",
)
def command(path: Path, as_json: bool, host: str | None) -> None:
    """Check the configuration, the store, every source and every webhook. Nothing is sent."""
    from feeder import app as apps
    from feeder.schedule import next_run
    from feeder.store import Store

    config = apps.load(path)
    with closing(Store(config.store.reveal())) as store:
        app = apps.wire(config, store, next_run)
        if host:
            click.echo(_block(app, host), nl=False)
            app.close()
            return
        rows = [_row("configuration", str(path), ""), _store(store), _output(app), *_side_by_side(app)]
        app.close()
    well = all(row["well"] for row in rows)
    if as_json:
        print_json({"well": well, "checks": rows})
    else:
        for row in rows:
            _print(row)
    sys.exit(0 if well else 1)


def _block(app: App, host: str) -> str:
    from feeder.config.load import local
    from feeder.server import hosts

    it, server = app.output, app.config.server
    services = _services(app)
    root = urlsplit(server.url).path.rstrip("/")
    here = local(server).rstrip("/") if services else ""
    return hosts.block(host, hosts.Site(it.folder, it.url, it.hubs, services, root, here))


def _services(app: App) -> tuple[str, ...]:
    """What our server answers beside files, where others reach it on the host that publishes the folder."""
    from feeder.server import events, hub, websub

    server, spread = app.config.server, app.spread
    if server.listen is None or urlsplit(server.url)[:2] != urlsplit(app.output.url)[:2]:
        return ()
    asked = {events.PATH: True, hub.PATH: spread.hub, hub.CLOUD_PATH: spread.cloud, websub.PREFIX: app.callback}
    return tuple(path for path, wanted in asked.items() if wanted)


def _row(what: str, name: str, problem: str) -> dict[str, Any]:
    return {"what": what, "name": name, "well": not problem, "problem": problem}


def _store(store: Store) -> dict[str, Any]:
    """Looked at as it is: a database that is not there yet is made by `feeder run`, not by a check."""
    from feeder.store import migrations

    if store.path and not Path(store.path).exists():
        return _row("store", f"{store} (new)", _unwritable(Path(store.path).parent))
    try:
        migrations.version(store)
    except FeederError as error:
        return _row("store", str(store), str(error))
    return _row("store", str(store), "")


def _output(app: App) -> dict[str, Any]:
    return _row("output", str(app.output.folder), _unwritable(app.output.folder))


def _unwritable(folder: Path) -> str:
    """What keeps us from writing into the folder, or from making it."""
    there = next((it for it in (folder, *folder.parents) if it.exists()), folder)
    return "" if there.is_dir() and os.access(there, os.W_OK | os.X_OK) else f"{there} cannot be written to"


def _side_by_side(app: App) -> list[dict[str, Any]]:
    """Sources, then webhooks, in the order of the configuration: the slowest keeps nobody waiting but itself."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = [pool.submit(_source, app, name) for name in app.sources]
        found += [pool.submit(_webhook, app, name) for name in app.outside.hooks]
        return [it.result() for it in found]


def _source(app: App, name: str) -> dict[str, Any]:
    try:
        look = app.sources[name].look({}, final=True)
    except SourceError as error:
        return _row("source", name, error.reason)
    except FeederError as error:
        return _row("source", name, str(error))
    return _row("source", f"{name} ({len(look.found) or 'no'} document{'s' * (len(look.found) != 1)})", "")


def _webhook(app: App, name: str) -> dict[str, Any]:
    """Connects, with TLS where the address says so, and hangs up."""
    from feeder.app import public_keys_of
    from feeder.webhooks import way_of

    public = public_keys_of(app.config, name)
    shown = f"{name} (public key {', '.join(public)})" if public else name
    url = getattr(app.outside.hooks[name].options, "url", None)
    if url is None:
        return _row("webhook", shown, "")
    problem = app.client.reach(url, way_of(app.outside.hooks[name].options, app.outside.proxy))
    if problem and _is_ours(app, url):
        return _row("webhook", f"{shown} (our own receiver, there while feeder run is)", "")
    return _row("webhook", shown, problem or "")


def _is_ours(app: App, url: str) -> bool:
    """Whether the address is that of the receiver which the daemon opens for trying out."""
    listen, parts = app.config.server.listen, urlsplit(url)
    if listen is None or not app.config.server.receiver:
        return False
    return (parts.hostname, parts.port) == (listen.host, listen.port) and parts.path.startswith("/listen/")


def _print(row: dict[str, Any]) -> None:
    mark = click.style("ok  ", fg="green") if row["well"] else click.style("bad ", fg="red")
    click.echo(f"{mark}{row['what']:14}{safe(row['name'])}{': ' * bool(row['problem'])}{safe(row['problem'])}")
