"""One request to the trial receiver -> what a person wants to know of it. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from feeder.text import clean, one_line

if TYPE_CHECKING:
    from datetime import datetime

_LONGEST = 200  # characters of a line
_SHOWN = 20_000  # characters of a body on the page
_INDENTED = 16 * 1024  # a longer body is shown as it came


class Mark(StrEnum):
    """What became of the signature."""

    VERIFIED = "verified"
    WRONG = "wrong"
    UNCHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Heard:
    """One attempt that arrived. `attempt` counts those of the same id to the same webhook.

    `signature` is the form of the one that fitted: v1, v1a or github.
    """

    number: int
    webhook: str
    id: str
    kind: str
    title: str
    at: datetime
    mark: Mark
    signature: str
    reason: str
    attempt: int
    status: int
    body: str
    shown: str


class _NotJson:
    """What is told apart from every JSON value, null included."""


NOT_JSON = _NotJson()


def parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # the latter: brackets nested without end
        return NOT_JSON


def kind_of(payload: object) -> str:
    return _text(payload, "type")


def title_of(payload: object) -> str:
    """The article's title in our own JSON, or the text that chat services get."""
    found = (_text(payload, *path) for path in (("data", "article", "title"), ("text",), ("content",)))
    return next((title for title in found if title), "")


def line(text: str) -> str:
    return one_line(text, _LONGEST)


def shown(body: bytes, payload: object) -> str:
    """Indented when it is JSON of a size to read, and without characters that no page can carry."""
    readable = payload is not NOT_JSON and len(body) <= _INDENTED
    text = clean(_indented(payload) if readable else body.decode(errors="replace"))
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "\n… cut here"


def _indented(payload: object) -> str:
    try:
        return json.dumps(payload, indent=2, ensure_ascii=False)
    except RecursionError:
        return "nested too deeply to be shown"


def _text(payload: object, *path: str) -> str:
    for key in path:
        payload = payload.get(key) if isinstance(payload, dict) else None
    return line(payload) if isinstance(payload, str) else ""
