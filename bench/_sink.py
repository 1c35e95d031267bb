"""A sink that is not the bottleneck: an nginx of our own on loopback, which answers 204 to everything."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTS = [f"127.0.0.{number}" for number in range(1, 9)]
_NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  keepalive_requests 1000000000;
  server {{ {listen} location / {{ return 204; }} }}
}}
"""


@contextmanager
def sink() -> Iterator[int]:
    """Its port, the same on all `HOSTS`."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        sys.exit("nginx is missing; on Debian: apt install nginx-light")
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        listen = " ".join(f"listen {host}:{port};" for host in HOSTS)
        path = Path(folder) / "nginx.conf"
        path.write_text(_NGINX.format(folder=folder, listen=listen))
        Path(folder).chmod(0o755)  # its workers are another user
        process = subprocess.Popen([program, "-c", str(path), "-e", f"{folder}/error.log"])  # noqa: S603 - nginx
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()
            process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port: int = sock.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection((HOSTS[-1], port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit("nginx does not start")
