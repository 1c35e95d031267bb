"""Microdata of a page -> what it says of the article: https://schema.org/Article in the page's own elements."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

_ARTICLE = re.compile(r"(?:article|posting|report|review|recipe|howto|creativework)/?\Z", re.IGNORECASE)
_FIELDS = {
    "headline": "title",
    "datepublished": "published",
    "datecreated": "published",
    "author": "authors",
    "creator": "authors",
    "publisher": "publisher",
    "description": "summary",
    "image": "image",
    "thumbnailurl": "image",
    "inlanguage": "language",
    "articlesection": "categories",
    "keywords": "categories",
}
_MOST = 200
_CONTENT = ("content", "datetime", "href", "src")


def microdata(page: HtmlElement) -> Iterator[tuple[str, str]]:
    """(field, value) of the first article; a page that marks its properties without one is taken as its own."""
    for node in _properties(_article(page)):
        for name in (node.get("itemprop") or "").lower().split():
            field = _FIELDS.get(name)
            value = _value(node, field) if field else ""
            if field and value and len(value) < 1000:
                yield field, value


def _article(page: HtmlElement) -> HtmlElement:
    scopes = (
        node for node in page.xpath("//*[@itemscope]")[:_MOST] if _ARTICLE.search(node.get("itemtype") or "")
    )
    return next(scopes, page)


def _properties(article: HtmlElement) -> list[HtmlElement]:
    """Those of the article itself, not those of things inside it."""
    found = article.xpath(".//*[@itemprop]")[:_MOST]
    return [node for node in found if _scope(node) in {None, article}]


def _scope(node: HtmlElement) -> HtmlElement | None:
    for above, _ in zip(node.iterancestors(), range(40), strict=False):
        if above.get("itemscope") is not None:
            return above
    return None


def _value(node: HtmlElement, field: str | None) -> str:
    if node.get("itemscope") is not None and field in {"authors", "publisher"}:
        named = node.xpath(".//*[@itemprop='name']")
        if named:
            return one_line(named[0].get("content") or named[0].text_content())
    if field == "authors":
        return one_line(node.get("content") or node.text_content())
    stated = next((node.get(name) for name in _CONTENT if node.get(name)), None)
    return one_line(stated or node.text_content())
