"""Feeds of our own for tests."""

from __future__ import annotations

import json
from typing import Any

NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)


def rss(*items: str, head: str = "", encoding: str = "utf-8") -> str:
    """RSS 2.0 of these insides of items."""
    entries = "".join(f"<item>{it}</item>\n" for it in items)
    channel = f"<title>The Wire</title><link>https://wire.example/</link><description>News.</description>{head}"
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        f'<rss version="2.0" {NAMESPACES}><channel>{channel}{entries}</channel></rss>'
    )


def item(name: str, day: int = 1, more: str = "") -> str:
    return (
        f"<title>Story {name}</title><guid isPermaLink='false'>id-{name}</guid>"
        f"<link>https://wire.example/{name}</link><pubDate>{day:02d} Feb 2026 10:00:00 +0100</pubDate>"
        f"<description>All about {name}.</description>{more}"
    )


def atom(*entries: str, head: str = "", attributes: str = "") -> str:
    inside = "".join(f"<entry>{it}</entry>" for it in entries)
    return (
        f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" {attributes}>'
        f"<title>The Wire</title><id>urn:wire</id>{head}{inside}</feed>"
    )


def jsonfeed(*items: Any, **more: Any) -> str:
    about = {"version": "https://jsonfeed.org/version/1.1", "title": "The Wire"}
    return json.dumps(about | more | {"items": list(items)})
