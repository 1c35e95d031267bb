"""Rows 37 and 38: what may happen to the database file: the daemon waits, or stops; it never loses."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.daemon.harness import Newsroom, Partner, free_port, until
from tests.programs import require_program

if TYPE_CHECKING:
    from tests.faults.conftest import Daemon
    from tests.faults.scene import See

UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def test_row_37_while_the_disk_is_full_nothing_is_sent_and_then_everything_once(
    daemon: Daemon, partner: Partner, see: See
) -> None:
    def answer(_path: str, nth: int, _times: int) -> int:
        if nth == 1:
            under_way.set()
            full.wait(30)
        return 204

    under_way, full = threading.Event(), threading.Event()
    partner.answer = answer
    newsroom = daemon(f"127.0.0.1:{free_port()}", concurrency=1, partner=f"{partner.url}/partner")
    assert newsroom.process is not None
    newsroom.story("one.txt", "The first story")
    newsroom.story("two.txt", "The second story")
    assert under_way.wait(30)
    until(lambda: len(newsroom.titles()) == 2)
    # Files of this process cannot grow beyond this: for SQLite that is a disk on which nothing can be written.
    size = Path(f"{newsroom.folder}/feeder.db-wal").stat().st_size
    resource.prlimit(newsroom.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    newsroom.story("three.txt", "The third story")
    full.set()  # the first is answered, and that cannot be written
    until(lambda: newsroom.get("/health/ready")[0] == 503)
    assert b"refused" in newsroom.get("/health/ready")[2]
    assert [newsroom.get(path)[0] for path in ("/health/live", "/feeds/all.json")] == [200, 200]
    threading.Event().wait(2.5)
    assert len(partner.told) == 1
    assert len(newsroom.titles()) == 2
    resource.prlimit(newsroom.process.pid, resource.RLIMIT_FSIZE, UNLIMITED)
    until(lambda: len(partner.told) == 3)
    until(lambda: newsroom.get("/health/ready")[0] == 200)
    until(lambda: len(newsroom.titles()) == 3)
    states = [(it["state"], it["tries"]) for it in newsroom.json("deliveries", "list")]
    assert states == [("delivered", 1)] * 3
    assert set(partner.ids("/partner").values()) == {1}
    assert "Traceback" not in newsroom.log()
    see(
        "an answer, a claim and an article that could not be written: nothing sent meanwhile, /health/ready 503",
        "three delivered once each when there was room",
    )


def test_row_38_a_locked_database_is_waited_for_without_spinning(
    daemon: Daemon, partner: Partner, see: See
) -> None:
    newsroom = daemon(partner=f"{partner.url}/partner")
    other = sqlite3.connect(newsroom.folder / "feeder.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert newsroom.process is not None
    before = seconds_of(newsroom.process.pid)
    newsroom.story("one.txt", "Fog lifts")
    threading.Event().wait(3)
    assert seconds_of(newsroom.process.pid) - before < 1.5
    assert partner.told == []
    other.execute("ROLLBACK")
    other.close()
    until(lambda: len(partner.told) == 1)
    assert newsroom.process.poll() is None
    see("locked: nothing sent, less than half a core used, delivered when it was free")


def seconds_of(pid: int) -> float:
    """Of the processor, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize(("replaced", "what"), [(False, "was deleted"), (True, "was replaced by another file")])
def test_row_38_a_database_file_that_is_gone_ends_the_daemon_before_it_writes_to_a_ghost(
    daemon: Daemon, partner: Partner, see: See, *, replaced: bool, what: str
) -> None:
    newsroom = daemon(partner=f"{partner.url}/partner")
    database = newsroom.folder / "feeder.db"
    if replaced:
        (newsroom.folder / "other.db").write_bytes(database.read_bytes())
        (newsroom.folder / "other.db").rename(database)
    else:
        database.unlink()
    assert newsroom.ended() == 1
    assert f"{database} {what} while it was in use" in newsroom.log()
    assert "Traceback" not in newsroom.log()
    see("deleted or replaced: it says so and ends with status 1")


@pytest.mark.parametrize("what", ["file", "folder"])
def test_row_38_what_cannot_be_written_is_said_at_the_start(tmp_path: Path, see: See, what: str) -> None:
    with Newsroom(tmp_path, store="sqlite:///data/feeder.db") as newsroom:
        data = tmp_path / "data"
        data.mkdir()
        newsroom.command("articles", "list")
        for path in (data / "feeder.db", data) if what == "file" else (data,):
            path.chmod(0o500 if path.is_dir() else 0o400)
        done = subprocess.run(
            [*_without_privileges(), sys.executable, "-m", "feeder", "run", "--config", str(newsroom.config)],
            capture_output=True,
            check=False,
        )
        data.chmod(0o700)
    assert done.returncode == 1
    (line,) = done.stderr.decode().splitlines()
    assert "feeder.db" in line
    assert "Permission denied" in line or "readonly" in line
    see("not writable: one line, and it does not start")


def _without_privileges() -> list[str]:
    """Root may write everywhere, unless it has laid down that right."""
    if os.getuid() != 0:
        return []
    return [require_program("setpriv"), "--bounding-set=-all", "--inh-caps=-all"]
