"""store -> articles -> formats -> fragments: each article is written once in each format and manner.

What was made is kept in memory, and in the store for the next process; only what is in neither is rendered. A
fragment is of one revision (its seq), so nothing that is kept can be out of date.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feeder import formats
from feeder.errors import FormatError
from feeder.formats import EDITION, FORMATS
from feeder.store import articles, fragments, revisions
from feeder.store.fragments import Kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from feeder.formats import Manner
    from feeder.model.article import Article
    from feeder.store import Store
    from feeder.store.archives import Members

_ROOM = 64 * 1024 * 1024
# What one that is kept weighs beside its bytes.
_OVERHEAD = 400
_BATCH = 500

Key = tuple[int | str, str, str]  # seq (or what else tells one from the other), format, manner


@dataclass(frozen=True, slots=True)
class Piece:
    """An article in a format; with a `problem` it could not be written, and `body` is empty."""

    key: Key
    article: str
    body: bytes
    uses: tuple[str, ...]
    updated: datetime
    problem: str = ""


Found = dict[Key, Piece]
Row = dict[str, list[Piece | None]]  # by format, in the order of articles


Shelf = dict[int, Piece]


class Memory:
    """Pieces by format and manner, and by seq.

    About `room` bytes: what was not asked for while half of it was filled is forgotten.
    """

    def __init__(self, room: int) -> None:
        self._room, self._weight = room, 0
        self._young: dict[tuple[str, str], Shelf] = {}
        self._old: dict[tuple[str, str], Shelf] = {}

    def get(self, seqs: Sequence[int], form: str, digest: str) -> list[Piece | None]:
        young, old = self._young.get((form, digest), {}), self._old.get((form, digest), {})
        found = [young.get(seq) for seq in seqs]
        if old and None in found:
            again = {seq: it for seq, piece in zip(seqs, found, strict=True) if not piece and (it := old.get(seq))}
            self.put(again.values())
            found = [piece or again.get(seq) for seq, piece in zip(seqs, found, strict=True)]
        return found

    def put(self, pieces: Iterable[Piece]) -> None:
        for it in pieces:
            seq, form, digest = it.key
            self._young.setdefault((form, digest), {})[int(seq)] = it
            self._weight += len(it.body) + _OVERHEAD
        if self._weight > self._room // 2:
            self._old, self._young, self._weight = self._young, {}, 0


class Fragments:
    """For one thread. `room` is how many bytes may be kept in memory."""

    def __init__(self, store: Store, room: int = _ROOM) -> None:
        self._store, self._memory = store, Memory(room)
        self._new: dict[Key, Piece] = {}
        self._left: set[int] = set()
        self._upto: int | None = None  # of newer revisions nothing is kept that we could want
        self._digests: dict[Manner, str] = {}

    def of(self, members: Members, forms: Sequence[str], manner: Manner) -> dict[str, list[Piece]]:
        """By format, the pieces of these articles in their order. Raises StoreError."""
        found = self._remembered(members, forms, manner)
        for more in (self._read, self._render):
            if missing := _missing(members, found):
                found = _filled(members, found, more(missing, forms, manner), self.digest(manner))
        return _whole(found)

    def once(
        self, contents: Sequence[tuple[Article, int]], forms: Sequence[str], manner: Manner
    ) -> dict[str, list[Piece]]:
        """The same for articles as they once were, which are at hand; nothing is kept of them."""
        members = tuple((article.id, seq) for article, seq in contents)
        found, digest = self._remembered(members, forms, manner), self.digest(manner)
        missing = set(_missing(members, found))
        made = _made([it for it in contents if (it[0].id, it[1]) in missing], forms, manner, digest)
        return _whole(_filled(members, found, made, digest))

    def _remembered(self, members: Members, forms: Sequence[str], manner: Manner) -> Row:
        seqs, digest = [seq for _, seq in members], self.digest(manner)
        return {form: self._memory.get(seqs, form, digest) for form in forms}

    def digest(self, manner: Manner) -> str:
        if manner not in self._digests:
            looks = repr((EDITION, manner)).encode()
            self._digests[manner] = hashlib.sha256(looks).hexdigest()[:16]
        return self._digests[manner]

    def left(self, seqs: Iterable[int]) -> None:
        """These revisions stand in a document no more: another one that has them keeps them in memory."""
        self._left.update(seqs)

    def save(self) -> None:
        """What was made is in the store from then on; a crash before that costs the work. Raises StoreError."""
        made = [it for it in self._new.values() if not it.problem and it.key[0] not in self._left]
        if made or self._left:
            with self._store.write() as tx:
                fragments.drop(tx, sorted(self._left))
                fragments.put(tx, [_row(it) for it in made])
            if made and self._upto is not None:
                self._upto = max(self._upto, *(int(it.key[0]) for it in made))
        self._new, self._left = {}, set()

    @property
    def many(self) -> bool:
        """So many were made that it is time to save them."""
        return len(self._new) > _BATCH

    def tidy(self) -> None:
        """Forget what is kept of manners in which nothing was written yet, and what no feed has any more.

        Another node that writes in other manners makes its own again. Raises StoreError.
        """
        with self._store.write() as tx:
            fragments.forget_others(tx, self._digests.values())

    # ------------------------------------------------------------ store

    def _read(self, missing: Members, forms: Sequence[str], manner: Manner) -> Found:
        seqs, digest = dict(missing), self.digest(manner)
        rows = self._kept(missing)
        found: Found = {}
        for row in rows:
            if (row.revision, row.manner) == (seqs[row.article], digest) and row.form in forms:
                key = (row.revision, row.form, digest)
                found[key] = Piece(key, row.article, row.body, tuple(row.uses.split()), row.updated)
        self._memory.put(found.values())
        return found

    def _kept(self, members: Members) -> list[Kept]:
        """What has just come was kept by nobody; another node that made the same now did so for itself."""
        if self._upto is None:
            with self._store.read() as tx:
                self._upto = revisions.newest(tx)
        old = [article for article, seq in members if seq <= self._upto]
        if not old:
            return []
        with self._store.read() as tx:
            return fragments.get(tx, old)

    def _render(self, missing: Members, forms: Sequence[str], manner: Manner) -> Found:
        made: Found = {}
        for start in range(0, len(missing), _BATCH):
            seqs = dict(missing[start : start + _BATCH])
            with self._store.read() as tx:
                found = articles.get_many(tx, list(seqs))
            made |= _made([(it, seqs[it.id]) for it in found], forms, manner, self.digest(manner))
        self._new |= made
        self._memory.put(made.values())
        return made


def _row(it: Piece) -> Kept:
    seq, form, manner = it.key
    return Kept(it.article, form, manner, int(seq), it.updated, " ".join(it.uses), it.body)


def _made(contents: Sequence[tuple[Article, int]], forms: Sequence[str], manner: Manner, digest: str) -> Found:
    made: Found = {}
    wanted = {form: FORMATS[form] for form in forms}
    for form, results in formats.fragments([it for it, _ in contents], manner, wanted).items():
        for (article, seq), it in zip(contents, results, strict=True):
            key = (seq, form, digest)
            if isinstance(it, FormatError):
                made[key] = Piece(key, article.id, b"", (), article.updated, str(it))
            else:
                made[key] = Piece(key, article.id, it.body, it.uses, article.updated)
    return made


def _missing(members: Members, found: Row) -> Members:
    """Those of which a piece is missing in some format."""
    lacking = {
        place for pieces in found.values() if None in pieces for place, it in enumerate(pieces) if it is None
    }
    return tuple(members[place] for place in sorted(lacking))


def _filled(members: Members, found: Row, made: Found, digest: str) -> Row:
    return {
        form: [it or made.get((seq, form, digest)) for it, (_, seq) in zip(pieces, members, strict=True)]
        for form, pieces in found.items()
    }


def _whole(found: Row) -> dict[str, list[Piece]]:
    """Without articles that are gone by now; whoever looks next sees that."""
    return {form: [it for it in pieces if it is not None] for form, pieces in found.items()}
