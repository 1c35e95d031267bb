"""A folder of real feeds -> how often different entries are taken for one article, and known ones for new.

    python -m bench.churn FOLDER [--merges] [--lost]

Each feed of the folder (RSS, RDF, Atom, JSON Feed, whatever the files are called) is a source of its own, and its
entries go through the feed reader, the extractors and a store of their own, as in the daemon. Two entries are
different when their title or their text is; the same entry in several files counts once.

    different   The entries appear one by one, the oldest first, in a window of 20, each soon after its date. One
                that becomes no article of its own was merged; `--merges` names both. Not every one is wrong: two
                revisions of one article, side by side in a file, are different entries too.
    churn       A source shows all of them, and then all of them changed: what is new then would be announced
                again, held or not. `--lost` names it.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from feeder.errors import SourceError, Unreadable
from feeder.extractors import read
from feeder.model.document import Hints
from feeder.model.sketch import words
from feeder.net import Fetched
from feeder.pipeline.ingest import Desk, ingest
from feeder.pipeline.register import register
from feeder.sources._feed_parse import parse, whole
from feeder.sources._source import Means
from feeder.sources.feed import Feed, Options
from feeder.store import Store, articles, schema
from feeder.store.migrations import migrate
from tests.samples import audience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Item = dict[str, Any]
WINDOW = 20
_URL = "https://feeds.example/feed"
_SOON = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Entry:
    item: Item
    date: datetime | None


class Wire:
    """A source of type feed in a store of its own; it shows what it is told to."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.store = Store(f"sqlite:///{folder}/feeder.db", daemon=True)
        migrate(self.store)
        self.now = now
        self._body = b""
        self._audience = audience()
        self._feed = Feed("wire", Options(type="feed", url=_URL), Means(self._get, _call, lambda: self.now))
        register(self.store, ["wire"], self._audience, now)

    def show(self, items: list[Item], now: datetime) -> dict[str, int]:
        """Returns what came of it."""
        self.now = now
        self._body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()
        desk = Desk(self.store, read, lambda _name, at: Hints(UTC, _URL, at), self._audience, UTC)
        return dict(ingest(desk, self._feed, now).counts)

    def count(self) -> int:
        with self.store.read() as tx:
            return int(tx.execute(select(func.count()).select_from(schema.article)).scalar() or 0)

    def newest(self) -> list[str]:
        """What the articles of the last look say now, and what they said before, if they did."""
        with self.store.read() as tx:
            since = schema.document.c.since == self.now
            found = [
                articles.get(tx, key)
                for key in tx.execute(select(schema.document.c.article).where(since)).scalars()
            ]
            past = [articles.at_revision(tx, it.id, it.revision - 1) if it else None for it in found]
        both = ((it, before[0] if before else it) for it, before in zip(found, past, strict=True) if it)
        return [f"{old.published:%Y-%m-%d %H:%M} {old.content.title} <{old.content.url}>" for _, old in both]

    def _get(self, url: str, **_asked: object) -> Fetched:
        return Fetched(url, 200, (("content-type", "application/feed+json"),), self._body)


def _call(function: Callable[..., Any], *args: Any) -> Any:
    return function(*args)


# ---------------------------------------------------------------- what is in the folder


def feeds_of(folder: Path) -> Iterator[tuple[str, list[Entry]]]:
    """Each file's entries that no other had, the oldest first."""
    seen: set[bytes] = set()
    for path in sorted(it for it in folder.rglob("*") if it.is_file()):
        entries = [it for it in _entries(path) if _is_new(it.item, seen)]
        if entries:
            dated = all(it.date for it in entries)
            yield path.name, sorted(entries, key=lambda it: it.date or _NOW) if dated else entries[::-1]


def _entries(path: Path) -> list[Entry]:
    try:
        found = whole(parse, path.read_bytes(), "", _URL, None).entries
    except Unreadable as error:
        print(f"{path.name}: {error.reason}", file=sys.stderr)
        return []
    items = (
        ({"id": it.native} if it.native else {}) | it.item | {"date_published": it.date or None} for it in found
    )
    pruned = ({key: value for key, value in it.items() if value is not None} for it in items)
    return [Entry(it, _date(it)) for it in pruned]


def _date(item: Item) -> datetime | None:
    """A moment at which feeder may have looked; some feeds are dated in the year 1."""
    found = datetime.fromisoformat(item.get("date_published", "0001-01-01T00:00:00+00:00"))
    return found if datetime(1990, 1, 1, tzinfo=UTC) < found < _NOW else None


def _is_new(item: Item, seen: set[bytes]) -> bool:
    text = item.get("content_html") or item.get("content_text") or item.get("summary") or ""
    said = sha256(" ".join([*words(item.get("title", "")), "|", *words(text)]).encode()).digest()
    new = said not in seen
    seen.add(said)
    return new and bool(text or item.get("title"))


# ---------------------------------------------------------------- different ones


