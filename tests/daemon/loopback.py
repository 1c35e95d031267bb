"""A server on loopback for as long as a test needs one."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class Handler(BaseHTTPRequestHandler):
    """Silent, and at ease with a daemon that is killed while it talks."""

    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionResetError, BrokenPipeError):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Tests have no log."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 1024  # of five the kernel forgets the others, who wait for many seconds
    daemon_threads = True


class Loopback(ABC):
    """What answers is what `handler` makes; it may use the locks that `begin` makes."""

    def __enter__(self) -> Self:
        self.begin()
        self._server = _Server(("127.0.0.1", 0), self.handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def begin(self) -> None:  # noqa: B027 - most have nothing to do
        """Before the first request."""

    def end(self) -> None:  # noqa: B027 - the same
        """After the last."""

    @abstractmethod
    def handler(self) -> type[Handler]: ...
