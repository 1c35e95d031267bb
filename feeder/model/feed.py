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
class Feed:
    """One feed as a format writes it.

    `name` is its stem under the output folder (`all`, or `by-category/asia`); `id` an absolute IRI minted once;
    `addresses` its own absolute address by format; `updated` when its articles last changed. `content` is `full`
    or `summary`.
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

    def address(self, form: str) -> str | None:
        return dict(self.addresses).get(form)
