"""The exchange that a thread is in, and sockets that cannot outlive it.

The timeouts of `requests` bound single reads: a receiver that sends a byte now and then holds a thread for ever.
Here every operation of a socket first asks the exchange of its thread how much time is left of the whole, and
notes what it is doing. A socket that is used outside an exchange refuses to work.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from feeder.model.delivery import Phase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import ReadableBuffer, WriteableBuffer
    from typing_extensions import Buffer


@dataclass(slots=True)
class Exchange:
    """One request and its answer: when it began, when it must be over (monotonic), and how far it has come.

    `dialled` says that a connection was made for it, `heard` that a byte of the answer came; `fresh` asks for
    a new connection whatever the pool has.
    """

    began: float
    end: float
    phase: Phase = Phase.GUARD
    address: str | None = None
    dialled: bool = False
    heard: bool = False
    fresh: bool = False

    @property
    def took(self) -> float:
        return monotonic() - self.began

    @property
    def over(self) -> bool:
        return monotonic() >= self.end

    def left(self) -> float:
        """Seconds that remain; TimeoutError when there are none."""
        seconds = self.end - monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """A part of the exchange that has a shorter end of its own."""
        whole = self.end
        self.end = min(whole, monotonic() + seconds)
        try:
            yield
        finally:
            self.end = whole


class _Thread(threading.local):
    exchange: Exchange | None = None


_thread = _Thread()


@contextmanager
def exchange(total: float) -> Iterator[Exchange]:
    """An exchange of this thread, which takes at most `total` seconds."""
    now = monotonic()
    _thread.exchange = Exchange(now, now + total)
    try:
        yield _thread.exchange
    finally:
        _thread.exchange = None


def current() -> Exchange:
    if _thread.exchange is None:
        raise RuntimeError("a socket of feeder.net is used outside an exchange: it would have no deadline")
    return _thread.exchange


def _sending(sock: socket.socket, phase: Phase = Phase.SEND) -> None:
    now = current()
    now.phase = phase
    sock.settimeout(now.left())


def _receiving(sock: socket.socket) -> None:
    now = current()
    if now.phase is not Phase.BODY:
        now.phase = Phase.HEAD
    sock.settimeout(now.left())


class Socket(socket.socket):
    """TCP under the deadline of the thread's exchange."""

    def connect(self, address: Any, /) -> None:
        _sending(self, Phase.CONNECT)
        super().connect(address)

    def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
        _sending(self)
        return super().send(data, flags)

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        _sending(self)  # the timeout of sendall() bounds the whole of it
        super().sendall(data, flags)

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        _receiving(self)
        return super().recv(size, flags)

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        _receiving(self)
        count = super().recv_into(buffer, nbytes, flags)
        current().heard = count > 0 or current().heard
        return count


class PlainSocket(Socket):
    """TCP without TLS: never blocking, what has to wait waits in `poll`.

    A settimeout() is a call of the system and gives the interpreter's lock away: dear beside many threads.
    """

    def connect(self, address: Any, /) -> None:
        super().connect(address)
        self.setblocking(False)
        self._coming = select.poll()
        self._coming.register(self, select.POLLIN)

    @property
    def quiet(self) -> bool:
        """Whether the other end has neither said anything nor gone."""
        return not self._coming.poll(0)

    def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
        now = current()
        now.phase = Phase.SEND
        while True:
            left = now.left()
            try:
                return socket.socket.send(self, data, flags)
            except BlockingIOError:
                _wait(_leaving(self), left)

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self.send(rest, flags) :]

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        buffer = bytearray(size)
        return bytes(buffer[: self.recv_into(buffer, size, flags)])

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        now = current()
        if now.phase is not Phase.BODY:
            now.phase = Phase.HEAD
        while True:
            _wait(self._coming, now.left())
            try:
                count = socket.socket.recv_into(self, buffer, nbytes, flags)
            except BlockingIOError:
                continue
            now.heard = count > 0 or now.heard
            return count


def _leaving(sock: socket.socket) -> select.poll:
    poll = select.poll()
    poll.register(sock, select.POLLOUT)
    return poll


def _wait(poll: select.poll, seconds: float) -> None:
    if not poll.poll(seconds * 1000):
        raise TimeoutError


class TLSSocket(ssl.SSLSocket):
    """TLS under the deadline of the thread's exchange: all receiving ends in `read`, all sending in `send`."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature of ssl
        _sending(self, Phase.TLS)  # the timeout bounds the handshake as a whole
        super().do_handshake(block)

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        _sending(self)
        return super().send(data, flags)

    def read(self, len: int | None = 1024, buffer: Buffer | None = None) -> Any:  # noqa: A002 - the signature of ssl
        _receiving(self)
        data: int | bytes = super().read(1024 if len is None else len, buffer)
        current().heard = bool(data) or current().heard
        return data
