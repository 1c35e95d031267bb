"""A request's body -> the article that it offers, or what it orders to be done with one. Pure."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from feeder.model.document import ITEM
from feeder.server import _items, _micropub, _multipart
from feeder.server._refusal import Refusal
from feeder.text import character_set, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feeder.server._micropub import Item, Properties

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_JSON = ("application/json", "application/feed+json")
_RAW = ("text/html", "text/markdown", "text/plain")
TAKEN = (*_JSON, FORM, MULTIPART, *_RAW)

_DEPTH = 32
_FIELDS = 1000
# What people call fields in a form of their own, and what Micropub calls them.
_SIMPLE = {
    "date": "published",
    "html": "content[html]",
    "id": "uid",
    "image": "photo",
    "slug": "mp-slug",
    "tags": "category",
    "text": "content",
    "title": "name",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """An article as it was sent: an item, or else the body as it came. `ignored` are keys that nobody reads."""

    media_type: str
    item: Item | None = None
    body: bytes = b""
    micropub: bool = False
    ignored: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What its sender calls the article."""
        return str((self.item or {}).get("id", ""))


@dataclass(frozen=True, slots=True)
class Order:
    """A Micropub action on the article at `url`; `said` is what an update says."""

    action: str
    url: str
    said: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """What a body holds. `token` is the one that a form brought along."""

    what: Offer | Order
    token: str | None = None


def kind_of(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def read(content_type: str, body: bytes) -> Read:
    """Raises Refusal."""
    kind = kind_of(content_type)
    if kind in _JSON:
        return Read(_of_json(body))
    if kind == FORM:
        return _of_form(_pairs(body))
    if kind == MULTIPART:
        return _of_form(_fields(content_type, body))
    if kind in _RAW:
        return Read(Offer(kind, body=_utf8(content_type, body)))
    raise Refusal(415, f"{kind or 'no Content-Type'}: there are {', '.join(TAKEN)}")


# ---------------------------------------------------------------- JSON


def _of_json(body: bytes) -> Offer | Order:
    said = _json(body)
    if "items" in said:
        raise Refusal(
            400, "this is a whole feed; send one item at a time, or name the feed as a source of type feed"
        )
    if "action" in said:
        return _order(said)
    if "properties" in said:
        properties = _properties(said)
        return Offer(ITEM, _items.checked(_micropub.item_of(properties)), micropub=True)
    item, ignored = _items.of(said)
    return Offer(ITEM, item, ignored=ignored)


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body, parse_constant=_finite, parse_float=_finite, object_pairs_hook=_once)
    except RecursionError:
        raise Refusal(400, _too_deep()) from None
    except ValueError as error:  # UnicodeDecodeError too
        raise Refusal(400, f"the body is not JSON: {one_line(str(error), 100)}") from None
    if not isinstance(said, dict):
        raise Refusal(400, "the body is not a JSON object; an article is one")
    _refuse_depth(said)
    return said


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values under one key, one would be passed over in silence."""
    found = dict(pairs)
    if len(found) < len(pairs):
        name = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise Refusal(400, f'"{one_line(name, 60)}" stands in the same object twice')
    return found


def _finite(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):
        raise ValueError(f"{word} is no number")
    return number


def _refuse_depth(value: object) -> None:
    level = [value]
    for _ in range(_DEPTH):
        level = [inner for it in level for inner in _inside(it)]
        if not level:
            return
    raise Refusal(400, _too_deep())


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _too_deep() -> str:
    return f"the body has more than {_DEPTH} levels"


def _properties(said: dict[str, Any]) -> Properties:
    kind, found = said.get("type", ["h-entry"]), said["properties"]
    if kind != ["h-entry"]:
        raise Refusal(400, 'type: there is ["h-entry"]')
    if not isinstance(found, dict) or not all(isinstance(values, list) for values in found.values()):
        raise Refusal(400, 'properties takes an object of lists, as {"content": ["Fog lifts"]}')
    return found


def _order(said: dict[str, Any]) -> Order:
    action, url = said["action"], said.get("url")
    if action not in ("update", "delete", "undelete"):
        raise Refusal(400, "action: there are update, delete and undelete")
    if not isinstance(url, str) or not url.strip():
        raise Refusal(400, f"{action} needs the url of an article")
    return Order(action, one_line(url), said)


# ---------------------------------------------------------------- forms


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS)
    except ValueError:  # UnicodeDecodeError too
        raise Refusal(400, f"the form is not UTF-8, or has more than {_FIELDS} fields") from None


def _fields(content_type: str, body: bytes) -> list[tuple[str, str]]:
    found = []
    for field in _multipart.fields(content_type, body):
        if field.file and field.value:
            raise Refusal(
                501,
                f"{one_line(field.name, 60)}: files are not taken; put it where it has an address, and send that",
            )
        found += [] if field.file else [(field.name, _decoded(field.value))]
    return found


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Refusal(400, "a part of the multipart body is not UTF-8") from None


def _of_form(pairs: list[tuple[str, str]]) -> Read:
    said: Properties = {}
    for name, value in pairs:
        if value.strip():
            said.setdefault(name.removesuffix("[]"), []).append(value)
    tokens = said.pop("access_token", None)
    token = tokens[0].strip() if tokens else None
    if "action" in said:
        return Read(_order_of_form(said), token)
    micropub = said.pop("h", None)
    if micropub is not None and micropub != ["entry"]:
        raise Refusal(400, "h: there is entry")
    if micropub is None:
        said = _named_simply(said)
    if "content[html]" in said:
        said["content"] = [{"html": said.pop("content[html]")[0]}]
    return Read(Offer(ITEM, _items.checked(_micropub.item_of(said)), micropub=True), token)


def _order_of_form(said: Properties) -> Order:
    if said["action"] == ["update"]:
        raise Refusal(400, "an update is sent as JSON")
    return _order({"action": said["action"][0], "url": said.get("url", [""])[0]})


def _named_simply(said: Properties) -> Properties:
    found: Properties = {}
    for name, values in said.items():
        found.setdefault(_SIMPLE.get(name, name), []).extend(values)
    words = (word.strip() for value in found.pop("category", []) for word in value.split(","))
    return found | ({"category": tags} if (tags := [word for word in words if word]) else {})


# ---------------------------------------------------------------- as it is


def _utf8(content_type: str, body: bytes) -> bytes:
    """A character set that the sender names is believed; else the readers find out."""
    head = Message()
    head["Content-Type"] = content_type
    charset = head.get_content_charset()
    if charset is None:
        return body
    refusal = Refusal(400, f"the body is not {one_line(charset, 40)}")
    name = character_set(charset)
    if name is None:
        raise refusal
    try:
        return body.decode(name).encode()
    except ValueError:
        raise refusal from None
