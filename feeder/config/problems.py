"""pydantic's errors -> what a person reads, and where in the file it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_origin

from feeder.config.base import fields, nested
from feeder.config.events import Mark
from feeder.config.fields import TOLD, WRONG, instead
from feeder.config.tree import Fault
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from feeder.config.base import Options
    from feeder.config.tree import Path, Tree

_LINES = 'must be made of "key: value" lines'
_WHOLE = "is not a whole number"
_TEXTS = {
    "bool_parsing": "is neither true nor false",
    "bool_type": "is neither true nor false",
    "dict_type": _LINES,
    "float_parsing": "is not a number",
    "float_type": "is not a number",
    "greater_than": "is too small; it must be more than {gt}",
    "greater_than_equal": "is too small; the least is {ge}",
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": "is too large",
    "int_type": _WHOLE,
    "less_than": "is too large; it must be less than {lt}",
    "less_than_equal": "is too large; the most is {le}",
    "list_type": "must be a list",
    "missing": "is missing, and there is no default for it",
    "model_type": _LINES,
    "path_type": "is not a path",
    "string_pattern_mismatch": "is not written as it must be",
    "string_too_long": "is too long; the most is {max_length} characters",
    "string_too_short": "is empty",
    "string_type": "must be a text; quote it if it begins with {{ or [",
    "too_short": "is an empty list; name something, or leave the key out",
    "tuple_type": "must be a list",
}
_OTHERWISE = "is not a value that fits here"
_SHOWN = {  # errors of fields that can hold no secret: their value may be shown
    WRONG, "bool_parsing", "enum", "float_parsing", "greater_than", "greater_than_equal", "int_from_float",
    "int_parsing", "less_than", "less_than_equal", "literal_error",
}  # fmt: skip
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Faults:
    """The faults that an error of `document` tells of, for a file that was parsed to `tree`."""

    tree: Tree
    document: type[Options]
    kinds: Mapping[str, Mapping[str, type[Options]]]

    def of(self, error: ValidationError) -> list[Fault]:
        """One for each place, since the members of a union all complain of the same value."""
        details = [(self._path(detail), detail) for detail in error.errors(include_url=False)]
        hidden = {path for path, detail in details if detail["type"] not in _SHOWN}
        parents = {up for path, _ in details for up in _upwards(path[:-1])}
        faults: dict[Path, Fault] = {}
        for path, detail in details:
            # pydantic counts only the items without a mistake
            if path not in faults and not (detail["type"] == "too_short" and path in parents):
                faults[path] = self._fault(path, detail, "" if path in hidden else self._shown(path))
        return list(faults.values())

    def _fault(self, path: Path, detail: ErrorDetails, shown: str) -> Fault:
        return Fault(path, self._mark(path, detail), shown + self._text(path, detail))

    def _path(self, detail: ErrorDetails) -> Path:
        """The place in the file: pydantic's own, less the names of validators and of members of unions."""
        path: Path = ()
        for part in detail["loc"]:
            below = part in self._keys(path) and not isinstance(self._raw(path), str)
            if (*path, part) in self.tree.values or below:
                path = (*path, part)
        return path

    def _keys(self, path: Path) -> Collection[str | int]:
        """The keys that are known in the mapping at `path`."""
        model: type[Options] | None = self.document
        parts = [part for part in path if isinstance(part, str)]
        while model and parts:
            info = fields(model).get(parts.pop(0))
            model = nested(info) if info else None
            if info and get_origin(info.annotation) is dict:
                model = self._entry(path, model) if parts else None
                parts = parts[1:]
        return fields(model) if model else ()

    def _entry(self, path: Path, model: type[Options] | None) -> type[Options] | None:
        """The model of one entry under `sources`, `feeds` or `webhooks`."""
        kinds, entry = self.kinds.get(str(path[0])), self._raw(path[:2])
        return (kinds.get(str(entry.get("type"))) if kinds and isinstance(entry, dict) else None) or model

    def _mark(self, path: Path, detail: ErrorDetails) -> Mark:
        """A wrong value's own; for an unknown key or name, that of the key; for what is missing, its parent's."""
        of_key = detail["type"] == "extra_forbidden" or "[key]" in detail["loc"]
        if path in self.tree.values and not of_key:
            return self.tree.values[path]
        return next((self.tree.keys[up] for up in _upwards(path) if up in self.tree.keys), Mark(1, 1))

    def _raw(self, path: Path) -> Any:
        raw = self.tree.data
        for part in path:
            here = (isinstance(raw, dict) and part in raw) or (isinstance(raw, list) and isinstance(part, int))
            raw = raw[part] if here else None
        return raw

    def _shown(self, path: Path) -> str:
        """The value as it was written, so before any environment variable came into it."""
        raw = self._raw(path)
        return f'"{one_line(raw, _LONGEST_SHOWN)}" ' if isinstance(raw, str) else ""

    def _text(self, path: Path, detail: ErrorDetails) -> str:
        kind, context = detail["type"], detail.get("ctx", {})
        if kind == "extra_forbidden":
            return "unknown key" + instead(str(path[-1]), map(str, self._keys(path[:-1])))
        if kind in {"enum", "literal_error"}:
            return "is not known" + instead(str(self._raw(path)), re.findall("'([^']*)'", context["expected"]))
        if kind in {WRONG, TOLD, "value_error"}:
            text = one_line(str(context.get("text") or context["error"]))
            return text.replace("{value}", self._shown(path).strip())
        return _TEXTS.get(kind, _OTHERWISE).format(**context)


def _upwards(path: Path) -> Iterator[Path]:
    return (path[:length] for length in range(len(path), 0, -1))
