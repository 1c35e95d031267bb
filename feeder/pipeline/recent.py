"""store -> sitemap-news.xml: the articles of the last two days, also when nothing new comes."""

from __future__ import annotations

import logging
from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from feeder.errors import FormatError
from feeder.formats import sitemap
from feeder.model.article import State
from feeder.store import articles

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.model.article import Article
    from feeder.pipeline.output import Outlet, Output, Report
    from feeder.store import Store

    _Entry = tuple[datetime, bytes, str]  # published, the entry, the article's id

log = logging.getLogger(__name__)

NAME = "sitemap-news.xml"
_BATCH = 200


class Recent:
    """Remembers what it has written of each article, so that one more costs no more than itself."""

    def __init__(self, store: Store, output: Output, outlet: Outlet) -> None:
        self._store, self._output, self._outlet = store, output, outlet
        self._entries: dict[str, _Entry] = {}
        self._order: list[_Entry] = []  # the same, oldest first: there may be thousands
        self._since: datetime | None = None  # what is older is in no entry; None before anything was read
        self._current = False

    def forget(self) -> None:
        """The file may not be what we wrote."""
        self._since, self._current = None, False

    def see(self, article: Article) -> None:
        """An article that is new, or not what it was."""
        if self._since is not None:  # else they are all read when they are written
            before = self._entries.pop(article.id, None)
            if before is not None:
                del self._order[bisect_left(self._order, before)]
            self._enter(article, self._since)
            self._current = self._current and self._entries.get(article.id) == before

    def write(self, report: Report) -> None:
        """With the next others; whoever learns that it could not be written calls `forget`."""
        self._move()
        if not self._current:
            newest = reversed(self._order[-sitemap.LIMIT :])
            body = sitemap.build(entry for _, entry, _ in newest)
            self._outlet.later(NAME, body, report)
            self._current = True

    def _move(self) -> None:
        """The window, to where it is now."""
        with self._store.read() as tx:
            since = self._store.now(tx) - sitemap.WINDOW
        if self._since is None:
            self._read(since)
        old = self._order[: bisect_left(self._order, (since, b"", ""))]
        for _, _, key in old:
            del self._entries[key]
        del self._order[: len(old)]
        self._since, self._current = since, self._current and not old

    def _read(self, since: datetime) -> None:
        """No position lies before its article's publication, so we can stop at the first that is too old."""
        self._entries.clear()
        self._order.clear()
        last: Article | None = None
        while last is None or last.position >= since:
            with self._store.read() as tx:
                page = articles.newest(tx, _BATCH, before=(last.position, last.id) if last else None)
            if not page:
                return
            for article in page:
                self._enter(article, since)
            last = page[-1]

    def _enter(self, article: Article, since: datetime) -> None:
        if article.state is not State.LIVE or article.published < since:
            return
        try:
            entry = sitemap.entry(article, self._output.site)
        except FormatError as error:
            log.warning("%s: %s", NAME, error)
            return
        if entry:
            made = self._entries[article.id] = (article.published, entry, article.id)
            insort(self._order, made)
