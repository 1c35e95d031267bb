"""`Title: …`, `Date: …`, `By: …` lines above an article -> fields; the other lines stay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder.errors import NotYet
from feeder.extractors._dates import moment, parse
from feeder.extractors._draft import absolute
from feeder.extractors._language import tag
from feeder.extractors._people import byline, people
from feeder.extractors._prose import is_prose
from feeder.extractors._words import LABELS

if TYPE_CHECKING:
    from feeder.extractors._draft import Draft
    from feeder.model.document import Hints

_LINE = re.compile(r"\W{0,2}(?P<label>[^\W\d_][^:：\d]{0,28}?)\s?[:：]\**\s*(?P<value>\S.*)\Z")
_STRONG = {"title", "published", "authors", "embargo"}
_NEXT_LINE = {"published", "authors", "updated", "publisher", "place"}
_REACH = 16


def take_labels(paragraphs: list[str], draft: Draft, hints: Hints) -> list[str]:
    """Fill the draft from the labelled lines at the top; what is left of the text."""
    taken, skipped = _labelled(paragraphs, hints)
    names = {name for name, _ in taken}
    if not names & _STRONG and len(names) < 2:
        return paragraphs
    for name, value in taken:
        put_label(draft, name, value, hints)
    return [line for index, line in enumerate(paragraphs) if index not in skipped]


def _labelled(paragraphs: list[str], hints: Hints) -> tuple[list[tuple[str, str]], set[int]]:
    taken: list[tuple[str, str]] = []
    skipped: set[int] = set()
    for index, line in enumerate(paragraphs[:_REACH]):
        pair = read_label(line, hints)
        if pair is None and (name := LABELS.get(line.strip(" :：").casefold())) in _NEXT_LINE:
            value = paragraphs[index + 1] if index + 1 < len(paragraphs) else ""
            pair = (str(name), value) if _believable(str(name), value, hints) else None
            skipped |= {index + 1} if pair else set()
        if pair:
            taken.append(pair)
            skipped.add(index)
        elif is_prose(line):
            break
    return taken, skipped


def read_label(line: str, hints: Hints) -> tuple[str, str] | None:
    """The field and the value of a labelled line."""
    found = _LINE.match(line[:2000])
    name = LABELS.get(found["label"].casefold().strip(" *_")) if found else None
    if found is None or name is None or not _believable(name, found["value"], hints):
        return None
    return name, found["value"].strip(" *_")


def _believable(name: str, value: str, hints: Hints) -> bool:
    """`Date: a night in the city` and `By: the sea` are headlines."""
    if not value or len(value) > 600:
        return False
    if name in {"published", "updated", "embargo"}:
        return len(value) < 80 and any(char.isdigit() for char in value)
    if name == "authors":
        return len(value) < 200 and bool(byline(f"By: {value}") or byline(value))
    if name in {"publisher", "place"}:
        return len(value) <= 60 and not is_prose(value)
    if name == "language":
        return tag(value) is not None
    return name != "url" or absolute(value, hints.base) is not None


def put_label(draft: Draft, name: str, value: str, hints: Hints) -> None:
    if name == "published":
        draft.put_date(value, hints, "label")
    elif name == "embargo":
        _refuse_embargo(value, hints)
    elif name == "authors":
        draft.put(name, byline(f"By: {value}") or people(value), "label")
    elif name == "categories":
        draft.put(name, tuple(re.split(r"\s*[,;|、，]\s*", value)), "label")
    elif name == "url":
        draft.put(name, absolute(value, hints.base), "label")
    elif name == "language":
        draft.put(name, tag(value), "label")
    elif name == "updated":
        draft.put("revised", parse(value, hints), "date of the update")
        draft.note(f"Updated: {value}")
    elif name == "ignored":
        draft.note(value)
    else:
        draft.put(name, value, "label")


def _refuse_embargo(value: str, hints: Hints) -> None:
    until = parse(value, hints)
    if until is None:
        raise NotYet("its embargo cannot be read")
    if (at := moment(until, hints.zone)) > hints.arrived:
        raise NotYet("its embargo is not over", at)
