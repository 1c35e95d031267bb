"""A site's sitemap, or an index of them -> the pages it lists.

What a sitemap shows no more is not withdrawn: news sitemaps hold two days.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from feeder.config import Duration, Size
from feeder.sources._linked import Linked, LinkedOptions, Listing
from feeder.sources._sitemap_file import LARGEST
from feeder.sources._sitemap_walk import Walk

if TYPE_CHECKING:
    from feeder.sources._source import Means


class Options(LinkedOptions):
    """`max-size` is that of one file of the sitemap."""

    type: Literal["sitemap"]
    every: Duration | None = timedelta(minutes=5)
    max_size: Size = LARGEST


def open_sitemap(name: str, options: Options, means: Means) -> Linked:
    def lister(memory: dict[str, Any], pending: frozenset[str]) -> Listing:
        walk = Walk(means, options.rules, options.max_size, memory.get("files", {}), pending)
        return walk.listing(name, options.url)

    return Linked(name, options, means, lister)
