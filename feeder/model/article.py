"""Article: one thing we publish."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class State(StrEnum):
    LIVE = "live"
    WITHDRAWN = "withdrawn"
    RETRACTED = "retracted"  # withdrawn by hand: only by hand does it come back


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that belongs to an article. `length` in bytes, None when nobody knows it."""

    url: str
    media_type: str
    length: int | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a reader of an article sees, and nothing else: two equal contents are the same revision.

    `title`, `summary` and all other strings are plain text; `html` is a sanitised fragment whose addresses are
    absolute. `url` is the article's own address (absolute http or https) when it has one.
    """

    title: str
    html: str
    summary: str = ""
    language: str | None = None
    url: str | None = None
    authors: tuple[Person, ...] = ()
    categories: tuple[str, ...] = ()
    place: str | None = None
    publisher: str | None = None
    tagline: str | None = None
    caption: str | None = None
    image: str | None = None
    enclosures: tuple[Enclosure, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """A stored article at its newest revision.

    `id` (urn:uuid:…) and `slug` are minted once. `published` never moves; `updated` moves with `revision`.
    `taken_in` is when it first came; `first_look` says that its source had it when the source was first seen,
    so that nobody was told of it unasked. `position` orders feeds, newest first.
    """

    id: str
    slug: str
    source: str
    revision: int
    state: State
    published: datetime
    updated: datetime
    taken_in: datetime
    position: datetime
    first_look: bool
    content: Content
