"""The file -> Config, or one ConfigError with everything that is wrong in it."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from feeder.config.document import Document
from feeder.config.environ import Expansion
from feeder.config.events import Mark, mark_at
from feeder.config.fields import Listen, is_off
from feeder.config.options import Config, FeedOptions, OutputOptions, SiteOptions
from feeder.config.problems import Faults
from feeder.config.tree import Fault, parse
from feeder.errors import ConfigError, Problem
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from feeder.config.base import Options
    from feeder.config.options import ServerOptions, SourceOptions, WebhookOptions
    from feeder.config.tree import Path as Keys
    from feeder.config.tree import Tree

    Kinds = Mapping[str, Mapping[str, type[Options]]]

LARGEST = 256 * 1024
START = Mark(1, 1)
_SECTIONS = ("site", "output", "server", "network", "sources", "feeds", "webhooks")
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - addresses to listen on, which nobody can open
_FOLDER = "feeds/"  # of the server
_BEGIN = '"feeder init" writes one to begin with'


def load(
    path: Path,
    *,
    sources: Mapping[str, type[SourceOptions]],
    webhooks: Mapping[str, type[WebhookOptions]],
    environ: Mapping[str, str],
) -> Config:
    """The configuration in the file at `path`; `sources` and `webhooks` are the options of each kind.

    Raises ConfigError with every problem at once.
    """
    content = _read(path)
    tree = parse(_decoded(path, content))
    document = _validated(path, tree, {"sources": sources, "webhooks": webhooks}, environ)
    return _completed(document, path.absolute(), sha256(content).hexdigest())


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise _refusal(path, f"there is no such file; {_BEGIN}") from None
    except OSError as error:
        raise _refusal(path, f"cannot be read: {error.strerror}") from None
    if len(content) > LARGEST:
        raise _refusal(path, f"is longer than {LARGEST // 1024} KiB, which no configuration needs")
    return content


def _decoded(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        mark = mark_at(content.decode("utf-8", "replace"), len(content[: error.start].decode("utf-8", "replace")))
        raise _refusal(path, "is not UTF-8 here; save the file as UTF-8", mark) from None


def _refusal(path: Path, text: str, mark: Mark = START) -> ConfigError:
    return ConfigError([Problem(str(path), *mark, "", text)])


def _validated(path: Path, tree: Tree, kinds: Kinds, environ: Mapping[str, str]) -> Document:
    expansion = Expansion(tree, environ)
    data = expansion.value(tree.data)
    faults = [*tree.faults, *expansion.faults]
    document = None
    if isinstance(data, dict):
        document = _document(data, path, Faults(tree, Document, kinds), faults)
    elif not faults:
        text = f"is empty; {_BEGIN}" if data is None else 'must be made of "key: value" lines'
        raise _refusal(path, text)
    if document is None or faults:
        raise ConfigError(_problem(path, fault) for fault in faults)
    return document


def _document(data: dict[str, Any], path: Path, reader: Faults, faults: list[Fault]) -> Document | None:
    """The document, or None and what is wrong with it added to `faults`."""
    empty: dict[str, Any] = {section: {} for section in _SECTIONS if data.get(section) is None}
    context = _context(data, path, reader.kinds)
    try:
        return Document.model_validate(data | empty, context=context, by_alias=True, by_name=False)
    except ValidationError as error:
        known = {(fault.path, fault.mark) for fault in faults}
        faults += [fault for fault in reader.of(error) if (fault.path, fault.mark) not in known]
        return None


def _context(data: dict[str, Any], path: Path, kinds: Kinds) -> dict[str, Any]:
    """What the validators of single fields have to know beside their own value."""
    server, sources, feeds = data.get("server"), data.get("sources"), data.get("feeds")
    return {
        "folder": path.absolute().parent,
        "kinds": kinds,
        "feeds": sorted(feeds) if isinstance(feeds, dict) else ["all"],
        "sources": sorted(sources) if isinstance(sources, dict) else [],
        "unserved": isinstance(server, dict) and is_off(server.get("listen")),
    }


def _problem(path: Path, fault: Fault) -> Problem:
    return Problem(str(path), *fault.mark, _dotted(fault.path), fault.text)


def _dotted(keys: Keys) -> str:
    words = (f"[{key}]" if isinstance(key, int) else f".{one_line(key, 64)}" for key in keys)
    return "".join(words).removeprefix(".")


def _completed(document: Document, path: Path, digest: str) -> Config:
    """The defaults that follow from other settings."""
    feeds = document.feeds or {"all": FeedOptions()}
    output = _output(document.output, document.server)
    return Config(
        site=_site(document.site),
        store=document.store,
        output=output,
        server=_server(document.server, output.url),
        network=document.network,
        sources=document.sources,
        feeds={name: _feed(feed, document.site) for name, feed in feeds.items()},
        webhooks=document.webhooks,
        path=path,
        digest=digest,
    )


def _site(site: SiteOptions) -> SiteOptions:
    author = site.author.model_copy(update={"name": site.author.name or site.title})
    return site.model_copy(update={"author": author})


def _output(output: OutputOptions, server: ServerOptions) -> OutputOptions:
    if output.url or not server.listen:
        return output
    return output.model_copy(update={"url": local(server) + _FOLDER})


def _server(server: ServerOptions, output: str) -> ServerOptions:
    """With its address, where that is known; and without a hub of our own, where others could not reach it."""
    if not server.listen:
        return server.model_copy(update={"hub": server.hub if isinstance(server.hub, tuple) else False})
    url = server.url or (output.removesuffix(_FOLDER) if output.endswith(f"/{_FOLDER}") else "")
    if not url and (server.rss_cloud or (server.hub is True and "hub" in server.model_fields_set)):
        url = local(server)
    hub = server.hub if url or isinstance(server.hub, tuple) else False
    return server.model_copy(update={"url": url, "hub": hub})


def local(server: ServerOptions) -> str:
    """Where this machine reaches the server, which listens somewhere."""
    assert server.listen is not None  # noqa: S101 - the callers have looked
    host = _EVERYWHERE.get(server.listen.host, server.listen.host)
    return f"http://{Listen(host, server.listen.port)}/"


def _feed(feed: FeedOptions, site: SiteOptions) -> FeedOptions:
    default = f"{site.title}: {{{feed.for_each}}}" if feed.for_each else site.title
    looks = {"rights": feed.rights or site.rights, "icon": feed.icon or site.icon, "logo": feed.logo or site.logo}
    return feed.model_copy(update={"title": feed.title or default, **looks})
