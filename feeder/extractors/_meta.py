"""The head of an HTML page -> what it declares of itself: JSON-LD, Open Graph, meta, links."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

Declared = dict[str, list[tuple[str, str]]]  # field -> (value, which rule), best first

_META: dict[str, tuple[str, ...]] = {
    "title": ("og:title", "twitter:title", "dc.title", "headline"),
    "published": (
        "article:published_time",
        "datepublished",
        "dc.date.issued",
        "dc.date",
        "date",
        "pubdate",
        "publish-date",
        "parsely-pub-date",
    ),
    "authors": ("author", "article:author", "dc.creator", "parsely-author", "byl"),
    "publisher": ("og:site_name", "application-name", "dc.publisher"),
    "summary": ("og:description", "description", "twitter:description", "dc.description"),
    "image": ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"),
    "url": ("og:url",),
    "language": ("og:locale", "content-language", "dc.language"),
    "categories": ("article:section", "article:tag", "keywords", "news_keywords"),
}
_ARTICLES = {
    "article",
    "newsarticle",
    "blogposting",
    "reportagenewsarticle",
    "analysisnewsarticle",
    "opinionnewsarticle",
    "techarticle",
    "posting",
}
_DEPTH = 6


def declared(page: HtmlElement) -> Declared:
    found: Declared = {name: [] for name in _META}
    for name, value in _linked_data(page):
        found[name].append((value, "JSON-LD"))
    metas = _metas(page)
    for name, keys in _META.items():
        found[name] += [(value, key) for key in keys for value in metas.get(key, ())]
    found["title"] += [(line, "title") for node in page.iter("title") if (line := one_line(node.text_content()))][
        :1
    ]
    found["url"] = [(link, "canonical") for link in _canonical(page)] + found["url"]
    if page.get("lang"):
        found["language"].insert(0, (str(page.get("lang")), "html lang"))
    return found


def _metas(page: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in page.iter("meta"):
        key = (
            (node.get("property") or node.get("name") or node.get("itemprop") or node.get("http-equiv") or "")
            .strip()
            .lower()
        )
        value = one_line(node.get("content") or "")
        if key and value:
            found.setdefault(key, []).append(value)
    return found


def _canonical(page: HtmlElement) -> Iterator[str]:
    for node in page.iter("link"):
        if "canonical" in (node.get("rel") or "").lower().split() and node.get("href"):
            yield str(node.get("href"))


def _linked_data(page: HtmlElement) -> Iterator[tuple[str, str]]:
    for node in page.iter("script"):
        if "ld+json" not in (node.get("type") or "").lower():
            continue
        try:
            data = json.loads(node.text_content(), strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _items(data, _DEPTH):
            if _ARTICLES & {str(kind).lower() for kind in _list(item.get("@type"))}:
                yield from _article(item)
                return


def _items(data: Any, depth: int) -> Iterator[dict[str, Any]]:
    if isinstance(data, dict):
        yield data
    children = data if isinstance(data, list) else _list(data.get("@graph")) if isinstance(data, dict) else []
    for child in children if depth else []:
        yield from _items(child, depth - 1)


def _article(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    rows = {
        "title": "headline",
        "published": "datePublished",
        "authors": "author",
        "publisher": "publisher",
        "summary": "description",
        "image": "image",
        "language": "inLanguage",
    }
    for name, key in rows.items():
        for value in _list(item.get(key)):
            if line := one_line(_word(value)):
                yield name, line
    for value in _list(item.get("articleSection")) + _list(item.get("keywords")):
        if isinstance(value, str):
            yield "categories", one_line(value)


def _word(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("name") or value.get("url") or value.get("@id") or ""
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
