"""Entries -> the same, each with the key by which it is known again and a stamp of what it says.

An id counts where it names one entry. Feeds that give one id to several, or a new one to each at every build, are
known by their addresses; what has no address either, by title and date.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from feeder.model.address import canonical
from feeder.sources._pulled import digest_of
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from feeder.sources._feed_parsed import Entry

_LONGEST = 700  # bytes, for the indexes of every database


@dataclass(frozen=True, slots=True)
class Keyed:
    """`link` is the canonical address. The stamp tells of changes to the entry, and not of those to the feed."""

    key: str
    stamp: str
    item: dict[str, Any]
    date: str
    link: str | None


def short(text: str) -> str:
    """Ten characters to remember a key by."""
    return digest_of(text.encode("utf-8", "replace"))[:10]


def doubled(entries: Iterable[Entry]) -> frozenset[str]:
    """The ids of several entries at once, shortened."""
    counted = Counter(it.native for it in _once(entries) if it.native)
    return frozenset(short(native) for native, count in counted.items() if count > 1)


def keyed(entries: Iterable[Entry], useless: Collection[str]) -> tuple[Keyed, ...]:
    """Each entry once; `useless` are the ids (shortened) that were found to name several."""
    once = _once(entries)
    links = Counter(canonical(it.item.get("url")) for it in once)
    found: dict[str, Keyed] = {}
    for it in once:
        native = it.native if it.native and short(it.native) not in useless else None
        link = canonical(it.item.get("url"))
        item = {"id": native, **it.item} if native else it.item
        stamp = _digest({key: value for key, value in item.items() if key != "_feed"})
        names = (native, link if links[link] == 1 else None, _by_title(it), stamp)
        key = next((name for name in map(_fit, names) if name and name not in found), None)
        if key is not None:
            found[key] = Keyed(key, stamp, item, it.date, link)
    return tuple(found.values())


def _once(entries: Iterable[Entry]) -> list[Entry]:
    """RFC 4287 allows an entry's revisions side by side: the last one counts. Entries without a word do not."""
    found: dict[tuple[str | None, str | None, str], Entry] = {}
    for it in (one for one in entries if one.native or one.item.keys() != {"_feed"}):
        link = canonical(it.item.get("url"))
        name = (it.native, link, "") if it.native and link else (it.native, link, _digest(it.item))
        if name not in found or it.date > found[name].date:
            found[name] = it
    return list(found.values())


def _by_title(it: Entry) -> str | None:
    said = [it.item.get("title"), it.item.get("date_published")]
    return f"hash:{_digest(said)}" if said[0] else None


def _fit(name: str | None) -> str | None:
    if name is None or len(name.encode("utf-8", "replace")) <= _LONGEST:
        return name and one_line(name)
    return f"hash:{_digest(name)}"


def _digest(value: object) -> str:
    return digest_of(json.dumps(value, sort_keys=True).encode())
