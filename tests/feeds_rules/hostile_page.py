"""Markup that somebody made to do harm, on its way through the house."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from feeder.extractors import read
from feeder.model.document import ITEM, Document, Hints

if TYPE_CHECKING:
    from feeder.model.article import Content

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Balance(HTMLParser):
    """Whether every element that is opened is closed."""

    VOID = frozenset({"br", "hr", "img", "wbr", "col"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.stray: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.stray.append(tag)


HOSTILE_PAGE = (
    "<script>alert(1)</script><p onclick='x()'>One <b>two <i>three</b> four</i>"
    "<iframe src='//evil.example'></iframe>"
    "<a href='javascript:alert(1)'>a</a><a href='/there?x=1&y=2'>b</a><img src='../i.png' onerror=x()>"
    "<style>p{}</style><object data=x></object><embed src=x>"
    "<div style='behavior:url(x)'>five</div></div></p>"
    "<svg><script>1</script></svg><form action=x><input></form><a href=' JaVaScRiPt:x'>c</a>"
)


def taken_in(page: str) -> Content:
    """As an article of somebody else's feed comes in."""
    item = {"id": "1", "title": "T", "url": "https://wire.example/news/1", "content_html": page}
    made = Document("wire", "1", "1", ITEM, json.dumps(item).encode(), NOON, "d")
    return read(made, Hints(ZoneInfo("UTC"), "https://post.example/", NOON)).content
