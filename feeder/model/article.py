"""Article: one thing we publish."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class State(StrEnum):
    LIVE = "live"
    HELD = "held"  # too many came at once to be true: in no feed, told to nobody, until released
    WITHDRAWN = "withdrawn"
    RETRACTED = "retracted"  # withdrawn by hand: only by hand does it come back


class Change(StrEnum):
    """What made a revision. Nobody is told of an amendment: a reader sees what was there before."""

    PUBLISHED = "published"
    UPDATED = "updated"
    AMENDED = "amended"
    WITHDRAWN = "withdrawn"


class Bar(StrEnum):
    """Why webhooks are not told of an article that is in the feeds."""

    NONE = ""
    FIRST_LOOK = "first look"  # its source had it when it was first seen
    AGE = "age"  # it was older than the source's max-age when it was first seen
    RELEASED = "released"  # it was held, and released for the feeds only


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that belongs to an article. `length` in bytes, `duration` in seconds; None when nobody knows it."""

    url: str
    media_type: str
    length: int | None = None
    title: str | None = None
    duration: int | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """Another publisher's article of the same story. `name` is the publisher's."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What a vocabulary says of the category `name`: its own `term` for it, and its address, the `scheme`."""

    name: str
    term: str
    scheme: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The feed that an article was taken from: `url` is its own address, `id` what it calls itself."""

    title: str
    url: str | None = None
    id: str | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """What an article is in a podcast. `kind` is `full`, `trailer` or `bonus`; the others are addresses."""

    number: int | None = None
    season: int | None = None
    kind: str = "full"
    explicit: bool | None = None
    transcript: str | None = None
    chapters: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a reader of an article sees, and nothing else: two equal contents are the same revision.

    `title`, `summary` and all other strings are plain text; `html` is a sanitised fragment whose addresses are
    absolute. `url` is the article's own address (absolute http or https) when it has one. `caption` and `credit`
    are those of the lead `image`; `subjects` belong to some of the `categories`.
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
    also_at: tuple[Mention, ...] = ()
    credit: str | None = None
    rights: str | None = None
    subjects: tuple[Subject, ...] = ()
    origin: Origin | None = None
    episode: Episode | None = None

    def subject(self, name: str) -> Subject | None:
        """What a vocabulary says of the category."""
        return next((it for it in self.subjects if it.name == name), None) if self.subjects else None


@dataclass(frozen=True, slots=True)
class Article:
    """A stored article at its newest revision.

    `id` (urn:uuid:…) and `slug` are minted once. `published` never moves; `updated` moves with `revision`.
    `taken_in` is when it first came; `bar` says why nobody is told of it unasked. `position` orders feeds, newest
    first. Articles of one `story` (the id of the first of them) tell the same from several sources.
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
    bar: Bar
    content: Content
    story: str | None = None
