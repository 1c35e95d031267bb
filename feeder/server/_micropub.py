"""Microformats' properties <-> a JSON Feed item. Pure. https://www.w3.org/TR/micropub/

A property is a list of values. Pictures stand at the end of the text, so that every reader shows them, and are
taken off again there.
"""

from __future__ import annotations

import mimetypes
import re
from html import escape, unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from feeder.server._refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

Properties = dict[str, list[Any]]
Item = dict[str, Any]

# Which keys of an item say what a property says.
_KEYS = {
    "author": ("authors", "author"),
    "category": ("tags",),
    "content": ("content_html", "content_text"),
    "name": ("title",),
    "photo": ("content_html", "content_text", "image"),
    "published": ("date_published",),
    "summary": ("summary",),
    "url": ("url",),
}
_FIGURE, _FIGURE_END = "<figure>", "</figure>"
_PLAIN = re.compile(r"(?:<p>[^<]*(?:<br ?/?>[^<]*)*</p>\s*)+")
_BREAK = re.compile(r"<br ?/?>\n?")
_MEDIA = mimetypes.MimeTypes()  # Python's own table: the system's differs from node to node


# ---------------------------------------------------------------- properties -> item


def item_of(properties: Properties) -> Item:
    """What these properties say; those that we do not know are passed over. Raises Refusal."""
    photos = _photos(properties)
    item: Item = {
        "id": _text(properties, "uid"),
        "url": _text(properties, "url"),
        "title": _text(properties, "name"),
        "summary": _text(properties, "summary"),
        "image": photos[0][0] if photos else "",
        "date_published": _text(properties, "published"),
        "date_modified": _text(properties, "updated"),
        "authors": _authors(properties),
        "tags": [word for it in properties.get("category", []) if (word := _word(it))],
        "attachments": [_attachment(it) for name in ("audio", "video") for it in _addresses(properties, name)],
        "_feeder": {"slug": _text(properties, "mp-slug"), "draft": _is_draft(properties)},
    }
    item["_feeder"] = {name: value for name, value in item["_feeder"].items() if value}
    return {name: value for name, value in (item | _content(properties, photos)).items() if value}


def _content(properties: Properties, photos: list[tuple[str, str]]) -> Item:
    said = next(iter(properties.get("content", [])), "")
    html = str(said.get("html") or "") if isinstance(said, dict) else ""
    text = "" if html else _word(said) or ("" if photos else _text(properties, "summary"))
    if not photos:
        return {"content_html": html} if html else {"content_text": text}
    return {"content_html": (html or _paragraphs(text)) + "".join(_figure(*photo) for photo in photos)}


