"""Plain text -> Reading: head, dateline, body and tail are told apart by what each line says."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from feeder.errors import Unreadable
from feeder.extractors import _dateline
from feeder.extractors._charset import decode
from feeder.extractors._dates import moment
from feeder.extractors._draft import Draft, name_day
from feeder.extractors._envelope import open_envelope, refuse
from feeder.extractors._head import is_data, known_names, sort_head
from feeder.extractors._labels import put_label, read_label, take_labels
from feeder.extractors._language import language
from feeder.extractors._people import byline
from feeder.extractors._prose import ends, first_sentence, is_prose, paragraphs, regular, words
from feeder.extractors._tail import cut
from feeder.extractors._words import CREDIT, is_noise
from feeder.text import clean

if TYPE_CHECKING:
    from feeder.extractors._dateline import Dateline
    from feeder.model.document import Document, Hints, Reading

_DATELINE_WITHIN, _PROSE_BEFORE, _HEAD = 30, 2, 60
_SUFFIXED = re.compile(r"(?P<title>.{8,250}?)\s+(?:\||::|[-–—•·])\s+(?P<site>[^|]{2,60})\Z")


def read(document: Document, hints: Hints) -> Reading:
    text = regular(decode(document.body))
    refuse(text)
    return _article(text, document.key, hints)


def _article(text: str, key: str, hints: Hints) -> Reading:
    draft = Draft()
    opened = open_envelope(text, hints)
    lines = paragraphs(clean(opened.text))
    if not lines:
        raise Unreadable("it has no text; an article needs at least one sentence")
    lines = _without_navigation(take_labels(lines, draft, hints), draft)
    spoken = language("\n".join(lines[-40:])[:4000], draft.language, hints.language)
    draft.put("language", spoken, "detected")
    head, body, dateline = _split(lines, hints, spoken)
    if dateline:
        _take_dateline_names(dateline, draft)
    sort_head(head, " ".join(body)[:8000], draft, hints, draft.publisher, spoken)
    if dateline:
        _take_dateline(dateline, draft, hints)
    draft.put("published", opened.published, "wire trailer")
    draft.put("published", dateline.stated.when if dateline and dateline.stated else None, "dateline")
    if day := name_day(key):
        draft.put_date(day, hints, "file name")
    draft.note(*opened.around)
    _take_body(body, draft, hints)
    return draft.finish()


def _without_navigation(lines: list[str], draft: Draft) -> list[str]:
    """A page saved as text says its headline twice; what stands between is navigation."""
    for index, line in enumerate(lines[:12]):
        suffixed = _SUFFIXED.match(line) if len(line) < 320 else None
        title = suffixed["title"] if suffixed else line
        again = _again(lines, title, index)
        if again is not None and words(title) >= 4 and not is_prose(title):
            draft.put("title", title.strip("# "), "repeated headline")
            draft.put("publisher", suffixed["site"] if suffixed else None, "page title")
            draft.note(*lines[:again])
            return lines[again + 1 :]
    return lines


def _again(lines: list[str], title: str, index: int) -> int | None:
    wanted = title.strip("# ").casefold()
    places = (i for i, line in enumerate(lines[:200]) if i > index and line.strip("# ").casefold() == wanted)
    return next((i for i in places if any(map(is_prose, lines[i + 1 : i + 12]))), None)


def _split(lines: list[str], hints: Hints, spoken: str | None) -> tuple[list[str], list[str], Dateline | None]:
    """Head, body and dateline."""
    names = known_names(lines[:15], hints)
    prose = 0
    for index, line in enumerate(lines[:_DATELINE_WITHIN]):
        found = _dateline.read(line, hints, names, spoken)
        if found and words(found.rest[:400]) >= 5:
            return lines[:index], [found.rest, *lines[index + 1 :]], found
        prose += is_prose(line)
        if prose > _PROSE_BEFORE:
            break
    start = _start(lines, hints)
    return lines[:start], lines[start:], None


def _start(lines: list[str], hints: Hints) -> int:
    """Where the body begins in a text without a dateline."""
    first = next(
        (i for i, line in enumerate(lines[:_HEAD]) if is_prose(line) and not CREDIT.search(line[:300])), None
    )
    if first is None:
        first = 1 if len(lines) > 1 else 0
    data = [i for i in range(len(lines[:10])) if is_data(lines[i], hints)]
    behind = max(
        (i + 1 for i in data if i >= first and sum(map(is_prose, lines[:i])) < _PROSE_BEFORE), default=first
    )
    if 0 < first < behind < len(lines):
        return behind
    while first > 1 and first - 1 not in data and _is_sentence(lines[first - 1]):
        first -= 1
    if first == 2 and not data and words(lines[1]) <= 4 and not is_noise(lines[1]) and not CREDIT.search(lines[1]):
        return 1  # a cross-heading in a note that has nothing of a newspaper
    return first


def _is_sentence(line: str) -> bool:
    return ends(line) and words(line) >= 4 and not line.rstrip().endswith("?") and not CREDIT.search(line[:300])


def _take_dateline_names(dateline: Dateline, draft: Draft) -> None:
    draft.put("place", dateline.place, "dateline")
    draft.put("publisher", dateline.publisher, "dateline")


def _take_dateline(dateline: Dateline, draft: Draft, hints: Hints) -> None:
    """After the head, which says it better where it says it."""
    stated = dateline.stated
    if stated and stated.year:
        if draft.published and abs((moment(draft.published, hints.zone).date() - stated.day).days) > 3:
            draft.warnings.append(f"its head says {draft.published}, its dateline {stated.day}")
        draft.put("published", stated.when, "dateline")
    draft.put("publisher", dateline.agency, "dateline")
    draft.put("authors", byline(f"By: {dateline.byline}") if dateline.byline else (), "dateline")
    draft.note(dateline.before)


def _take_body(body: list[str], draft: Draft, hints: Hints) -> None:
    kept, tail = cut([line for line in body if line])
    if kept and draft.title and kept[0].strip("# ").casefold() == draft.title.casefold() and len(kept) > 1:
        kept = kept[1:]
    if not draft.title and kept:
        draft.put("title", first_sentence(kept[0], 120), "first sentence")
        draft.warnings.append("it has no title; its first sentence serves as one")
    _take_tail(tail, draft, hints)
    draft.html = "\n".join(f"<p>{escape(line, quote=False)}</p>" for line in kept)
    draft.put("summary", kept[0] if kept else "", "first paragraph")
    if draft.published and moment(draft.published, hints.zone) > hints.arrived:
        draft.warnings.append("its date is to come")


def _take_tail(tail: list[str], draft: Draft, hints: Hints) -> None:
    """What stood behind the end may still name the tags, the source or the author."""
    for line in tail:
        label = read_label(line, hints) if len(line) < 300 else None
        if label and label[0] in {"categories", "authors", "url"}:
            put_label(draft, *label, hints)
        else:
            draft.put("authors", byline(line) if line[:3].lower() == "by " else (), "byline")
        draft.note(line)
