"""feedparser, repaired: what a defect of one element would cost is that element, and ids stay as they are written.

Each repair has a test that fails on the plain library.
"""

from __future__ import annotations

import io
from contextlib import suppress
from functools import cache
from typing import Any
from xml.sax import SAXException

# What its readers of single elements raise when elements end in a wrong order.
_STUMBLES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def parse(text: str) -> Any:
    """As feedparser has it, nothing sanitised, and nothing made absolute but by an xml:base."""
    return _repaired().parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


@cache
def _repaired() -> Any:
    from feedparser import api

    api.StrictFeedParser = type("Strict", (_Patient, api.StrictFeedParser), {})
    api.LooseFeedParser = type("Loose", (_Patient, api.LooseFeedParser), {})
    for parser in (api.StrictFeedParser, api.LooseFeedParser):
        # An xml:base of one element stays for the next, and "t3_x" became "/t3_x".
        parser.can_be_relative_uri = parser.can_be_relative_uri - {"id"}
    return api


class _Patient:
    """`<width>` without a text before it, and others, raised out of the middle of the feed."""

    def startElementNS(self, name: Any, qname: str, attrs: Any) -> None:  # noqa: N802  SAX's name
        """A namespace with a hard space breaks the names that Python makes of it: then the loose parser reads."""
        try:
            super().startElementNS(name, qname, attrs)  # type: ignore[misc] # of feedparser's mixin
        except ValueError as error:
            raise SAXException(str(error)) from error

    def unknown_starttag(self, tag: str, attrs: Any) -> None:
        with suppress(*_STUMBLES):
            super().unknown_starttag(tag, attrs)  # type: ignore[misc] # of feedparser's mixin

    def unknown_endtag(self, tag: str) -> None:
        with suppress(*_STUMBLES):
            super().unknown_endtag(tag)  # type: ignore[misc] # of feedparser's mixin
