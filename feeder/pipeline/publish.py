"""store -> articles -> formats -> files of the output folder."""

from __future__ import annotations

import hashlib
import logging
import os
import socket
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feeder import __version__
from feeder.errors import FormatError
from feeder.formats import FORMATS, page
from feeder.model.address import needs_page
from feeder.model.article import State
from feeder.pipeline import files, mark
from feeder.pipeline.places import Place, as_feed, places
from feeder.store import articles, feeds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from feeder.config import FeedOptions
    from feeder.model.article import Article
    from feeder.model.feed import Feed, Site
    from feeder.store import Store
    from feeder.store.feeds import FeedState

log = logging.getLogger(__name__)

_BATCH = 200
# Articles that the index page leads to.
_LATEST = 20


@dataclass(frozen=True, slots=True)
class Output:
    """Where and as what feeds are published. `url` is the address of `folder`."""

    folder: Path
    url: str
    site: Site
    feeds: Mapping[str, FeedOptions]
    hubs: tuple[str, ...]


@dataclass(slots=True)
class Report:
    """`counts` of files written, unchanged and removed; a line for each thing that failed.

    `late`: the folder became another node's meanwhile, which is asked to write again what was written here.
    """

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    late: bool = False


class Publisher:
    """Writes what has changed since it last wrote; a new one looks at every feed once.

    `mine` is asked before each file: whether it is still ours to write. Several that write one folder at once do
    no harm, since the same articles are the same bytes; but one that was held up must not write what is old.
    """

    def __init__(self, store: Store, output: Output, mine: Callable[[], bool] = lambda: True) -> None:
        self._store, self._output, self._mine = store, output, mine
        self._written: dict[str, int] = {}
        self._indexed = False
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
        report = Report()
        self._pages(report, everything=everything)
        with self._store.read() as tx:
            versions = feeds.versions(tx)
        changed = [name for name, version in versions.items() if everything or self._written.get(name) != version]
        for name in sorted(changed):
            self._feed(name, report)
        if changed or not self._indexed:
            self._indexed = self._index(report)
        if report.late or not self._mine():
            self._undo(changed, report)
        self._note("; ".join(report.problems))
        return report

    def _undo(self, names: list[str], report: Report) -> None:
        """What was begun while the folder was ours may have been written after what its new writer wrote."""
        report.late = True
        with self._store.write() as tx:
            feeds.touch(tx, names, self._store.now(tx))
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

    def _feed(self, name: str, report: Report) -> None:
        with self._store.read() as tx:
            state = feeds.state_of(tx, name)
            options = self._output.feeds.get(state.parent) if state else None
            newest = feeds.newest(tx, name, options.limit) if options else ()
        if state is None:
            return
        kept = options.formats if options and not state.ended else ()
        steps = [self._format(name, form, state, newest, report) for form in kept]
        steps += [self._gone(f"{name}.{form}", report) for form in FORMATS if form not in kept]
        if all(steps):
            self._written[name] = state.version

    def _format(self, name: str, form: str, state: FeedState, newest: tuple[Article, ...], report: Report) -> bool:
        built = FORMATS[form].build(self._noun(state, newest), newest)
        for problem in built.skipped:
            log.error("feed %s: %s", name, problem)
            report.problems.append(f"feed {name}: {problem}")
        return self._write(f"{name}.{FORMATS[form].extension}", built.body, report)

    def _noun(self, state: FeedState, newest: Iterable[Article]) -> Feed:
        place = Place(state.name, state.parent, state.value)
        updated = max((article.updated for article in newest), default=state.changed)
        it = self._output
        return as_feed(
            place, it.feeds[state.parent], it.site, it.url, iri=state.iri, updated=updated, hubs=it.hubs
        )

    def _live(self) -> list[FeedState]:
        with self._store.read() as tx:
            states = feeds.states(tx).values()
        return [state for state in states if not state.ended and state.parent in self._output.feeds]

    def _index(self, report: Report) -> bool:
        listed = [self._noun(state, ()) for state in self._live()]
        with self._store.read() as tx:
            latest = articles.newest(tx, _LATEST)
        return self._write("index.html", page.index_page(self._output.site, listed, latest), report)

    # ------------------------------------------------------------ article pages

    def _pages(self, report: Report, *, everything: bool) -> None:
        """Follow the revisions from where this node left off; from the start when pages look different now."""
        name, shape = self._cursor, self._shape()
        with self._store.read() as tx:
            seq, before = feeds.read_cursor(tx, name)
        lost = not self._written and not (self._output.folder / "articles").exists()
        seq = 0 if everything or lost or before != shape else seq
        while True:
            with self._store.read() as tx:
                changes = articles.changed_since(tx, seq, _BATCH)
                changed = articles.get_many(tx, sorted({key for _, key in changes}))
            steps = [self._page(article, report) for article in changed]
            if not changes or not all(steps):
                return
            seq = changes[-1][0]
            with self._store.write() as tx:
                feeds.write_cursor(tx, name, seq, shape)

    def _page(self, article: Article, report: Report) -> bool:
        name = f"articles/{article.slug}.html"
        if article.state is not State.LIVE or not needs_page(article):
            return self._gone(name, report)
        try:
            body = page.article_page(article, self._output.site, self._feeds_of(article))
        except FormatError as error:
            log.error("%s", error)  # noqa: TRY400 - its text says it all
            report.problems.append(f"no page: {error}")
            return True
        return self._write(name, body, report)

    def _feeds_of(self, article: Article) -> list[Feed]:
        it = self._output
        chosen = places(article, it.feeds)
        return [
            as_feed(place, it.feeds[place.parent], it.site, it.url, iri="", updated=article.updated)
            for place in chosen
        ]

    def _shape(self) -> str:
        """Changes whenever every page would."""
        it = self._output
        looks = repr((__version__, it.site, it.url, sorted(it.feeds.items())))
        return hashlib.sha256(looks.encode()).hexdigest()[:32]

    # ------------------------------------------------------------ files

    def _may(self, report: Report) -> bool:
        report.late = report.late or not self._mine()
        return not report.late

    def _write(self, name: str, body: bytes, report: Report) -> bool:
        if not self._may(report):
            return False
        try:
            report.counts["written" if files.write(self._output.folder / name, body) else "unchanged"] += 1
        except OSError as error:
            return _failed(report, f"{self._output.folder / name} was not written", error)
        return True

    def _gone(self, name: str, report: Report) -> bool:
        if not self._may(report):
            return False
        try:
            report.counts["removed"] += files.remove(self._output.folder / name)
        except OSError as error:
            return _failed(report, f"{self._output.folder / name} was not removed", error)
        return True


def _failed(report: Report, what: str, error: OSError) -> bool:
    report.problems.append(f"{what}: {os.strerror(error.errno or 0)}; it stays as it was")
    return False
