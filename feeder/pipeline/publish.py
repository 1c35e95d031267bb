"""store -> articles -> formats -> files of the output folder."""

from __future__ import annotations

import logging
import socket
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from feeder.formats import FORMATS
from feeder.pipeline import mark
from feeder.pipeline.archives import Archives, block
from feeder.pipeline.documents import Documents, graves_of
from feeder.pipeline.fragments import Fragments
from feeder.pipeline.output import Outlet, Output, Report, failed
from feeder.pipeline.pages import Pages
from feeder.pipeline.places import Place, as_feed
from feeder.pipeline.siblings import Siblings
from feeder.store import archives, feeds
from feeder.store.archives import NOTHING, UNSEALED, Sealed, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from feeder.config import FeedOptions
    from feeder.model.feed import Feed
    from feeder.store import Store
    from feeder.store.feeds import FeedState

__all__ = ["Output", "Publisher", "Report"]

log = logging.getLogger(__name__)

# Bytes of documents that are written with one wait for the disk.
_HEAP = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Look:
    """A feed as the store has it; `graves` are articles that were withdrawn, and when."""

    state: FeedState
    window: Window = NOTHING
    sealed: Sealed = UNSEALED
    graves: tuple[tuple[str, datetime], ...] = ()


class Publisher:
    """Writes what has changed since it last wrote; a new one looks at every feed once.

    `mine` is asked before each file: whether it is still ours to write. Several that write one folder at once do
    no harm, since the same articles are the same bytes; but one that was held up must not write what is old.
    """

    def __init__(self, store: Store, output: Output, mine: Callable[[], bool] = lambda: True) -> None:
        self._store, self._output, self._mine = store, output, mine
        self._outlet = Outlet(output.folder, mine)
        self._pages = Pages(store, output, self._outlet)
        self.siblings = Siblings(self._outlet)
        self._fragments = Fragments(store)
        self._documents = Documents(store, self._outlet, self._fragments, self.siblings)
        self._archives = Archives(store, output.url, self._outlet, self._fragments, self.siblings)
        self._written: dict[str, int] = {}
        self._looked: Sequence[str] = ()  # the feeds of the last `news`
        self._noted: str | None = None
        self._folder = ""

    @property
    def folder(self) -> str:
        """The name of the output folder (see mark); one that cannot be given a name is this host's alone."""
        try:
            self._folder = self._folder or mark.name_of(self._output.folder)
        except OSError:
            self._folder = f"{socket.gethostname()} {self._output.folder}"
        return self._folder

    def publish(self, *, everything: bool = False) -> Report:
        """Bring the folder in step with the store. Raises StoreError; what cannot be written is in the report."""
        report = self.news(everything=everything)
        if not report.late:
            self.rest(report)
        return report

    def news(self, *, everything: bool = False) -> Report:
        """What whoever is told of an article comes for: its page, and then the feeds that name it.

        `rest` is to follow, unless we were late. Until then a power loss may leave files as they were, and a new
        publisher writes them again.
        """
        report = Report()
        lost = not self._written and not (self._output.folder / "articles").exists()
        with self._whole():
            self._pages.follow(self._cursor, report, everything=everything or lost)
            changed = self._changed(everything=everything)
            self._looked = tuple(changed)
            self._feeds(changed, report)
        self._check(report)
        return report

    def rest(self, report: Report) -> None:
        """What people and crawlers see; then nothing of it all is lost with the power any more."""
        with self._whole():
            self._documents.describe(report)
            self._pages.finish(lambda: [self._noun(state) for state in self._live()], report)
        self._pages.keep(report)
        self._check(report)
        if not self._looked or self._fragments.many:
            self._fragments.save()
        if self._noted is None:  # the first look, which is at every feed
            self._fragments.tidy()
            self._outlet.sweep()
        self._note("; ".join(report.problems))

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """What was begun and gets no name, since something raises, goes: another publisher begins anew."""
        try:
            yield
        except BaseException:
            self._documents.drop()
            self._outlet.drop()
            raise

    def _check(self, report: Report) -> None:
        """What was begun while the folder was ours may have been written after what its new writer wrote."""
        if not report.late and self._mine():
            return
        report.late = True
        with self._store.write() as tx:
            feeds.touch(tx, self._looked, self._store.now(tx))
            feeds.write_cursor(tx, self._cursor, 0, "")
        self._written.clear()

    @property
    def _cursor(self) -> str:
        return f"pages of {self.folder}"

    def _note(self, problem: str) -> None:
        """Other processes learn from the store how it went."""
        if problem != self._noted:
            with self._store.write() as tx:
                feeds.note(tx, self._cursor, problem)
            self._noted = problem

    # ------------------------------------------------------------ feeds

    def _changed(self, *, everything: bool) -> dict[str, int]:
        """The feeds to be looked at, with what is their version now."""
        if everything:
            self._written.clear()
            self._documents.forget()
            self._archives.forget()
        with self._store.read() as tx:
            found = feeds.versions(tx)
        return {name: version for name, version in sorted(found.items()) if self._written.get(name) != version}

    def close(self) -> None:
        """Leave nothing for later: what was made is kept in the store, and documents are compressed well."""
        self._fragments.save()
        self.siblings.work(everything=True)

    def _feeds(self, changed: dict[str, int], report: Report) -> None:
        """Many are written together."""
        done: dict[str, int] = {}
        for name in changed:
            version = self._feed(name, report)
            if version is not None:
                done[name] = version
            if self._documents.weight > _HEAP:
                self._flush(done, report)
                self._documents.describe(report)  # nobody awaits so many: what they say need not be kept
        self._flush(done, report)

    def _flush(self, done: dict[str, int], report: Report) -> None:
        hindered = self._documents.flush(report)
        self._written |= {name: version for name, version in done.items() if name not in hindered}
        done.clear()

    def _feed(self, name: str, report: Report) -> int | None:
        """Make its documents; the version that they are of, or None when something could not be done."""
        try:
            return self._made(name, report)
        except OSError as error:
            if error.errno:  # else it is in the report
                failed(report, f"feed {name} was not written", error)
            return None

    def _made(self, name: str, report: Report) -> int | None:
        look = self._look(name)
        if look is None:
            return None
        options = self._output.feeds.get(look.state.parent)
        if options is None or look.state.ended:
            self._pages.touch(name, None)
            ended = [self._documents.remove(name, form, report) for form in FORMATS]
            return look.state.version if self._archives.remove(name, report) and all(ended) else None
        gone = [
            self._documents.remove(name, form, report)
            for form in FORMATS
            if form not in options.formats and name not in self._written
        ]
        return look.state.version if self._add(look, options, report) and all(gone) else None

    def _add(self, look: _Look, options: FeedOptions, report: Report) -> bool:
        feed = self._noun(look.state)
        self._pages.touch(feed.name, feed)
        if options.archive:
            self._archives.follow(feed, look.sealed, report)  # what is older must be there before we lead to it
            feed = replace(feed, history=self._archives.history(feed, look.sealed.newest))
        graves = graves_of(look.graves)
        self._documents.add(feed, look.window.members, graves, report, slides=not options.archive)
        return True

    def _look(self, name: str) -> _Look | None:
        """None for a feed that has gone meanwhile."""
        while True:
            look = self._read(name)
            options = self._output.feeds.get(look.state.parent) if look else None
            if look is None or options is None or not options.archive:
                return look
            if len(look.window.older) < block(options.limit) or not self._archives.seal(name, options.limit):
                return look

    def _read(self, name: str) -> _Look | None:
        with self._store.read() as tx:
            state = feeds.state_of(tx, name)
            options = self._output.feeds.get(state.parent) if state else None
            if state is None:
                return None
            if options is None or state.ended:
                return _Look(state)
            most = block(options.limit) if options.archive else 0
            window = archives.window(tx, name, options.limit, most)
            sealed = archives.sealed(tx, name) if options.archive else UNSEALED
            graves = feeds.buried(tx, name, options.limit) if options.tombstones else ()
        return _Look(state, window, sealed, graves)

    def _noun(self, state: FeedState) -> Feed:
        it = self._output
        place = Place(state.name, state.parent, state.value)
        return as_feed(
            place,
            it.feeds[state.parent],
            it.site,
            it.url,
            iri=state.iri,
            updated=state.changed,
            hubs=it.hubs,
            cloud=it.cloud or None,
        )

    def _live(self) -> list[FeedState]:
        with self._store.read() as tx:
            states = feeds.states(tx).values()
        return [state for state in states if not state.ended and state.parent in self._output.feeds]
