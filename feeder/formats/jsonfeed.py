"""Feed and articles -> JSON Feed 1.1. https://www.jsonfeed.org/version/1.1/"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from feeder.formats._format import Format, Fragment, head
from feeder.model.address import link_of
from feeder.model.cleaned import credited, excerpt
from feeder.model.item import author, item, item_of_cleaned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feeder.formats._format import Manner
    from feeder.model.article import Article
    from feeder.model.feed import Feed

__all__ = ["JSON", "item"]

VERSION = "https://jsonfeed.org/version/1.1"


def _opening(feed: Feed, _uses: frozenset[str]) -> bytes:
    return _encoded(_head(feed)).removesuffix(b"}") + b',"items":['


def _write(article: Article, manner: Manner) -> bytes:
    return _encoded(_item(article, manner))


def _render(pieces: Iterable[bytes]) -> list[Fragment]:
    return [Fragment(piece) for piece in pieces]


def _head(feed: Feed) -> dict[str, object]:
    top = head(feed, "json")
    fields: dict[str, object] = {
        "version": VERSION,
        "title": top.title,
        "home_page_url": top.home,
        "feed_url": top.address,
        "next_url": top.previous,
        "description": top.description,
        "icon": top.icon,
        "favicon": top.icon,
        "authors": [author(top.author)],
        "language": top.language,
        "hubs": [{"type": "WebSub", "url": hub} for hub in top.hubs],
    }
    return {key: value for key, value in fields.items() if value}


def _item(article: Article, manner: Manner) -> dict[str, object]:
    """Never without a text, even where the article has only a title."""
    made = item_of_cleaned(credited(article, manner.site), link_of(article, manner.site))
    if manner.content == "both" and article.content.html.strip():
        made.setdefault("summary", excerpt(article.content.html) or article.content.title)
    if manner.content == "summary" or not article.content.html.strip():
        made["content_text"] = article.content.summary or excerpt(article.content.html) or article.content.title
        del made["content_html"]
    return made


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


JSON = Format("json", "application/feed+json", _opening, _write, _render, closing=b"]}\n", between=b",\n")
