"""feeder version."""

from __future__ import annotations

import click

from feeder import __version__
from feeder.cli.common import json_option, print_json


@click.command("version")
@json_option
def command(as_json: bool) -> None:
    """Print the version."""
    if as_json:
        print_json({"version": __version__})
    else:
        click.echo(f"feeder {__version__}")
