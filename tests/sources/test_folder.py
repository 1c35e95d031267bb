"""A folder of real files -> what is found, refused and gone."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from feeder.errors import Passing, SourceError, Unreadable
from feeder.model.document import Found
from feeder.sources.folder import Folder
from tests.sources.conftest import LIMIT, put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feeder.sources import Look

LINK_OUT = "a link that leads out of the folder is not followed; put the file itself here"


def keys(look: Look) -> list[str]:
    return [it.key for it in look.found]


def refused(look: Look) -> dict[str, str]:
    return {it.found.key: it.reason for it in look.refused}


def stamps(folder: Folder) -> dict[str, str]:
    return {it.key: it.stamp for it in folder.look({}, final=True).found}


# ---------------------------------------------------------------- what is found


def test_articles_are_found_in_folders_as_deep_as_you_like_in_order(folder: Folder) -> None:
    put(folder, "b.md", "a.txt", "asia/india/c.HTML", "asia/d.markdown", "e.text", "f.htm")
    look = folder.look({}, final=True)
    assert keys(look) == ["a.txt", "asia/d.markdown", "asia/india/c.HTML", "b.md", "e.text", "f.htm"]
    assert (look.gone, look.refused, look.unsettled) == ((), (), ())


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.txt",
        "#a.txt#",  # Emacs
        ".#a.txt",
        "a.txt~",
        ".a.txt.swp",  # vim
        "~$a.txt",  # office programs
        "a.txt.part",  # browsers
        "a.txt.crdownload",
        "a.txt.tmp",
        "a.tmp.txt",
        "a.TMP.txt",
        "a.bak.txt",
        "a.txt.filepart",  # WinSCP
        "photo.jpg",
        "README",
        ".txt",
        ".git/a.txt",
        ".trash/b/a.txt",
    ],
)
def test_what_editors_browsers_and_copying_programs_leave_is_passed_over(folder: Folder, name: str) -> None:
    put(folder, name)
    for only in (None, [name]):
        look = folder.look({}, only, final=True)
        assert (look.found, look.refused) == ((), ())


@pytest.mark.parametrize(
    "name", ["a.b.txt", "part.txt", "swim.txt", "template.txt", "-a.txt", "ü 日本.txt", "a\nb.txt"]
)
def test_what_only_looks_like_it_is_found(folder: Folder, name: str) -> None:
    put(folder, name)
    assert keys(folder.look({}, final=True)) == [name]


def test_a_name_that_is_no_utf_8_is_refused_in_letters_that_can_be_shown_and_hides_nobody(folder: Folder) -> None:
    put(folder, "a.txt")
    with open(os.fsencode(folder.root) + b"/caf\xe9.txt", "wb") as file:  # noqa: PTH123 - a name of bytes
        file.write(b"A story.")
    os.mkdir(os.fsencode(folder.root) + b"/\xff")  # noqa: PTH102 - a name of bytes
    look = folder.look({}, final=True)
    assert keys(look) == ["a.txt"]
    assert refused(look) == {"caf\\xe9.txt": "its name is not UTF-8; rename it"}


def test_only_what_is_asked_for_is_looked_at(folder: Folder) -> None:
    put(folder, "a.txt", "asia/b.txt", "c.txt")
    look = folder.look({"c.txt": "old"}, ["asia/b.txt", "never.txt", "a.txt/below.txt", "photo.jpg"])
    assert keys(look) == ["asia/b.txt"]
    assert look.gone == ()


# ---------------------------------------------------------------- what has changed


def test_what_is_known_is_not_found_again_until_it_changes(folder: Folder) -> None:
    put(folder, "a.txt", "b.txt")
    known = stamps(folder)
    assert folder.look(known, final=True).found == ()
    put(folder, "b.txt", text="Another story.")
    assert keys(folder.look(known, final=True)) == ["b.txt"]


def test_a_file_put_in_place_of_another_with_its_size_and_date_is_found(folder: Folder) -> None:
    put(folder, "a.txt", text="Our story.")
    known, date = stamps(folder), (folder.root / "a.txt").stat().st_mtime_ns
    put(folder, "b.txt", text="His story.")
    os.utime(folder.root / "b.txt", ns=(date, date))
    (folder.root / "b.txt").rename(folder.root / "a.txt")
    assert keys(folder.look(known, final=True)) == ["a.txt"]


def test_what_was_changed_a_moment_ago_is_looked_at_again_unless_somebody_told_of_it(folder: Folder) -> None:
    put(folder, "old.txt", "new.txt", "tomorrow.txt")
    now = time.time()
    os.utime(folder.root / "old.txt", (now, now - 3))
    os.utime(folder.root / "tomorrow.txt", (now, now + 86_400))
    look = folder.look({})
    assert keys(look) == ["old.txt", "tomorrow.txt"]
    assert look.unsettled == ("new.txt",)
    assert keys(folder.look({}, ["new.txt"])) == ["new.txt"]
    assert keys(folder.look({}, final=True)) == ["new.txt", "old.txt", "tomorrow.txt"]


def test_what_is_known_and_not_there_is_gone(folder: Folder) -> None:
    put(folder, "a.txt", "asia/b.txt")
    known = stamps(folder)
    shutil.rmtree(folder.root / "asia")
    assert folder.look(known, final=True).gone == ("asia/b.txt",)
    (folder.root / "a.txt").unlink()
    assert folder.look(known, ["a.txt"]).gone == ("a.txt",)


def test_a_file_that_became_a_folder_is_gone(folder: Folder) -> None:
    put(folder, "a.txt")
    known = stamps(folder)
    (folder.root / "a.txt").unlink()
    put(folder, "a.txt/b.txt")
    look = folder.look(known, final=True)
    assert (keys(look), look.gone) == (["a.txt/b.txt"], ("a.txt",))


def test_a_folder_that_is_emptied_and_one_that_was_put_in_its_place_can_be_told_apart(folder: Folder) -> None:
    put(folder, "a.txt")
    before = folder.look({}, final=True).identity
    (folder.root / "a.txt").unlink()
    assert folder.look({}, final=True).identity == before
    folder.root.rename(folder.root.with_name("away"))
    folder.root.mkdir()
    assert folder.look({}, final=True).identity != before


# ---------------------------------------------------------------- what is refused


def test_what_is_too_large_is_refused_with_both_sizes_and_once(folder: Folder) -> None:
    put(folder, "large.txt", text="x" * (LIMIT + 1))
    put(folder, "just.txt", text="x" * LIMIT)
    look = folder.look({}, final=True)
    assert keys(look) == ["just.txt"]
    assert refused(look) == {"large.txt": "too large: 1,001 bytes where max-size allows 1,000"}
    known = {it.found.key: it.found.stamp for it in look.refused}
    assert refused(folder.look(known, final=True)) == {}


def test_a_link_within_the_folder_is_followed_and_one_that_leads_out_is_refused(folder: Folder) -> None:
    outside = folder.root.with_name("secret.txt")
    outside.write_text("Not for the public.", encoding="utf-8")
    put(folder, "a.txt", "asia/b.txt")
    (folder.root / "in.txt").symlink_to("asia/b.txt")
    (folder.root / "out.txt").symlink_to(outside)
    (folder.root / "up.txt").symlink_to("../secret.txt")
    (folder.root / "folder").symlink_to(folder.root.parent)
    (folder.root / "again").symlink_to("asia")
    (folder.root / "dangling.txt").symlink_to("nothing.txt")
    look = folder.look({}, final=True)
    assert keys(look) == ["a.txt", "asia/b.txt", "in.txt"]
    assert refused(look) == {"out.txt": LINK_OUT, "up.txt": LINK_OUT, "folder": LINK_OUT}
    one_by_one = folder.look({}, ["in.txt", "out.txt", "up.txt", "folder/secret.txt", "dangling.txt"])
    assert keys(one_by_one) == ["in.txt"]
    assert set(refused(one_by_one).values()) == {LINK_OUT}


@pytest.mark.parametrize("only", [None, ["a.txt", "loop.txt"]])
def test_a_link_that_leads_in_circles_is_refused_and_hides_nobody(folder: Folder, only: list[str] | None) -> None:
    put(folder, "a.txt")
    (folder.root / "loop.txt").symlink_to("loop.txt")
    look = folder.look({}, only, final=True)
    assert keys(look) == ["a.txt"]
    assert refused(look) == {"loop.txt": "cannot be looked at: Too many levels of symbolic links"}


def test_a_pipe_and_a_socket_are_refused_and_hold_nobody(folder: Folder) -> None:
    os.mkfifo(folder.root / "pipe.txt")
    descriptor = os.open(folder.root, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"/proc/self/fd/{descriptor}/socket.txt")  # the folder's own path may be too long
    os.close(descriptor)
    wrong = {"pipe.txt": "not a regular file", "socket.txt": "not a regular file"}
    assert refused(folder.look({}, final=True)) == wrong
    assert refused(folder.look({}, wrong)) == wrong
    for name in wrong:
        with pytest.raises(Unreadable):
            folder.read(Found(name, "any"))


def test_of_a_folder_that_cannot_be_looked_into_nothing_is_said_to_be_gone(folder: Folder) -> None:
    put(folder, "a.txt")
    deepest = _too_deep(folder.root)
    look = folder.look({f"{deepest}b.txt": "1", "gone.txt": "1"}, final=True)
    assert keys(look) == ["a.txt"]
    assert look.gone == ("gone.txt",)
    assert refused(look) == {deepest: "the folder cannot be looked into: File name too long"}
    shutil.rmtree(folder.root)


def _too_deep(root: Path) -> str:
    """Folders in folders, until no path can name the last one; its key. Closed to root too."""
    descriptor, key = os.open(root, os.O_RDONLY), ""
    while len(f"{root}/{key}") < 4096:
        name = "d" * 200
        os.mkdir(name, dir_fd=descriptor)
        below = os.open(name, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor, key = below, f"{key}{name}/"
    os.close(descriptor)
    return key


@contextmanager
def _nobody() -> Iterator[Path]:
    """A folder that somebody without rights may enter, and being that somebody where we have all of them."""
    us, folder = os.geteuid(), Path(tempfile.mkdtemp(prefix="feeder-"))
    folder.chmod(0o755)
    try:
        if us == 0:
            os.seteuid(65534)
        yield folder
    finally:
        if us == 0:
            os.seteuid(us)
        shutil.rmtree(folder)


def test_what_we_may_not_read_is_said_to_be_so() -> None:
    with _nobody() as root:
        effective = os.geteuid()
        os.seteuid(os.getuid())
        folder = Folder("newsroom", root, LIMIT)
        put(folder, "asia/b.txt", "a.txt")
        (root / "a.txt").chmod(0)
        (root / "asia").chmod(0)
        os.seteuid(effective)
        look = folder.look({"asia/b.txt": "1"}, final=True)
        assert refused(look) == {"asia/": "the folder cannot be looked into: Permission denied"}
        assert look.gone == ()
        with pytest.raises(Passing, match="cannot be read: Permission denied"):
            folder.read(Found("a.txt", "any"))
        os.seteuid(os.getuid())
        (root / "asia").chmod(0o700)


@pytest.mark.parametrize("name", ["photo.jpg", ".cache", ".a.txt.swp"])
def test_a_link_out_that_is_no_article_is_passed_over(folder: Folder, name: str) -> None:
    (folder.root / name).symlink_to("/etc/hostname")
    assert folder.look({}, final=True).refused == ()


def test_a_link_in_circles_is_refused_and_hides_nobody(folder: Folder) -> None:
    put(folder, "a.txt")
    (folder.root / "loop.txt").symlink_to("loop.txt")
    look = folder.look({}, final=True)
    assert (keys(look), list(refused(look))) == (["a.txt"], ["loop.txt"])
    with pytest.raises(Unreadable, match="circles"):
        folder.read(Found("loop.txt", "any"))


def test_what_is_missing_is_gone_only_at_the_second_look(folder: Folder) -> None:
    look = folder.look({"a.txt": "1"})
    assert (look.gone, look.missing) == ((), ("a.txt",))
    assert folder.look({"a.txt": "1"}, ["a.txt"]).gone == ("a.txt",)


@pytest.mark.parametrize("only", [None, ["a.txt"]])
def test_a_folder_that_is_not_there_or_none_is_an_error_of_the_source(
    folder: Folder, only: list[str] | None
) -> None:
    folder.root.rmdir()
    with pytest.raises(SourceError, match=r"source newsroom: the folder .* cannot be looked at: No such file"):
        folder.look({"a.txt": "1"}, only)
    folder.root.write_text("a file", encoding="utf-8")
    with pytest.raises(SourceError, match="is not a folder"):
        folder.look({"a.txt": "1"}, only)
