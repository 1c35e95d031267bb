"""The output folder as another web server would publish it -> a block of its configuration.

It keeps as much of what this server does as such a server can: media types, packed files, validators, caching,
CORS, the links that WebSub looks for. What it cannot: deltas, and ETags that are the same on each host.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from feeder.errors import FeederError
from feeder.server.kinds import ASKING, DOCUMENTS, EXPOSED, POLICY, location

KINDS = {"caddy": "Caddyfile", "nginx": "nginx.conf"}
_MEDIA = {
    "jpg jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "svg": "image/svg+xml",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "vtt": "text/vtt",
    "pdf": "application/pdf",
}
_FEEDS = ("atom", "rss", "json")
# A host that only sees files knows no rhythm. Archives never change, unless a person strikes something out.
_CACHING = "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
_ARCHIVED = "public, max-age=86400"
_NEVER = re.compile(r'[\x00-\x1f"\\${}]')


@dataclass(frozen=True, slots=True)
class Site:
    """`url` is where `folder` is published.

    `services` are the paths of our own server that stand behind `root` there; `server` is its address.
    """

    folder: Path
    url: str
    hubs: tuple[str, ...]
    services: tuple[str, ...] = ()
    root: str = ""
    server: str = ""


def block(kind: str, site: Site) -> str:
    """`kind` is a key of KINDS. Raises FeederError for a name that such a file cannot hold."""
    for word in (str(site.folder.absolute()), site.url, site.root):
        if _NEVER.search(word):
            raise FeederError(f"{word!r} cannot be written into the configuration of {kind}")
    return _rendered(KINDS[kind], **_shared(site), **_places(site))


def _shared(site: Site) -> dict[str, Any]:
    return {
        "archived": _ARCHIVED,
        "asking": ASKING,
        "caching": _CACHING,
        "documents": DOCUMENTS,
        "exposed": EXPOSED,
        "feeds": _FEEDS,
        "hubs": [_address(hub) for hub in site.hubs],
        "policy": POLICY,
        "root": site.root,
        "server": site.server,
        "services": site.services,
        "texts": " ".join(sorted(set(DOCUMENTS.values()) - {"text/html"})),  # which nginx has anyway
        "types": DOCUMENTS | _MEDIA,
    }


def _places(site: Site) -> dict[str, Any]:
    parts = urlsplit(site.url)
    place = re.escape(parts.path or "/")
    return {
        "feed": f'"~^{place}(?!archive/)[A-Za-z0-9._~/-]+\\.({"|".join(_FEEDS)})$"',
        "folder": site.folder.absolute(),
        "host": parts.hostname,
        "origin": f"{parts.scheme}://{parts.netloc}",
        "place": place,
        "port": parts.port or 80,
        "prefix": parts.path or "/",
        "secure": parts.scheme == "https",
    }


def _address(hub: str) -> str:
    """Quoted so that it means the same in both languages."""
    return re.sub(r"[${}]", lambda it: f"%{ord(it[0]):02X}", location(hub).decode())


def _rendered(template: str, **values: Any) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # noqa: S701 - what is made is no HTML
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(values)
