"""feeder add FILE|URL|-."""

from __future__ import annotations

import hashlib
import mimetypes
import re
import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import click

from feeder.cli.common import config_option, json_option, opened, print_json, say
from feeder.errors import FetchError, NotYet, SourceError, Unreadable, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.app import App
    from feeder.model.article import Article
    from feeder.model.document import Document
    from feeder.net import Fetched

LIMIT = 4 * 1024 * 1024
_TYPES = ("text/plain", "text/markdown", "text/html")
_ACCEPT = ", ".join((*_TYPES, "*/*;q=0.1"))
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
    from feeder.store import lock

    with opened(path) as (config, store):
        app = apps.wire(config, store, next_run)
        try:
            facts = _add(app, what, media_type)
        finally:
            app.close()
        running = store.path is None or lock.holder(store.path) is not None
    if as_json:
        print_json(facts)
        return
    say(f"{facts['outcome']}: {facts['title']} ({facts['slug']})")
    if facts["outcome"] != "unchanged":
        click.echo(
            "The daemon publishes and delivers it now." if running else "Next: feeder run, or feeder run --once"
        )


def _add(app: App, what: str, media_type: str | None) -> dict[str, Any]:
    from feeder import app as apps
    from feeder.pipeline.register import register
    from feeder.pipeline.single import take_in

    now = apps.now()
    register(app.store, app.sources.keys(), app.desk.audience, now, app.spread.hubs)
    try:
        outcome, article = _of_folder(app, what, now) or take_in(app.desk, _document(app, what, media_type), now)
    except (NotYet, Unreadable) as trouble:
        raise SourceError(apps.ADDED, f"{_shown(what)}: {trouble}") from None
    return {"outcome": outcome, "id": article.id, "slug": article.slug, "title": article.content.title}


def _of_folder(app: App, what: str, now: datetime) -> tuple[str, Article] | None:
    """A file in the folder of a source is that source's, however it is taken in: else it would be two articles."""
    from feeder.pipeline.single import take_in_one

    path = Path(what).absolute()
    for source in app.sources.values():
        root = getattr(source, "root", None)
        if root is not None and path.is_relative_to(root):
            return take_in_one(app.desk, source, path.relative_to(root).as_posix(), now)
    return None


def _document(app: App, what: str, media_type: str | None) -> Document:
    if what == "-":
        body = sys.stdin.buffer.read(LIMIT + 1)
        return _made(hashlib.sha256(body).hexdigest()[:32], body, media_type or "text/plain", what)
    if _is_address(what):
        body, stated = _fetched(app, what)
        return _made(_shown(what), body, media_type or stated, what)
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
        raise SourceError(ADDED, f"{_shown(what)}: larger than {LIMIT:,} bytes")
    digest = hashlib.blake2b(body, digest_size=20).hexdigest()
    return Document(ADDED, key, digest, media_type, body, now(), digest)


def _shown(what: str) -> str:
    """What is taken in, as it may be stored and printed: an address without a password, its query by a hash."""
    from feeder.net import redact

    parts = urlsplit(what) if _is_address(what) else None
    if parts is None:
        return "standard input" if what == "-" else what
    bare = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    return f"{bare}?{redact(what).rpartition('…')[2]}" if parts.query else bare


def _is_address(what: str) -> bool:
    return what.startswith(("http://", "https://"))


def _fetched(app: App, url: str) -> tuple[bytes, str]:
    """The body and its media type."""
    from feeder.app import ADDED
    from feeder.sources.feed import is_feed

    answer = _answer(app, url)
    stated = (answer.header("content-type") or "text/html").partition(";")[0].strip().lower()
    if is_feed(app.workshop.call, answer):
        _refuse_feed(app, url)
    if stated not in _TYPES and not stated.startswith(("text/", "application/xhtml")):
        raise SourceError(ADDED, f"{_shown(url)}: answered {stated}; an article is one of {', '.join(_TYPES)}")
    return answer.body, stated if stated in _TYPES else "text/html"


def _refuse_feed(app: App, url: str) -> NoReturn:
    """Say what takes it in, to be pasted. What may be a password in its address is left to be written."""
    host = (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("feeds.")
    base = re.sub(r"[^a-z0-9]+", "-", host.partition(".")[0].lower()).strip("-") or "wire"
    name = next(it for number in count() if (it := f"{base}{number or ''}") not in app.sources)
    bare = _shown(url.partition("?")[0])
    address = f"{bare}?…" if "?" in url else bare
    say("sources:", err=True)
    say(f'  {name}: {{type: feed, url: "{address}"}}', err=True)
    rest = "" if address == url else ", with the whole of its address,"
    raise UsageError(f"{_shown(url)} is a feed, and not an article; the lines above{rest} take it in")


def _answer(app: App, url: str) -> Fetched:
    from feeder.app import ADDED, fetcher_of

    fetcher = fetcher_of(app.config)
    try:
        return fetcher.get(url, accept=_ACCEPT, limit=LIMIT)
    except FetchError as error:
        raise SourceError(ADDED, f"{_shown(url)}: {error.reason}") from None
    finally:
        fetcher.close()
