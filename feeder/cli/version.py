"""feeder version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from feeder import __version__
from feeder.cli.common import config_option, json_option, print_json

if TYPE_CHECKING:
    from pathlib import Path


@click.command("version")
@config_option
@json_option
def command(path: Path, as_json: bool) -> None:
    """Print the version."""
    del path  # taken everywhere, so that scripts need not know where
    if as_json:
        print_json({"version": __version__})
    else:
        click.echo(f"feeder {__version__}")
