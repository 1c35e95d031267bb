"""Content <-> the JSON in which a revision keeps it."""

from __future__ import annotations

import json
from dataclasses import asdict, fields

from feeder.model.article import Content, Enclosure, Mention, Person

_DEFAULTS = {field.name: field.default for field in fields(Content)}


def dump(content: Content) -> str:
    """The fields that are set, in a fixed order: equal contents are equal text."""
    values = {name: value for name, value in asdict(content).items() if value != _DEFAULTS[name]}
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def load(text: str) -> Content:
    values = json.loads(text)
    for name in ("categories", "notes"):
        values[name] = tuple(values.get(name, ()))
    values["authors"] = tuple(Person(**person) for person in values.get("authors", ()))
    values["enclosures"] = tuple(Enclosure(**enclosure) for enclosure in values.get("enclosures", ()))
    values["also_at"] = tuple(Mention(**mention) for mention in values.get("also_at", ()))
    return Content(**values)
