"""Bytes become a file whole or not at all."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from feeder.pipeline import files

if TYPE_CHECKING:
    from pathlib import Path

_WRITE = """
import sys
from feeder.pipeline import files
for error in files.write_all(sys.argv[1], [files.Parcel("all.atom", [b"new" * 100_000])]).values():
    sys.exit(error.errno)
"""


def write(folder: Path, name: str, body: bytes) -> bool:
    """False, and untouched, when it is of these bytes. Raises OSError."""
    if files.holds(str(folder), name, body):
        return False
    for error in files.write_all(str(folder), [files.Parcel(name, [body])]).values():
        raise error
    return True


def names(folder: Path) -> list[str]:
    return [it.name for it in folder.iterdir()]


def state(path: Path) -> tuple[int, int, int]:
    info = path.stat()
    return info.st_ino, info.st_mtime_ns, info.st_ctime_ns


def test_a_file_is_written_with_its_folders_for_everybody_to_read(tmp_path: Path) -> None:
    path = tmp_path / "by-category" / "asia.atom"
    assert write(tmp_path, "by-category/asia.atom", b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o644
    assert names(path.parent) == ["asia.atom"]


def test_the_same_bytes_touch_nothing(tmp_path: Path) -> None:
    path = tmp_path / "all.atom"
    write(tmp_path, "all.atom", b"same")
    before, folder = state(path), state(tmp_path)
    assert not write(tmp_path, "all.atom", b"same")
    assert (state(path), state(tmp_path)) == (before, folder)


@pytest.mark.parametrize("body", [b"", b"same size", b"longer than it was"])
def test_other_bytes_are_another_file_and_who_reads_the_old_one_reads_on(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "all.atom"
    write(tmp_path, "all.atom", b"SAME SIZE")
    before = state(path)
    with path.open("rb") as reading:
        assert write(tmp_path, "all.atom", body)
        assert reading.read() == b"SAME SIZE"
    assert path.read_bytes() == body
    assert state(path)[0] != before[0]


def test_a_disk_that_is_full_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "all.atom"
    write(tmp_path, "all.atom", b"old")
    before = state(path)
    done = subprocess.run(
        [sys.executable, "-c", _WRITE, tmp_path],
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 27  # EFBIG
    assert (path.read_bytes(), state(path)) == (b"old", before)
    assert names(tmp_path) == ["all.atom"]


def test_what_cannot_be_replaced_leaves_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "all.atom").mkdir()
    with pytest.raises(IsADirectoryError):
        write(tmp_path, "all.atom", b"new")
    assert names(tmp_path) == ["all.atom"]


def test_a_link_in_its_place_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"other")
    (tmp_path / "all.atom").symlink_to("other")
    assert write(tmp_path, "all.atom", b"new")
    assert not (tmp_path / "all.atom").is_symlink()
    assert (tmp_path / "other").read_bytes() == b"other"


def test_a_file_is_removed_once(tmp_path: Path) -> None:
    write(tmp_path, "all.atom", b"new")
    assert files.remove(str(tmp_path), "all.atom")
    assert not files.remove(str(tmp_path), "all.atom")
    assert not files.remove(str(tmp_path), "never/all.atom")


def test_what_a_killed_process_left_goes_when_it_is_old_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    old = [tmp_path / "articles" / ".17-0123456789ab-4.tmp", tmp_path / "theirs.tmp", tmp_path / ".17-new-4.tmp"]
    young = tmp_path / ".18-0123456789ab-5.tmp"
    for path in (*old, young):
        path.write_bytes(b"x")
    for path in old:
        os.utime(path, (1, 1))
    assert files.sweep(str(tmp_path)) == 1
    assert [path.exists() for path in (*old, young)] == [False, True, True, True]
