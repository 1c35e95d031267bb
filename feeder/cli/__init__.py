"""The command line: one file for each group of commands, imported when it is asked for."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from feeder import __version__
from feeder.errors import FeederError

# name -> (module, what it does); the texts stand here so that --help imports nothing.
COMMANDS = {
    "add": ("add", "Take in one article now, from a file, an address or standard input."),
    "articles": ("articles", "List, show or withdraw articles."),
    "check": ("check", "Check the configuration, the store and every webhook, sending nothing."),
    "deliveries": ("deliveries", "List, show, retry or replay deliveries."),
    "init": ("init", "Make a folder with an annotated config.yaml and a sample article."),
    "listen": ("listen", "A local receiver that shows each delivery and verifies its signature."),
    "publish": ("publish", "Write every feed again from the store."),
    "run": ("run", "The daemon: take in, publish, deliver, serve."),
    "status": ("status", "Sources, feeds, webhooks, backlog, oldest undelivered."),
    "version": ("version", "Print the version."),
    "webhooks": ("webhooks", "List, test, pause, resume or enable webhooks."),
    "why": ("why", "Everything that was decided about one article and one webhook."),
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        del ctx
        if name not in COMMANDS:
            return None
        command = getattr(import_module(f"feeder.cli.{COMMANDS[name][0]}"), "command")  # noqa: B009 - Any otherwise
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in sorted(COMMANDS.items())])


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="feeder %(version)s")
@click.option("--config", "path", metavar="FILE", help="The configuration file; may stand behind the command too.")
def cli(path: str | None) -> None:
    """The outbox of a newsroom: articles in; feeds and signed webhooks out.

    Begin with "feeder init", then "feeder run".
    """
    del path  # common.config_option looks it up


def main() -> None:
    """The console script: what went wrong in one line each on stderr, and the promised exit status."""
    try:
        cli.main(standalone_mode=False)
    except FeederError as error:
        _fail(str(error), error.exit_status)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        _fail(error.format_message(), 2)
    except (click.Abort, KeyboardInterrupt):
        _fail("stopped", 130)
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        sys.stderr.close()
        sys.exit(1)


def _fail(text: str, status: int) -> None:
    from feeder.cli.common import say

    for line in text.splitlines():
        say(f"feeder: {line}", err=True)
    sys.exit(status)