def merged(entries: list[Entry], folder: Path) -> tuple[int, list[str]]:
    """How many became articles at their own look or were merged, and those merged."""
    first = min((it.date for it in entries if it.date), default=datetime(2020, 1, 1, tzinfo=UTC))
    wire, lost, judged = Wire(folder, first), [], 0
    with closing(wire.store):
        wire.show([], first)  # a first look that shows nothing
        for end in range(1, len(entries) + 1):
            entry = entries[end - 1]
            now = max(wire.now, entry.date or wire.now) + _SOON
            before = wire.count()
            counts = wire.show([it.item for it in entries[max(0, end - WINDOW) : end]][::-1], now)
            judged += not counts.get("quarantined")
            if wire.count() == before and not counts.get("quarantined"):
                lost.append(
                    f"{_told(entry)}\n    was taken for: {'; '.join(wire.newest()) or 'what it shows'} {counts}"
                )
    return judged, lost


def _told(entry: Entry) -> str:
    return (
        f"{entry.date:%Y-%m-%d %H:%M} {entry.item.get('title')} <{entry.item.get('url')}> {entry.item.get('id')}"
        if entry.date
        else f"- {entry.item.get('title')} <{entry.item.get('url')}> {entry.item.get('id')}"
    )


# ---------------------------------------------------------------- churn


def _addresses(change: Callable[[str], str]) -> Callable[[Item], Item]:
    """What a source does to an address it does to the ids that are made of it."""
    return lambda it: (
        it
        | {key: change(it[key]) for key in ("id", "url") if str(it.get(key, "")).startswith(("http:", "https:"))}
    )


def _scheme(url: str) -> str:
    rest = url.partition("://")[2]
    other = "http" if url.startswith("https") else "https"
    return f"{other}://{rest.removeprefix('www.') if rest.startswith('www.') else f'www.{rest}'}"


def _tracked(url: str) -> str:
    bare, sign, fragment = url.partition("#")
    return f"{bare}{'&' if '?' in bare else '?'}utm_source=rss&utm_medium=feed&fbclid=abc{sign}{fragment}"


def _slug(url: str) -> str:
    """The last part of the path says something else."""
    found = re.match(r"(https?://[^/?#]+/(?:[^?#]*/)?)([^/?#]+)(/?(?:[?#].*)?)\Z", url)
    return f"{found[1]}updated-{found[2]}{found[3]}" if found else url


def _headline(item: Item) -> Item:
    """A word of the title goes and another comes."""
    title = str(item.get("title", "")).split()
    return _addresses(_slug)(item | {"title": " ".join([*title[:-1], "update"])} if title else item)


_NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def _anew(item: Item) -> Item:
    return item | {"id": f"urn:new:{sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()}"}


CHURN: dict[str, Callable[[Item], Item]] = {
    "http/https and www": _addresses(_scheme),
    "tracking parameters": _addresses(_tracked),
    "ids made anew": _anew,
    "dates bumped": lambda it: it | {"date_published": _NOW.isoformat()},
    "headline and slug edited": _headline,
}


def announced_again(entries: list[Entry], folder: Path) -> tuple[int, dict[str, list[str]]]:
    """How many articles the entries are, and by churn what would be announced again."""
    items = [it.item for it in entries][::-1]
    shown = folder / "shown"
    shown.mkdir()
    now = max((it.date for it in entries if it.date), default=_NOW) + _SOON
    wire = Wire(shown, now)
    with closing(wire.store):
        wire.show(items, now)
        size = wire.count()
    return size, {
        name: _again(change, items, shown, folder / str(n), now) for n, (name, change) in enumerate(CHURN.items())
    }


def _again(
    change: Callable[[Item], Item], items: list[Item], shown: Path, folder: Path, now: datetime
) -> list[str]:
    shutil.copytree(shown, folder)
    wire = Wire(folder, now)
    with closing(wire.store):
        wire.show([change(it) for it in items], now + _SOON)
        with wire.store.read() as tx:
            found = articles.newest(tx, 10 * len(items), state=None)
        new = [it for it in found if it.taken_in > now]
    return [f"{it.content.title} <{it.content.url}>" for it in new]


# ---------------------------------------------------------------- the whole


def main(folder: Path, *, merges: bool, lost: bool) -> None:
    shown = wrong = articles_ = 0
    again = dict.fromkeys(CHURN, 0)
    for name, entries in feeds_of(folder):
        with tempfile.TemporaryDirectory() as place:
            try:
                judged, found = merged(entries, Path(place))
                (Path(place) / "churn").mkdir()
                size, news = announced_again(entries, Path(place) / "churn")
            except SourceError as error:
                print(error, file=sys.stderr)
                continue
        shown, wrong, articles_ = shown + judged, wrong + len(found), articles_ + size
        again = {it: count + len(news[it]) for it, count in again.items()}
        if merges:
            print(*(f"{name}: merged: {it}" for it in found), sep="\n", end="\n" * bool(found))
        if lost:
            print(
                *(f"{name}: {what}: {it}" for what in CHURN for it in news[what]),
                sep="\n",
                end="\n" * any(news.values()),
            )
        print(
            f"{name}: {judged} entries, {len(found)} merged; {[len(news[it]) for it in CHURN]} of {size} again",
            flush=True,
        )
    print(f"{shown:,} different entries, {wrong} merged ({wrong / max(1, shown):.2%})")
    for name, count in again.items():
        print(f"{name:26} {count:5} of {articles_:,} announced again ({count / max(1, articles_):.2%})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--merges", action="store_true")
    parser.add_argument("--lost", action="store_true")
    given = parser.parse_args()
    main(given.folder, merges=given.merges, lost=given.lost)
