"""store -> what people and search engines see: pages of articles and feeds, the index, the lists of both."""

from __future__ import annotations

import hashlib
import logging
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from feeder import __version__
from feeder.errors import FormatError
from feeder.formats import opml, page
from feeder.model.address import needs_page
from feeder.model.article import State
from feeder.pipeline import recent
from feeder.pipeline.places import as_feed, places
from feeder.pipeline.recent import Recent
from feeder.pipeline.stories import Stories
from feeder.store import articles, feeds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from feeder.model.article import Article
    from feeder.model.feed import Feed
    from feeder.pipeline.output import Outlet, Output, Report
    from feeder.store import Store

log = logging.getLogger(__name__)

_BATCH = 200
# Articles that the index page leads to.
_LATEST = 20
_ARTICLES, _OPML = "articles", "index.opml"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Pages:
    """Follows the revisions from where the writer of this folder left off. `cursor` names it in the store."""

    def __init__(self, store: Store, output: Output, outlet: Outlet) -> None:
        self._store, self._output, self._outlet = store, output, outlet
        self._recent = Recent(store, output, outlet)
        self._list: Sequence[tuple[object, ...]] | None = None  # the feeds in the OPML that was written last
        self._touched: dict[str, Feed | None] = {}
        self._indexed = False
        self._there: Sequence[Feed] = ()
        self._names: set[str] = set()
        self._cursor, self._seq = "", 0  # how far all pages of articles are written, though maybe not for good
        self._stories = Stories(store, output.site, summary=True)
        self._headlines = Stories(store, output.site, summary=False)

    def follow(self, cursor: str, report: Report, *, everything: bool) -> None:
        """From the start when `everything` is wanted, or pages look different now.

        The last ones are written with the next other files; `keep` then remembers how far we are.
        """
        with self._store.read() as tx:
            seq, before = feeds.read_cursor(tx, cursor)
        seq = 0 if everything or before != self._shape else seq
        self._cursor, self._seq = cursor, 0
        if seq == 0:
            self._recent.forget()
            self._indexed, self._list = False, None
        while True:
            with self._store.read() as tx:
                changes = articles.changed_since(tx, seq, _BATCH)
                changed = articles.get_many(tx, sorted({key for _, key in changes}))
            steps = [self._page(article, report) for article in changed]
            if not changes or not all(steps):
                return
            for article in changed:
                self._recent.see(article)
            self._seq = seq = changes[-1][0]
            if len(changes) < _BATCH:
                return
            self._outlet.write_all([], report)
            if not self.keep(report):
                return

    def keep(self, report: Report) -> bool:
        """Remember how far all pages stand in the folder for good; False when some do not."""
        if (
            not self._outlet.keep(report)
            or report.late
            or any(name.startswith(f"{_ARTICLES}/") for name in report.hindered)
        ):
            return False
        if self._seq:
            with self._store.write() as tx:
                feeds.write_cursor(tx, self._cursor, self._seq, self._shape)
            self._seq = 0
        return True

    def touch(self, name: str, feed: Feed | None) -> None:
        """This feed has changed; None when it has ended."""
        self._touched[name] = feed

    def finish(self, listed: Callable[[], Sequence[Feed]], report: Report) -> None:
        """The pages of the feeds that were touched, and what names all of them; `listed` are those there are now.

        To be called now and then though nothing was touched, since news grow old. What cannot be written is tried
        again at the next call.
        """
        stuck: set[str] = set()
        if self._touched or not self._indexed:
            stuck = {f"{name}.html" for name, feed in self._touched.items() if not self._feed(name, feed, report)}
            self._index(self._now(listed), report)
        self._recent.write(report)
        hindered = self._outlet.write_all([], report)
        self._settle(stuck | hindered)

    def _now(self, listed: Callable[[], Sequence[Feed]]) -> Sequence[Feed]:
        """The feeds there are: asked for again when one has come or gone, for there may be many."""
        if not self._indexed or any(it is None or name not in self._names for name, it in self._touched.items()):
            self._there = self._ordered(listed())
            self._names = {feed.name for feed in self._there}
        return self._there

    def _settle(self, hindered: set[str]) -> None:
        """What could not be written."""
        self._touched = {name: it for name, it in self._touched.items() if f"{name}.html" in hindered}
        self._indexed = "index.html" not in hindered
        self._list = None if _OPML in hindered else self._list
        if recent.NAME in hindered:
            self._recent.forget()

    def _feed(self, name: str, feed: Feed | None, report: Report) -> bool:
        """False when its page could not be removed."""
        if feed is None:
            return self._outlet.remove(f"{name}.html", report)
        limit = self._output.feeds[_parent(name)].limit
        stories = self._stories.newest(name, min(limit, page.SHOWN + 1))
        body = page.feed_page(feed, stories[: page.SHOWN], more=len(stories) > page.SHOWN)
        self._outlet.later(f"{name}.html", body, report)
        return True

    def _index(self, listed: Sequence[Feed], report: Report) -> None:
        """What names every feed: for people, and for readers that import a list."""
        body = page.index_page(self._output.site, listed, self._headlines.newest(None, _LATEST))
        self._outlet.later("index.html", body, report)
        shown = [(feed.title, feed.description, feed.addresses) for feed in listed]
        if shown != self._list:
            self._list = shown
            self._opml(listed, report)

    def _opml(self, listed: Sequence[Feed], report: Report) -> None:
        if listed:
            self._outlet.later(_OPML, self._dated(listed), report)
        else:
            self._outlet.remove(_OPML, report)

    def _dated(self, listed: Sequence[Feed]) -> bytes:
        """The store knows since when the list is what it is, so that all who write it write the same."""
        site, name = self._output.site, f"opml of {self._output.url}"
        digest = hashlib.sha256(opml.build(site, listed, _NEVER, _NEVER)).hexdigest()[:32]
        with self._store.write() as tx:
            modified, shape = feeds.read_cursor(tx, name)
            created, _, known = shape.partition(" ")
            if known != digest:
                modified = int(self._store.now(tx).timestamp())
                created = created or str(modified)
                feeds.write_cursor(tx, name, modified, f"{created} {digest}")
        return opml.build(site, listed, _moment(int(created)), _moment(modified))

    def _page(self, article: Article, report: Report) -> bool:
        name = f"{_ARTICLES}/{article.slug}.html"
        if article.state is not State.LIVE or not needs_page(article):
            return self._outlet.remove(name, report)
        try:
            body = page.article_page(article, self._output.site, self._feeds_of(article))
        except FormatError as error:
            log.error("%s", error)  # noqa: TRY400 - its text says it all
            report.problems.append(f"no page: {error}")
            return True
        self._outlet.later(name, body, report)
        return True

    def _feeds_of(self, article: Article) -> list[Feed]:
        it = self._output
        chosen = places(article, it.feeds)
        return self._ordered(
            as_feed(place, it.feeds[place.parent], it.site, it.url, iri="", updated=article.updated)
            for place in chosen
        )

    def _ordered(self, listed: Iterable[Feed]) -> list[Feed]:
        """As the configuration has them: its first feed is what a reader should meet first."""
        order = {name: number for number, name in enumerate(self._output.feeds)}
        return sorted(listed, key=lambda feed: (order[_parent(feed.name)], feed.name))

    @cached_property
    def _shape(self) -> str:
        """Changes whenever every page would."""
        it = self._output
        looks = repr((__version__, it.site, it.url, sorted(it.feeds.items())))
        return hashlib.sha256(looks.encode()).hexdigest()[:32]


def _parent(name: str) -> str:
    """The key in the configuration of a feed, or of those for each of something."""
    return name.partition("/")[0]


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
