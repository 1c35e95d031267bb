"""An HTML page -> what it declares of itself: JSON-LD, Open Graph, microdata, meta, links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feeder.extractors._linked import linked_data
from feeder.extractors._microdata import microdata
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

Declared = dict[str, list[tuple[str, str]]]  # field -> (value, which rule), best first

_META: dict[str, tuple[str, ...]] = {
    "title": ("og:title", "twitter:title", "dc.title", "dcterms.title", "headline", "title", "citation_title"),
    "published": (
        "article:published_time",
        "og:article:published_time",
        "datepublished",
        "dc.date.issued",
        "dcterms.issued",
        "dc.date",
        "dcterms.date",
        "dc.date.created",
        "dcterms.created",
        "citation_publication_date",
        "date",
        "pubdate",
        "publish-date",
        "publish_date",
        "publication_date",
        "sailthru.date",
        "parsely-pub-date",
        "cxenseparse:recs:publishtime",
        "article.published",
        "last-modified-published",
    ),
    "authors": (
        "author",
        "article:author",
        "og:article:author",
        "dc.creator",
        "dcterms.creator",
        "citation_author",
        "parsely-author",
        "sailthru.author",
        "cxenseparse:author",
        "byl",
    ),
    "publisher": (
        "og:site_name",
        "application-name",
        "dc.publisher",
        "dcterms.publisher",
        "apple-mobile-web-app-title",
    ),
    "summary": ("og:description", "description", "twitter:description", "dc.description"),
    "image": ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"),
    "url": ("og:url",),
    "language": ("content-language", "dc.language", "dcterms.language", "og:locale"),
    "categories": ("article:section", "article:tag", "keywords", "news_keywords"),
}


def declared(page: HtmlElement) -> Declared:
    found: Declared = {name: [] for name in _META}
    for name, value in linked_data(page):
        found[name].append((value, "JSON-LD"))
    metas = _metas(page)
    for name, keys in _META.items():
        found[name] += [(value, key) for key in keys for value in metas.get(key, ())]
    for name, value in microdata(page):
        found[name].append((value, "microdata"))
    found["title"] += [(line, "title") for node in page.iter("title") if (line := one_line(node.text_content()))][
        :1
    ]
    found["url"] = [(link, "canonical") for link in _canonical(page)] + found["url"]
    if lang := page.get("lang") or page.get("{http://www.w3.org/XML/1998/namespace}lang") or page.get("xml:lang"):
        found["language"].insert(0, (str(lang), "html lang"))
    return found


def _metas(page: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in page.iter("meta"):
        value = one_line(node.get("content") or "")
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            for key in (node.get(attribute) or "").lower().split() if value else ():
                found.setdefault(key, []).append(value)
    return found


def _canonical(page: HtmlElement) -> Iterator[str]:
    for node in page.iter("link"):
        if "canonical" in (node.get("rel") or "").lower().split() and node.get("href"):
            yield str(node.get("href"))
