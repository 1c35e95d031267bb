"""One new article, published: beside feedgen's full build, the bare write of the same bytes, and other publishers.

All are measured in turn in one run, in a shuffled order; what is printed are medians, and the ratios that were
aimed at. Others are measured where they are installed: feedgenerator (which Pelican writes with) and Hugo.

    python -m bench.feeds [ROUNDS]     default: 15
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from feedgen.feed import FeedGenerator

from bench._paper import SITE, URL, article, filled
from feeder.formats import FORMATS
from feeder.model.article import Change
from feeder.model.item import item_of_cleaned
from feeder.pipeline import places
from feeder.pipeline.publish import Output, Publisher
from feeder.pipeline.splice import Splicer
from feeder.store import articles, feeds
from tests.samples import feed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from feeder.config import FeedOptions
    from feeder.model.article import Article
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
        self.next = max(it.stop for it in members.values())
        self.store: Store = filled(folder, range(self.next), members, archived)
        self.output = Output(folder / "feeds", URL, SITE, options, ())
        self.publisher = Publisher(self.store, self.output)
        self.publisher.publish()
        self.publish_one()

    def publish_one(self) -> Took:
        """From an article in the store to the files on the disk."""
        it = article(self.next)
        self.next += 1
        with self.store.write() as tx:
            articles.write(tx, it, Change.PUBLISHED, it.published)
            places.update(tx, it, self.options, SITE.url, it.published, new=True)
        with _timed() as took:
            report = self.publisher.publish()
        if report.problems or not report.counts["written"]:
            raise RuntimeError(f"nothing was published: {report}")
        self.report = report
        return took

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


# ---------------------------------------------------------------- the others


def feedgen_of(found: Sequence[Article], name: str, forms: Sequence[str]) -> list[bytes]:
    """As its manual says, with moments instead of texts, which are slow."""
    made = FeedGenerator()
    made.id(f"{URL}{name}")
    made.title(name)
    made.description(name)
    made.link(href=SITE.url, rel="alternate")
    made.updated(found[0].updated)
    for it in found:
        entry = made.add_entry(order="append")
        entry.id(it.id)
        entry.title(it.content.title)
        entry.link(href=it.content.url)
        entry.published(it.published)
        entry.updated(it.updated)
        entry.author([{"name": person.name, "email": person.email} for person in it.content.authors])
        entry.category([{"term": word} for word in it.content.categories])
        entry.summary(it.content.summary)
        entry.content(it.content.html, type="html")
    write = {"atom": made.atom_str, "rss": made.rss_str, "json": lambda: _json(found)}
    return [write[form]() for form in forms]


def _json(found: Sequence[Article]) -> bytes:
    """It has no JSON Feed."""
    items = [item_of_cleaned(it, it.content.url or "") for it in found]
    return json.dumps({"items": items}, ensure_ascii=False).encode()


def _has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def feedgenerator_of(found: Sequence[Article]) -> list[str]:
    """Django's, as Pelican has it."""
    import feedgenerator

    made = []
    for kind in (feedgenerator.Atom1Feed, feedgenerator.Rss201rev2Feed):
        document = kind(title="All", link=SITE.url, description="All")
        for it in found:
            said = it.content
            document.add_item(
                title=said.title,
                link=said.url,
                description=said.summary,
                content=said.html,
                unique_id=it.id,
                pubdate=it.published,
                updateddate=it.updated,
                categories=list(said.categories),
                author_name=said.authors[0].name,
            )
        made.append(document.writeString("utf-8"))
    return made


def hugo_of(program: str, folder: Path, found: Sequence[Article]) -> Callable[[], None]:
    """A site of the same articles: an RSS of all, and a page for each. Its CPU is not ours to measure."""
    posts = folder / "content" / "posts"
    posts.mkdir(parents=True)
    (folder / "config.yaml").write_text("baseURL: https://post.example/\ntitle: All\nrssLimit: 1000\n")
    layouts = folder / "layouts" / "_default"
    layouts.mkdir(parents=True)
    (layouts / "single.html").write_text("<h1>{{ .Title }}</h1>{{ .Content }}")
    (layouts / "list.html").write_text("{{ range .Pages }}<p>{{ .Title }}</p>{{ end }}")
    for number, it in enumerate(found):
        head = f"---\ntitle: {json.dumps(it.content.title)}\ndate: {it.published.isoformat()}\n---\n"
        (posts / f"{number}.html").write_text(head + it.content.html)
    command = [program, "--source", str(folder), "--quiet"]

    def build() -> None:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - found on the path

    return build


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
    found = list(desk.newest("all", size))
    names = [f"all.{form}{suffix}" for form in BOTH for suffix in ("", ".gz")]

    def full() -> None:
        """From the store to the files, as ours."""
        bodies = feedgen_of(desk.newest("all", size), "all", BOTH)
        bare_write(dict(zip(BOTH, bodies, strict=True)), folder / "feedgen")

    def bare() -> Took:
        bodies = {name: (desk.output.folder / name).read_bytes() for name in names}
        with _timed() as took:
            bare_write(bodies, folder / "bare")
        return took

    others: dict[str, Callable[[], object]] = {}
    others |= {"feedgenerator_both_not_written": lambda: feedgenerator_of(found)} if _has("feedgenerator") else {}
    if hugo := shutil.which("hugo"):
        others["hugo_the_whole_site"] = hugo_of(hugo, folder / "hugo", found)
    middle = say(
        f"one new article in a feed of {size:,}, Atom and RSS",
        in_turn(
            rounds,
            ours=desk.publish_one,
            feedgen_from_memory_not_written=lambda: feedgen_of(found, "all", BOTH),
            feedgen_from_the_store_to_files=full,
            write_fsync_rename_of_our_bytes=bare,
            **others,
        ),
    )
    ratio("feedgen's full build / ours", middle["feedgen_from_memory_not_written"] / middle["ours"], ">= 8")
    ratio("the same, from store to files / ours", middle["feedgen_from_the_store_to_files"] / middle["ours"], "")
    ratio("ours / the bare write", middle["ours"] / middle["write_fsync_rename_of_our_bytes"], "<= 2.5")


def many_feeds(folder: Path, rounds: int, number: int = 200, touched: int = 7) -> None:
    """One of so many feeds, all of 50, in `touched` of which the article is."""
    rule = {"category": ["Asia"]}
    options = {
        f"f{it:03}": feed(title=f"Feed {it}", where=rule if it < touched else {"category": ["None"]})
        for it in range(number)
    }
    desk = Desk(folder, options, {name: range(50) for name in options}, {})
    found = desk.newest("f000", 50)
    middle = say(
        f"one new article in {touched} of {number} feeds of 50, all formats",
        in_turn(
            max(rounds // 3, 3),
            ours=desk.publish_one,
            feedgen_all=lambda: [feedgen_of(found, name, list(FORMATS)) for name in options],
        ),
    )
    written = desk.report.counts["written"]
    print(f"  files written: {written} of {number * len(FORMATS) + 1}")
    ratio("all with feedgen / ours", middle["feedgen_all"] / middle["ours"], ">= 50")


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
