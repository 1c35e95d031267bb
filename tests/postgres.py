"""A PostgreSQL of our own: made, started on a socket in a folder of its own, and ended by the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.programs import missing

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTINGS = (
    "-c listen_addresses='' -c fsync=off -c shared_buffers=16MB -c max_connections=60 -c timezone=Asia/Kolkata"
)


@contextmanager
def running() -> Iterator[str]:
    """The address of a server without a database name: `postgresql+psycopg://…/`."""
    programs = _programs()
    user = "postgres" if os.getuid() == 0 else None  # the server refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="feeder-pg-", dir="/tmp"))
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    data = folder / "data"
    try:
        _run(user, folder, programs / "initdb", "-D", data, "-U", "feeder", "-A", "trust", "-E", "UTF8", "-N")
        options = f"{_SETTINGS} -k {folder}"
        _run(user, folder, programs / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
        try:
            yield f"postgresql://feeder@/%s?host={folder}"
        finally:
            _run(user, folder, programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        missing("PostgreSQL (initdb, pg_ctl) is not installed")
    return found[-1].parent if found else Path(on_path or "").parent


def _run(user: str | None, folder: Path, *command: str | Path) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        user=user,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.decode(errors='replace')}")


def new_database(server: str) -> str:
    """The address of a fresh, empty database."""
    import psycopg

    name = f"t{time.monotonic_ns()}"
    with psycopg.connect(server % "postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    return server % name
