"""What every kind on the shelf of sources keeps to."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from feeder.config import SourceOptions
from feeder.errors import SourceError
from feeder.model.document import Document
from feeder.sources import SOURCES
from tests.sources.site import Site, means

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack
    from pathlib import Path

    from feeder.sources import Source


@dataclass(frozen=True)
class Place:
    """Options of a kind, and how its documents come to be and go.

    `begin` makes the place itself.
    """

    options: dict[str, Any]
    begin: Callable[[], object] = lambda: None
    put: Callable[[str], object] = lambda _text: None
    drop: Callable[[], object] = lambda: None


class Asked(Mapping[str, str]):
    """What is known, as a source that is not exhaustive is told: it may ask for each key."""

    def __init__(self, stamps: dict[str, str]) -> None:
        self._stamps = stamps

    def __getitem__(self, key: str) -> str:
        return self._stamps[key]

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("a source looked through all that is known")

    def __len__(self) -> int:
        raise AssertionError("a source counted all that is known")


def feed(path: Path, stack: ExitStack) -> Place:
    del path
    site = stack.enter_context(Site())

    def put(*texts: str) -> None:
        entries = "".join(
            f"<item><guid>a</guid><title>A</title><description>{it}</description></item>" for it in texts
        )
        site.put("/feed", f"<rss version='2.0'><channel><title>T</title>{entries}</channel></rss>", "text/xml")

    return Place({"type": "feed", "url": site.url("/feed")}, put, put, put)


def folder(path: Path, stack: ExitStack) -> Place:
    del stack
    root = path / "articles"
    file = root / "a.txt"
    return Place(
        {"type": "folder", "path": root}, root.mkdir, lambda text: file.write_text(text, "utf-8"), file.unlink
    )


def mail(path: Path, stack: ExitStack) -> Place:
    del stack
    root = path / "Maildir"
    file = root / "new" / "1.M1P1.host"

    def put(text: str) -> None:
        file.write_text(f"From: ida@post.example\nSubject: Fog\nMessage-ID: <1@post.example>\n\n{text}\n", "utf-8")

    return Place({"type": "mail", "path": root}, lambda: (root / "new").mkdir(parents=True), put, file.unlink)


def page(path: Path, stack: ExitStack) -> Place:
    del path
    site = stack.enter_context(Site())

    def put(*texts: str) -> None:
        links = "".join("<h2><a href='/2026/01/14/council'>The council agrees</a></h2>" for _ in texts)
        site.put("/news/", f"<h1>News</h1>{links}")
        site.put("/2026/01/14/council", "".join(f"<h1>The council agrees</h1><p>{it}</p>" for it in texts))

    return Place({"type": "page", "url": site.url("/news/")}, put, put, put)


def push(path: Path, stack: ExitStack) -> Place:
    del path, stack
    return Place({"type": "push"})


def sitemap(path: Path, stack: ExitStack) -> Place:
    del path
    site = stack.enter_context(Site())

    def put(*texts: str) -> None:
        urls = "".join(
            f"<url><loc>{site.url('/council-agrees')}</loc><lastmod>2026-01-{len(it):02}</lastmod></url>"
            for it in texts
        )
        site.put("/sitemap.xml", f"<urlset>{urls}</urlset>", "text/xml")
        site.put("/council-agrees", "".join(f"<h1>The council agrees</h1><p>{it}</p>" for it in texts))

    return Place({"type": "sitemap", "url": site.url("/sitemap.xml")}, put, put, put)


PLACES: dict[str, Callable[[Path, ExitStack], Place]] = {
    "feed": feed,
    "folder": folder,
    "mail": mail,
    "page": page,
    "push": push,
    "sitemap": sitemap,
}


# Some are handed their documents, some do not look again at what they know, and few can be watched.
SHOWING = sorted(SOURCES.keys() - {"push"})
NOTICING = sorted(SOURCES.keys() - {"page", "push"})
WATCHED = ["folder"]


@pytest.fixture(params=SOURCES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place(kind: str, tmp_path: Path, stack: ExitStack) -> Place:
    return PLACES[kind](tmp_path, stack)


@pytest.fixture
def source(kind: str, place: Place, stack: ExitStack) -> Source:
    options = SOURCES[kind].options(**place.options)
    return SOURCES[kind].open("desk", options, stack.enter_context(means()))


def known_to(source: Source, stamps: dict[str, str]) -> Mapping[str, str]:
    return stamps if source.exhaustive else Asked(stamps)


def test_the_shelf_is_sorted_and_every_kind_is_tested() -> None:
    assert list(SOURCES) == sorted(SOURCES) == sorted(PLACES)


def test_a_kind_is_a_file_of_its_name_that_says_what_it_is(kind: str) -> None:
    module = import_module(f"feeder.sources.{kind}")
    assert SOURCES[kind].options is module.Options
    assert inspect.getdoc(module)


def test_its_options_are_those_of_a_source_and_its_type_is_its_name(kind: str, place: Place) -> None:
    options = SOURCES[kind].options
    assert issubclass(options, SourceOptions)
    assert options(**place.options).type == kind
    with pytest.raises(ValueError, match="type"):
        options(**place.options | {"type": "other"})


def test_to_open_it_looks_at_nothing_yet(source: Source) -> None:
    assert source.name == "desk"


@pytest.mark.parametrize("kind", SHOWING, indirect=True)
def test_what_is_not_there_is_an_error_that_names_the_source(source: Source) -> None:
    with pytest.raises(SourceError, match="source desk: ") as caught:
        source.look(known_to(source, {}))
    assert caught.value.source == "desk"


def test_where_nothing_is_nothing_is_found(source: Source, place: Place) -> None:
    place.begin()
    empty = source.look(known_to(source, {}), final=True)
    assert (empty.found, empty.gone, empty.gap) == ((), (), False)


@pytest.mark.parametrize("kind", SHOWING, indirect=True)
def test_a_document_is_found_read_and_known(source: Source, place: Place) -> None:
    place.begin()
    empty = source.look(known_to(source, {}), final=True)
    place.put("One.")
    look = source.look(known_to(source, {}), final=True, memory=empty.memory)
    (found,) = look.found
    document = source.read(found)
    assert isinstance(document, Document)
    assert (document.source, document.key, document.stamp) == ("desk", found.key, found.stamp)
    assert document.modified.tzinfo is not None
    known = known_to(source, {found.key: found.stamp})
    assert source.exhaustive or look.present == frozenset({found.key})
    assert source.look(known, final=True, memory=look.memory).found == ()
    assert source.look(known, [found.key]).found == ()


@pytest.mark.parametrize("kind", NOTICING, indirect=True)
def test_a_change_is_found(source: Source, place: Place) -> None:
    place.begin()
    place.put("One.")
    first = source.look(known_to(source, {}), final=True)
    (found,) = first.found
    document = source.read(found)
    place.put("One, and more.")
    (changed,) = source.look(known_to(source, {found.key: found.stamp}), final=True, memory=first.memory).found
    assert changed.key == found.key
    assert changed.stamp != found.stamp
    again = source.read(changed)
    assert document is not None
    assert again is not None
    assert again.digest != document.digest


@pytest.mark.parametrize("kind", SHOWING, indirect=True)
def test_what_goes_is_gone_only_where_everything_is_shown(source: Source, place: Place) -> None:
    place.begin()
    place.put("One.")
    first = source.look(known_to(source, {}), final=True)
    (found,) = first.found
    place.drop()
    last = source.look(known_to(source, {found.key: found.stamp}), final=True, memory=first.memory)
    assert (last.found, last.identity) == ((), first.identity)
    assert last.gone == ((found.key,) if source.exhaustive else ())
    assert not source.exhaustive or source.read(found) is None


def test_who_cannot_be_watched_says_so(kind: str, source: Source, place: Place) -> None:
    place.begin()
    watch = source.watch()
    assert (watch is not None) is (kind in WATCHED)
    if watch is not None:
        watch.close()


@pytest.mark.parametrize("kind", WATCHED, indirect=True)
def test_what_watches_can_be_closed_and_says_so(source: Source, place: Place) -> None:
    place.begin()
    watch = source.watch()
    assert watch is not None
    assert watch.take() is None
    watch.close()
    assert watch.wait(60) is False
