"""What was sent as a JSON Feed item -> the item as its reader gets it; nothing is passed over in silence. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from feeder.server._refusal import Refusal
from feeder.text import one_line

if TYPE_CHECKING:
    from feeder.server._micropub import Item

_NAME = 300  # characters of an article's own name, as the store knows it
# Of an item, and what feeder adds to it: feeder/extractors/item.py.
_TEXTS = frozenset(
    {"url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image"}
    | {"date_published", "date_modified", "language"}
)
_KEYS = _TEXTS | {"id", "authors", "author", "tags", "attachments", "_feeder"}
_OWN_TEXTS = frozenset({"place", "publisher", "tagline", "caption", "slug"})
_OWN = _OWN_TEXTS | {"draft"}
# Said by us of articles that we show: whoever sends one back need not take it off.
_OURS = frozenset({"also_at", "api", "key", "reason", "revision", "source", "state", "taken_in", "until"})


def of(said: dict[str, Any]) -> tuple[Item, tuple[str, ...]]:
    """The item, and the keys that nobody reads. Raises Refusal."""
    item = {key: value for key, value in said.items() if key in _KEYS and value is not None}
    own = item.pop("_feeder", {})
    _refuse_types(item, own)
    unknown = [key for key in said if key not in _KEYS]
    unknown += [f"_feeder.{key}" for key in own if key not in _OWN | _OURS]
    item["_feeder"] = {key: value for key, value in own.items() if key in _OWN and value is not None}
    return checked(item), tuple(one_line(key, 60) for key in unknown[:20])


def _refuse_types(item: Item, own: object) -> None:
    """A value of another type would be passed over, and missed later."""
    if not isinstance(own, dict):
        raise Refusal(400, "_feeder takes an object")
    own = {key: value for key, value in own.items() if value is not None}
    for key in (*(key for key in item if key in _TEXTS), *(key for key in own if key in _OWN_TEXTS)):
        if not isinstance(item.get(key, own.get(key)), str):
            raise Refusal(400, f"{key} is a text")
    if not isinstance(own.get("draft", False), bool):
        raise Refusal(400, "_feeder.draft is true or false")
    for key, kind in {"tags": str, "authors": dict, "attachments": dict}.items():
        found = item.get(key, [])
        if not isinstance(found, list) or not all(isinstance(value, kind) for value in found):
            raise Refusal(400, f"{key} takes a list of {'texts' if kind is str else 'objects'}")
    if not isinstance(item.get("author", {}), dict):
        raise Refusal(400, "author takes an object")


def checked(item: Item) -> Item:
    """An item whose name can be a name; a date to come makes it wait."""
    name = item.get("id", "")
    if isinstance(name, bool) or not isinstance(name, str | int):
        raise Refusal(400, "id is a text")
    rest = {key: value for key, value in item.items() if key != "id"}
    name = named(str(name))
    return rest | ({"id": name} if name else {}) | {"_feeder": item.get("_feeder", {}) | {"wait": True}}


def named(word: str) -> str:
    """A name as the store can hold it. Raises Refusal."""
    name = one_line(word)
    if len(name) > _NAME:
        raise Refusal(400, f"the id is longer than {_NAME} characters")
    return name


def encoded(item: Item) -> bytes:
    """The same item is the same bytes."""
    return json.dumps(item, sort_keys=True, allow_nan=False).encode()
