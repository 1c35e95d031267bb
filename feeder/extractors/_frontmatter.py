"""Markdown -> its front matter as strings, and the text behind it: YAML, TOML, JSON or `Key: value` lines."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from feeder.errors import Unreadable

_FENCES = (  # how it opens, how it closes, and who reads what is between
    (re.compile(r"---[ \t]*\n"), re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE), "yaml"),
    (re.compile(r"\+\+\+[ \t]*\n"), re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE), "toml"),
    (re.compile(r";;;[ \t]*\n"), re.compile(r"^;;;[ \t]*$", re.MULTILINE), "json"),
)
_PAIR = re.compile(r"(?P<key>[A-Za-z][\w .-]{0,40}?)[ \t]*(?P<sign>[:=])[ \t]*(?P<value>.*)\Z")
_HEAD_KEYS = {
    "title", "date", "published", "modified", "updated", "author", "authors", "tags", "category", "categories",
    "keywords", "slug", "summary", "description", "lang", "language", "status", "draft", "url", "image", "id",
    "guid",
    "place", "publisher",
}  # fmt: skip
_LONGEST = 65536
_KEY = re.compile(r"[A-Za-z][\w-]{0,40}[ \t]*[:=]|\{")


def split(text: str) -> tuple[dict[str, Any], str, str | None]:
    """The front matter (keys lower-case, every scalar a string), the rest, and what was wrong with it."""
    text = text.lstrip("\n")
    for opens, closes, kind in _FENCES:
        start = opens.match(text)
        end = closes.search(text, start.end(), start.end() + _LONGEST) if start else None
        if start and end:
            values, problem = _values(text[start.end() : end.start()], kind)
            return values, text[end.end() :], problem
        if start and _is_head(text[start.end() :]):
            # It may say that this is a draft: nothing is published on a guess.
            raise Unreadable(f"its front matter never ends; a line {start[0].strip()} of its own has to close it")
    return _json_head(text) or _pairs_head(text) or ({}, text, None)


def _is_head(text: str) -> bool:
    """Whether what follows an opening fence begins as front matter; a lone `---` is a line across the page."""
    return _KEY.match(text) is not None


def _values(block: str, kind: str) -> tuple[dict[str, Any], str | None]:
    from feeder.config import yaml_strings

    try:
        if kind == "yaml":
            return _lowered(yaml_strings(block)), None
        return _lowered(tomllib.loads(block) if kind == "toml" else json.loads(block)), None
    except (ValueError, RecursionError, AttributeError) as error:  # AttributeError: a list where keys should be
        return _lines(
            block.split("\n")
        ), f"its front matter is no good {kind.upper()} ({str(error).splitlines()[0][:100]})"


def _json_head(text: str) -> tuple[dict[str, Any], str, str | None] | None:
    if not text.startswith("{"):
        return None
    try:
        values, end = json.JSONDecoder().raw_decode(text[:_LONGEST])
    except (ValueError, RecursionError):
        return None
    return _lowered(values), text[end:], None


def _pairs_head(text: str) -> tuple[dict[str, Any], str, str | None] | None:
    """Pelican and MultiMarkdown: `Key: value` lines up to the first blank one."""
    block, _, rest = text.partition("\n\n")
    rows = block[:_LONGEST].split("\n")
    first = _PAIR.match(rows[0])
    if first is None or first["sign"] != ":" or first["key"].lower() not in _HEAD_KEYS:
        return None
    if not all(_PAIR.match(row) or row.startswith((" ", "\t")) for row in rows):
        return None
    return _lines(rows), rest, None


def _lines(rows: list[str]) -> dict[str, Any]:
    """Key and value line by line; an indented line continues the one above it."""
    found: dict[str, Any] = {}
    key = ""
    for row in rows:
        indented = row.startswith((" ", "\t"))
        pair = _PAIR.match(row.strip())
        if pair and (not indented or pair["key"].strip().lower() in _HEAD_KEYS):
            key = pair["key"].strip().lower()
            found.setdefault(key, pair["value"].strip().strip("\"'"))
        elif key and row.strip():
            item = row.strip().removeprefix("- ").strip("\"'")
            found[key] = f"{found[key]}, {item}" if found[key] else item
    return found


def _lowered(values: Any) -> dict[str, Any]:
    return {str(key).strip().lower(): _strings(value) for key, value in values.items()}


def _strings(value: Any) -> Any:
    if isinstance(value, dict):
        return _lowered(value)
    if isinstance(value, list):
        return [_strings(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
