"""The interfaces of urllib3, http.client and ssl that feeder.net leans on: an upgrade that changes one fails."""

from __future__ import annotations

import http.client
import io
import socket
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.exceptions import ClosedPoolError

from feeder.net._deadline import PlainSocket, Socket, TLSSocket, exchange
from feeder.net._dial import Dialler, system_lookup
from feeder.net._heads import Response, fields
from feeder.net._transport import Adapter, Reply
from feeder.net._ways import tls_context
from tests.net.certificates import certificate, server
from tests.net.conftest import LOOPBACK
from tests.net.receivers import Receiver, answer, hang, head

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def adapter() -> Iterator[Adapter]:
    made = Adapter(Dialler(LOOPBACK, system_lookup, 1.0), tls_context(None))
    yield made
    made.close()


def post(adapter: Adapter, url: str) -> Reply:
    return adapter.dispatch(adapter.prepared("POST", url, {}, b"{}"))


def test_read1_hands_over_what_has_come_without_waiting_or_decoding(adapter: Adapter) -> None:
    part = head(200, [("Content-Encoding", "gzip"), ("Content-Length", "9999")]) + b"\x1f\x8bpart"
    with Receiver(hang(part)) as receiver, exchange(2.0):
        response = post(adapter, receiver.url)
        assert response.read1(9999) == b"\x1f\x8bpart"
        response.drop()


def test_the_pools_make_our_sockets(adapter: Adapter, tmp_path: Path) -> None:
    pem = certificate(tmp_path, "own")
    over_tls = Adapter(Dialler(LOOPBACK, system_lookup, 1.0), tls_context(str(pem)))
    for door, context, kind in ((adapter, None, PlainSocket), (over_tls, server(pem), TLSSocket)):
        with Receiver(hang(head(200, [("Content-Length", "9")])), tls=context) as receiver, exchange(2.0):
            response = post(door, receiver.url)
            assert type(response._conn.sock) is kind
            response.drop()
    over_tls.close()


def test_a_socket_outside_an_exchange_refuses_to_work(adapter: Adapter) -> None:
    with Receiver() as receiver, pytest.raises(RuntimeError, match="no deadline"):
        post(adapter, receiver.url)
    assert receiver.connections == 0


@pytest.mark.parametrize("kind", [Socket, PlainSocket])
def test_each_operation_asks_for_the_time_that_is_left(kind: type[Socket]) -> None:
    with Receiver() as receiver, kind() as sock:
        with exchange(5.0):
            sock.connect(("127.0.0.1", receiver.port))
        for use in (
            lambda: sock.send(b"x"),
            lambda: sock.sendall(b"x"),
            lambda: sock.recv(1),
            lambda: sock.recv_into(bytearray(1)),
        ):
            with pytest.raises(RuntimeError):
                use()
            with exchange(-1.0), pytest.raises(TimeoutError):
                use()


def test_connecting_asks_for_the_time_that_is_left() -> None:
    with Receiver() as receiver, Socket() as sock:
        with pytest.raises(RuntimeError):
            sock.connect(("127.0.0.1", receiver.port))
        with exchange(-1.0), pytest.raises(TimeoutError):
            sock.connect(("127.0.0.1", receiver.port))


def test_a_plain_socket_that_nobody_reads_from_or_writes_to_ends_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf, PlainSocket() as sock:
        with exchange(5.0):
            sock.connect(deaf.getsockname())
        for use in (lambda: sock.sendall(bytes(64 * 2**20)), lambda: sock.recv(1)):
            with exchange(0.2) as now, pytest.raises(TimeoutError):
                use()
            assert 0.2 <= now.took < 2.0


def test_a_body_larger_than_the_buffers_of_the_system_arrives_whole(adapter: Adapter) -> None:
    body = bytes(range(256)) * 2**16  # 16 MiB
    with Receiver() as receiver, exchange(20.0):
        prepared = adapter.prepared("POST", receiver.url, {}, body)
        adapter.dispatch(prepared).drop()
    assert receiver.heard[0].body == body


def test_head_and_body_leave_in_one_piece(adapter: Adapter) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, exchange(2.0):
        prepared = adapter.prepared("POST", f"http://127.0.0.1:{listener.getsockname()[1]}/", {}, b"{}")
        ours: Any = adapter._pool(prepared.target)._get_conn()
        ours.connect()
        ours.request("POST", "/", prepared.body, prepared.headers)
        theirs, _ = listener.accept()
        with theirs:
            assert theirs.recv(65536).endswith(b"\r\n\r\n{}")
        ours.close()


def test_a_pool_keeps_what_urllib3_asks_of_its_queue(adapter: Adapter) -> None:
    with Receiver() as receiver, exchange(2.0):
        response = post(adapter, receiver.url)
        pool: Any = adapter._pool(adapter.prepared("GET", receiver.url, {}, b"").target)
        assert list(pool.pool.queue) == [None] * (pool.pool.qsize())
        response.drop()
        assert pool.pool.qsize() == 16
        adapter.close()
        with pytest.raises(ClosedPoolError):
            pool._get_conn()


def test_an_answer_without_a_body_leaves_nothing_to_read(adapter: Adapter) -> None:
    with Receiver(answer(204), answer(200, b""), answer(304)) as receiver, exchange(2.0):
        for _ in range(3):
            response = post(adapter, receiver.url)
            assert response.empty
            response.keep()
    assert receiver.connections == 1


NAMES = st.sampled_from(
    ["A", "x-b", "Content-Length", "Transfer-Encoding", "Connection", "Set-Cookie", "No Token", ""]
)
VALUES = st.sampled_from(
    ["", "1", "0", "-1", "5, 5", "chunked", "Chunked", "close", "keep-alive", " a b ", "é", "\t"]
)
ODD = st.sampled_from([b"no colon\r\n", b" folded\r\n", b"\tfolded\r\n", b"From x\r\n", b"A: b\n", b"A:\rb\r\n"])
LINE = st.builds(
    lambda n, sep, v: f"{n}{sep}{v}\r\n".encode("latin-1"), NAMES, st.sampled_from([":", ": "]), VALUES
)


@given(st.lists(LINE | ODD | st.binary(max_size=8).map(lambda it: it.replace(b"\n", b"") + b"\r\n"), max_size=6))
def test_fields_are_read_as_http_client_reads_them(lines: list[bytes]) -> None:
    lines = [line for line in lines if line not in {b"\r\n", b"\n"}]
    theirs = http.client.parse_headers(io.BytesIO(b"".join([*lines, b"\r\n"])))
    assert list(fields([*lines, b"\r\n"]).raw_items()) == theirs.items()


@given(
    st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/0.9", "HTTP/1.5"]),
    st.sampled_from(["200 OK", "204 No Content", "304", "404 ", "999 Own"]),
    st.sampled_from(["GET", "HEAD", "POST"]),
    st.lists(LINE, max_size=5),
)
def test_an_answer_is_framed_as_http_client_frames_it(
    version: str, status: str, method: str, lines: list[bytes]
) -> None:
    data = f"{version} {status}\r\n".encode() + b"".join(lines) + b"\r\n0\r\n\r\n"
    theirs, ours = (kind(_Said(data), method=method) for kind in (http.client.HTTPResponse, Response))  # type: ignore[arg-type] # a socket that has said all
    theirs.begin()
    ours.begin()
    for name in ("version", "status", "reason", "length", "chunked", "will_close"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert list(ours.msg.raw_items()) == theirs.msg.items()


class _Said:
    """As much of a socket as http.client asks of it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(io.BytesIO(self._data))
