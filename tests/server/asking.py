"""A plain client: one request on one connection, over a real socket."""

from __future__ import annotations

import http.client
import socket
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Address = tuple[str, int]
DEADLINE = 20.0


@dataclass(frozen=True)
class Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]

    def __getitem__(self, name: str) -> str:
        (value,) = self.all(name)
        return value


def ask(
    address: Address,
    path: str,
    headers: Mapping[str, str] | None = None,
    method: str = "GET",
    body: bytes | None = None,
) -> Reply:
    with closing(http.client.HTTPConnection(*address, timeout=DEADLINE)) as connection:
        connection.request(method, path, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        return Reply(answer.status, answer.getheaders(), answer.read())


def say(address: Address, raw: bytes) -> bytes:
    """Everything that comes back for `raw`, which asks for the connection to be closed."""
    with socket.create_connection(address, timeout=DEADLINE) as connection:
        with suppress(ConnectionError):  # cut off before all was sent
            connection.sendall(raw)
        return heard(connection)


def heard(connection: socket.socket) -> bytes:
    """What comes until the other side ends the connection."""
    found = bytearray()
    with suppress(ConnectionResetError):  # what came before counts
        while piece := connection.recv(65536):
            found += piece
    return bytes(found)
