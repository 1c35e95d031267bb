"""Feed and articles -> Atom 1.0. https://www.rfc-editor.org/rfc/rfc4287"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from feeder.formats._format import Built, Format, head, parts
from feeder.model.address import link_of
from feeder.model.cleaned import excerpt, foreign_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element as Element

    from feeder.formats._feedgen import Entry
    from feeder.model.article import Article, Person
    from feeder.model.feed import Feed

MEDIA_TYPE = "application/atom+xml"


def build(feed: Feed, articles: Sequence[Article]) -> Built:
    from feeder.formats._feedgen import generator

    top = head(feed, "atom")
    elements, skipped = parts(articles, lambda article: _element(article, feed))
    made = generator(top, MEDIA_TYPE, feed.updated)
    made.author(_person(top.author))
    if top.description:
        made.subtitle(top.description)
    made.elements = elements
    return Built(made.atom_str(), skipped)


def _element(article: Article, feed: Feed) -> Element:
    from feeder.formats._feedgen import Entry

    entry = Entry(foreign_language(article, feed.site))
    entry.id(article.id)
    entry.title(article.content.title)
    entry.updated(article.updated.astimezone(UTC))
    entry.published(article.published.astimezone(UTC))
    entry.author([_person(person) for person in article.content.authors])
    entry.category([{"term": category} for category in article.content.categories])
    _add_links(entry, article, feed)
    _add_text(entry, article, feed.content)
    return entry.atom_entry()


def _add_links(entry: Entry, article: Article, feed: Feed) -> None:
    entry.link(href=link_of(article, feed.site), rel="alternate")
    for mention in article.content.also_at:
        entry.link(href=mention.url, rel="related", title=mention.name)
    for file in article.content.enclosures:
        length = None if file.length is None else str(file.length)
        entry.link(href=file.url, rel="enclosure", type=file.media_type, length=length, title=file.title)


def _add_text(entry: Entry, article: Article, wanted: str) -> None:
    """Never without a text, even where the article has only a title."""
    content = article.content
    if wanted == "full" and content.html.strip():
        entry.summary(content.summary or None)
        entry.content(content.html, type="html")
    else:
        entry.summary(content.summary or excerpt(content.html) or content.title)


def _person(person: Person) -> dict[str, str | None]:
    return {"name": person.name, "email": person.email, "uri": person.url}


ATOM = Format("atom", MEDIA_TYPE, build)
