"""Receivers on loopback that do as they are told and remember what they heard.

    with Receiver(answer(503), hang()) as receiver:     # the first request gets a 503, all others silence
        ...
    assert receiver.heard[0].headers["webhook-id"] == "msg_1"

A behaviour gets the connection after a request was read, and returns whether the connection is kept.
"""

from __future__ import annotations

import select
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable
    from types import TracebackType

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """One request as it came. Names of headers are in lower case; connections are counted from 1."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass(slots=True)
class Line:
    """The receiver's end of a connection. `closing` is set when the receiver goes."""

    sock: socket.socket
    number: int
    closing: threading.Event
    pending: bytearray = field(default_factory=bytearray)

    def say(self, data: bytes) -> None:
        self.sock.sendall(data)

    def request(self) -> Heard | None:
        """The next request; None when the other end has closed."""
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _version = first.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = self._exactly(int(headers.get("content-length", "0")))
        return None if body is None else Heard(method, target, headers, body, self.number)

    def _until(self, mark: bytes) -> bytes | None:
        while mark not in self.pending:
            if not self._more():
                return None
        found, _, rest = bytes(self.pending).partition(mark)
        self.pending[:] = rest
        return found

    def _exactly(self, count: int) -> bytes | None:
        while len(self.pending) < count:
            if not self._more():
                return None
        found = bytes(self.pending[:count])
        del self.pending[:count]
        return found

    def _more(self) -> bool:
        data = self.sock.recv(65536)
        self.pending += data
        return bool(data)


def head(status: int, headers: Iterable[tuple[str, str]] = (), phrase: str = "So") -> bytes:
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer(status: int = 204, body: bytes = b"", headers: Headers = ()) -> Callable[[Line], bool]:
    """A well-formed answer; the connection is kept."""
    length = () if status in {204, 304} else (("Content-Length", str(len(body))),)
    return exactly(head(status, (*headers, *length)) + body, keep=True)


def redirect(location: str, status: int = 302, body: bytes = b"") -> Callable[[Line], bool]:
    return answer(status, body, (("Location", location),))


def exactly(data: bytes, *, keep: bool = False) -> Callable[[Line], bool]:
    """These bytes, whatever they are."""

    def behave(line: Line) -> bool:
        line.say(data)
        return keep

    return behave


def hang(first: bytes = b"") -> Callable[[Line], bool]:
    """`first`, then silence."""

    def behave(line: Line) -> bool:
        line.say(first)
        line.closing.wait()
        return False

    return behave


def drip(first: bytes = b"", drop: bytes = b"x", every: float = 0.05) -> Callable[[Line], bool]:
    """`first`, then `drop` again and again."""

    def behave(line: Line) -> bool:
        line.say(first)
        while not line.closing.wait(every):
            line.say(drop)
        return False

    return behave


def flood(first: bytes = b"", chunk: bytes = b"x" * 65536, limit: int = 1 << 34) -> Callable[[Line], bool]:
    """`first`, then up to `limit` bytes as fast as they are taken."""

    def behave(line: Line) -> bool:
        line.say(first)
        for _ in range(limit // len(chunk)):
            if line.closing.is_set():
                break
            line.say(chunk)
        return False

    return behave


def reset(first: bytes = b"") -> Callable[[Line], bool]:
    """`first`, then the connection is torn down (RST)."""

    def behave(line: Line) -> bool:
        line.say(first)
        line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    return behave


def close() -> Callable[[Line], bool]:
    """Not a word, and the connection is closed."""
    return exactly(b"")


class Receiver:
    """Answers request after request by the script; its last behaviour is for all that follow.

    `heard` and `connections` are what came; `wait(n)` waits until n requests did.
    """

    def __init__(
        self, *script: Callable[[Line], bool], tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
    ) -> None:
        self._script = script or (answer(),)
        self._tls = tls
        self._socket = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port: int = self._socket.getsockname()[1]
        self.origin = f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{self.port}"
        self.heard: list[Heard] = []
        self.connections = 0
        self._closing = threading.Event()
        self._told = threading.Condition()
        self._lines: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept)]

    @property
    def url(self) -> str:
        return f"{self.origin}/hook"

    def wait(self, count: int, seconds: float = 10.0) -> None:
        with self._told:
            assert self._told.wait_for(lambda: len(self.heard) >= count, seconds), f"{len(self.heard)} of {count}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._socket.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self._threads[0].join()
        with self._told:
            for sock in self._lines:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()
        self._socket.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                sock, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(sock, self.connections))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        with suppress(OSError):  # the other end may hang up at any moment, also while we close
            self._note(sock)
            if self._tls is not None:
                sock = self._wrapped(sock)
            self._converse(Line(sock, number, self._closing))
        with self._told:
            self._lines.discard(sock)
            sock.close()

    def _note(self, sock: socket.socket) -> None:
        with self._told:
            self._lines.add(sock)
        if self._closing.is_set():
            with suppress(OSError):  # has the other end hung up, who reads from it sees that too, and closes it
                sock.shutdown(socket.SHUT_RDWR)

    def _wrapped(self, sock: socket.socket) -> socket.socket:
        assert self._tls is not None
        with self._told:
            self._lines.discard(sock)
        try:
            wrapped = self._tls.wrap_socket(sock, server_side=True)
        except OSError:
            sock.close()
            raise
        self._note(wrapped)
        return wrapped

    def _converse(self, line: Line) -> None:
        while (heard := line.request()) is not None:
            with self._told:
                self.heard.append(heard)
                turn = min(len(self.heard), len(self._script)) - 1
                self._told.notify_all()
            if not self._script[turn](line):
                return


def tunnel(port: int, say: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n") -> Callable[[Line], bool]:
    """What a proxy does that was told to CONNECT, wherever to: a way to `port` of loopback."""

    def behave(line: Line) -> bool:
        with socket.create_connection(("127.0.0.1", port)) as there:
            line.say(say)
            _relay(line.sock, there)
        return False

    return behave


def _relay(here: socket.socket, there: socket.socket) -> None:
    while True:
        ready, _, _ = select.select([here, there], [], [])
        for sock in ready:
            data = sock.recv(65536)
            if not data:
                return
            (there if sock is here else here).sendall(data)
