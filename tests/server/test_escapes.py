from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeder.server.files import Folder, parts_of
from tests.server.asking import ask, say

if TYPE_CHECKING:
    from tests.server.conftest import Site

WORD = b"not for anybody"


def guarded(site: Site) -> Site:
    """A secret beside the folder, and ways that could lead to it from within."""
    (site.folder.parent / "secret.txt").write_bytes(WORD)
    (site.folder.parent / "elsewhere").mkdir()
    (site.folder.parent / "elsewhere/all.atom").write_bytes(WORD)
    (site.folder / "link.atom").symlink_to("../secret.txt")
    (site.folder / "inside").symlink_to("../elsewhere")
    for name in (".hidden", ".all.atom.x7", "all.atom.tmp", "all.atom~", "x.part"):
        site.write(name, WORD)
    site.write(".git/config", WORD)
    site.write("all.atom", b"open to everybody")
    return site


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "%2e%2e/secret.txt",
        "%2E%2E%2Fsecret.txt",
        "..%2fsecret.txt",
        "..%5csecret.txt",
        "..\\secret.txt",
        "%252e%252e/secret.txt",
        "x/../../secret.txt",
        "./../secret.txt",
        "....//secret.txt",
        "%c0%ae%c0%ae/secret.txt",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "link.atom",
        "inside/all.atom",
        ".hidden",
        ".all.atom.x7",
        "all.atom.tmp",
        "all.atom~",
        "x.part",
        ".git/config",
        "all.atom%00",
        "all.atom%00.html",
        "all.atom%0a",
        "all.atom/",
        "all.atom/.",
        "./all.atom",
        "/all.atom",
        "a" * 300,
        "a/" * 40 + "b",
        "a" * 8000,
        "",
    ],
)
def test_no_spelling_leads_out_of_the_folder(site: Site, path: str) -> None:
    raw = f"GET /feeds/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    answer = say(guarded(site).address, raw)
    assert answer.startswith((b"HTTP/1.1 404 ", b"HTTP/1.1 400 "))
    assert WORD not in answer
    assert b"everybody" not in answer


@pytest.mark.parametrize(
    "target", [b"../secret.txt", b"/feeds", b"*", b"//feeds/all.atom", b"http://x/feeds/../s", b""]
)
def test_odd_request_targets_are_answered_and_harm_nobody(site: Site, target: bytes) -> None:
    answer = say(guarded(site).address, b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith((b"HTTP/1.1 404 ", b"HTTP/1.1 400 ", b"HTTP/1.1 308 "))
    assert WORD not in answer


def test_pipes_sockets_and_devices_are_not_opened(site: Site) -> None:
    os.mkfifo(site.folder / "pipe.atom")
    with socket.socket(socket.AF_UNIX) as local:
        # A path of a socket may be 107 bytes long; the one of a temporary folder may be longer.
        with tempfile.TemporaryDirectory() as short:
            local.bind(f"{short}/s")
            Path(short, "s").rename(site.folder / "socket.atom")
        for name in ("pipe.atom", "socket.atom"):
            assert ask(site.address, f"/feeds/{name}").status == 404


def test_a_folder_that_is_gone_is_a_404_and_one_that_comes_back_is_served(site: Site) -> None:
    site.folder.rmdir()
    assert ask(site.address, "/feeds/all.atom").status == 404
    site.write("all.atom", b"back")
    assert ask(site.address, "/feeds/all.atom").body == b"back"


STEPS = st.sampled_from(
    ["..", ".", "", "...", "a", "inside", "%2e%2e", "..\\", "\0", "~", "é", "secret.txt", "\ud800"]
)


@given(st.lists(STEPS | st.text(max_size=6), max_size=8).map("/".join))
def test_a_path_is_names_below_the_folder_or_nothing(path: str) -> None:
    parts = parts_of(path)
    if parts is not None:
        assert "/".join(parts) == path
        joined = os.path.normpath(os.path.join("/folder", *parts))  # noqa: PTH118  # what the system would do
        assert joined == "/folder/" + path


@settings(deadline=None)  # it works on real files
@given(st.lists(STEPS | st.text(max_size=6), max_size=8).map("/".join))
def test_whatever_the_path_only_the_one_open_file_is_ever_read(path: str) -> None:
    with tempfile.TemporaryDirectory() as top:
        site = Path(top) / "feeds"
        (site / "a").mkdir(parents=True)
        (site / "a/a").write_bytes(b"open")
        (site / "inside").symlink_to(top)
        (Path(top) / "secret.txt").write_bytes(WORD)
        file = Folder(site).open(path)
        assert (file.body if file else None) == (b"open" if path == "a/a" else None)


@given(st.text(alphabet="./\\%a ~\n", max_size=12))
def test_quoting_a_name_does_not_change_what_it_may_reach(path: str) -> None:
    unquoted = parts_of(path)
    assert unquoted is None or quote("/".join(unquoted)) == quote(path)
