"""Feed: a titled choice of articles with an address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from feeder.model.article import Person


@dataclass(frozen=True, slots=True)
class Site:
    """Who publishes. `pages` is the absolute address of the folder of article pages, ending in `/`.

    `zone` is the one that pages for people write dates in.
    """

    title: str
    url: str
    language: str
    author: Person
    pages: str
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class History:
    """Where a document stands in the history of its feed: RFC 5005, section 4. Absolute addresses by format.

    `previous` is the newest archive that ends before this document begins. `current` is the subscription document:
    only an archive names it, and a document that names it is an archive.
    """

    previous: tuple[tuple[str, str], ...] = ()
    current: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Gone:
    """What is left of an article that was withdrawn: RFC 6721. `id` was its own; `comment` is plain text."""

    id: str
    at: datetime
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Podcast:
    """What a feed says of itself to podcast players, as Apple and the Podcasting 2.0 namespace ask for it.

    `categories` are pairs of one of Apple's categories and one below it, or an empty text; `kind` is `episodic` or
    `serial`; `guid` a UUID that was minted before, where there was one; `locked` forbids to import the feed
    elsewhere, and needs an owner's e-mail address; `funding` is an address and what stands on the button; `moved`
    where the podcast is now.
    """

    author: str = ""
    owner: Person | None = None
    image: str | None = None
    categories: tuple[tuple[str, str], ...] = ()
    explicit: bool = False
    kind: str = "episodic"
    guid: str | None = None
    locked: bool = False
    funding: tuple[str, str] | None = None
    medium: str = "podcast"
    complete: bool = False
    moved: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed as a format writes it.

    `name` is its stem under the output folder (`all`, or `by-category/asia`); `id` an absolute IRI minted once;
    `addresses` its own absolute address by format (of an archive: the archive's); `updated` when its articles last
    changed. `content` is `full` (with a summary where somebody wrote one), `summary` or `both`. `cloud` is the
    absolute address of an rssCloud. `icon` is a square picture, `logo` one that is twice as wide as high.
    """

    name: str
    id: str
    title: str
    site: Site
    addresses: tuple[tuple[str, str], ...]
    updated: datetime
    hubs: tuple[str, ...] = ()
    content: str = "full"
    description: str = ""
    history: History = History()
    cloud: str | None = None
    rights: str = ""
    icon: str | None = None
    logo: str | None = None
    podcast: Podcast | None = None

    def address(self, form: str) -> str | None:
        return dict(self.addresses).get(form)
