"""One new article, published: beside feedgen's full build, the bare write of the same bytes, and other publishers.

All are measured in turn in one run, in a shuffled order; what is printed are medians, and the ratios that were
aimed at. `ours` is from an article in the store to the feeds on the disk, when whoever subscribes is told; pages,
lists and what deltas are made of follow. feedgen's full build is of the same documents, byte for byte but for the
links of an archive, from the store to the disk; its build as its manual has it, without what we add, is beside it.
Others are measured where they are installed: feedgenerator, Pelican, Hugo, and `feed` of npm.

    python -m bench.feeds [ROUNDS]     default: 15
"""

from __future__ import annotations

import gzip
import os
import random
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench import _others
from bench._paper import SITE, URL, article, filled
from feeder.formats import FORMATS
from feeder.model.article import Change
from feeder.pipeline import places
from feeder.pipeline.places import Place, as_feed
from feeder.pipeline.publish import Output, Publisher
from feeder.pipeline.splice import Splicer
from feeder.store import articles, feeds
from tests.samples import feed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from feeder.config import FeedOptions
    from feeder.model.article import Article
    from feeder.model.feed import Feed
    from feeder.store import Store

BOTH = ("atom", "rss")
Figures = dict[str, list["Took"]]


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one_feed(Path(folder) / "one", rounds)
        many_feeds(Path(folder) / "many", rounds)
        much_stored(Path(folder) / "stored", rounds)
    kept_gzip(rounds)


# ---------------------------------------------------------------- ours


class Desk:
    """A filled store and its publisher; articles go on behind the last."""

    def __init__(
        self, folder: Path, options: dict[str, FeedOptions], members: dict[str, range], archived: dict[str, int]
    ) -> None:
        folder.mkdir(parents=True)
        self.folder, self.options = folder, options
        self.rests: list[Took] = []
        self.next = max(it.stop for it in members.values())
        self.store: Store = filled(folder, range(self.next), members, archived)
        self.output = Output(folder / "feeds", URL, SITE, options, ())
        self.publisher = Publisher(self.store, self.output)
        self.publisher.publish()
        self.publish_one()

    def publish_one(self) -> Took:
        """From an article in the store to the feeds on the disk."""
        it = article(self.next)
        self.next += 1
        with self.store.write() as tx:
            articles.write(tx, it, Change.PUBLISHED, it.published)
            places.update(tx, it, self.options, SITE.url, it.published, new=True)
        with _timed() as took:
            report = self.publisher.news()
        with _timed() as rest:
            self.publisher.rest(report)
        self.rests.append(rest)
        if report.problems or not report.counts["written"]:
            raise RuntimeError(f"nothing was published: {report}")
        self.report = report
        return took

    def noun(self, name: str) -> Feed:
        """As the formats have it."""
        with self.store.read() as tx:
            state = feeds.states(tx)[name]
        place = Place(state.name, state.parent, state.value)
        options = self.options[state.parent]
        return as_feed(place, options, SITE, URL, iri=state.iri, updated=state.changed, hubs=())

    def newest(self, name: str, limit: int) -> tuple[Article, ...]:
        with self.store.read() as tx:
            return feeds.newest(tx, name, limit)


