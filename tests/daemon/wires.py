"""Other people's servers on loopback: a feed that grows, pages, and whatever else a test lets them answer."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from tests.daemon.loopback import Handler, Loopback

if TYPE_CHECKING:
    from collections.abc import Callable

Page = tuple[int, str, bytes]


@dataclass
class Site(Loopback):
    """`pages` by path: a status, a media type and a body, or what makes them. It counts what it is asked."""

    pages: dict[str, Page | Callable[[], Page]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)

    def begin(self) -> None:
        self.closing = threading.Event()

    def end(self) -> None:
        self.closing.set()

    def handler(self) -> type[Handler]:
        return _handler(self)

    def feed(self, path: str, titles: list[str], seen: datetime | None = None) -> None:
        """Let an RSS feed stand there, newest first."""
        now = seen or datetime.now(UTC)
        items = "".join(
            f"<item><title>{escape(title)}</title><guid isPermaLink='false'>{_id(title)}</guid>"
            f"<link>{self.url}/read/{number}</link><pubDate>{format_datetime(now)}</pubDate>"
            f"<description>{escape(title)}: the council met on Monday and agreed on nothing.</description></item>"
            for number, title in enumerate(titles)
        )
        body = f"<rss version='2.0'><channel><title>A wire</title><link>{self.url}</link>{items}</channel></rss>"
        self.pages[path] = (200, "application/rss+xml", body.encode())


def _id(title: str) -> str:
    return sha256(title.encode()).hexdigest()


def _handler(site: Site) -> type[Handler]:
    class Answering(Handler):
        def do_GET(self) -> None:  # noqa: N802 - the name that the library calls
            site.asked[self.path] += 1
            page = site.pages.get(self.path, (404, "text/plain", b"nothing here"))
            status, kind, body = page() if callable(page) else page
            tag = f'"{sha256(body).hexdigest()[:16]}"'
            if status == 200 and self.headers["if-none-match"] == tag:
                site.unchanged[self.path] += 1
                status, body = 304, b""
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.send_header("etag", tag)
            self.end_headers()
            self.wfile.write(body)

    return Answering
