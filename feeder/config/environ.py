"""Scalars with ${NAME} -> scalars with its value. After parsing, so that no value can write YAML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from feeder.config.tree import CONTROL, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feeder.config.tree import Path, Tree

_REFERENCE = re.compile(r"\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?")
_NULLS = {"", "~", "null", "Null", "NULL"}


@dataclass(frozen=True, slots=True)
class Expansion:
    """The data of `tree` with the environment in it. What is empty, or null without quotes, becomes None."""

    tree: Tree
    environ: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def value(self, raw: Any, path: Path = ()) -> Any:
        if isinstance(raw, dict):
            return {key: self.value(value, (*path, key)) for key, value in raw.items()}
        if isinstance(raw, list):
            return [self.value(value, (*path, index)) for index, value in enumerate(raw)]
        if not isinstance(raw, str):
            return raw
        text = _REFERENCE.sub(lambda found: self._replacement(found, path), raw)
        return None if path in self.tree.plain and text in _NULLS else text

    def _replacement(self, found: re.Match[str], path: Path) -> str:
        name, default = found[1], found[2]
        if name:
            return self._variable(name, default, path)
        if found[0] == "${":
            self._fault(path, "has a ${ without a name and }; write ${NAME}, or $${ for a plain ${")
        return "${"

    def _variable(self, name: str, default: str | None, path: Path) -> str:
        value = self.environ.get(name, "")
        if not value and default is None:
            state = "empty" if name in self.environ else "not set"
            self._fault(
                path, f"the environment variable {name} is {state}; set it, or write ${{{name}:-a default}}"
            )
        if CONTROL.search(value):
            self._fault(path, f"the environment variable {name} holds a control character")
        return value or default or ""

    def _fault(self, path: Path, text: str) -> None:
        self.faults.append(Fault(path, self.tree.values[path], text))
