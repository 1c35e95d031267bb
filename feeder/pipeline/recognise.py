"""A document -> the article that it is: by its own id, its key, its bytes, its address; at last by its words.

What an article is called in the world never depends on any of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

from feeder.errors import Claimed
from feeder.model.address import canonical
from feeder.pipeline.likeness import (
    ALIKE,
    agree,
    another,
    date_key,
    retitled,
    same_moment,
    sketch_of,
    title_key,
    to_the_second,
)
from feeder.store import aliases, articles, documents, sketches
from feeder.store.documents import DocumentState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, tzinfo

    from feeder.model.article import Article
    from feeder.model.document import Document, Reading
    from feeder.model.sketch import Sketch
    from feeder.pipeline.owing import Audience
    from feeder.store import Tx
    from feeder.store.documents import Known

_FEW = 20
_TITLE = 15  # characters: "News in brief" is many articles
_MEMORY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at a source.

    `gone` are the keys that are not there any more, `changed` those whose bytes may be others; `present` are those
    that a source shows now which does not show all it ever had (None: it shows all), and `pending` those of them
    that were found and not yet stored: what they state may be another article now. `foreign` and `max_age` as in
    Source; `zone` is that of dates without a time; `hold` says why new articles are held. `left` gathers articles
    that a key stated before and states no more; `order` counts new ones, `refusals` what went to the quarantine.
    """

    audience: Audience
    source: str
    gone: frozenset[str]
    changed: frozenset[str]
    now: datetime
    zone: tzinfo
    first_look: bool
    present: frozenset[str] | None = None
    foreign: bool = False
    max_age: timedelta | None = None
    hold: str = ""
    pending: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    order: Iterator[int] = field(default_factory=count)
    refusals: Iterator[int] = field(default_factory=count)


def moves(tx: Tx, visit: Visit, digests: Mapping[str, str]) -> dict[str, str]:
    """Key -> article, for bytes (by digest) that stood under another key, which is gone or has other bytes now.

    Asked for all that a look found before any of it is stored: files may have swapped their names, or moved up
    by one.
    """
    found = {}
    for key, digest in digests.items():
        origin = _origin(tx, visit, key, digest)
        if origin is not None:
            found[key] = origin
    return found


def _origin(tx: Tx, visit: Visit, key: str, digest: str) -> str | None:
    left = visit.gone | (visit.changed - {key})
    for it in documents.same_bytes(tx, visit.source, digest):
        # A key that is still known was not left long ago: its own article comes first.
        before = it.state is DocumentState.GONE and key not in visit.changed
        if it.key != key and (before or it.key in left):
            return it.article
    return None


def recognise(
    tx: Tx, visit: Visit, document: Document, reading: Reading, known: Known | None, moved: Mapping[str, str]
) -> Article | None:
    """The stored article that this document states; None for a new one. Raises Claimed.

    `moved` is what `moves` found for the whole look.
    """
    own = _by_own_id(tx, visit, document, reading) or moved.get(document.key)
    taken = known is not None and known.article in moved.values()  # by another key
    key = own or (None if taken else _by_key(tx, visit, known))
    it = articles.get(tx, key) if key else None
    if it is not None and not (
        visit.foreign and another(it, reading, visit.zone, by_id=reading.native is not None)
    ):
        return it
    same = _by_bytes(tx, visit, document) if it is None else None
    if same is not None:
        return articles.get(tx, same)
    return _by_address(tx, visit, document, reading) or _by_words(tx, visit, document, reading)


def _by_own_id(tx: Tx, visit: Visit, document: Document, reading: Reading) -> str | None:
    if reading.native is None:
        return None
    key = aliases.newest(tx, visit.source, "native", reading.native)
    if key is None:
        return None
    for other in others(tx, visit, key, document.key):
        if visit.present is not None:  # one id for two documents of one fetch is the id of neither
            return None
        if other.digest != document.digest:
            raise Claimed(reading.native, other.key)
    return key


def _by_key(tx: Tx, visit: Visit, known: Known | None) -> str | None:
    """The article of this key, unless that has moved away or this was only a copy of it."""
    if known is None or known.article is None:
        return None
    rest = others(tx, visit, known.article, known.key)
    if not rest:
        return known.article
    mine = (known.since, known.key)
    first = known.state is not DocumentState.GONE and mine < min((other.since, other.key) for other in rest)
    return known.article if first else None


