"""What every kind on the shelf of sources keeps to."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from feeder.config import SourceOptions
from feeder.errors import SourceError
from feeder.model.document import Document
from feeder.sources import SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from feeder.sources import Source


@dataclass(frozen=True)
class Place:
    """Options of a kind, and how its documents come to be and go."""

    options: dict[str, Any]
    begin: Callable[[], None]
    put: Callable[[str], object]
    drop: Callable[[], None]


def folder(path: Path) -> Place:
    root = path / "articles"
    file = root / "a.txt"
    return Place(
        {"type": "folder", "path": root}, root.mkdir, lambda text: file.write_text(text, "utf-8"), file.unlink
    )


PLACES: dict[str, Callable[[Path], Place]] = {"folder": folder}


@pytest.fixture(params=SOURCES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place(kind: str, tmp_path: Path) -> Place:
    return PLACES[kind](tmp_path)


@pytest.fixture
def source(kind: str, place: Place) -> Source:
    options = SOURCES[kind].options(**place.options)
    return SOURCES[kind].open("desk", options)


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


def test_what_is_not_there_is_an_error_that_names_the_source(source: Source) -> None:
    with pytest.raises(SourceError, match="source desk: ") as caught:
        source.look({})
    assert caught.value.source == "desk"


def test_a_document_is_found_read_known_changed_and_gone(source: Source, place: Place) -> None:
    place.begin()
    assert source.look({}, final=True).found == ()
    place.put("One.")
    first = source.look({}, final=True)
    (found,) = first.found
    document = source.read(found)
    assert isinstance(document, Document)
    assert (document.source, document.key, document.stamp) == ("desk", found.key, found.stamp)
    assert document.modified.tzinfo is not None
    known = {found.key: found.stamp}
    assert source.look(known, final=True).found == ()
    assert source.look(known, [found.key]).found == ()

    place.put("One, and more.")
    (changed,) = source.look(known, final=True).found
    assert changed.key == found.key
    assert changed.stamp != found.stamp
    again = source.read(changed)
    assert again is not None
    assert again.digest != document.digest

    place.drop()
    last = source.look(known, final=True)
    assert (last.found, last.gone, last.identity) == ((), (found.key,), first.identity)
    assert source.read(changed) is None


def test_what_watches_can_be_closed_and_says_so(source: Source, place: Place) -> None:
    place.begin()
    watch = source.watch()
    if watch is None:
        pytest.skip("this kind cannot be watched here")
    assert watch.take() is None
    watch.close()
    assert watch.wait(60) is False
