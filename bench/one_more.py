"""One more article, with few stored and with many: what it costs must not follow what is stored.

Two stores of the same shape are filled with made-up rows, and then take in the same entries in turn: an entry of
a feed is read, found to be new, stored with its deliveries, and the feed is written. Prints medians and a ratio.

    python -m bench.one_more [FEW [MANY [ROUNDS]]]     default: 1000 1000000 300
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from feeder.model.article import Content, Person
from feeder.model.feed import Site
from feeder.model.sketch import LEAST
from feeder.pipeline.identity import article_id, article_slug
from feeder.pipeline.publish import Output, Publisher
from feeder.store import Store, content, schema
from feeder.store.migrations import migrate
from tests.pipeline.wire import Agency, Wire, entry
from tests.samples import NOW, feed

if TYPE_CHECKING:
    from collections.abc import Iterator

WARM = 20
_BATCH = 5000


def main(few: int, many: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desks = {size: _Desk(Path(folder) / str(size), size) for size in (few, many)}
        taken: dict[int, list[float]] = {few: [], many: []}
        written: dict[int, list[float]] = {few: [], many: []}
        for number in range(rounds + WARM):
            for size in random.sample([few, many], 2):  # neither is always the first
                one, two = desks[size].one_more(number)
                taken[size].append(one)
                written[size].append(two)
    for what, found in (("taken in", taken), ("feed written", written)):
        one, other = median(found[few][WARM:]), median(found[many][WARM:])
        print(f"{what:13} with {few:9,} stored {one * 1000:6.2f} ms")
        print(f"{what:13} with {many:9,} stored {other * 1000:6.2f} ms   ratio {other / one:.2f}")


class _Desk:
    """A store with so many articles, and a wire that shows 50 entries."""

    def __init__(self, folder: Path, size: int) -> None:
        folder.mkdir()
        self.store = Store(f"sqlite:///{folder}/feeder.db", daemon=True)
        migrate(self.store)
        self.agency = Agency(self.store, Wire(), feeds={"all": feed(title="All")})
        self.agency.look()
        began = time.perf_counter()
        for start in range(0, size, _BATCH):
            _fill(self.store, range(start, min(start + _BATCH, size)))
        print(f"{size:,} articles filled in, in {time.perf_counter() - began:.0f} s", file=sys.stderr)
        site = Site(
            "Bench", self.agency.audience.site, "en", Person("Bench"), "https://post.example/feeds/articles/"
        )
        output = Output(folder / "feeds", "https://post.example/feeds/", site, self.agency.audience.feeds, ())
        self.publisher = Publisher(self.store, output)
        self.publisher.publish()

    def one_more(self, number: int) -> tuple[float, float]:
        """Seconds to take it in, and to write the feed."""
        wire = self.agency.wires["wire"]
        wire.entries = [entry(10_000_000 + number, self.agency.now), *wire.entries[:49]]
        began = time.perf_counter()
        report = self.agency.look()
        then = time.perf_counter()
        self.publisher.publish()
        if report.counts != {"published": 1}:
            raise RuntimeError(f"not one new article: {report.counts}")
        return then - began, time.perf_counter() - then


def _fill(store: Store, numbers: range) -> None:
    rows: dict[Any, list[dict[str, Any]]] = {}
    for number in numbers:
        for table, row in _rows(number):
            rows.setdefault(table, []).append(row)
    with store.write() as tx:
        for table, values in rows.items():
            tx.execute(table.insert(), values)


def _rows(number: int) -> Iterator[tuple[Any, dict[str, Any]]]:
    """An article of some time in the past, and all that belongs to it."""
    published = NOW - timedelta(minutes=number + 1)
    made = entry(number, published)
    key = article_id("wire", "native", made["id"])
    said = Content(title=made["title"], html=made["content_html"], url=made["url"])
    yield (
        schema.article,
        {
            "id": key,
            "slug": article_slug(said.title, key),
            "source": "wire",
            "revision": 1,
            "state": "live",
            "published": published,
            "updated": published,
            "taken_in": published,
            "position": published,
            "bar": "",
            "story": None,
        },
    )
    text = content.dump(said)
    yield (
        schema.revision,
        {"article": key, "number": 1, "kind": "published", "at": published, "content": text, "origins": "{}"},
    )
    names = (
        ("native", made["id"]),
        ("path", made["id"]),
        ("url", made["url"][12:]),
        ("title", made["title"].lower()),
    )
    for kind, name in names:
        yield schema.alias, {"source": "wire", "kind": kind, "key": name, "article": key, "at": published}
    known = {"stamp": "s", "digest": f"{number:040}", "state": "read", "reason": "", "again": None}
    yield (
        schema.document,
        {"source": "wire", "key": made["id"], "article": key, "since": published, "at": published, **known},
    )
    yield schema.membership, {"feed": "all", "article": key, "position": published}
    # Made up, since to sketch a million texts takes longer than all the rest; the tables are as large.
    yield schema.sketch, {"article": key, "phrases": 120, "hashes": random.randbytes(4 * 120)}
    for _ in range(LEAST):
        yield schema.phrase, {"hash": random.randrange(2**32 // 20), "at": published, "article": key}


if __name__ == "__main__":
    arguments = [int(word) for word in sys.argv[1:4]]
    main(*arguments, *(1000, 1_000_000, 300)[len(arguments) :])
