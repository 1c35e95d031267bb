"""The bytes of an item -> its values by type. What has another type is left out, with a warning."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

from feeder.errors import Unreadable
from feeder.text import one_line

_LARGEST = 16_000_000  # bytes
_MOST = 100  # of a list
_DIGITS, _SIZE = 4000, 2**53
_ON = {"true", "yes", "on", "1"}


def load(body: bytes) -> Values:
    """The object that the bytes are; `Unreadable` when they are none."""
    if len(body) > _LARGEST:
        raise Unreadable(f"it has {len(body):,} bytes, more than the {_LARGEST:,} that are read of an item")
    try:
        said = json.loads(body.decode("utf-8-sig"), parse_int=_integer, parse_constant=lambda _: None)
    except UnicodeDecodeError:
        raise Unreadable("it is JSON, but not in UTF-8") from None
    except RecursionError:
        raise Unreadable("it is nested too deeply for an item of a JSON Feed") from None
    except ValueError:
        raise Unreadable("it is not JSON; an item of a JSON Feed is expected") from None
    if not isinstance(said, dict):
        raise Unreadable("it is JSON, but no object; an item of a JSON Feed is one")
    return Values(said)


def _integer(text: str) -> int | None:
    return int(text) if len(text) <= _DIGITS else None  # Python refuses longer ones


@dataclass(slots=True)
class Values:
    """An object of JSON. Empty and missing values are the same; `name` is how warnings call the object."""

    said: dict[str, Any]
    name: str = ""
    warnings: list[str] = field(default_factory=list)

    def text(self, *keys: str) -> str:
        """The first of the keys that has a word, trimmed."""
        return next((text for key in keys if (text := self._text(key))), "")

    def _text(self, key: str) -> str:
        value = self.said.get(key)
        if isinstance(value, str):
            return value.strip()
        self._complain(key, value, "text")
        return ""

    def native(self, key: str) -> str:
        """A name: a text or a number."""
        value = self.said.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value) if math.isfinite(value) else ""
        return one_line(self._text(key))

    def flag(self, key: str) -> bool:
        value = self.said.get(key)
        if isinstance(value, str):
            return value.strip().lower() in _ON
        self._complain(key, None if isinstance(value, bool) else value, "truth value")
        return value is True

    def size(self, key: str) -> int | None:
        """A number of bytes; a bad one says nothing."""
        value = self.said.get(key)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _SIZE
        return value if good else None

    def _list(self, key: str) -> list[Any]:
        value = self.said.get(key)
        if isinstance(value, list):
            if len(value) > _MOST:
                self._warn(f"of its {len(value):,} {self.name}{key} {_MOST} are kept")
            return value[:_MOST]
        self._complain(key, value, "list")
        return []

    def texts(self, key: str) -> tuple[str, ...]:
        found = self._list(key)
        if any(not isinstance(it, str) for it in found):
            self._warn(f"its {self.name}{key} are not all texts; the others are left out")
        return tuple(it.strip() for it in found if isinstance(it, str))

    def objects(self, key: str) -> list[Values]:
        """The objects of a list; their warnings are this one's."""
        found = self._list(key)
        if any(not isinstance(it, dict) for it in found):
            self._warn(f"its {self.name}{key} are not all objects; the others are left out")
        return [Values(it, f"{self.name}{key}.", self.warnings) for it in found if isinstance(it, dict)]

    def inner(self, key: str) -> Values:
        value = self.said.get(key)
        self._complain(key, None if isinstance(value, dict) else value, "object")
        return Values(value if isinstance(value, dict) else {}, f"{self.name}{key}.", self.warnings)

    def _complain(self, key: str, value: object, wanted: str) -> None:
        if value is not None:
            self._warn(f"its {self.name}{key} is no {wanted}, and is left out")

    def _warn(self, line: str) -> None:
        if line not in self.warnings:
            self.warnings.append(line)
