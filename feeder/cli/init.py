"""feeder init [DIR]."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feeder.cli.common import json_option, print_json
from feeder.errors import UsageError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".", metavar="[DIR]")
@click.option("--config", "path", type=click.Path(path_type=Path), help="Another name than DIR/config.yaml.")
@json_option
def command(folder: Path, path: Path | None, as_json: bool) -> None:
    """Make an annotated config.yaml, articles/ with a sample, and feeds/. Nothing that exists is changed."""
    config = path or folder / "config.yaml"
    if config.exists():
        raise UsageError(f"{config} is there already; feeder check looks at it, feeder run uses it")
    sample = resources.files("feeder") / "sample"
    try:
        made = [_copy(sample / "config.yaml", config), *_articles(sample / "articles", folder / "articles")]
        (folder / "feeds").mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}") from None
    if as_json:
        print_json({"made": [str(path) for path in made]})
        return
    for made_path in made:
        click.echo(f"made {made_path}")
    there = "" if config == Path("config.yaml") else f" --config {config}"
    click.echo(f"\nNext: feeder run{there}")


def _articles(sample: Traversable, folder: Path) -> list[Path]:
    """The sample article, unless there are articles already."""
    if folder.exists() and any(folder.iterdir()):
        return []
    return [_copy(file, folder / file.name) for file in sample.iterdir() if file.is_file()]


def _copy(source: Traversable, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())
    return target
