"""feeder publish."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from feeder.cli.common import config_option, json_option, opened, print_json, say

if TYPE_CHECKING:
    from pathlib import Path


@click.command("publish")
@config_option
@json_option
def command(path: Path, as_json: bool) -> None:
    """Write every feed and every article page again from the store; files that are right are not touched."""
    from feeder import app as apps
    from feeder.pipeline.publish import Publisher
    from feeder.pipeline.register import register
    from feeder.schedule import next_run

    with opened(path) as (config, store):
        app = apps.wire(config, store, next_run)
        register(store, app.sources.keys(), app.desk.audience, apps.now(), app.spread.hubs)
        publisher = Publisher(store, app.output)
        report = publisher.publish(everything=True)
        publisher.close()
        app.close()
    counts = {what: report.counts[what] for what in ("written", "unchanged", "removed")}
    if as_json:
        print_json({**counts, "problems": report.problems, "folder": str(config.output.path)})
    else:
        click.echo(f"{config.output.path}: {', '.join(f'{n} {what}' for what, n in counts.items())}")
        for problem in report.problems:
            say(f"feeder: {problem}", err=True)
    sys.exit(1 if report.problems else 0)
