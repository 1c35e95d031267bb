"""Document: what a source hands over; Reading: what an extractor makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime, tzinfo

    from feeder.model.article import Content


@dataclass(frozen=True, slots=True)
class Found:
    """A document that a source sees and that may be new. `stamp` changes whenever the document may have."""

    key: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes from a source. `key` names it within the source (for a folder: its relative path, with `/`)."""

    source: str
    key: str
    stamp: str
    media_type: str
    body: bytes
    modified: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Hints:
    """What an extractor may know beside the document.

    `zone` is for dates that name none; `base` makes relative addresses absolute; `publisher` is the site's own
    name; `arrived` is when the document came (aware, UTC), which years of year-less dates are judged by.
    """

    zone: tzinfo
    base: str
    arrived: datetime
    publisher: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """An article as one document states it.

    `published` is a date where only the day is stated, and None where nothing is. `native` is the id the document
    gives itself. `origins` says for each field which rule found it.
    """

    content: Content
    published: datetime | date | None = None
    native: str | None = None
    slug: str | None = None
    origins: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
