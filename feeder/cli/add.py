"""feeder add FILE|URL|-."""

from __future__ import annotations

import hashlib
import mimetypes
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import click

from feeder.cli.common import config_option, json_option, opened, print_json
from feeder.errors import UsageError

if TYPE_CHECKING:
    from feeder.app import App
    from feeder.model.document import Document

LIMIT = 4 * 1024 * 1024
_REDIRECTS = 5
_TYPES = ("text/plain", "text/markdown", "text/html")
_MARKDOWN = {".md": "text/markdown", ".markdown": "text/markdown"}


@click.command("add")
@config_option
@json_option
@click.option("--type", "media_type", type=click.Choice(_TYPES), help="What it is, where the name does not tell.")
@click.argument("what")
def command(path: Path, as_json: bool, media_type: str | None, what: str) -> None:
    """Take in one article now: a file, an address, or - for standard input."""
    from feeder import app as apps
    from feeder.schedule import next_run

    with opened(path) as (config, store):
        app = apps.wire(config, store, next_run)
        try:
            facts = _add(app, what, media_type)
        finally:
            app.close()
    if as_json:
        print_json(facts)
    else:
        click.echo(f"{facts['outcome']}: {facts['title']} ({facts['slug']})")
        click.echo("The running daemon publishes and delivers it; without one: feeder run --once")


def _add(app: App, what: str, media_type: str | None) -> dict[str, Any]:
    from feeder import app as apps
    from feeder.pipeline.ingest import take_in
    from feeder.pipeline.register import register

    document = _document(app, what, media_type)
    now = apps.now()
    register(app.store, app.sources.keys(), app.desk.audience, now)
    outcome, article = take_in(app.desk, document, now)
    return {"outcome": outcome, "id": article.id, "slug": article.slug, "title": article.content.title}


def _document(app: App, what: str, media_type: str | None) -> Document:
    if what == "-":
        body = sys.stdin.buffer.read(LIMIT + 1)
        return _made(hashlib.sha256(body).hexdigest()[:32], body, media_type or "text/plain", what)
    if what.startswith(("http://", "https://")):
        body, stated = _fetched(app, what)
        return _made(what, body, media_type or stated, what)
    file = Path(what)
    try:
        with file.open("rb") as opened_file:
            body = opened_file.read(LIMIT + 1)
    except OSError as error:
        raise UsageError(f"{what}: {error.strerror}") from None
    return _made(str(file.absolute()), body, media_type or _by_name(file), what)


def _by_name(file: Path) -> str:
    guessed = _MARKDOWN.get(file.suffix.lower()) or mimetypes.guess_type(file.name)[0] or "text/plain"
    return guessed if guessed in _TYPES else "text/plain"


def _made(key: str, body: bytes, media_type: str, what: str) -> Document:
    from feeder.app import ADDED, now
    from feeder.model.document import Document

    if len(body) > LIMIT:
        raise UsageError(f"{what}: larger than {LIMIT:,} bytes")
    digest = hashlib.blake2b(body, digest_size=20).hexdigest()
    return Document(ADDED, key, digest, media_type, body, now(), digest)


def _fetched(app: App, url: str) -> tuple[bytes, str]:
    """The body and its media type, through the guard, at every redirect anew."""
    from feeder.model.delivery import Request
    from feeder.net import Client, Guard

    client = Client(Guard(app.config.network.allow), keep=LIMIT + 1, body=30.0, total=40.0)
    accept = (("Accept", "text/html, text/plain, text/markdown"),)
    try:
        answer = client.send(Request("GET", url, accept, b""))
        for _ in range(_REDIRECTS):
            location = answer.header("location")
            if answer.status not in {301, 302, 303, 307, 308} or location is None:
                break
            url = urljoin(url, location)
            answer = client.send(Request("GET", url, accept, b""))
    finally:
        client.close()
    if answer.status != 200 or answer.error:
        raise UsageError(f"{url}: {answer.error or f'answered {answer.status}'}")
    stated = (answer.header("content-type") or "text/html").partition(";")[0].strip().lower()
    return answer.body, stated if stated in _TYPES else "text/html"
