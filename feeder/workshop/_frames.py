"""Messages on a socket: eight bytes of length, then so many bytes."""

from __future__ import annotations

import struct
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

_LENGTH = struct.Struct("!Q")
LARGEST = 256 << 20


def send(channel: socket.socket, message: bytes) -> None:
    channel.sendall(_LENGTH.pack(len(message)))
    channel.sendall(message)


def receive(channel: socket.socket, until: float | None = None) -> bytes:
    """One message; `TimeoutError` after `until` (monotonic), `EOFError` when the other side is gone."""
    (length,) = _LENGTH.unpack(_exactly(channel, _LENGTH.size, until))
    if length > LARGEST:
        raise EOFError
    return _exactly(channel, length, until)


def _exactly(channel: socket.socket, size: int, until: float | None) -> bytes:
    parts, missing = [], size
    while missing:
        if until is not None:
            channel.settimeout(max(until - time.monotonic(), 0.001))
        part = channel.recv(min(missing, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