def _paragraphs(text: str) -> str:
    parts = (part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    return "".join(f"<p>{escape(part, quote=False).replace(chr(10), '<br>')}</p>" for part in parts if part)


def _figure(address: str, alt: str) -> str:
    return f'{_FIGURE}<img src="{escape(address)}" alt="{escape(alt)}">{_FIGURE_END}'


def _photos(properties: Properties) -> list[tuple[str, str]]:
    """(address, what it shows); the latter is empty where nobody says."""
    found = ((_word(it), it.get("alt") if isinstance(it, dict) else "") for it in properties.get("photo", []))
    return [(address, alt if isinstance(alt, str) else "") for address, alt in found if address]


def _attachment(address: str) -> dict[str, str]:
    kind = _MEDIA.guess_type(address.partition("?")[0])[0]
    return {"url": address, "mime_type": kind or "application/octet-stream"}


def _addresses(properties: Properties, name: str) -> list[str]:
    return [word for it in properties.get(name, []) if (word := _word(it))]


def _authors(properties: Properties) -> list[dict[str, str]]:
    found = []
    for it in properties.get("author", []):
        card = it.get("properties") if isinstance(it, dict) else {"name": [it]}
        if isinstance(card, dict):
            said = {key: _word(next(iter(_list(card.get(key))), "")) for key in ("name", "url")}
            found.append({key: value for key, value in said.items() if value})
    return [author for author in found if author]


def _is_draft(properties: Properties) -> bool:
    """What asks not to be seen must not become a public article."""
    status, sight = _text(properties, "post-status"), _text(properties, "visibility")
    if sight not in {"", "public"}:
        raise Refusal(400, f"visibility {sight}: everything here is public; post-status draft is possible")
    if status not in {"", "published", "draft"}:
        raise Refusal(400, f"post-status {status}: there are draft and published")
    return status == "draft"


def _text(properties: Properties, name: str) -> str:
    return _word(next(iter(properties.get(name, [])), ""))


def _word(value: Any) -> str:
    """A value, of an object its plain form or its name."""
    if isinstance(value, dict):
        inner = value.get("properties")
        name = _list(inner.get("name")) if isinstance(inner, dict) else []
        value = value.get("value") or next(iter(name), "")
    return value.strip() if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


# ---------------------------------------------------------------- item -> properties


def properties_of(item: Item) -> Properties:
    """The other way round."""
    html, photos = _without_photos(item.get("content_html") or "")
    text = item.get("content_text") or plain(html)
    own = item.get("_feeder") or {}
    content = text or ({"html": html} if html else None)
    said = {
        "name": _list(item.get("title")),
        "summary": _list(item.get("summary")),
        "content": _list(content),
        "category": item.get("tags") or [],
        "photo": photos or _list(item.get("image")),
        "published": _list(item.get("date_published")),
        "author": [_card(author) for author in item.get("authors") or []],
        "url": _list(item.get("url")),
        "uid": _list(item.get("id")),
        "post-status": ["draft" if own.get("draft") else "published"],
    }
    return {name: values for name, values in said.items() if values}


def _card(author: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": ["h-card"],
        "properties": {name: [author[name]] for name in ("name", "url") if author.get(name)},
    }


def plain(html: str) -> str:
    """The text of a fragment that is nothing but paragraphs; empty for any other."""
    if not _PLAIN.fullmatch(html):
        return ""
    parts = _BREAK.sub("\n", html).replace("<p>", "").split("</p>")
    return "\n\n".join(unescape(part.strip()) for part in parts if part.strip())


_PHOTOS = 200  # more are left where they are


def _without_photos(html: str) -> tuple[str, list[Any]]:
    photos: list[Any] = []
    rest = html.rstrip()
    while len(photos) < _PHOTOS and rest.endswith(_FIGURE_END) and (start := rest.rfind(_FIGURE)) >= 0:
        picture = _Picture()
        picture.feed(rest[start:])
        if picture.more or not picture.address:
            break
        photos.insert(0, {"value": picture.address, "alt": picture.alt} if picture.alt else picture.address)
        rest = rest[:start].rstrip()
    return rest, photos


class _Picture(HTMLParser):
    """The one picture of a figure; `more` where there is anything beside."""

    def __init__(self) -> None:
        super().__init__()
        self.address, self.alt, self.more = "", "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img" and not self.address:
            said = dict(attrs)
            self.address, self.alt = said.get("src") or "", said.get("alt") or ""
        elif tag != "figure":
            self.more = True

    def handle_data(self, data: str) -> None:
        self.more = self.more or bool(data.strip())


# ---------------------------------------------------------------- update


def updated(item: Item, order: Mapping[str, Any]) -> Item:
    """The item after replace, add and delete of a Micropub update. Raises Refusal."""
    replaced, added = (_lists(order, name) for name in ("replace", "add"))
    whole, single = _deleted(order)
    if not (replaced or added or whole or single):
        raise Refusal(400, "an update says what to replace, add or delete")
    properties = properties_of(item)
    properties |= replaced
    for name, values in added.items():
        there = properties.get(name, [])
        properties[name] = there + [value for value in values if value not in there]
    for name, values in single.items():
        properties[name] = [value for value in properties.get(name, []) if value not in values]
    kept = {name: values for name, values in properties.items() if name not in whole}
    return _rewritten(item, item_of(kept), {*replaced, *added, *whole, *single})


def _rewritten(item: Item, fresh: Item, touched: set[str]) -> Item:
    """Only what was touched is said anew: an item says more than properties can."""
    keys = {key for name in touched for key in _KEYS.get(name, ())}
    after = {key: value for key, value in item.items() if key not in keys}
    after |= {key: fresh[key] for key in keys if key in fresh}
    if "post-status" in touched:
        own = {key: value for key, value in (item.get("_feeder") or {}).items() if key != "draft"}
        after["_feeder"] = own | {key: True for key in fresh.get("_feeder", {}) if key == "draft"}
    return after


def _lists(order: Mapping[str, Any], name: str) -> Properties:
    found = order.get(name, {})
    if not isinstance(found, dict) or not all(isinstance(values, list) for values in found.values()):
        raise Refusal(400, f'{name} takes an object of lists, as {{"category": ["news"]}}')
    return found


def _deleted(order: Mapping[str, Any]) -> tuple[set[str], Properties]:
    """Properties that go as a whole, and values that go."""
    found = order.get("delete", [])
    if isinstance(found, list) and all(isinstance(name, str) for name in found):
        return set(found), {}
    if isinstance(found, list):
        raise Refusal(400, "delete takes a list of names, or an object of lists of values")
    return set(), _lists(order, "delete")
