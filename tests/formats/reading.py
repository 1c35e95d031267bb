"""What independent parsers read in our feeds."""

from __future__ import annotations

import json
from typing import Any, cast

from lxml import etree

_ENTRY = {"atom": ("{*}entry", "{*}id"), "rss": ("channel/item", "guid")}


def xml(body: bytes) -> Any:
    """The root element, without anything from outside."""
    return etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def items(body: bytes) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", json.loads(body)["items"])


def ids_of(form: str, body: bytes) -> list[str]:
    return _values(form, body, "id", _ENTRY.get(form, ("", ""))[1])


def titles_of(form: str, body: bytes) -> list[str]:
    return _values(form, body, "title", "{*}title")


def _values(form: str, body: bytes, key: str, path: str) -> list[str]:
    if form == "json":
        return [item[key] for item in items(body)]
    return [entry.findtext(path) for entry in xml(body).iterfind(_ENTRY[form][0])]
