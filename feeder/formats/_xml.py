"""Elements of XML with their namespaces -> bytes that stand in any feed whose root declares what they use."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from lxml import etree

from feeder.formats._format import Fragment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element as Element

# The usual prefixes. A document declares those that it uses, all on its root and no others.
NAMESPACES = {
    "at": "http://purl.org/atompub/tombstones/1.0",
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "podcast": "https://podcastindex.org/namespace/1.0",
}


def element(name: str, words: str | None = None, *inner: Element, **attributes: str | None) -> Element:
    """`name` has one of the prefixes above, or none; attributes without a value are left out."""
    prefix, _, local = name.rpartition(":")
    made = etree.Element(f"{{{NAMESPACES[prefix]}}}{local}" if prefix else local)
    for key, value in attributes.items():
        if value:
            made.set(key, value)
    made.text = words
    made.extend(inner)
    return made


def rendered(pieces: Iterable[Element], root: str) -> list[Fragment]:
    """The bytes of each piece as it stands below a `root` that declares all namespaces, and the prefixes in it.

    An element that is serialised alone declares its namespaces itself, so they are written with the root, which is
    cut off, and behind each stands a mark that no text has.
    """
    top, mark = etree.Element(root, nsmap=NAMESPACES), secrets.token_hex(16)
    uses: list[tuple[str, ...]] = []
    for piece in pieces:
        piece.tail = mark
        top.append(piece)
        uses.append(_uses(piece))
    whole: bytes = etree.tostring(top, encoding="UTF-8")
    bodies = whole[whole.index(b">") + 1 :].split(mark.encode())
    return [Fragment(body, used) for body, used in zip(bodies, uses, strict=False)]


def _uses(piece: Element) -> tuple[str, ...]:
    return tuple(sorted({node.prefix for node in piece.iter("{*}*") if node.prefix}))


def declared(root: Element, uses: frozenset[str]) -> None:
    """Let the root declare what is used below it and `uses`, and nothing else."""
    etree.cleanup_namespaces(root, top_nsmap=NAMESPACES, keep_ns_prefixes=sorted(uses))
