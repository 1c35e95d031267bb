"""An ASGI application -> a listening socket, served by uvicorn in a thread of its own."""

from __future__ import annotations

import asyncio
import errno
import logging
import math
import os
import socket
from collections import Counter
from contextlib import suppress
from functools import partial
from threading import Event, Thread
from typing import TYPE_CHECKING

import uvicorn

from feeder.errors import FeederError
from feeder.server.connection import Connection, Limits

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_LIMITS = Limits()
_DATE = 1.0  # seconds: no answer is dated longer ago
_LAST_WORDS = 2.0  # beyond the time for running answers
_log = logging.getLogger(__name__)
_WORDS = {errno.EADDRINUSE: "another program has this port", errno.EACCES: "this port needs more rights"}


class Server:
    """`start` returns when the port is ours and answers; `stop` lets running answers finish first."""

    def __init__(self, app: ASGIApp, host: str, port: int, limits: Limits = _LIMITS) -> None:
        self._config = partial(_config, app, limits)
        self._backlog = limits.connections
        self._host = host
        self._port = port
        self._running: tuple[_Uvicorn, Thread] | None = None
        self._address = (host, port)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port; the port is the real one once started."""
        return self._address

    def start(self) -> None:
        listener = _bound(self._host, self._port, self._backlog)
        self._address = (self._host, listener.getsockname()[1])
        server = _Uvicorn(self._config())
        thread = Thread(target=server.run_on, args=(listener,), name="http", daemon=True)
        thread.start()
        self._running = (server, thread)
        server.ready.wait()
        if not server.started:
            self.stop()
            raise FeederError(f"{self._host}:{self._port}: the server did not start; the log says why")

    def stop(self, timeout: float = 5.0) -> None:
        if self._running is None:
            return
        server, thread = self._running
        self._running = None
        server.config.timeout_graceful_shutdown = math.ceil(timeout)
        server.end()
        thread.join(timeout + _LAST_WORDS)
        if thread.is_alive():
            _log.warning("the server on %s:%d did not end in time; it ends with the program", *self._address)


def _bound(host: str, port: int, backlog: int) -> socket.socket:
    """A listening socket of our own: so a taken port is known before any thread runs."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address[:2], family=family, backlog=backlog)
    except OSError as error:
        reason = _WORDS.get(error.errno or 0) or os.strerror(error.errno or 0)
        raise FeederError(f"cannot listen on {host}:{port}: {reason}") from None
    # asyncio does it only where the protocol is named; without it each small answer waits 40 ms for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _config(app: ASGIApp, limits: Limits) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="auto",  # uvloop where there is one
        http=partial(Connection, limits, Counter(), getattr(app, "at_once", None)),  # type: ignore[arg-type]  # uvicorn only calls it
        ws="none",
        lifespan="off",
        log_config=None,  # through the program's own logging
        log_level="error",  # below it, each malformed request of a stranger would be a line
        access_log=False,
        server_header=False,
        forwarded_allow_ips="127.0.0.1,::1",
        backlog=limits.connections,
        timeout_keep_alive=limits.keep_alive,
    )


class _Uvicorn(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = Event()
        self._ending: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def end(self) -> None:
        """From any thread."""
        self.should_exit = True
        if self._ending is not None:
            loop, ending = self._ending
            with suppress(RuntimeError):  # it has ended by itself
                loop.call_soon_threadsafe(ending.set)

    async def main_loop(self) -> None:
        """The library's own looks ten times a second whether it is to end, which costs an idle house most."""
        ending = asyncio.Event()
        self._ending = asyncio.get_running_loop(), ending
        while not await self.on_tick(0):  # which sets the Date header
            with suppress(TimeoutError):
                await asyncio.wait_for(ending.wait(), _DATE)

    def run_on(self, listener: socket.socket) -> None:
        try:
            self.run([listener])
        finally:
            listener.close()
            self.ready.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)  # the loop closes what was aborted on its next turn
