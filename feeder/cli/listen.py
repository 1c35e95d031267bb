"""feeder listen."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import click

from feeder.cli.common import config_option, plain, safe, say
from feeder.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from feeder.secret import Secret
    from feeder.server.heard import Heard


@click.command("listen")
@config_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True)
@click.option(
    "--secret", "secret", envvar="FEEDER_LISTEN_SECRET", help="whsec_…; default: those of the configuration."
)
@click.option(
    "--fail", type=click.IntRange(0, 1000), default=0, help="Answer the first N deliveries with --status."
)
@click.option("--status", type=click.IntRange(300, 599), default=500, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON line a delivery.")
def command(path: Path, host: str, port: int, secret: str | None, fail: int, status: int, as_json: bool) -> None:
    """A local receiver: point a webhook at http://127.0.0.1:8001/NAME and see what arrives."""
    from feeder.app import now
    from feeder.server import Server
    from feeder.server.listen import Receiver, alone

    receiver = Receiver(_secrets(path, secret), now, on_delivery=lambda heard: _print(heard, as_json=as_json))
    receiver.fail(fail, status)
    server = Server(alone(receiver), host, port)
    server.start()
    click.echo(f"Listening on http://{host}:{server.address[1]}/ - stop with Ctrl-C.", err=True)
    try:
        threading.Event().wait()
    finally:
        server.stop()


def _secrets(path: Path, secret: str | None) -> Callable[[str], Sequence[Secret]]:
    from feeder.net import signing
    from feeder.secret import Secret

    if secret is None:
        return _configured(path)
    try:
        signing.parse(secret)
    except ValueError as error:
        raise UsageError(f"--secret {error}") from None
    return lambda _name: (Secret(secret),)


def _configured(path: Path) -> Callable[[str], Sequence[Secret]]:
    """The secrets of the webhook with the name in the address; any of them for another address."""
    from feeder import app

    try:
        config = app.load(path)
    except ConfigError as error:
        raise UsageError(f"{error}\nor, without a configuration: feeder listen --secret whsec_…") from None
    secrets = {name: app.secrets_of(config, name) for name in config.webhooks}
    every = tuple(secret for several in secrets.values() for secret in several)
    return lambda name: secrets.get(name, every)


def _print(heard: Heard, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(heard, default=plain, ensure_ascii=False))
        return
    mark = click.style(heard.mark, fg="green" if heard.status < 300 else "red")
    repeat = f" (seen {heard.attempt} times)" if heard.attempt > 1 else ""
    what = safe(f"{heard.kind}  {heard.title}  {heard.id}{repeat}")
    click.echo(f"{heard.at:%H:%M:%S}  {heard.status}  {mark}  {what}")
    if heard.reason:
        say(f"          {heard.reason}")
