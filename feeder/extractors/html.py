"""An HTML page -> Reading: what it declares of itself, and the article that stands in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder.extractors._charset import decode
from feeder.extractors._page import read_page

if TYPE_CHECKING:
    from feeder.model.document import Document, Hints, Reading

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:-]{2,40})", re.IGNORECASE)
_TYPE_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w:-]{2,40})", re.IGNORECASE)


def read(document: Document, hints: Hints) -> Reading:
    page = decode(_without_strays(document.body), _charset(document), hints.encoding)
    return read_page(page, url=document.url, key=document.key, hints=hints, said=document.said).finish()


def _without_strays(body: bytes) -> bytes:
    """Without the few NUL bytes that some programs leave in a page, and that browsers ignore; UTF-16 has many."""
    return body.replace(b"\0", b"") if 0 < body.count(0) * 20 < len(body) else body


def _charset(document: Document) -> str | None:
    stated = _TYPE_CHARSET.search(document.media_type)
    if stated:
        return stated[1]
    found = _CHARSET.search(document.body[:4096])
    return found[1].decode("ascii", "ignore") if found else None
