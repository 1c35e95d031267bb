"""store -> what lists of articles in pages are made of, each piece once."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from feeder.formats import page
from feeder.store import articles, lists

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feeder.formats._html import Piece
    from feeder.model.feed import Site
    from feeder.store import Store

_KEPT = 5000


class Stories:
    """An article stands in several lists, and few of them are new: pieces are kept by revision."""

    def __init__(self, store: Store, site: Site, *, summary: bool) -> None:
        self._store, self._site, self._summary = store, site, summary
        self._kept: OrderedDict[tuple[str, int], Piece] = OrderedDict()

    def newest(self, feed: str | None, limit: int) -> list[Piece]:
        """Of a feed, or of all articles."""
        with self._store.read() as tx:
            keys = lists.newest(tx, feed, limit)
            missing = [key for key in keys if key not in self._kept]
            found = {it.id: it for it in articles.get_many(tx, [name for name, _ in missing])} if missing else {}
        for key in missing:
            self._kept[key] = page.story(found[key[0]], self._site, summary=self._summary)
        return self._used(keys)

    def _used(self, keys: Sequence[tuple[str, int]]) -> list[Piece]:
        """What was not used for long is forgotten."""
        for key in keys:
            self._kept.move_to_end(key)
        pieces = [self._kept[key] for key in keys]
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return pieces
