"""Servers of one folder of feeds, each on a port of loopback: ours, and with our blocks nginx and Caddy.

`python -m bench._hosts FOLDER PORT` is ours, alone in its process.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from feeder.server import Parts, Server, build, hosts
from feeder.server.parts import Health

if TYPE_CHECKING:
    from collections.abc import Callable

PATH = "/feeds/all.atom"
HUB = "https://hub.example/"
_NGINX = """
daemon off; user {user}; worker_processes 1;
pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  include {folder}/feeds.conf;
}}
"""
_CADDY = """{{
    admin off
    storage file_system {folder}/caddy
    log {{
        output discard
    }}
}}
"""


def ours(folder: Path, port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "bench._hosts", str(folder), str(port)])  # noqa: S603 - we


def nginx(folder: Path, block: str) -> subprocess.Popen[bytes]:
    """With what it needs for itself below `folder`, and one worker."""
    program = _program("nginx")
    (folder / "feeds.conf").write_text(block)
    path = folder / "nginx.conf"
    path.write_text(_NGINX.format(folder=folder, user=folder.owner()))
    return subprocess.Popen([program, "-c", str(path), "-e", f"{folder}/error.log"])  # noqa: S603 - nginx


def caddy(folder: Path, block: str) -> subprocess.Popen[bytes]:
    program = _program("caddy")
    path = folder / "Caddyfile"
    path.write_text(_CADDY.format(folder=folder) + block)
    command = [program, "run", "--adapter", "caddyfile", "--config", str(path)]
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    return subprocess.Popen(command, env=home, stderr=subprocess.DEVNULL)  # noqa: S603 - Caddy


SERVERS: dict[str, Callable[[Path, int], subprocess.Popen[bytes]]] = {
    "caddy": lambda folder, port: caddy(folder, _block("caddy", folder, port)),
    "feeder": ours,
    "nginx": lambda folder, port: nginx(folder, _block("nginx", folder, port)),
}


def _block(kind: str, folder: Path, port: int) -> str:
    return hosts.block(kind, hosts.Site(folder / "feeds", f"http://127.0.0.1:{port}/feeds/", (HUB,)))


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    return found or sys.exit(f"{name} is missing; on Debian: apt install {name}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port: int = sock.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit(f"nobody listens on {port}")


def _serve(folder: Path, port: int) -> None:
    def links(path: str) -> tuple[str, tuple[str, ...]]:
        return f"http://127.0.0.1:{port}/feeds/{path}", (HUB,)

    parts = Parts(folder / "feeds", links, lambda: Health(live=True, ready=True), "The Harbour Post")
    Server(build(parts), "127.0.0.1", port).start()
    Event().wait()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]))
