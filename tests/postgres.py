"""A PostgreSQL of our own, and poolers: started on sockets in folders of their own, and ended by the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.programs import missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SETTINGS = "-c listen_addresses='' -c max_connections=60 -c timezone=Asia/Kolkata"


@contextmanager
def running(*, durable: bool = False) -> Iterator[str]:
    """The address of a server without a database name: `postgresql+psycopg://…/`.

    `durable`: as a server is set up by itself, with what is committed on disk; tests are quicker without.
    """
    programs = _programs()
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="feeder-pg-", dir="/tmp"))
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    data = folder / "data"
    try:
        _run(user, folder, programs / "initdb", "-D", data, "-U", "feeder", "-A", "trust", "-E", "UTF8", "-N")
        manner = "" if durable else "-c fsync=off -c shared_buffers=16MB"
        options = f"{_SETTINGS} {manner} -k {folder}"
        _run(user, folder, programs / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
        try:
            yield f"postgresql://feeder@/%s?host={folder}"
        finally:
            _run(user, folder, programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def restartable() -> Iterator[tuple[str, Callable[[], None]]]:
    """The same, with what starts it again as after a crash."""
    with running() as address:
        folder = Path(address.partition("host=")[2])
        programs, user = _programs(), _user()
        yield (
            address,
            lambda: _run(
                user, folder, programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "restart"
            ),
        )


@contextmanager
def pooled(server: str) -> Iterator[str]:
    """The same server behind a pooler that gives out its few connections for a transaction at a time."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        missing("pgbouncer is not installed")
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="feeder-pool-", dir="/tmp"))
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    (folder / "users").write_text('"feeder" ""\n', encoding="utf-8")
    (folder / "ini").write_text(
        f"[databases]\n* = host={server.partition('host=')[2]} user=feeder\n[pgbouncer]\nlisten_addr =\n"
        f"unix_socket_dir = {folder}\nlisten_port = 6432\nauth_type = trust\nauth_file = {folder}/users\n"
        "pool_mode = transaction\ndefault_pool_size = 4\nmax_client_conn = 200\n",
        encoding="utf-8",
    )
    with subprocess.Popen([program, folder / "ini"], user=user, stderr=subprocess.DEVNULL) as process:
        try:
            _until_there(folder / ".s.PGSQL.6432", process)
            yield f"postgresql://feeder@/%s?host={folder}&port=6432"
        finally:
            process.kill()
            process.wait()
            shutil.rmtree(folder, ignore_errors=True)


def _until_there(path: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while not path.exists():
        assert process.poll() is None, "it ended at once"
        assert time.monotonic() < end
        threading.Event().wait(0.02)


def _user() -> str | None:
    return "postgres" if os.getuid() == 0 else None  # the servers refuse to run as root


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


def new_database(server: str, template: str = "template0") -> str:
    """The address of a fresh database: an empty one, or a copy of another to which nobody is connected."""
    import psycopg

    name = f"t{time.monotonic_ns()}"
    with psycopg.connect(server % "postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return server % name


def name_of(server: str, address: str) -> str:
    """Of a database, by its address."""
    before, _, after = server.partition("%s")
    return address.removeprefix(before).removesuffix(after)
