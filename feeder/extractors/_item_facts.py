"""The values of an item -> what it says of its article beside the text."""

from __future__ import annotations

import mimetypes
import re
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feeder.extractors._dates import parse
from feeder.extractors._draft import absolute
from feeder.extractors._people import people, person
from feeder.model.article import Enclosure, Person
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feeder.extractors._draft import Draft
    from feeder.extractors._item_values import Values
    from feeder.model.document import Hints

_MAIL = re.compile(r"mailto:([^\s<>\"?@]{1,200}@[^\s<>\"?@]{1,200})(?:\?.*)?\Z", re.IGNORECASE)
_MEDIA = mimetypes.MimeTypes()  # Python's own table: the system's differs from node to node
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")
ITEM, FEED = "item", "feed"


def take_facts(item: Values, base: str, draft: Draft, hints: Hints) -> None:
    own, feed = item.inner("_feeder"), item.inner("_feed")
    draft.put("native", item.native("id"), ITEM)
    draft.put("title", one_line(item.text("title")), ITEM)
    draft.put("summary", item.text("summary"), ITEM)
    draft.put("slug", own.text("slug"), ITEM)
    for name in ("place", "publisher", "tagline", "caption", "credit", "rights"):
        draft.put(name, own.text(name), ITEM)
    for name in ("image", "banner_image"):
        draft.put("image", _address(item, name, base, draft), ITEM)
    draft.put("categories", item.texts("tags"), ITEM)
    draft.put("enclosures", tuple(_enclosures(item, base, draft)), ITEM)
    draft.put("authors", tuple(_authors(item, base)), ITEM)
    draft.put("authors", tuple(_authors(feed, base)), FEED)
    _take_date(item, draft, hints)


def _address(values: Values, name: str, base: str, draft: Draft) -> str | None:
    written = values.text(name)
    found = absolute(written, base) if written else None
    if written and found is None:
        draft.warnings.append(f"its {values.name}{name} is no web address, and is left out")
    return found


# ---------------------------------------------------------------- people


def _authors(values: Values, base: str) -> Iterable[Person]:
    """`authors`, and the one `author` of version 1.0."""
    said = values.objects("authors") if values.said.get("authors") else []
    for it in said or [values.inner("author")]:
        yield from _person(it, base)


def _person(it: Values, base: str) -> tuple[Person, ...]:
    name, url, email = one_line(it.text("name")), it.text("url"), one_line(it.text("email"))
    if "://" in name:  # the address of a profile is no name
        name, url = "", url or name
    if name[:3].lower() == "by " and not (email or url):
        return people(name)
    if mail := _MAIL.match(url):
        email, url = email or mail[1], ""
    if "@" in name and not email:
        found = person(name)
        name, email = found.name, found.email or ""
    name = name or email.partition("@")[0]
    return (Person(name, email or None, absolute(url, base) if url else None),) if name else ()


# ---------------------------------------------------------------- files


def _enclosures(item: Values, base: str, draft: Draft) -> Iterable[Enclosure]:
    for it in item.objects("attachments"):
        url = _address(it, "url", base, draft)
        if url is not None:
            title = one_line(it.text("title"), 300)
            kind = it.text("mime_type")[:100] or media_type(url)
            length, duration = it.size("size_in_bytes"), it.size("duration_in_seconds")
            yield Enclosure(url, kind, length, title or None, duration)


def media_type(url: str) -> str:
    """What a file is by its name, the same on every machine."""
    return _MEDIA.guess_type(urlsplit(url).path)[0] or "application/octet-stream"


# ---------------------------------------------------------------- date


def _take_date(item: Values, draft: Draft, hints: Hints) -> None:
    for name in ("date_published", "date_modified"):
        written = one_line(item.text(name), 200)
        if written and not draft.published:
            when = exact(written, hints) or parse(written, hints)
            draft.put("published", when, ITEM if name == "date_published" else name)
            if when is None:
                draft.warnings.append(f"its {name} cannot be read: {one_line(written, 60)!r}")


def exact(written: str, hints: Hints) -> datetime | date | None:
    """RFC 3339 to the fraction of a second; a time without a zone is one of the site's."""
    with suppress(ValueError, OverflowError):
        if _DAY.match(written):
            return date.fromisoformat(written)
        if _MOMENT.match(written):
            found = datetime.fromisoformat(written.upper().replace(":60", ":59"))  # a leap second
            return (found if found.tzinfo else found.replace(tzinfo=hints.zone)).astimezone(UTC)
    return None
