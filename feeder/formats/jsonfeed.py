"""Feed and articles -> JSON Feed 1.1. https://www.jsonfeed.org/version/1.1/"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from feeder.formats._format import Built, Format, head, parts
from feeder.model.address import link_of
from feeder.model.cleaned import credited, excerpt
from feeder.model.item import author, item, item_of_cleaned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feeder.model.article import Article
    from feeder.model.feed import Feed

__all__ = ["JSON", "build", "item"]

VERSION = "https://jsonfeed.org/version/1.1"


def build(feed: Feed, articles: Sequence[Article]) -> Built:
    """Each item is encoded alone, so that a bad one is left out and a good one is a fragment that can be kept."""
    items, skipped = parts(articles, lambda article: _encoded(_item(article, feed)))
    opening = _encoded(_head(feed)).removesuffix(b"}")
    return Built(opening + b',"items":[' + b",\n".join(items) + b"]}\n", skipped)


def _head(feed: Feed) -> dict[str, object]:
    top = head(feed, "json")
    fields: dict[str, object] = {
        "version": VERSION,
        "title": top.title,
        "home_page_url": top.home,
        "feed_url": top.address,
        "description": top.description,
        "authors": [author(top.author)],
        "language": top.language,
        "hubs": [{"type": "WebSub", "url": hub} for hub in top.hubs],
    }
    return {key: value for key, value in fields.items() if value}


def _item(article: Article, feed: Feed) -> dict[str, object]:
    """Never without a text, even where the article has only a title."""
    made = item_of_cleaned(credited(article, feed.site), link_of(article, feed.site))
    if feed.content == "summary" or not article.content.html.strip():
        made["content_text"] = article.content.summary or excerpt(article.content.html) or article.content.title
        del made["content_html"]
    return made


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


JSON = Format("json", "application/feed+json", build)
