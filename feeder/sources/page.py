"""A page that lists articles -> the articles that it links to.

A link bears no date: an article is read once, and what is changed in it later is not noticed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from feeder.errors import SourceError, TooHard, Unreadable
from feeder.sources._linked import Linked, LinkedOptions, Listing, moved
from feeder.sources._page_links import read_links
from feeder.sources._pulled import conditions, fetched, validators
from feeder.sources._turns import Listed
from feeder.sources._visits import ACCEPT, charset_of, refuse_no_page

if TYPE_CHECKING:
    from feeder.net import Fetched
    from feeder.sources._source import Means

_MANY = 20  # links, of which one should be an article's


class Options(LinkedOptions):
    """Without `only`, every link counts that looks like an article's."""

    type: Literal["page"]


def open_page(name: str, options: Options, means: Means) -> Linked:
    def lister(memory: dict[str, Any], pending: frozenset[str]) -> Listing:
        asking = () if pending else conditions(memory)
        page = fetched(name, means.get, options.url, accept=ACCEPT, limit=options.max_size, headers=asking)
        if page.status == 304:
            return Listing(whole=False, memory=memory, notes=moved(page, options))
        try:
            return _listing(page, means, options)
        except (Unreadable, TooHard) as trouble:
            raise SourceError(name, trouble.reason) from None

    return Linked(name, options, means, lister)


def _listing(page: Fetched, means: Means, options: Options) -> Listing:
    refuse_no_page(page, options.url)
    links, count = means.call(read_links, page.body, charset_of(page), page.url, options.rules)
    notes = moved(page, options)
    if count >= _MANY and not links:
        notes += (
            f"of {count:,} links on the page none looks like an article's; say which are, as only: [/news/]",
        )
    return Listing(tuple(Listed(link) for link in links), memory=validators(page), notes=notes)
