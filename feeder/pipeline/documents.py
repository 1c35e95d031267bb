"""A feed's window -> its subscription documents: an opening, the fragments of its articles, a closing."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from feeder.formats import EDITION, FORMATS, Manner
from feeder.model.feed import Gone
from feeder.pipeline import files, siblings, versions
from feeder.pipeline.files import Parcel
from feeder.pipeline.fragments import Piece
from feeder.pipeline.output import Document
from feeder.pipeline.splice import Splicer
from feeder.store import archives

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from feeder.model.feed import Feed
    from feeder.pipeline.files import Laying
    from feeder.pipeline.fragments import Fragments
    from feeder.pipeline.output import Outlet, Report
    from feeder.pipeline.siblings import Siblings
    from feeder.pipeline.versions import Version
    from feeder.store import Store
    from feeder.store.archives import Members

# Pieces of a document that are joined; together they are about as much as a processor holds at hand.
_LUMP = 24
# Versions of documents that are kept in memory; of others they are read where they lie.
_VERSIONS = 256


@dataclass(frozen=True, slots=True)
class Joined:
    """A document as it is to be: `body` is all of it, in pieces. `keys` tell its `entries` from one another."""

    path: str
    form: str
    manner: str
    opening: bytes
    keys: tuple[int | str, ...]
    entries: list[bytes]
    body: list[bytes]
    size: int
    etag: str
    shape: str


def joined(feed: Feed, form: str, path: str, pieces: Sequence[Piece]) -> Joined:
    """Those that could not be written are left out."""
    it, good = FORMATS[form], [piece for piece in pieces if not piece.problem]
    uses = frozenset(chain.from_iterable({piece.uses for piece in good}))
    opening, entries = it.opening(feed, uses), [piece.body for piece in good]
    body = _lumps([opening, *_parted(entries, it.between), it.closing])
    looks = repr((EDITION, form, sorted(uses), replace(feed, updated=feed.updated.min)))
    return Joined(
        path=path,
        form=form,
        manner=good[0].key[2] if good else "",
        opening=opening,
        keys=tuple([piece.key[0] for piece in good]),
        entries=entries,
        body=body,
        size=sum(map(len, body)),
        etag=versions.etag_of(*body),
        shape=hashlib.sha256(looks.encode()).hexdigest()[:16],
    )


def _parted(bodies: list[bytes], between: bytes) -> list[bytes]:
    return [part for body in bodies for part in (body, between)][:-1] if between else bodies


def _lumps(pieces: list[bytes]) -> list[bytes]:
    """Fewer of them: whatever takes time with one lets other threads go on, and has to win its turn back after it.

    Not one: memory for a large feed is given back and fetched anew each time.
    """
    return [b"".join(pieces[start : start + _LUMP]) for start in range(0, len(pieces), _LUMP)]


class Documents:
    """For one thread: what it wrote last is remembered, so that only what has changed is looked at."""

    def __init__(self, store: Store, outlet: Outlet, fragments: Fragments, beside: Siblings) -> None:
        self._store, self._outlet, self._fragments, self._siblings = store, outlet, fragments, beside
        self._splicer = Splicer()
        self._etags: dict[str, str] = {}
        self._versions: OrderedDict[str, Version] = OrderedDict()
        self._begun: list[tuple[Joined, Version, Laying, str]] = []
        self._undescribed: dict[str, tuple[Version, str, bytes, list[int]]] = {}

    def forget(self) -> None:
        """Look at every file again."""
        self._etags.clear()
        self._versions.clear()

    @property
    def weight(self) -> int:
        """Bytes that wait to be written."""
        return sum(it.size for it, _, _, _ in self._begun)

    def add(self, feed: Feed, members: Members, graves: Sequence[Gone], report: Report, *, slides: bool) -> None:
        """Make the feed's documents; those that are other bytes than before are to be written.

        `slides`: for each article that comes, one goes. What could not be written as an article is in the report.
        """
        forms = [form for form, _ in feed.addresses]
        pieces = self._fragments.of(members, forms, Manner.of(feed))
        latest = max([it.updated for found in pieces.values() for it in found], default=feed.updated)
        feed = replace(feed, updated=max([latest, *(it.at for it in graves)]))
        for form in forms:
            report.problems += [f"feed {feed.name}: {it.problem}" for it in pieces[form] if it.problem]
            document = joined(feed, form, _path(feed.name, form), [*pieces[form], *_buried(form, graves)])
            self._add(feed.name, document, report, slides=slides)

    def _add(self, name: str, it: Joined, report: Report, *, slides: bool) -> None:
        known = self._etags.get(it.path)
        if known is None:
            known = self._look(it)
        if known == it.etag and self._stands(it):
            report.counts["unchanged"] += 1
            report.documents.append(Document(name, it.form, it.path, it.etag, written=False))
            return
        version = self._next(name, it)
        self._begun.append((it, version, self._outlet.begin(self._parcel(it, slides=slides)), name))

    def _look(self, it: Joined) -> str:
        """The etag of what stands in the folder, empty for nothing. What is beside it is doubtful."""
        try:
            etag = versions.etag_of((self._outlet.folder / it.path).read_bytes())
        except OSError:
            etag = ""
        self._etags[it.path] = etag
        self._siblings.note(it.path, etag, doubtful=True)
        return etag

    def _stands(self, it: Joined) -> bool:
        """Whether the file is as we left it: another node may have written it meanwhile, and asked us to look."""
        return self._look(it) == it.etag

    def _next(self, name: str, it: Joined) -> Version:
        before = self._versions.get(it.path) or self._read(it.path)
        if before is None:
            return versions.first(it.etag, it.keys, it.shape)
        left = [key for key in before.since.keys() - it.keys if isinstance(key, int)]
        return before.next(it.etag, it.keys, it.shape, whole=not left or self._all_stand(name, left))

    def _all_stand(self, name: str, left: list[int]) -> bool:
        """Whether readers miss nothing by what left the document; another document keeps it in memory."""
        self._fragments.left(left)
        with self._store.read() as tx:
            return archives.all_stand(tx, name, left)

    def _read(self, path: str) -> Version | None:
        """What was written down of the document that stands in the folder."""
        etag = self._etags.get(path)
        if not etag:
            return None
        try:
            found = versions.load((self._outlet.folder / versions.FOLDER / path).read_bytes())
        except OSError:
            found = None
        return found if found is not None and found.etag == etag else versions.first(etag, (), "")

    def _parcel(self, it: Joined, *, slides: bool) -> Parcel:
        form = FORMATS[it.form]
        gz = None
        if it.size >= siblings.SMALLEST:
            kind, parts = (it.form, it.manner), list(zip(it.keys, it.entries, strict=True))
            gz = self._splicer.gzip(
                kind, it.opening, parts, form.closing, it.body, between=form.between, slides=slides
            )
        return Parcel(it.path, it.body, siblings.beside(it.path, gz))

    def flush(self, report: Report) -> set[str]:
        """Finish what was begun; the names of feeds, or else of files, of which something could not be written."""
        waiting, self._begun = self._begun, []
        for it, _, _, _ in waiting:
            self._siblings.forget(it.path)
            self._etags.pop(it.path, None)  # until we know
        hindered = self._outlet.write_all([], report, [laid for _, _, laid, _ in waiting])
        for it, version, _, name in waiting:
            if it.path not in hindered:
                self._keep(it.path, version)
                self._undescribed[it.path] = (version, it.form, it.opening, list(map(len, it.entries)))
                self._siblings.note(it.path, it.etag)
                report.documents.append(Document(name, it.form, it.path, it.etag, written=True))
        feeds_of = {it.path: name for it, _, _, name in waiting}
        return {feeds_of.get(path, path) for path in hindered}

    def drop(self) -> None:
        """What was begun is not to be written after all."""
        begun, self._begun = self._begun, []
        files.drop([laid.result() for _, _, laid, _ in begun])

    def describe(self, report: Report) -> None:
        """Write down what is new in the documents that were written, with the next other files."""
        for path, (version, form, opening, lengths) in self._undescribed.items():
            between, closing = FORMATS[form].between, FORMATS[form].closing
            sidecar = versions.dump(version, opening, lengths, between, closing)
            self._outlet.later(f"{versions.FOLDER}/{path}", sidecar, report, light=True)
        self._undescribed.clear()

    def _keep(self, path: str, version: Version) -> None:
        self._etags[path] = version.etag
        self._versions[path] = version
        self._versions.move_to_end(path)
        if len(self._versions) > _VERSIONS:
            self._versions.popitem(last=False)

    def remove(self, name: str, form: str, report: Report) -> bool:
        """The document and what stands beside it."""
        path = _path(name, form)
        self._siblings.forget(path)
        self._etags.pop(path, None)
        self._versions.pop(path, None)
        gone = [self._outlet.remove(f"{path}{suffix}", report, count=False) for suffix in siblings.SUFFIXES]
        gone.append(self._outlet.remove(f"{versions.FOLDER}/{path}", report, count=False))
        return self._outlet.remove(path, report) and all(gone)


def graves_of(rows: Sequence[tuple[str, datetime]]) -> list[Gone]:
    return [Gone(article, at) for article, at in rows]


def _buried(form: str, graves: Sequence[Gone]) -> list[Piece]:
    made = ((it, FORMATS[form].tombstone(it)) for it in graves)
    return [Piece((f"{g.id} {g.at}", form, ""), g.id, f.body, f.uses, g.at) for g, f in made if f is not None]


def _path(name: str, form: str) -> str:
    return f"{name}.{FORMATS[form].extension}"
