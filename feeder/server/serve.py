"""An ASGI application -> a listening socket, served by uvicorn in a thread of its own."""

from __future__ import annotations

import asyncio
import errno
import logging
import math
import os
import socket
from functools import partial
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from feeder.errors import FeederError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_CONNECTIONS = 512  # more are dropped at once, so that the daemon keeps descriptors for its own files
_BUSY = 400  # from here on requests are answered with 503
_KEEP_ALIVE = 10
_LAST_WORDS = 2.0  # beyond the time for running answers
_HEADERS = 16 * 1024
_log = logging.getLogger(__name__)
_WORDS = {errno.EADDRINUSE: "another program has this port", errno.EACCES: "this port needs more rights"}


class Server:
    """`start` returns when the port is ours and answers; `stop` lets running answers finish first.

    `patience` is how many seconds a connection may stand still; see `_Connection`.
    """

    def __init__(self, app: ASGIApp, host: str, port: int, patience: float = 15.0) -> None:
        self._config = partial(_config, app, patience)
        self._host = host
        self._port = port
        self._running: tuple[_Uvicorn, Thread] | None = None
        self._address = (host, port)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port; the port is the real one once started."""
        return self._address

    def start(self) -> None:
        listener = _bound(self._host, self._port)
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
        server.should_exit = True
        thread.join(timeout + _LAST_WORDS)
        if thread.is_alive():
            _log.warning("the server on %s:%d did not end in time; it ends with the program", *self._address)


def _bound(host: str, port: int) -> socket.socket:
    """A listening socket of our own: so a taken port is known before any thread runs."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address[:2], family=family, backlog=_CONNECTIONS)
    except OSError as error:
        reason = _WORDS.get(error.errno or 0) or os.strerror(error.errno or 0)
        raise FeederError(f"cannot listen on {host}:{port}: {reason}") from None
    # asyncio does it only where the protocol is named; without it each small answer waits 40 ms for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _config(app: ASGIApp, patience: float) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",
        http=partial(_Connection, patience),  # type: ignore[arg-type]  # uvicorn only calls it
        ws="none",
        lifespan="off",
        log_config=None,  # through the program's own logging
        log_level="error",  # below it, each malformed request of a stranger would be a line
        access_log=False,
        server_header=False,
        forwarded_allow_ips="127.0.0.1,::1",
        limit_concurrency=_BUSY,
        backlog=_CONNECTIONS,
        timeout_keep_alive=_KEEP_ALIVE,
        h11_max_incomplete_event_size=_HEADERS,
    )


class _Uvicorn(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = Event()

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


class _Connection(H11Protocol):
    """Ends a connection that stands still.

    That is: for `patience` seconds nothing left the write buffer, or no request was under way and none began.
    How long a request may take is the business of what handles it.
    """

    def __init__(self, patience: float, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._patience = patience
        self._resumed = 0
        self._seen: object = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._watch = self.loop.call_later(self._patience, self._look)
        if len(self.connections) > _CONNECTIONS:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.cancel()
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        self._resumed += 1
        super().resume_writing()

    def _look(self) -> None:
        # None before the first request, whatever uvicorn's annotation says.
        waiting = self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]
        unsent = self.transport.get_write_buffer_size()
        seen = (self.cycle, waiting, self._resumed, unsent)
        if seen == self._seen and (waiting or unsent):
            self.transport.abort()
            return
        self._seen = seen
        self._watch = self.loop.call_later(self._patience, self._look)
