"""What one document of a feed says, whatever its format; and the small manners of reading one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from feeder.model.address import uri
from feeder.text import clean, one_line

MOST = 10_000  # entries of one document
_LONGEST = 4096  # of an address
_BLOCK = re.compile(r"<(?=/?(?:p|br|div|li|h[1-6]|tr|td|blockquote|figcaption)\b)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_TOKEN = re.compile(r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_~=]{16,}")


@dataclass(frozen=True, slots=True)
class Entry:
    """`item` is its ITEM without the id; `native` the id that it states; `date` when it appeared (ISO, UTC)."""

    item: dict[str, Any]
    native: str | None = None
    date: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """`spoilt` names the entries that cannot be read, and why; `older` is where earlier entries are.

    `hub` is where it says that it can be subscribed to, and `own` which address it calls its own.
    `ttl` is for how many seconds the feed says that it stays the same; `pieces` how many calls read it.
    """

    kind: str
    entries: tuple[Entry, ...]
    spoilt: tuple[tuple[str, str], ...] = ()
    older: str | None = None
    ttl: int | None = None
    pieces: int = 1
    hub: str | None = None
    own: str | None = None


def address(written: object, base: str) -> str | None:
    """What a feed names, absolute: an http or https address, or nothing."""
    if not isinstance(written, str) or not written.strip() or len(written) > _LONGEST:
        return None
    try:
        return uri(urljoin(base, written.strip()))
    except ValueError:
        return None


def text_of(markup: str) -> str:
    """One line of plain text; entities are undone once."""
    if "<" not in markup and "&" not in markup:
        return one_line(markup)
    from lxml import etree, html

    spaced = _BLOCK.sub(" <", clean(markup))
    try:
        tree = html.fragment_fromstring(spaced, create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        return one_line(markup)
    etree.strip_elements(tree, "script", "style", etree.Comment, with_tail=False)
    return one_line(str(tree.text_content()))


def unescaped(text: str) -> str:
    """Plain text in which entities stand nevertheless."""
    from html import unescape

    return one_line(_ENTITY.sub(lambda found: unescape(found[0]), text))


def pruned(item: dict[str, Any]) -> dict[str, Any]:
    """Without what says nothing."""
    return {key: value for key, value in item.items() if value not in (None, "", [], {})}


def shown(url: str) -> str:
    """An address as it may be told to the operator: what looks like a password or a token is left out."""
    parts = urlsplit(url)
    path = "/".join("…" if _TOKEN.fullmatch(part) else part for part in parts.path.split("/"))
    return one_line(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}{'?…' if parts.query else ''}", 300)
