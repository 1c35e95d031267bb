"""feeder run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from feeder.cli.common import config_option, say
from feeder.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.app import App


@click.command("run")
@config_option
@click.option("--once", is_flag=True, help="Take in, publish, deliver what is due, and end.")
@click.option(
    "--role",
    "roles",
    type=click.Choice(["ingest", "deliver", "serve"]),
    multiple=True,
    help="Do only this, beside nodes that do the rest; may be said twice. PostgreSQL only.  [default: all]",
)
@click.option("--verbose", is_flag=True, help="Log more.")
def command(path: Path, once: bool, roles: tuple[str, ...], verbose: bool) -> None:
    """Take in articles, publish feeds, tell webhooks and serve, until stopped (SIGTERM or Ctrl-C)."""
    from feeder import log
    from feeder.daemon import Daemon, run_once
    from feeder.daemon.roles import ALL, Role

    if once and roles:
        raise UsageError("--once does everything once; --role is for nodes that stay")
    log.setup(verbose=verbose)
    if not once:
        Daemon(path, frozenset(map(Role, roles)) or ALL).run(welcome)
        return
    problems = run_once(path)
    for problem in problems:
        say(f"feeder: {problem}", err=True)
    sys.exit(1 if problems else 0)


def welcome(app: App) -> None:
    """What a new user looks for: the addresses to open and to subscribe to."""
    click.echo(f"Articles   {_folders(app)}")
    click.echo(f"Feeds      {app.output.url}")
    listen = app.config.server.listen
    if listen is not None and app.config.server.receiver:
        click.echo(f"Webhooks   http://{listen.host}:{listen.port}/listen/ shows what they are told")
    click.echo("Stop with Ctrl-C.")


def _folders(app: App) -> str:
    paths = [getattr(options, "path", None) for options in app.config.sources.values()]
    return ", ".join(str(path) for path in paths if path) or "no folder; see sources: in the configuration"
