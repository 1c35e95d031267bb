"""The interfaces of requests, urllib3 and ssl that feeder.net leans on: an upgrade that changes one fails here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from feeder.net._deadline import Socket, TLSSocket, exchange
from feeder.net._dial import Dialler, system_lookup
from feeder.net._transport import Adapter
from tests.net.certificates import certificate, server
from tests.net.conftest import LOOPBACK
from tests.net.receivers import Receiver, hang, head

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def adapter() -> Iterator[Adapter]:
    made = Adapter(Dialler(LOOPBACK, system_lookup, 1.0), None)
    yield made
    made.close()


def prepared(url: str) -> requests.PreparedRequest:
    return requests.Request("POST", url, data=b"{}").prepare()


def abandon(response: Any) -> None:
    response.raw.close()
    response.raw.release_conn()


def test_read1_hands_over_what_has_come_without_waiting_or_decoding(adapter: Adapter) -> None:
    part = head(200, [("Content-Encoding", "gzip"), ("Content-Length", "9999")]) + b"\x1f\x8bpart"
    with Receiver(hang(part)) as receiver, exchange(2.0):
        response = adapter.send(prepared(receiver.url), stream=True)
        assert response.raw.read1(9999, decode_content=False) == b"\x1f\x8bpart"
        abandon(response)


def test_the_pools_make_our_sockets(adapter: Adapter, tmp_path: Path) -> None:
    pem = certificate(tmp_path, "own")
    over_tls = Adapter(Dialler(LOOPBACK, system_lookup, 1.0), str(pem))
    for door, context, kind in ((adapter, None, Socket), (over_tls, server(pem), TLSSocket)):
        with Receiver(hang(head(200, [("Content-Length", "9")])), tls=context) as receiver, exchange(2.0):
            response = door.send(prepared(receiver.url), stream=True)
            conn: Any = response.raw.connection
            assert type(conn.sock) is kind
            abandon(response)
    over_tls.close()


def test_a_socket_outside_an_exchange_refuses_to_work(adapter: Adapter) -> None:
    with Receiver() as receiver, pytest.raises(RuntimeError, match="no deadline"):
        adapter.send(prepared(receiver.url), stream=True)
    assert receiver.connections == 0


def test_each_operation_asks_for_the_time_that_is_left() -> None:
    with Receiver() as receiver, Socket() as sock:
        for use in (
            lambda: sock.connect(("127.0.0.1", receiver.port)),
            lambda: sock.send(b"x"),
            lambda: sock.sendall(b"x"),
            lambda: sock.recv(1),
            lambda: sock.recv_into(bytearray(1)),
        ):
            with pytest.raises(RuntimeError):
                use()
            with exchange(-1.0), pytest.raises(TimeoutError):
                use()