@dataclass
class Took:
    """In seconds; the CPU is that of all threads."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def _timed() -> Iterator[Took]:
    took = Took()
    wall, cpu = time.perf_counter(), time.process_time()
    yield took
    took.wall, took.cpu = time.perf_counter() - wall, time.process_time() - cpu


def bare_write(bodies: dict[str, bytes], folder: Path) -> None:
    """As little as keeps the bytes: write, fsync, rename; and the folder once."""
    folder.mkdir(exist_ok=True)
    for name, body in bodies.items():
        with (folder / f".{name}").open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        (folder / f".{name}").replace(folder / name)
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def in_turn(rounds: int, **ways: Callable[[], object]) -> Figures:
    """What each way took, by the clock or by its own word."""
    figures: Figures = {name: [] for name in ways}
    for _ in range(rounds):
        for name in random.sample(list(ways), len(ways)):
            with _timed() as took:
                said = ways[name]()
            figures[name].append(said if isinstance(said, Took) else took)
    return figures


def say(what: str, figures: Figures) -> dict[str, float]:
    """Returns the medians of the wall clock."""
    middle = {name: median(it.wall for it in found) for name, found in figures.items()}
    print(f"\n{what}")
    for name, seconds in middle.items():
        cpu = median(it.cpu for it in figures[name])
        print(f"  {name.replace('_', ' '):42} {seconds * 1000:9.2f} ms, {cpu * 1000:9.2f} ms of CPU")
    return middle


def ratio(what: str, value: float, aim: str) -> None:
    print(f"  {what:60} {value:7.2f}   (aim: {aim})")


# ---------------------------------------------------------------- what is measured


def one_feed(folder: Path, rounds: int, size: int = 1000) -> None:
    options = {"all": feed(title="All", limit=size, formats=list(BOTH))}
    desk = Desk(folder, options, {"all": range(size)}, {})
    found = desk.newest("all", size)
    names = [f"all.{form}{suffix}" for form in BOTH for suffix in ("", ".gz")]
    noun = desk.noun("all")

    def full() -> None:
        bodies = _others.same_by_feedgen(noun, desk.newest("all", size), BOTH)
        bare_write(dict(zip(BOTH, bodies, strict=True)), folder / "feedgen")

    def bare() -> Took:
        bodies = {name: (desk.output.folder / name).read_bytes() for name in names}
        with _timed() as took:
            bare_write(bodies, folder / "bare")
        return took

    middle = say(
        f"one new article in a feed of {size:,}, Atom and RSS",
        in_turn(
            rounds,
            ours=desk.publish_one,
            feedgen_the_same_from_store_to_disk=full,
            feedgen_the_same_not_read_nor_written=lambda: _others.same_by_feedgen(noun, found, BOTH),
            feedgen_by_its_manual_not_read_nor_written=lambda: _others.feedgen_of(found, "all", BOTH),
            write_fsync_rename_of_our_bytes=bare,
        )
        | _more(folder, found),
    )
    say_rest(desk)
    for what in [it for it in middle if it.startswith("feedgen")]:
        ratio(f"{what.replace('_', ' ')} / ours", middle[what] / middle["ours"], ">= 8" if "disk" in what else "")
    ratio("ours / the bare write", middle["ours"] / middle["write_fsync_rename_of_our_bytes"], "<= 2.5")


def _more(folder: Path, found: Sequence[Article]) -> Figures:
    """Others, where they are installed: of the same articles, all that they always do."""
    ways: dict[str, Callable[[], object]] = {}
    if _others.has("feedgenerator"):
        ways["feedgenerator_not_read_nor_written"] = lambda: _others.feedgenerator_of(found)
    if _others.program("node"):
        build = _others.npm_feed_of(folder / "npm", found)
        ways["npm_feed_not_read_nor_written"] = lambda: Took(wall=build())
    if hugo := _others.program("hugo"):
        ways["hugo_the_whole_site"] = _others.hugo_of(hugo, folder / "hugo", found)
    if _others.has("pelican"):
        ways["pelican_the_whole_site"] = _others.pelican_of(folder / "pelican", found)
    return in_turn(3, **ways)


def many_feeds(folder: Path, rounds: int, number: int = 200, touched: int = 7) -> None:
    """One of so many feeds, all of 50, in `touched` of which the article is."""
    rule = {"category": ["Asia"]}
    options = {
        f"f{it:03}": feed(title=f"Feed {it}", where=rule if it < touched else {"category": ["None"]})
        for it in range(number)
    }
    desk = Desk(folder, options, {name: range(50) for name in options}, {})
    nouns = {name: desk.noun(name) for name in options}

    def full() -> None:
        for name, noun in nouns.items():
            found = desk.newest(name, 50)
            bodies = [*_others.same_by_feedgen(noun, found, BOTH), _others.json_of(found)]
            bare_write(dict(zip([f"{name}.{it}" for it in FORMATS], bodies, strict=True)), folder / "feedgen")

    middle = say(
        f"one new article in {touched} of {number} feeds of 50, all formats",
        in_turn(
            max(rounds // 3, 3),
            ours=desk.publish_one,
            feedgen_the_same_from_store_to_disk=full,
            feedgen_by_its_manual_not_written=lambda: [
                _others.feedgen_of(desk.newest(name, 50), name, list(FORMATS)) for name in options
            ],
        ),
    )
    say_rest(desk)
    written = desk.report.counts["written"]
    print(f"  files written: {written} of {number * (len(FORMATS) + 1) + 2}")
    for what in [it for it in middle if it.startswith("feedgen")]:
        ratio(f"{what.replace('_', ' ')} / ours", middle[what] / middle["ours"], ">= 50" if "disk" in what else "")


def say_rest(desk: Desk) -> None:
    rest = median(it.wall for it in desk.rests) * 1000
    cpu = median(it.cpu for it in desk.rests) * 1000
    print(f"  {'after it: pages, lists, deltas':42} {rest:9.2f} ms, {cpu:9.2f} ms of CPU")


def much_stored(folder: Path, rounds: int, few: int = 100, many: int = 100_000) -> None:
    options = {"all": feed(title="All")}
    desks = [Desk(folder / str(it), options, {"all": range(it)}, {"all": it - 50}) for it in (few, many)]
    middle = say(
        f"one new article in a feed of 50, with {few:,} and {many:,} stored",
        in_turn(rounds * 2, few=desks[0].publish_one, many=desks[1].publish_one),
    )
    ratio(f"with {many:,} / with {few:,}", middle["many"] / middle["few"], "<= 1.2")


def kept_gzip(rounds: int, size: int = 50) -> None:
    """Over so many arrivals that groups begin and end, in CPU seconds; the window grows and is sealed."""
    form = FORMATS["atom"]
    splicer, ours, theirs, sizes = Splicer(), 0.0, 0.0, []
    from feeder.formats import Manner

    manner = Manner(SITE, "full")
    pieces = [(number, form.fragment(article(number), manner).body) for number in range(size * 2 + 20 * rounds)]
    for last in range(size * 2, len(pieces)):
        parts = pieces[last - size - last % size : last][::-1]
        body = b"".join(body for _, body in parts)
        began = time.process_time()
        spliced = splicer.gzip("bench", b"", parts, b"", [body])
        then = time.process_time()
        packed = gzip.compress(body, 6)
        if last > size * 2:  # the first time nothing is kept
            ours, theirs = ours + then - began, theirs + time.process_time() - then
        sizes.append(sum(map(len, spliced)) / len(packed))
    print(f"\na kept .gz over {len(sizes)} arrivals, feed of {size} to {size * 2 - 1}")
    ratio("CPU, spliced / gzip -6", ours / theirs, "<= 0.1")
    ratio("size, spliced / gzip -6", sum(sizes) / len(sizes), "<= 1.15")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
