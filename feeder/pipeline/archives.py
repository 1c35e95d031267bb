"""Rows of archives -> archive/NAME/00001.EXT: documents that never change again (RFC 5005, section 4).

A file that is missing is written by its rows, whatever became of it; one that is there is never touched, but for
what was struck out of it by hand. So it does not matter where between rows and files a process ended.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from feeder.formats import FORMATS, Manner
from feeder.model.article import State
from feeder.model.feed import History
from feeder.pipeline import siblings
from feeder.pipeline.documents import joined
from feeder.pipeline.files import Parcel
from feeder.store import archives
from feeder.store.archives import UNSEALED, Sealed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from feeder.model.article import Article
    from feeder.model.feed import Feed
    from feeder.pipeline.fragments import Fragments
    from feeder.pipeline.output import Outlet, Report
    from feeder.pipeline.siblings import Siblings
    from feeder.store import Store

_FOLDER = "archive"
# Longer numbers are of others: no feed comes to those, nor does every store hold them.
_NAME = re.compile(r"([0-9]{5,8})\.([a-z]+)")
# How many articles are sealed together: no document is longer than that, nor one much shorter than a walk is
# worth.
_LEAST, _MOST = 20, 100
# Archives that are sealed in one transaction; bytes that are written with one wait for the disk.
_AT_ONCE = 50
_HEAP = 16 * 1024 * 1024


def block(limit: int) -> int:
    """How many articles an archive has, of a feed that shows so many."""
    return min(max(limit, _LEAST), _MOST)


class Archives:
    """For one thread. What stands in the folder is looked at once and then remembered."""

    def __init__(self, store: Store, output: str, outlet: Outlet, fragments: Fragments, beside: Siblings) -> None:
        self._store, self._address, self._outlet = store, output, outlet
        self._fragments, self._siblings = fragments, beside
        self._whole: dict[str, Sealed] = {}  # by feed: what is there in all formats

    def forget(self) -> None:
        """Look at every folder again."""
        self._whole.clear()

    def seal(self, name: str, limit: int) -> bool:
        """Put open articles that are not among the newest into archives; False when there were too few."""
        above = max(self._there(name), default=(0, ""))[0]
        with self._store.write() as tx:
            self._store.in_order(tx)
            now = self._store.now(tx)
            return bool(archives.seal(tx, name, limit, block(limit), now, above=above, most=_AT_ONCE))

    def follow(self, feed: Feed, sealed: Sealed, report: Report) -> None:
        """Write the archives that are missing.

        `feed` is the subscription document's. Raises OSError when one could not be written.
        """
        before = self._whole.get(feed.name, UNSEALED)
        if sealed.newest is None or sealed == before:
            return
        with self._store.read() as tx:
            numbers = archives.numbers(tx, feed.name)
        self._write_missing(feed, numbers, report)
        self._strike(feed, numbers, sorted(sealed.struck - before.struck), report)
        self._whole[feed.name] = sealed

    def history(self, feed: Feed, newest: int | None) -> History:
        """Of the subscription document."""
        return History() if newest is None else History(previous=self._addresses(feed, newest))

    def remove(self, name: str, report: Report) -> bool:
        """Of a feed that has ended."""
        self._whole.pop(name, None)
        steps = []
        for number, form in sorted(self._there(name)):
            path = _path(name, number, form)
            self._siblings.forget(path)
            beside = [self._outlet.remove(f"{path}{it}", report, count=False) for it in siblings.SUFFIXES]
            steps += [*beside, self._outlet.remove(path, report)]
        return all(steps)

    # ------------------------------------------------------------ files

    def _there(self, name: str) -> set[tuple[int, str]]:
        """The numbers and formats whose files stand in the folder."""
        try:
            found = [_NAME.fullmatch(it.name) for it in (self._outlet.folder / _FOLDER / name).iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return set()
        return {(int(it[1]), it[2]) for it in found if it and it[2] in FORMATS}

    def _write_missing(self, feed: Feed, numbers: dict[int, int | None], report: Report) -> None:
        there = self._there(feed.name)
        forms = [form for form, _ in feed.addresses]
        if feed.name not in self._whole:
            for number, form in there:
                self._siblings.note(_path(feed.name, number, form), "")
        heap: list[Parcel] = []
        for number in sorted(numbers):
            missing = [form for form in forms if (number, form) not in there]
            heap += self._made(feed, number, numbers[number], missing) if missing else []
            if sum(len(piece) for it in heap for piece in it.body) > _HEAP:
                self._put(heap, report)
                heap = []
        self._put(heap, report)

    def _put(self, heap: Sequence[Parcel], report: Report) -> None:
        if self._outlet.write_all(heap, report) & {parcel.name for parcel in heap}:
            raise OSError
        for parcel in heap:
            self._siblings.note(parcel.name, "")

    def _strike(
        self, feed: Feed, numbers: dict[int, int | None], struck: Iterable[tuple[int, str]], report: Report
    ) -> None:
        """Files that still name one of these articles are written again without them."""
        forms = [form for form, _ in feed.addresses]
        named: set[tuple[int, str]] = set()
        for number, article in struck:
            for form in forms:
                path = self._outlet.folder / _path(feed.name, number, form)
                if path.exists() and article.encode() in path.read_bytes():
                    named.add((number, form))
        for number, form in sorted(named):
            made = self._made(feed, number, numbers[number], [form])
            self._put([replace(it, once=False, beside=siblings.beside(it.name, None)) for it in made], report)

    # ------------------------------------------------------------ documents

    def _made(self, feed: Feed, number: int, previous: int | None, forms: Sequence[str]) -> list[Parcel]:
        with self._store.read() as tx:
            contents = archives.contents(tx, feed.name, number)
        # What has been withdrawn is not published anew, though where it stands already it may stay.
        shown = [(article, seq) for article, seq in contents if article.state is State.LIVE]
        noun = self._noun(feed, number, previous, [article for article, _ in shown])
        pieces = self._fragments.once(shown, forms, Manner.of(feed))
        self._fragments.left(seq for _, seq in contents)
        made = []
        for form in forms:
            path = _path(feed.name, number, form)
            made.append(Parcel(path, joined(noun, form, path, pieces[form]).body, once=True))
        return made

    def _noun(self, feed: Feed, number: int, previous: int | None, shown: Sequence[Article]) -> Feed:
        return replace(
            feed,
            addresses=self._addresses(feed, number),
            updated=max((it.updated for it in shown), default=feed.updated),
            history=History(
                previous=() if previous is None else self._addresses(feed, previous), current=feed.addresses
            ),
        )

    def _addresses(self, feed: Feed, number: int) -> tuple[tuple[str, str], ...]:
        forms = [form for form, _ in feed.addresses]
        return tuple((form, self._address + quote(_path(feed.name, number, form))) for form in forms)


def _path(name: str, number: int, form: str) -> str:
    return f"{_FOLDER}/{name}/{number:05}.{FORMATS[form].extension}"
