"""Document: what a source hands over; Reading: what an extractor makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from feeder.model.article import Content


@dataclass(frozen=True, slots=True)
class Found:
    """A document that a source sees and that may be new. `stamp` changes whenever the document may have.

    `old`: the source had it already when it was first looked at, and it is only read now.
    """

    key: str
    stamp: str
    old: bool = False


# A JSON Feed 1.1 item, https://www.jsonfeed.org/version/1.1/#items-a-name-items-a: what feeds, pushes and Micropub
# are brought to before they are read. See feeder/extractors/item.py for what it may say beyond the standard.
ITEM = "application/vnd.feeder.item+json"


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes from a source. `key` names it within the source (for a folder: its relative path, with `/`).

    `url` is where it was fetched from, if it was: relative addresses hang there, and it is the article's own
    unless that names another. `said` is what the source says of the article beside its bytes, as (field, value):
    title, published, language, publisher, url, image, summary.
    """

    source: str
    key: str
    stamp: str
    media_type: str
    body: bytes
    modified: datetime
    digest: str
    url: str | None = None
    said: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Hints:
    """What an extractor may know beside the document.

    `zone` is for dates that name none; `base` makes relative addresses absolute; `publisher` is the site's own
    name; `arrived` is when the document came (aware, UTC), which years of year-less dates are judged by.
    `encoding` is the character set that the operator says the source has.
    """

    zone: tzinfo
    base: str
    arrived: datetime
    publisher: str | None = None
    language: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """An article as one document states it.

    `published` is a date where only the day is stated, and None where nothing is. `native` is the id the document
    gives itself. `origins` says for each field which rule found it. `expires` is when the article's time is over
    (aware, UTC); `aliases` are addresses at which it stood before.
    """

    content: Content
    published: datetime | date | None = None
    native: str | None = None
    slug: str | None = None
    origins: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    expires: datetime | None = None
    aliases: tuple[str, ...] = ()


def moment(stated: datetime | date, zone: tzinfo) -> datetime:
    """What a document says as a moment: a day without a time is noon of it, the same day nearly everywhere."""
    return in_utc(stated if isinstance(stated, datetime) else datetime.combine(stated, time(12), zone))


_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC; at the ends of the calendar the first or last that there is."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # 0001-01-01 east of Greenwich
        return _FIRST if moment.year == 1 else _LAST
