"""A connection of the server, and what it lets nobody do: long heads, slow steps, many connections.

An application may have `at_once(path, headers)`: what opens the answer to a plain GET (status line and headers,
without Date and the empty line) and its body, or None when that takes longer. No task and no messages are spent on
such an answer: a feed packed as gzip costs two thirds of what it does otherwise.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send

    AtOnce = Callable[[str, list[tuple[bytes, bytes]]], tuple[bytes, bytes] | None]
    Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Headers of requests that have a body, or wait to be told that they may send it.
_MORE = frozenset({b"content-length", b"expect", b"transfer-encoding"})
_PLAIN = re.compile(rb"/[A-Za-z0-9._~/?&=-]*")
_MEBIBYTE = 1024 * 1024
_REASONS = {
    400: "This is not a request in HTTP",
    431: "The headers are too long or too many",
}
_NETWORK = 64  # bits that one customer of a provider has for himself in IPv6


@dataclass(frozen=True, slots=True)
class Limits:
    """`patience` and `keep_alive` are in seconds, `head` and `message` in bytes, `rate` in bytes a second.

    At most `connections` in all, of which those after `busy` are told to come later; at most `each` from one
    address that is a `stranger`'s: behind a proxy, everybody comes from the proxy's.
    """

    patience: float = 15.0
    keep_alive: int = 10
    rate: int = 500
    head: int = 16 * 1024
    headers: int = 100
    message: int = 8 * _MEBIBYTE
    pipelined: int = 100
    connections: int = 512  # more are dropped at once, so that the daemon keeps descriptors for its own files
    busy: int = 400
    each: int = 64
    stranger: Callable[[Address], bool] = lambda address: address.is_global


class Connection(HttpToolsProtocol):
    """Ends a connection that stands still, goes on too slowly or asks for too much.

    Still is: for `patience` seconds no request was under way and none began, however many bytes of it came; or
    less than `rate` was taken of an answer. How long a request may take is the business of what handles it.
    """

    def __init__(
        self, limits: Limits, peers: Counter[str], at_once: AtOnce | None, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._limits, self._peers, self._peer = limits, peers, ""
        self._ready, self._answered = at_once, False
        self._steps = 0  # answers that were given at once, and times that a full buffer became empty
        self._seen: tuple[object, bool, int, int] | None = None
        self._in_head = False
        self._came = self._chunk = 0  # bytes of this message, about; bytes that came at once
        self._refusal = 400

    # ------------------------------------------------------------ as a whole

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._watch = self.loop.call_later(self._limits.patience, self._look)
        self._peer = self._counted()
        self._peers[self._peer] += 1
        crowded = self._peer and self._peers[self._peer] > self._limits.each
        if crowded or len(self.connections) > self._limits.connections:
            transport.abort()
        elif len(self.connections) > self._limits.busy:
            self.app, self._ready = _busy, None

    def _counted(self) -> str:
        """The name under which this connection is counted; none for our own network's."""
        try:
            address = ipaddress.ip_address(self.client[0] if self.client else "")
        except ValueError:
            return ""
        address = getattr(address, "ipv4_mapped", None) or address
        if not self._limits.stranger(address):
            return ""
        bits = 32 if address.version == 4 else _NETWORK
        return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.cancel()
        self._peers[self._peer] -= 1
        if self._peers[self._peer] <= 0:
            del self._peers[self._peer]
        super().connection_lost(exc)

    @property
    def _running(self) -> bool:
        """Whether an answer is under way; there is none before the first request, whatever uvicorn's types say."""
        return self.cycle is not None and not self.cycle.response_complete  # type: ignore[redundant-expr]

    # ------------------------------------------------------------ pace

    def resume_writing(self) -> None:
        self._steps += 1
        super().resume_writing()

    def _look(self) -> None:
        waiting = not self._running
        unsent = self.transport.get_write_buffer_size()
        now = (self.cycle, waiting, self._steps, unsent)
        if self._seen is not None and self._stuck(self._seen, now):
            self.transport.abort()
            return
        self._seen = now
        self._watch = self.loop.call_later(self._limits.patience, self._look)

    def _stuck(self, before: tuple[object, bool, int, int], now: tuple[object, bool, int, int]) -> bool:
        if before[:3] != now[:3]:  # a request or the greater part of a buffer further
            return False
        unsent_then, unsent = before[3], now[3]
        if unsent and unsent_then:
            return unsent_then - unsent < self._limits.rate * self._limits.patience
        return now[1] and unsent == unsent_then

    # ------------------------------------------------------------ heads

    def data_received(self, data: bytes) -> None:
        self._chunk = len(data)
        self._came += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        # Headers also come behind a body in chunks.
        many = len(self.headers or ()) > self._limits.headers
        if many or (self._in_head and self._came > self._limits.head):
            self._refusal = 431
            self.send_400_response("")
        elif self._came > self._limits.message:
            self.transport.abort()

    def on_message_begin(self) -> None:
        self._in_head, self._came = True, self._chunk
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        names = [name for name, _ in self.headers]
        self._check(names)
        self._answered = self._at_once(names)
        if not self._answered:
            self._unset_keepalive_if_required()  # which runs since the answer before, if that was given at once
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        if not self._answered:
            super().on_message_complete()

    def _at_once(self, names: list[bytes]) -> bool:
        """Whether there was nothing to wait for, neither here nor behind answers that are under way."""
        if self._ready is None or self._running or self.flow.write_paused or not self._plain(names):
            return False
        found = self._ready(self.url.partition(b"?")[0].decode("ascii"), self.headers)
        if found is None:
            return False
        dates = [b"%b: %b\r\n" % field for field in self.server_state.default_headers]
        head = b"".join((found[0], *dates, b"\r\n"))
        if found[1]:
            self.transport.writelines((head, found[1]))
        else:
            self.transport.write(head)
        self._steps += 1
        self.on_response_complete()
        return True

    def _plain(self, names: list[bytes]) -> bool:
        """A GET without a body that leaves the connection open; everything else is for uvicorn."""
        parser = self.parser
        if parser.get_method() != b"GET" or parser.get_http_version() != "1.1" or parser.should_upgrade():
            return False
        return parser.should_keep_alive() and _MORE.isdisjoint(names) and _PLAIN.fullmatch(self.url) is not None

    def _check(self, names: list[bytes]) -> None:
        """Raises, and httptools makes a refusal of it."""
        if len(names) > self._limits.headers or (self._came > self._limits.head and self._long()):
            self._refusal = 431
            raise ValueError(_REASONS[431])
        hosts = names.count(b"host")
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() == "1.1"):  # RFC 9112, section 3.2
            raise ValueError("one Host is needed")
        if len(self.pipeline) >= self._limits.pipelined:
            raise ValueError("too many requests at once")

    def _long(self) -> bool:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > self._limits.head

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's words are not ours
        body = _REASONS[self._refusal].encode() + b"\n"
        if not self._running:  # it would be taken for the answer to the request before
            self.transport.write(
                STATUS_LINE[self._refusal]
                + b"content-type: text/plain; charset=utf-8\r\nx-content-type-options: nosniff\r\n"
                + b"connection: close\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
            )
        self.transport.close()


async def _busy(_scope: Scope, _receive: Receive, send: Send) -> None:
    body = b"There are too many readers at the moment\n"
    fields = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"retry-after", b"10"),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": fields})
    await send({"type": "http.response.body", "body": body})
