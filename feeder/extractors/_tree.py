"""The text of a page -> its tree, within bounds that keep every later step bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feeder.errors import Unreadable
from feeder.text import clean

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LARGEST = 3_000_000  # characters; the largest of 1,300 articles measured has 1.6 million
_LONGEST = 20_000  # characters of one attribute; pictures in data: addresses have more, and are not kept
_EMPTY = "it has no text; an article needs at least one sentence"


def tree(html: str) -> HtmlElement:
    from lxml.etree import ParserError
    from lxml.html import HTMLParser, document_fromstring

    if len(html) > _LARGEST:
        raise Unreadable(f"it has {len(html):,} characters; of a page no more than {_LARGEST:,} are read")
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        page = document_fromstring(clean(html).encode(), parser=parser, ensure_head_body=True)
    except ParserError as error:
        raise Unreadable(_EMPTY) from error
    for node in page.iter("*"):
        for name, value in node.attrib.items():
            if len(value) > _LONGEST:
                del node.attrib[name]
    return page
