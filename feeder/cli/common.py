"""What the commands share: finding the configuration, opening the store, printing tables and JSON."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from feeder.errors import UsageError
from feeder.text import span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from feeder.config import Config
    from feeder.model.delivery import Attempt
    from feeder.store import Store

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _default_config() -> str:
    """What was said before the command's name, then what the environment says."""
    before = click.get_current_context().find_root().params.get("path")
    return str(before or os.environ.get("FEEDER_CONFIG") or "config.yaml")


def config_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--config",
        "path",
        type=click.Path(path_type=Path),
        default=_default_config,
        show_default="config.yaml, or $FEEDER_CONFIG",
        help="The configuration file.",
    )(command)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")(command)


@contextmanager
def opened(path: Path) -> Iterator[tuple[Config, Store]]:
    """The configuration and its store. Raises ConfigError, StoreError."""
    from feeder import app

    config = app.load(path)
    store = app.open_store(config)
    try:
        yield config, store
    finally:
        store.close()


def print_json(value: object) -> None:
    click.echo(json.dumps(value, default=plain, ensure_ascii=False, indent=2))


def plain(value: object) -> object:
    """What json does not know by itself."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset | set | tuple):
        return list(value)
    return str(value)


def iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def ago(moment: datetime | None, now: datetime) -> str:
    """A moment as people say it: `3 min ago`, `in 2 h`, `never`."""
    if moment is None:
        return "never"
    said = span(now - moment)
    return f"in {said}" if round((now - moment).total_seconds()) < 0 else f"{said} ago"


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns as wide as they need; the last one takes what the terminal leaves."""
    cells = [[_cell(value) for value in row] for row in rows]
    if not cells:
        return
    width = [max(len(row[i]) for row in [list(headings), *cells]) for i in range(len(headings))]
    for number, row in enumerate([list(headings), *cells]):
        line = "  ".join(text.ljust(size) for text, size in zip(row, width, strict=True)).rstrip()
        click.echo(click.style(line, bold=True) if number == 0 else line)


def attempts_table(attempts: Iterable[Attempt]) -> None:
    """Each try, with the start of what was answered."""
    table(
        ("DELIVERY", "TRY", "AT", "MS", "PHASE", "ADDRESS", "STATUS", "OUTCOME", "REASON", "ANSWER"),
        [
            (
                a.delivery,
                a.number,
                iso(a.at),
                round(a.took * 1000),
                a.phase,
                a.address,
                a.status,
                _outcome(a),
                a.reason,
                a.body[:60],
            )
            for a in attempts
        ],
    )


def _outcome(it: Attempt) -> str:
    return f"{it.outcome} (too late)" if it.fenced else it.outcome


def safe(text: str) -> str:
    """What comes from outside must not steer the terminal."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", " ", text)


def say(text: str, *, err: bool = False) -> None:
    """A line for people."""
    click.echo(safe(text), err=err)


def _cell(value: object) -> str:
    return safe("" if value is None else str(iso(value) if isinstance(value, datetime) else value))


def moment(text: str, now: datetime) -> datetime:
    """`2026-01-14`, `2026-01-14T09:00`, or `2h` and `3d` before now. Raises UsageError."""
    if found := re.fullmatch(r"(\d{1,6})([smhd])", text):
        return now - timedelta(**{_UNITS[found[2]]: int(found[1])})
    try:
        stated = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f'"{text}" is no moment; write 2026-01-14, 2026-01-14T09:00, 2h or 3d') from None
    return stated.replace(tzinfo=stated.tzinfo or UTC)


def one_article(store: Store, word: str) -> Any:
    """The one article that a person means. Raises UsageError."""
    from feeder.store import articles

    with store.read() as tx:
        found = articles.find(tx, word)
    if not found:
        raise UsageError(f'no article is called "{word}"; feeder articles list shows them')
    if len(found) > 1:
        names = "\n".join(f"  {article.slug}" for article in found)
        raise UsageError(f'"{word}" is not the name of one article but of several:\n{names}')
    return found[0]


def known_webhook(config: Config, name: str) -> Any:
    """The options of a configured webhook. Raises UsageError."""
    from feeder.text import nearest

    if name not in config.webhooks:
        near = nearest(name, config.webhooks)
        raise UsageError(f'no webhook "{name}" in {config.path}{near or "; feeder webhooks list shows them"}')
    return config.webhooks[name]
