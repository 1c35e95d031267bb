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

    from feeder.net.keys import Key
    from feeder.server.heard import Heard


@click.command("listen")
@config_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True)
@click.option(
    "--secret",
    "secret",
    envvar="FEEDER_LISTEN_SECRET",
    help="whsec_… or whsk_…; default: those of the configuration.",
)
@click.option(
    "--signature",
    type=click.Choice(["standard", "github"]),
    default="standard",
    show_default=True,
    help="What --secret signs like; with github it may be any text.",
)
@click.option(
    "--fail", type=click.IntRange(0, 1000), default=0, help="Answer the first N deliveries with --status."
)
@click.option("--status", type=click.IntRange(300, 599), default=500, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON line a delivery.")
def command(
    path: Path,
    host: str,
    port: int,
    secret: str | None,
    signature: str,
    fail: int,
    status: int,
    as_json: bool,
) -> None:
    """A local receiver: point a webhook at http://127.0.0.1:8001/NAME and see what arrives."""
    from feeder.app import now
    from feeder.server import Server
    from feeder.server.listen import Receiver, alone

    receiver = Receiver(
        _keys(path, secret, signature), now, on_delivery=lambda heard: _print(heard, as_json=as_json)
    )
    receiver.fail(fail, status)
    server = Server(alone(receiver), host, port)
    server.start()
    click.echo(f"Listening on http://{host}:{server.address[1]}/ - stop with Ctrl-C.", err=True)
    try:
        _stay()
    finally:
        server.stop()


def _stay() -> None:
    """Until KeyboardInterrupt. A signal that came to another thread is acted on when this one looks up."""
    never = threading.Event()
    while not never.wait(1.0):
        pass


def _keys(path: Path, secret: str | None, signature: str) -> Callable[[str], Sequence[Key]]:
    from feeder.net import keys
    from feeder.secret import Secret

    if secret is None:
        return _configured(path)
    try:
        key = (keys.github if signature == "github" else keys.standard)(Secret(secret))
    except ValueError as error:
        raise UsageError(f"--secret {error}") from None
    return lambda _name: (key,)


def _configured(path: Path) -> Callable[[str], Sequence[Key]]:
    """The keys of the webhook with the name in the address; any of them for another address."""
    from feeder import app

    try:
        config = app.load(path)
    except ConfigError as error:
        raise UsageError(f"{error}\nor, without a configuration: feeder listen --secret whsec_…") from None
    keys = {name: app.keys_of(config, name) for name in config.webhooks}
    every = tuple(key for several in keys.values() for key in several)
    return lambda name: keys.get(name, every)


def _print(heard: Heard, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(heard, default=plain, ensure_ascii=False))
        return
    words = f"{heard.mark} {heard.signature}".rstrip()
    mark = click.style(words, fg="green" if heard.status < 300 else "red")
    repeat = f" (seen {heard.attempt} times)" if heard.attempt > 1 else ""
    what = safe(f"{heard.kind}  {heard.title}  {heard.id}{repeat}")
    click.echo(f"{heard.at:%H:%M:%S}  {heard.status}  {mark}  {what}")
    if heard.reason:
        say(f"          {heard.reason}")
