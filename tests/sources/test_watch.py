"""The system's own notices of a real folder -> keys to be looked at."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Self

import pytest
from watchdog.events import FileCreatedEvent, FileMovedEvent

from feeder.sources import EVERYTHING, Settling
from feeder.sources._inotify import APPEARED, DELETED, MOVED, WRITTEN, _Ear
from feeder.sources.folder import MEDIA_TYPES, Folder
from tests.daemon.harness import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from watchdog.events import FileSystemEvent

    from feeder.sources import Watch

# watchdog adds a folder below a new folder twice, and says so; nothing comes of it.
pytestmark = pytest.mark.filterwarnings("ignore:Callback with id:RuntimeWarning")


class Desk:
    """A watched folder with a file `there.txt` and another beside it; `heard` is what was taken so far."""

    def __init__(self, path: Path) -> None:
        self.root, self.outside = path / "articles", path / "outside"
        for folder in (self.root / "asia", self.outside):
            folder.mkdir(parents=True)
        (self.root / "there.txt").write_text("A story.", encoding="utf-8")
        self.heard: set[str] = set()
        self.whole_looks = 0

    def __enter__(self) -> Self:
        watch = Folder("newsroom", self.root, 1000).watch()
        if watch is None:
            pytest.skip("this system does not tell of changes")
        self.watch: Watch = watch
        return self

    def __exit__(self, *_: object) -> None:
        self.watch.close()

    def old(self, name: str) -> Path:
        """A file outside that was written long ago."""
        path = self.outside / name
        path.write_text("A story.", encoding="utf-8")
        os.utime(path, (0, 0))
        return path

    def hears(self, *keys: str) -> bool:
        """Whether these keys are heard of in time, and no other one before the last of them."""
        until(lambda: self.so_far() >= set(keys), 20, f"for {keys}")
        return self.heard == set(keys)

    def looks_through_everything(self) -> bool:
        until(lambda: [self.so_far()] and self.whole_looks, 20, "for a whole look")
        return True

    def so_far(self) -> set[str]:
        self.watch.wait(0.2)
        taken = self.watch.take()
        self.whole_looks += taken is EVERYTHING
        self.heard |= taken or frozenset()
        return self.heard


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path) as made:
        yield made


def test_a_file_is_heard_of_when_it_is_closed(desk: Desk) -> None:
    (desk.root / "a.txt").write_text("A story.", encoding="utf-8")
    assert desk.hears("a.txt")


def test_a_file_that_stays_open_is_heard_of_when_it_is_quiet(desk: Desk) -> None:
    began = time.monotonic()
    with (desk.root / "a.txt").open("w", encoding="utf-8") as file:
        file.write("A story.")
        file.flush()
        assert desk.hears("a.txt")
    assert time.monotonic() - began >= WRITTEN


def test_a_file_in_a_folder_below_has_its_path_as_key(desk: Desk) -> None:
    (desk.root / "asia" / "a.md").write_text("A story.", encoding="utf-8")
    assert desk.hears("asia/a.md")


def test_a_file_that_is_moved_in_is_heard_of(desk: Desk) -> None:
    desk.old("a.txt").rename(desk.root / "a.txt")
    assert desk.hears("a.txt")


def test_a_file_that_was_written_just_now_and_is_moved_in_is_whole(desk: Desk) -> None:
    new = desk.outside / "new.txt"
    new.write_text("A story.", encoding="utf-8")
    new.rename(desk.root / "new.txt")
    moved = FileMovedEvent("", f"{desk.root}/new.txt")
    assert _delays(desk, moved) == [(["new.txt"], MOVED)]
    assert desk.hears("new.txt")


def test_a_file_that_is_moved_within_is_heard_of_under_both_names(desk: Desk) -> None:
    (desk.root / "there.txt").rename(desk.root / "asia" / "here.txt")
    assert desk.hears("there.txt", "asia/here.txt")


def test_a_file_that_is_saved_through_a_passing_name_is_heard_of_under_its_own(desk: Desk) -> None:
    passing = desk.root / ".there.txt.swp"
    passing.write_text("Another story.", encoding="utf-8")
    passing.rename(desk.root / "there.txt")
    assert desk.hears("there.txt")


def test_a_file_that_is_deleted_is_heard_of_when_nobody_has_written_it_anew(desk: Desk) -> None:
    began = time.monotonic()
    (desk.root / "there.txt").unlink()
    assert desk.hears("there.txt")
    assert time.monotonic() - began >= DELETED


def test_a_file_that_is_deleted_and_written_anew_is_one_change(desk: Desk) -> None:
    (desk.root / "there.txt").unlink()
    (desk.root / "there.txt").write_text("Another story.", encoding="utf-8")
    assert desk.hears("there.txt")
    assert desk.watch.take() is None


def test_a_file_that_is_moved_out_is_heard_of(desk: Desk) -> None:
    (desk.root / "there.txt").rename(desk.outside / "there.txt")
    assert desk.hears("there.txt")


def test_a_folder_that_is_moved_in_is_looked_through_and_watched(desk: Desk) -> None:
    desk.old("a.txt")
    desk.outside.rename(desk.root / "europe")
    assert desk.looks_through_everything()
    (desk.root / "europe" / "b.txt").write_text("A story.", encoding="utf-8")
    until(lambda: "europe/b.txt" in desk.so_far(), 20, "for the file in it")


def test_a_folder_that_is_made_and_filled_at_once_is_looked_through(desk: Desk) -> None:
    (desk.root / "africa" / "north").mkdir(parents=True)
    (desk.root / "africa" / "north" / "a.txt").write_text("A story.", encoding="utf-8")
    assert desk.looks_through_everything()


def test_a_folder_that_is_moved_out_is_looked_through(desk: Desk) -> None:
    (desk.root / "asia").rename(desk.outside / "asia")
    assert desk.looks_through_everything()


@pytest.mark.parametrize("name", ["photo.jpg", ".a.txt.swp", "a.txt~", "#a.txt#", "a.txt.part"])
def test_what_is_no_article_is_not_heard_of(desk: Desk, name: str) -> None:
    (desk.root / name).write_text("x", encoding="utf-8")
    (desk.root / "last.txt").write_text("A story.", encoding="utf-8")
    assert desk.hears("last.txt")


def test_to_read_a_file_is_no_change(desk: Desk) -> None:
    (desk.root / "there.txt").read_bytes()
    (desk.root / "last.txt").write_text("A story.", encoding="utf-8")
    assert desk.hears("last.txt")


def test_a_folder_that_is_not_there_cannot_be_watched_and_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert Folder("newsroom", tmp_path / "nowhere", 1000).watch() is None
    assert "cannot be watched (No such file or directory); it is looked through on schedule" in caplog.text


def _delays(desk: Desk, event: FileSystemEvent) -> list[tuple[list[str], float]]:
    return _Ear(desk.root, MEDIA_TYPES, Settling())._heard(event)


def test_a_file_that_is_put_aside_has_the_time_to_be_saved_anew(desk: Desk) -> None:
    moved = FileMovedEvent(f"{desk.root}/there.txt", f"{desk.root}/there.txt~")
    assert _delays(desk, moved) == [(["there.txt"], DELETED)]


def test_both_names_of_a_moved_file_are_due_in_the_same_moment(desk: Desk) -> None:
    moved = FileMovedEvent(f"{desk.root}/there.txt", f"{desk.root}/asia/new.txt")
    assert _delays(desk, moved) == [(["there.txt", "asia/new.txt"], MOVED)]


def test_a_file_that_appears_with_something_in_it_is_read_sooner_than_an_empty_one(desk: Desk) -> None:
    (desk.root / "empty.txt").touch()
    assert _delays(desk, FileCreatedEvent(f"{desk.root}/there.txt")) == [(["there.txt"], APPEARED)]
    assert _delays(desk, FileCreatedEvent(f"{desk.root}/empty.txt")) == [(["empty.txt"], WRITTEN)]


def test_nothing_in_a_hidden_folder_is_heard_of(desk: Desk) -> None:
    (desk.root / ".trash").mkdir()
    assert desk.looks_through_everything()
    (desk.root / ".trash" / "secret.txt").write_text("A story.", encoding="utf-8")
    (desk.root / "asia" / "last.txt").write_text("A story.", encoding="utf-8")
    assert desk.hears("asia/last.txt")
