"""Feeds -> OPML 2.0, the list of all of them that readers import. http://opml.org/spec2.opml"""

from __future__ import annotations

from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

from feeder.formats._format import head
from feeder.model.address import page_of, uri
from feeder.model.cleaned import people
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from feeder.model.feed import Feed, Site

MEDIA_TYPE = "text/x-opml"
_PREFERRED = ("rss", "atom", "json")


def build(site: Site, feeds: Sequence[Feed], created: datetime, modified: datetime) -> bytes:
    """`modified` is when the list last changed, not the feeds. The times are aware and in UTC.

    A list of no feeds is not valid OPML, so there is no use in building one.
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        "<head>",
        *(f"<{name}>{escape(value)}</{name}>" for name, value in _head(site, created, modified).items() if value),
        "</head>",
        "<body>",
        *map(_outline, feeds),
        "</body>",
        "</opml>",
    ]
    return "\n".join([*lines, ""]).encode()


def _head(site: Site, created: datetime, modified: datetime) -> dict[str, str | None]:
    """Without `docs`, which the W3C validator takes for an error."""
    title = one_line(site.title)
    owner = next(iter(people((site.author,))), None)
    return {
        "title": f"Feeds of {title}" if title else "Feeds",
        "dateCreated": format_datetime(created, usegmt=True),
        "dateModified": format_datetime(modified, usegmt=True),
        "ownerName": owner.name if owner else title,
        "ownerEmail": owner.email if owner else None,
        "ownerId": uri(site.url),
    }


def _outline(feed: Feed) -> str:
    return f"<outline {_attributes(_facts(feed))}/>"


def _facts(feed: Feed) -> dict[str, str | None]:
    """`type` is rss for Atom and JSON Feed too, as every reader understands it; `version` knows only RSS."""
    top = head(feed, "rss")
    form = next((form for form in _PREFERRED if uri(feed.address(form))), "rss")
    return {
        "text": top.title,
        "title": top.title,
        "description": top.description,
        "type": "rss",
        "version": "RSS2" if form == "rss" else None,
        "xmlUrl": uri(feed.address(form)),
        "htmlUrl": page_of(feed),
        "language": top.language,
    }


def _attributes(facts: Mapping[str, str | None]) -> str:
    return " ".join(f'{name}="{escape(value)}"' for name, value in facts.items() if value)
