"""Content <-> the JSON in which a revision keeps it."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from feeder.model.article import Content, Enclosure, Episode, Mention, Origin, Person, Subject

_DEFAULTS = {field.name: field.default for field in fields(Content)}
# Came later: where it says nothing it is not written, so that what was stored before is still equal.
_LATER = {"duration"}
_LISTS = {"authors": Person, "enclosures": Enclosure, "also_at": Mention, "subjects": Subject}


def dump(content: Content) -> str:
    """The fields that are set, in a fixed order: equal contents are equal text."""
    whole = asdict(content, dict_factory=_set)
    values = {name: value for name, value in whole.items() if value != _DEFAULTS.get(name)}
    return json.dumps(
        values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=datetime.isoformat
    )


def _set(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in pairs if value is not None or name not in _LATER}


def load(text: str) -> Content:
    values = json.loads(text)
    for name in ("categories", "notes"):
        values[name] = tuple(values.get(name, ()))
    for name, kind in _LISTS.items():
        values[name] = tuple(kind(**it) for it in values.get(name, ()))
    if origin := values.get("origin"):
        updated = origin["updated"]
        values["origin"] = Origin(**origin | {"updated": updated and datetime.fromisoformat(updated)})
    if episode := values.get("episode"):
        values["episode"] = Episode(**episode)
    return Content(**values)
