"""JSON-LD of a page -> what it says of the article."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any

from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

_LARGEST, _SCRIPTS, _ITEMS = 500_000, 30, 2000
_ARTICLE = re.compile(r"(?:article|posting|report|review|recipe|howto|column)\Z")
_PAGE = re.compile(r"(?:webpage|videoobject|podcastepisode|creativework|collectionpage|itempage)\Z")
_FIELDS = {
    "title": ("headline", "name"),
    "published": ("datePublished", "dateCreated", "uploadDate"),
    "authors": ("author", "creator"),
    "publisher": ("publisher", "sourceOrganization"),
    "summary": ("description",),
    "image": ("image", "thumbnailUrl"),
    "language": ("inLanguage",),
    "categories": ("articleSection", "keywords"),
    "url": ("mainEntityOfPage", "url"),
}
_AROUND = ("<!--", "-->", "<![CDATA[", "]]>", "//", "/*", "*/", ";")
_COMMAS = re.compile(r",(\s*[}\]])")


def linked_data(page: HtmlElement) -> Iterator[tuple[str, str]]:
    """(field, value) of the page's article, then of the page itself, which are less surely the article's."""
    items = _items(page)
    named = {str(item["@id"]): item for item in items if "@id" in item and len(item) > 2}
    for kind in (_ARTICLE, _PAGE):
        for item in [it for it in items if any(kind.search(name) for name in _kinds(it))][:1]:
            yield from _fields(item, named)


def _items(page: HtmlElement) -> list[dict[str, Any]]:
    """Every object, outer ones first; the article may lie in @graph, in mainEntity or in a list of lists."""
    waiting: list[Any] = [data for data in map(_data, _scripts(page)) if data is not None]
    found: list[dict[str, Any]] = []
    for value in waiting:  # grows while it is walked
        if isinstance(value, dict):
            found.append(value)
            waiting += [child for child in value.values() if isinstance(child, (dict, list))]
        elif isinstance(value, list):
            waiting += value
        if len(found) >= _ITEMS or len(waiting) > 10 * _ITEMS:
            break
    return found


def _scripts(page: HtmlElement) -> list[str]:
    scripts = (node for node in page.iter("script") if "ld+json" in (node.get("type") or "").lower())
    return [node.text_content()[:_LARGEST] for _, node in zip(range(_SCRIPTS), scripts, strict=False)]


def _data(text: str) -> Any:
    """Many pages write it nearly right: in a comment, with escaped quotes, with a comma too many."""
    bare = _bare(text)
    for attempt in (bare, _COMMAS.sub(r"\1", bare), unescape(bare)):
        try:
            return json.loads(attempt, strict=False)
        except ValueError:
            continue
        except RecursionError:
            return None
    return None


def _bare(text: str) -> str:
    """Without the comment or CDATA section that it is wrapped in."""
    text = text.strip()
    for _ in range(2 * len(_AROUND)):
        mark = next((mark for mark in _AROUND if text.startswith(mark) or text.endswith(mark)), None)
        if mark is None:
            return text
        text = text.removeprefix(mark).removesuffix(mark).strip()
    return text


def _kinds(item: dict[str, Any]) -> list[str]:
    return [kind.lower() for kind in _list(item.get("@type")) if isinstance(kind, str)]


def _fields(item: dict[str, Any], named: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for field, keys in _FIELDS.items():
        for key in keys:
            lines = [line for value in _list(item.get(key))[:50] if (line := _line(value, named, field))]
            yield from ((field, line) for line in lines)
            if lines and field != "categories":
                break


def _line(value: Any, named: dict[str, dict[str, Any]], field: str) -> str:
    if isinstance(value, dict):
        value = named.get(str(value.get("@id")), value) if "name" not in value else value
        keys = ("url", "contentUrl", "@id") if field in {"image", "url"} else ("name", "@value", "alternateName")
        value = next((value[key] for key in keys if isinstance(value.get(key), str)), "")
    return one_line(unescape(value)) if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
