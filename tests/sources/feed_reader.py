"""A source of the kind feed, looked at again and again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from feeder.errors import SourceError
from feeder.model.document import ITEM
from feeder.sources.feed import Feed, Options
from tests.sources.site import means

if TYPE_CHECKING:
    from contextlib import ExitStack

    from feeder.sources import Look
    from tests.net.receivers import Headers
    from tests.sources.site import Site


class Reader:
    """A feed of the site, what the store knows of it, and what the last look left."""

    def __init__(self, site: Site, stack: ExitStack, **options: Any) -> None:
        self.site = site
        means_here = stack.enter_context(means(total=options.pop("total", 5.0)))
        url = options.pop("url", None) or site.url("/feed")
        self.feed = Feed("wire", Options(type="feed", url=url, **options), means_here)
        self.known: dict[str, str] = {}
        self.memory = ""

    def look(self, **more: Any) -> Look:
        """Look, and know all of it."""
        look = self.feed.look(self.known, memory=self.memory, **more)
        self.known |= {found.key: found.stamp for found in look.found}
        self.memory = look.memory
        return look

    def items(self, look: Look) -> list[dict[str, Any]]:
        documents = [self.feed.read(found) for found in look.found]
        assert all(document is not None and document.media_type == ITEM for document in documents)
        return [json.loads(document.body) for document in documents if document is not None]

    def wrong(self) -> SourceError:
        with pytest.raises(SourceError) as raised:
            self.look()
        assert raised.value.source == "wire"
        return raised.value


def xml(site: Site, feed: str, path: str = "/feed", headers: Headers = ()) -> None:
    site.put(path, feed, "application/xml", headers)


def keys(look: Look) -> list[str]:
    return [found.key for found in look.found]
