"""A file that was found -> a document, nothing, or why it cannot be read."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from feeder.errors import Unreadable
from feeder.model.document import Document, Found
from tests.daemon.harness import until
from tests.sources.conftest import LIMIT, put

if TYPE_CHECKING:
    from feeder.sources.folder import Folder


# ---------------------------------------------------------------- what is read


def test_a_document_has_the_bytes_the_type_and_the_date_of_the_file(folder: Folder) -> None:
    body = "Ünïcode\r\n\r\nand \ufeff so on.".encode("utf-16")
    (folder.root / "asia").mkdir()
    (folder.root / "asia" / "a.MD").write_bytes(body)
    os.utime(folder.root / "asia" / "a.MD", (0, 1_768_381_200))
    (found,) = folder.look({}, final=True).found
    assert folder.read(found) == Document(
        source="newsroom",
        key="asia/a.MD",
        stamp=found.stamp,
        media_type="text/markdown",
        body=body,
        modified=datetime(2026, 1, 14, 9, tzinfo=UTC),
        digest=hashlib.blake2b(body, digest_size=20).hexdigest(),
    )


@pytest.mark.parametrize("seconds", [-(2**31), 2**33])
def test_a_date_far_away_is_a_date(folder: Folder, seconds: int) -> None:
    put(folder, "a.txt")
    os.utime(folder.root / "a.txt", (0, seconds))
    (found,) = folder.look({}, final=True).found
    document = folder.read(found)
    assert document is not None
    stated = datetime.fromtimestamp(max(seconds, 0), UTC)
    assert datetime(1970, 1, 1, tzinfo=UTC) <= document.modified <= stated


def test_what_vanished_since_it_was_found_is_nothing(folder: Folder) -> None:
    put(folder, "asia/a.txt")
    (found,) = folder.look({}, final=True).found
    shutil.rmtree(folder.root / "asia")
    assert folder.read(found) is None
    put(folder, "asia", text="a file now")
    assert folder.read(found) is None


def test_a_file_that_became_a_link_out_or_too_large_since_it_was_found_is_not_read(folder: Folder) -> None:
    put(folder, "a.txt")
    (found,) = folder.look({}, final=True).found
    put(folder, "a.txt", text="x" * (LIMIT + 1))
    with pytest.raises(Unreadable, match="too large"):
        folder.read(found)
    (folder.root / "a.txt").unlink()
    (folder.root / "a.txt").symlink_to("/etc/hostname")
    with pytest.raises(Unreadable, match="leads out of the folder"):
        folder.read(found)


def test_a_file_that_changes_while_it_is_read_is_nothing_yet(folder: Folder) -> None:
    path, stop = folder.root / "a.txt", threading.Event()
    with path.open("wb") as file:
        file.truncate(32 * 1024 * 1024)  # takes long enough to read
    folder.max_size = 64 * 1024 * 1024

    def change() -> None:
        while not stop.wait(0.002):
            os.utime(path)

    changing = threading.Thread(target=change)
    changing.start()
    try:
        until(lambda: folder.read(Found("a.txt", "any")) is None, what="for a file that changes")
    finally:
        stop.set()
        changing.join()
    assert folder.read(Found("a.txt", "any")) is not None


def test_of_a_file_that_grows_no_more_and_no_less_is_read_than_its_stamp_says(folder: Folder) -> None:
    path, folder.max_size = folder.root / "a.txt", 10_000_000
    path.touch()
    read = []
    with path.open("ab", buffering=0) as file:
        for _ in range(200):
            writing = threading.Thread(target=file.write, args=(b"All is well.\n" * 50,))
            writing.start()
            read.append(folder.read(Found("a.txt", "any")))
            writing.join()
    whole = [it for it in read if it is not None]
    assert whole
    assert all(len(it.body) == int(it.stamp.partition(":")[0]) for it in whole)
