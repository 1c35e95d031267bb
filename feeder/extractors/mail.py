"""A mail -> Reading: its text by the reader of pages or of plain texts, the rest from its head.

A mail that does nothing but forward another is read as that one. What belongs to no article (signatures, footers
of lists, attachments) goes to the notes. Links that let readers act for the newsroom, as one to unsubscribe, go.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from feeder.errors import Unreadable
from feeder.extractors import _mail_head as heads
from feeder.extractors import text as plain_text
from feeder.extractors._dates import moment
from feeder.extractors._draft import name_day
from feeder.extractors._mail_html import trimmed
from feeder.extractors._mail_parse import parse, raw, words
from feeder.extractors._mail_parts import HTML, PLAIN, Text, parts_of
from feeder.extractors._mail_trim import Trimmed, trim
from feeder.extractors._mail_words import FORWARDS, GREETING
from feeder.extractors._page import read_page
from feeder.extractors._plain import lines_of, paragraphs_of
from feeder.extractors._prose import paragraphs, regular
from feeder.model.document import Document

if TYPE_CHECKING:
    from datetime import date, datetime
    from email.message import Message

    from feeder.extractors._mail_parts import Parts
    from feeder.model.document import Hints, Reading

_CARRIED = 3  # mails within mails
_COVER = 60  # words above a mail that is attached
_APART = 3  # days between what the head says and what the text says


def read(document: Document, hints: Hints) -> Reading:
    return _article(parse(document.body), document, hints, 0)


def _article(mail: Message, document: Document, hints: Hints, depth: int) -> Reading:
    heads.refuse_machines(mail)
    parts = parts_of(mail, hints.encoding)
    if parts.mails and depth < _CARRIED and _is_cover(parts):
        return _carried(mail, parts, document, hints, depth)
    notes = [*parts.notes, *(f"mail left out: {words(it, 'subject')}" for it in parts.mails)]
    subject = words(mail, "subject")
    answers = bool(raw(mail, "in-reply-to"))
    plain = "\n\n".join(it.plain or it.text for it in parts.texts if it.kind == PLAIN or it.plain)
    forwards = FORWARDS.match(subject) is not None
    inner = trim(plain, forwards=forwards, answers=answers)
    title = heads.bare(dict(inner.head).get("subject", "")) or heads.headline(mail)
    # Of an answer the plain text tells best what was written and what was quoted.
    texts = [Text(PLAIN, plain)] if answers and inner.text.strip() else parts.texts
    reading = _read(texts, inner, title, document, hints, forwarded=forwards or bool(inner.head))
    content = replace(reading.content, notes=(*reading.content.notes, *notes))
    return _with_head(replace(reading, content=content), mail, inner, document, hints)


def _is_cover(parts: Parts) -> bool:
    return sum(len((it.plain or it.text).split()) for it in parts.texts) <= _COVER


def _carried(mail: Message, parts: Parts, document: Document, hints: Hints, depth: int) -> Reading:
    """The mail that this one brings, under the name of this one."""
    found = _article(parts.mails[0], document, hints, depth + 1)
    cover = tuple(line for it in parts.texts if (line := (it.plain or it.text).strip()) and it.kind == PLAIN)
    content = replace(found.content, notes=(*found.content.notes, *cover, *parts.notes))
    return replace(found, content=content, native=heads.native(mail) or found.native)


# ---------------------------------------------------------------- the text


def _read(
    texts: list[Text], inner: Trimmed, title: str, document: Document, hints: Hints, *, forwarded: bool
) -> Reading:
    """What the texts say; `inner` is the plain one, trimmed."""
    if any(it.kind == HTML for it in texts):
        try:
            return _of_pages(texts, title, hints, forwarded=forwarded)
        except Unreadable:
            if not inner.text.strip():
                raise
    return _of_plain(inner, title, document, hints)


def _of_pages(texts: list[Text], title: str, hints: Hints, *, forwarded: bool) -> Reading:
    """The HTML and what stands above it; what stands below comes from a list."""
    out: list[str] = []
    notes: list[str] = []
    seen = False
    for it in texts:
        if it.kind == HTML:
            page, dropped = trimmed(it.text, forwarded=forwarded)
            out.append(page)
            notes += dropped
        elif not seen:
            out.append(paragraphs_of(it.text))
        else:
            notes.append(it.text)
        seen |= it.kind == HTML
    draft = read_page("\n".join(out), url=None, key="", hints=hints, said=(("title", title),))
    draft.published = None  # a page guesses; a mail says it
    if draft.origins.get("summary") == "first paragraph" and GREETING.fullmatch(draft.summary):
        draft.summary = next((line for line in lines_of(draft.html) if not GREETING.fullmatch(line)), "")
    draft.note(*notes)
    return draft.finish()


def _of_plain(inner: Trimmed, title: str, document: Document, hints: Hints) -> Reading:
    lines = paragraphs(regular(inner.text))
    labelled = [f"Title: {title}", *lines] if title else lines
    body = "\n\n".join(labelled if lines else ()).encode()
    if not body.strip():
        raise Unreadable("it is a mail without a text of its own")
    made = Document(document.source, "", "", PLAIN, body, document.modified, document.digest)
    found = plain_text.read(made, replace(hints, encoding=None))
    return replace(found, content=replace(found.content, notes=(*found.content.notes, *inner.notes)))


# ---------------------------------------------------------------- the head


def _with_head(reading: Reading, mail: Message, inner: Trimmed, document: Document, hints: Hints) -> Reading:
    """The text's own byline and publisher count; of the date, the head knows the hour."""
    content, origins = reading.content, dict(reading.origins)
    head = dict(inner.head)
    when, said = _when(mail, head, hints)
    name, by = heads.publisher(mail)
    found = {
        "authors": (heads.author(head.get("from") or raw(mail, "from")), "From"),
        "publisher": ("" if hints.publisher else name, by),
        "url": (heads.place(mail), "Archived-At"),
        "categories": (tuple(it.strip() for it in words(mail, "keywords").split(",") if it.strip()), "Keywords"),
    }
    new: dict[str, Any] = {
        field: value for field, (value, _) in found.items() if value and not getattr(content, field)
    }
    origins |= {field: found[field][1] for field in new} | {"native": "Message-ID"}
    origins |= {"published": said} if when else {}
    origins |= {"title": "Subject"} if origins.get("title") in {"label", "source"} else {}
    stated = when or reading.published or heads.stated(name_day(document.key), hints)
    return replace(
        reading,
        content=replace(content, **new),
        published=stated,
        native=heads.native(mail),
        origins=tuple(sorted(origins.items())),
        warnings=(*reading.warnings, *_apart(reading.published, when, hints)),
    )


def _when(mail: Message, head: dict[str, str], hints: Hints) -> tuple[date | datetime | None, str]:
    if found := heads.stated(head.get("date", ""), hints):
        return found, "forwarded"
    return heads.dated(mail, hints)


def _apart(said: date | datetime | None, when: date | datetime | None, hints: Hints) -> tuple[str, ...]:
    if said is None or when is None:
        return ()
    days = abs((moment(said, hints.zone) - moment(when, hints.zone)).days)
    return (f"its head says {when}, its text {said}",) if days > _APART else ()
