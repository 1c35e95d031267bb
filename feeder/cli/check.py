"""feeder check."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from feeder.cli.common import config_option, json_option, opened, print_json

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.app import App


@click.command("check")
@config_option
@json_option
def command(path: Path, as_json: bool) -> None:
    """Check the configuration, the store, every source and every webhook. Nothing is sent."""
    from feeder import app as apps
    from feeder.schedule import next_run

    with opened(path) as (config, store):
        app = apps.wire(config, store, next_run)
        rows = [_row("configuration", str(path), ""), _row("store", str(store), ""), _output(app)]
        rows += [_source(app, name) for name in app.sources]
        rows += [_webhook(app, name) for name in app.outside.hooks]
        app.close()
    well = all(row["well"] for row in rows)
    if as_json:
        print_json({"well": well, "checks": rows})
    else:
        for row in rows:
            _print(row)
    sys.exit(0 if well else 1)


def _row(what: str, name: str, problem: str) -> dict[str, Any]:
    return {"what": what, "name": name, "well": not problem, "problem": problem}


def _output(app: App) -> dict[str, Any]:
    import os

    folder = app.output.folder
    there = next((it for it in (folder, *folder.parents) if it.exists()), folder)
    well = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    return _row("output", str(folder), "" if well else f"{there} cannot be written to")


def _source(app: App, name: str) -> dict[str, Any]:
    from feeder.errors import FeederError

    try:
        look = app.sources[name].look({}, final=True)
    except FeederError as error:
        return _row("source", name, str(error))
    return _row("source", f"{name} ({len(look.found)} documents)", "")


def _webhook(app: App, name: str) -> dict[str, Any]:
    """Connects, with TLS where the address says so, and hangs up."""
    url = getattr(app.outside.hooks[name].options, "url", None)
    if url is None:
        return _row("webhook", name, "")
    return _row("webhook", name, app.client.reach(url) or "")


def _print(row: dict[str, Any]) -> None:
    mark = click.style("ok  ", fg="green") if row["well"] else click.style("bad ", fg="red")
    click.echo(f"{mark}{row['what']:14}{row['name']}{': ' if row['problem'] else ''}{row['problem']}")
