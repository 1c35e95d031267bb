"""Articles and documents that wait -> what the API says of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from feeder.model.document import ITEM
from feeder.model.item import author, item, timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feeder.model.article import Article, Enclosure
    from feeder.model.document import Document
    from feeder.server._micropub import Item
    from feeder.store.documents import Known

ARTICLES = "/api/articles"
# Rules of readers that make a field up from the text.
_MADE_UP = frozenset({"detected", "feed", "first paragraph", "first sentence"})


def address(word: str) -> str:
    """Where the API has the article of this slug, or the document of this key."""
    return f"{ARTICLES}/{quote(word, safe=':')}"


def brief(article: Article, link: str) -> dict[str, object]:
    """What whoever writes wants to know of it."""
    return {
        "id": article.id,
        "slug": article.slug,
        "url": link,
        "api": address(article.slug),
        "title": article.content.title,
        "source": article.source,
        "state": article.state,
        "revision": article.revision,
        "published": timestamp(article.published),
        "updated": timestamp(article.updated),
    }


def whole(article: Article, link: str) -> dict[str, Any]:
    """The item that feeds and webhooks have, and what we know beside."""
    found: dict[str, Any] = item(article, link)
    facts = {
        "slug": article.slug,
        "state": article.state,
        "api": address(article.slug),
        "taken_in": timestamp(article.taken_in),
    }
    return found | {"_feeder": found["_feeder"] | facts}


def waiting(known: Known) -> dict[str, object]:
    until: dict[str, object] = {"until": timestamp(known.again)} if known.again else {}
    return (
        {"key": known.key, "source": known.source, "state": known.state, "reason": known.reason}
        | until
        | {"api": address(known.key)}
    )


def item_of(article: Article, origins: Mapping[str, str]) -> Item:
    """The item that would make this article again; what a reader made up from the text is left to be made up."""
    content = article.content
    made_up = {name for name, rule in origins.items() if rule in _MADE_UP}
    own = {name: getattr(content, name) for name in ("place", "publisher", "tagline", "caption")}
    said = {
        "url": content.url,
        "title": "" if "title" in made_up else content.title,
        "summary": "" if "summary" in made_up else content.summary,
        "content_html": content.html,
        "image": content.image,
        "date_published": timestamp(article.published),
        "authors": [author(person) for person in content.authors],
        "tags": list(content.categories),
        "language": None if "language" in made_up else content.language,
        "attachments": list(map(_attachment, content.enclosures)),
        "_feeder": {name: value for name, value in own.items() if value and name not in made_up} | {"wait": True},
    }
    return {name: value for name, value in said.items() if value}


def _attachment(it: Enclosure) -> dict[str, object]:
    said = {"url": it.url, "mime_type": it.media_type, "title": it.title, "size_in_bytes": it.length}
    return {name: value for name, value in said.items() if value is not None}


def item_in(document: Document | None) -> Item | None:
    """The item in a document that waits, if it is one."""
    if document is None or document.media_type != ITEM:
        return None
    found: Item = json.loads(document.body)
    return found
