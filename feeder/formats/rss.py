"""Feed and articles -> RSS 2.0, with the RSS Advisory Board's profile. https://www.rssboard.org/rss-profile"""

from __future__ import annotations

from datetime import UTC
from html import escape
from typing import TYPE_CHECKING

from feeder.formats._format import Built, Format, head, parts
from feeder.model.address import link_of
from feeder.model.cleaned import credited, excerpt, foreign_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element as Element

    from feeder.formats._feedgen import Entry
    from feeder.model.article import Article, Person
    from feeder.model.feed import Feed

MEDIA_TYPE = "application/rss+xml"


def build(feed: Feed, articles: Sequence[Article]) -> Built:
    from feeder.formats._feedgen import generator

    top = head(feed, "rss")
    elements, skipped = parts(articles, lambda article: _element(article, feed))
    made = generator(top, MEDIA_TYPE, feed.updated)
    made.description(top.description or top.title)
    if top.author.email:
        made.managingEditor(_contact(top.author))
    made.elements = elements
    return Built(made.rss_str(), skipped)


def _element(article: Article, feed: Feed) -> Element:
    from feeder.formats._feedgen import Entry

    entry = Entry()
    entry.id(article.id)
    entry.title(article.content.title)
    entry.published(article.published.astimezone(UTC))
    entry.category([{"term": category} for category in article.content.categories])
    _add_links(entry, article, feed)
    _add_text(entry, article, feed.content)
    # `author` must hold an e-mail address and stand once, so people are dc:creator, each of them; RSS readers
    # know no author of the whole feed.
    entry.dc.dc_creator([person.name for person in credited(article, feed.site).content.authors])
    entry.dc.dc_language(foreign_language(article, feed.site))
    return entry.rss_entry()


def _add_links(entry: Entry, article: Article, feed: Feed) -> None:
    """One enclosure at most: readers and the profile know no second."""
    entry.link(href=link_of(article, feed.site), rel="alternate")
    for file in article.content.enclosures[:1]:
        entry.link(href=file.url, rel="enclosure", type=file.media_type, length=str(file.length or 0))


def _add_text(entry: Entry, article: Article, wanted: str) -> None:
    """`description` is read as HTML, so plain text is escaped in it; without a summary it holds the content."""
    content = article.content
    if wanted == "full" and content.html.strip():
        entry.description(escape(content.summary, quote=False) or None)
        entry.content(content.html, type="html")
    else:
        text = content.summary or excerpt(content.html) or content.title
        entry.description(escape(text, quote=False))


def _contact(person: Person) -> str:
    name = person.name.translate({ord("("): "[", ord(")"): "]"})
    return f"{person.email} ({name})"


RSS = Format("rss", MEDIA_TYPE, build)
