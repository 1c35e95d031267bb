"""A sitemap's address -> the files behind it, as many as one look may take -> what they list."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from feeder.errors import FetchError, SourceError, TooHard, Unreadable
from feeder.sources._linked import Listing
from feeder.sources._pulled import conditions, validators
from feeder.sources._sitemap_file import MOST, read_file
from feeder.sources._sitemap_index import DEPTH, Due, due, kept
from feeder.sources._turns import Listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feeder.net import Fetched
    from feeder.sources._addresses import Rules
    from feeder.sources._sitemap_file import SitemapFile
    from feeder.sources._sitemap_index import File
    from feeder.sources._source import Means

_ACCEPT = "application/xml,text/xml;q=0.9,text/plain;q=0.8,application/gzip;q=0.8,*/*;q=0.5"
_FILES = 50  # read at one look
_PATIENCE = timedelta(minutes=5)  # for all files of a look
_FAILURES = 3  # files that could not be fetched: the site is away
_REST = timedelta(minutes=5)  # when a site asks to be left alone, and does not say for how long
_BUSY = frozenset({429, 503})


class Walk:
    """One look. `before` is what is remembered of files; those that are `pending` have pages not read yet."""

    def __init__(
        self, means: Means, rules: Rules, limit: int, before: Mapping[str, File], pending: frozenset[str]
    ) -> None:
        self._means, self._rules, self._limit = means, rules, limit
        self._before, self._pending = before, pending
        self._until = means.now() + _PATIENCE
        self._seen: set[str] = set()
        self._read: set[str] = set()
        self._files: dict[str, File] = {}
        self._listed: dict[str, Listed] = {}
        self._troubles: list[str] = []
        self._notes: list[str] = []
        self._visits = self._failures = self._lists = 0
        self._rest: timedelta | None = None

    def listing(self, name: str, address: str) -> Listing:
        """Raises SourceError when nothing at all can be read."""
        queue = [Due(address)]
        while queue and not self._over():
            it = queue.pop(0)
            queue.extend(self._visit(it))
        if self._troubles and not self._lists:
            raise SourceError(name, self._troubles[0], self._rest)
        self._leave(queue)
        return Listing(
            tuple(self._listed.values()),
            whole=not self._troubles and self._read == set(self._files),
            memory={"files": kept(self._before, self._files)},
            rest=self._rest,
            notes=tuple(self._notes + self._summary()),
        )

    def _over(self) -> bool:
        spent = self._visits >= _FILES or self._failures >= _FAILURES or len(self._listed) >= MOST
        return spent or self._rest is not None or self._means.now() > self._until

    def _visit(self, it: Due) -> list[Due]:
        """Read one file; returns those that it leads to."""
        self._seen.add(it.part)
        self._visits += 1
        known = self._before.get(it.part, {})
        try:
            answer = self._means.get(
                it.address, accept=_ACCEPT, limit=self._limit, headers=self._asking(it, known)
            )
            self._failures = 0
            if answer.status == 304:
                self._files[it.part], self._lists = known | {"stamp": it.stamp}, self._lists + 1
                return []
            return self._take(it, answer)
        except FetchError as trouble:
            self._failures += 1
            self._rest = (trouble.rest or _REST) if trouble.status in _BUSY else None
            self._failed(it, known, trouble.reason)
        except (Unreadable, TooHard) as trouble:
            self._failed(it, known, trouble.reason)
        return []

    def _asking(self, it: Due, known: File) -> tuple[tuple[str, str], ...]:
        """Of a file from which nothing is missing only news is wanted."""
        return () if it.part in self._pending or known.get("index") else conditions(known)

    def _take(self, it: Due, answer: Fetched) -> list[Due]:
        file: SitemapFile = self._means.call(read_file, answer.body, answer.url, self._rules)
        self._read.add(it.part)
        self._lists += not file.children
        index = {"index": True} if file.children else {}
        self._files[it.part] = {"stamp": it.stamp, "read": True} | index | validators(answer)
        if file.cut:
            self._notes.append(f"a sitemap lists more than {MOST:,} addresses; the rest of it is not seen")
        for key, stamp, date, said in file.listed:
            one = Listed(key, stamp, date, it.part, it.late, said)
            self._listed[key] = _joined(self._listed[key], one) if key in self._listed else one
        return self._children(it, file)

    def _children(self, it: Due, file: SitemapFile) -> list[Due]:
        ours = [child for child in file.children if self._rules.ours(child.address)]
        if len(ours) < len(file.children):
            self._notes.append("an index lists sitemaps of other sites, which are not read; sites: may name those")
        if ours and it.depth >= DEPTH:
            self._notes.append(f"sitemaps more than {DEPTH} indexes deep are not read")
            return []
        new = [child for child in ours if Due(child.address).part not in self._seen]
        now, later = due(new, it.depth + 1, self._before, self._pending)
        self._seen.update(child.part for child in now)
        self._files = later | self._files
        return now

    def _failed(self, it: Due, known: File, reason: str) -> None:
        self._troubles.append(reason)
        if known.get("read"):
            self._files[it.part] = known
        elif known or not self._before:
            self._files[it.part] = {"stamp": it.stamp, "read": False, "failed": True}

    def _leave(self, queue: list[Due]) -> None:
        """What this look has no time for. At our first it was there before us; later it is news at the next."""
        for it in queue:
            known = self._before.get(it.part)
            if known is not None or not self._before:
                self._files[it.part] = known or {"stamp": it.stamp, "read": False}

    def _summary(self) -> list[str]:
        count = len(self._troubles)
        return [f"{count} of {self._visits} sitemaps could not be read: {self._troubles[0]}"] if count else []


def _joined(one: Listed, other: Listed) -> Listed:
    """An address that two files list: what either says of it."""
    more, less = (one, other) if len(one.said) >= len(other.said) else (other, one)
    return replace(
        more, stamp=max(one.stamp, other.stamp), date=more.date or less.date, late=one.late and other.late
    )