def _by_bytes(tx: Tx, visit: Visit, document: Document) -> str | None:
    """The article with the very same bytes: a copy is not another one."""
    same = documents.same_bytes(tx, visit.source, document.digest)
    return next((it.article for it in same if it.key != document.key), None)


# ---------------------------------------------------------------- by what it says


def _by_address(tx: Tx, visit: Visit, document: Document, reading: Reading) -> Article | None:
    """The article that was last seen at this address, or at one where it says that it stood before.

    None where the address was ever that of two.
    """
    for place in dict.fromkeys(map(canonical, (reading.content.url, *reading.aliases))):
        named = aliases.called(tx, visit.source, "url", place) if place else ()
        it = articles.get(tx, named[0]) if len(named) == 1 else None
        if it is None or others(tx, visit, it.id, document.key) or not _may_be(tx, visit, it, reading):
            continue
        if not another(it, reading, visit.zone, by_id=False):
            return it
    return None


def _may_be(tx: Tx, visit: Visit, it: Article, reading: Reading) -> bool:
    """Where every article is meant, two ids are two articles."""
    if visit.foreign or reading.native is None:
        return True
    return all(kind != "native" for kind, _ in aliases.of(tx, it.id))


def _by_words(tx: Tx, visit: Visit, document: Document, reading: Reading) -> Article | None:
    """The same title or text under another id and address, in a source whose addresses are not ours to choose."""
    if not visit.foreign:
        return None
    mine, second = sketch_of(reading.content), to_the_second(reading)
    for it in (*_similar(tx, visit, reading, mine), *(_same_date(tx, visit, reading) if second else ())):
        gone = not others(tx, visit, it.id, document.key)
        if gone and same_moment(it, reading, visit.zone) and agree(it, reading, mine):
            return it
    return None if second or mine is not None else _by_day(tx, visit, document, reading)


def _by_day(tx: Tx, visit: Visit, document: Document, reading: Reading) -> Article | None:
    """The one short text of that day whose headline was edited."""
    edited = [it for it in _same_date(tx, visit, reading) if retitled(it, reading)]
    gone = [it for it in edited if not others(tx, visit, it.id, document.key)]
    return gone[0] if len(gone) == 1 else None


def is_familiar(tx: Tx, visit: Visit, document: Document, reading: Reading) -> bool:
    """Whether an article of this source that it does not show any more had this title and these words.

    One may be a column that comes every day; many at once are what moved, whatever date they bear.
    """
    mine = sketch_of(reading.content)
    found = (it for it in _similar(tx, visit, reading, mine) if agree(it, reading, mine))
    return any(not others(tx, visit, it.id, document.key) for it in found)


def _similar(tx: Tx, visit: Visit, reading: Reading, mine: Sketch | None) -> tuple[Article, ...]:
    return (*_same_title(tx, visit, reading), *_same_words(tx, visit, mine))


def _same_title(tx: Tx, visit: Visit, reading: Reading) -> tuple[Article, ...]:
    title = title_key(reading.content)
    named = aliases.called(tx, visit.source, "title", title) if len(title) > _TITLE else ()
    found = [it for key in named if (it := articles.get(tx, key)) and it.taken_in > visit.now - _MEMORY]
    return tuple(found) if len(named) == 1 else ()


def _same_words(tx: Tx, visit: Visit, mine: Sketch | None) -> tuple[Article, ...]:
    if mine is None:
        return ()
    likeness = {key: mine.resembles(theirs) for key, theirs in sketches.alike(tx, mine).items()}
    best = sorted((key for key, share in likeness.items() if share >= ALIKE), key=lambda key: -likeness[key])
    found = (articles.get(tx, key) for key in best)
    return tuple(it for it in found if it is not None and it.source == visit.source)


def _same_date(tx: Tx, visit: Visit, reading: Reading) -> tuple[Article, ...]:
    """A headline may be edited, and the address with it: when it was published stays."""
    stated = date_key(reading)
    named = aliases.called(tx, visit.source, "date", stated, _FEW) if stated else ()
    return tuple(it for key in named if (it := articles.get(tx, key)) is not None)


def others(tx: Tx, visit: Visit, article: str, key: str) -> list[Known]:
    """Other documents, still there, that state this article; the oldest few are enough to decide by."""
    found = documents.of_article(tx, article, _FEW)
    return [it for it in found if it.key != key and _there(visit, it)]


def _there(visit: Visit, it: Known) -> bool:
    if visit.present is None:
        return it.key not in visit.gone
    return it.key in visit.present and it.key not in visit.pending
