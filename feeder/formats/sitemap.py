"""Articles -> a news sitemap. https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap"""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feeder.formats._format import written
from feeder.model.address import link_of
from feeder.model.item import timestamp
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feeder.model.article import Article
    from feeder.model.feed import Site

# No older articles, and no more of them, may stand in one.
WINDOW = timedelta(days=2)
LIMIT = 1000

_OPENING = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
"""
_TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})


def build(entries: Iterable[bytes]) -> bytes:
    """The document of these entries; it may be empty, which search engines take for a quiet weekend."""
    return b"".join([_OPENING, *entries, b"</urlset>\n"])


def entry(article: Article, site: Site) -> bytes | None:
    """None for an article whose page is on another's site: only its publisher may announce it.

    Raises FormatError.
    """
    return written(article, lambda sound: _entry(sound, site))


def _entry(article: Article, site: Site) -> bytes | None:
    link = link_of(article, site)
    if _host(link) not in {_host(site.url), _host(site.pages)}:
        return None
    publication = _element("news:name", one_line(site.title))
    publication += _element("news:language", _language(article.content.language or site.language))
    news = f"<news:publication>{publication}</news:publication>"
    news += _element("news:publication_date", timestamp(article.published))
    news += _element("news:title", article.content.title)
    changed = _element("lastmod", timestamp(article.updated)) if article.updated > article.published else ""
    return f"<url>{_element('loc', link)}{changed}<news:news>{news}</news:news></url>\n".encode()


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")


def _language(tag: str) -> str:
    """ISO 639 without a region, but for Chinese, which is to be zh-cn or zh-tw."""
    language, *others = tag.lower().split("-")
    if language != "zh":
        return language
    return "zh-tw" if _TRADITIONAL.intersection(others) else "zh-cn"
