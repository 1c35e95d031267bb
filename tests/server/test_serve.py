from __future__ import annotations

import logging
import re
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from feeder.errors import FeederError
from feeder.server import Server, build
from feeder.server.connection import Limits
from tests.server.asking import DEADLINE, ask, heard, say
from tests.server.conftest import running

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from feeder.server.parts import Health
    from tests.server.conftest import Site

GET = b"GET /feeds/all.atom HTTP/1.1\r\nHost: x\r\n\r\n"
PATIENCE = 0.2


def test_a_taken_port_is_told_at_once_with_its_address(site: Site) -> None:
    taken = Server(build(site.parts()), *site.address)
    with pytest.raises(FeederError, match=rf"127\.0\.0\.1:{site.address[1]}: another program"):
        taken.start()
    taken.stop()


def test_an_address_that_is_not_ours_is_told_too(site: Site) -> None:
    with pytest.raises(FeederError, match=re.escape("cannot listen on 192.0.2.1:0: ")):
        Server(build(site.parts()), "192.0.2.1", 0).start()
    with pytest.raises(FeederError, match=re.escape("cannot listen on nowhere.invalid:0: ")):
        Server(build(site.parts()), "nowhere.invalid", 0).start()


def serving() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "http"]


def test_it_stops_is_started_again_and_leaves_no_thread(site: Site) -> None:
    before = serving()
    server = Server(build(site.parts()), "127.0.0.1", 0)
    for _ in range(2):
        server.start()
        assert ask(server.address, "/health/live").status == 200
        server.stop()
        server.stop()
        with pytest.raises(ConnectionRefusedError):
            ask(server.address, "/health/live")
    assert serving() == before


def test_it_stops_at_once_though_it_looks_only_now_and_then(site: Site) -> None:
    server = Server(build(site.parts()), "127.0.0.1", 0)
    took = []
    for _ in range(3):
        server.start()
        began = time.monotonic()
        server.stop()
        took.append(time.monotonic() - began)
    assert min(took) < 0.4  # a machine may be busy, but not each time


def test_it_serves_ipv6(site: Site) -> None:
    server = Server(build(site.parts()), "::1", 0)
    try:
        server.start()
    except FeederError as error:
        pytest.skip(f"no IPv6 here: {error}")
    assert ask(server.address, "/health/live").status == 200
    server.stop()


def test_an_answer_that_is_under_way_is_finished_before_the_stop(site: Site) -> None:
    asked, go = threading.Event(), threading.Event()

    def health() -> Health:
        asked.set()
        go.wait(DEADLINE)
        return site.health

    server = Server(build(site.parts(health=health)), "127.0.0.1", 0)
    server.start()
    with socket.create_connection(server.address, timeout=DEADLINE) as client:
        client.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert asked.wait(DEADLINE)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        go.set()
        assert heard(client).startswith(b"HTTP/1.1 200 ")
    stopping.join(DEADLINE)
    assert not stopping.is_alive()


def test_a_client_that_never_reads_does_not_hold_up_the_stop(site: Site) -> None:
    site.write("all.atom", b"x" * 4 * 1024 * 1024)
    server = Server(build(site.parts()), "127.0.0.1", 0)
    server.start()
    with socket.create_connection(server.address) as lazy:
        lazy.sendall(GET)
        assert lazy.recv(1)
        server.stop(timeout=0.1)
    with pytest.raises(ConnectionRefusedError):
        ask(server.address, "/")


def test_slow_clients_do_not_stop_others(site: Site) -> None:
    site.write("all.atom", b"x" * 1_000_000)
    slow = []
    for start in (
        b"",
        b"GET /fee",
        GET,
        b"POST /listen/partner HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
    ):
        for _ in range(20):
            slow.append(socket.create_connection(site.address, timeout=DEADLINE))
            slow[-1].sendall(start)
    assert len(ask(site.address, "/feeds/all.atom").body) == 1_000_000
    assert ask(site.address, "/health/ready").status == 200
    for connection in slow:
        connection.close()


@pytest.mark.parametrize("start", [b"", b"GET /feeds/all.atom HTTP/1.1\r\nHost:", GET, GET + b"GET /fee"])
def test_a_connection_that_stands_still_is_ended(site: Site, start: bytes) -> None:
    site.write("all.atom", b"x")
    with (
        running(build(site.parts()), limits=Limits(patience=PATIENCE)) as address,
        socket.create_connection(address, timeout=DEADLINE) as still,
    ):
        still.sendall(start)
        assert heard(still).startswith(b"HTTP/1.1 200 " if start.startswith(GET) else b"")


@pytest.mark.parametrize("size", [4 * 1024 * 1024, 9 * 1024 * 1024], ids=["small", "large"])
def test_a_client_that_stops_reading_is_cut_off(site: Site, size: int) -> None:
    site.write("all.atom", b"x" * size)
    gone = threading.Event()
    app = build(site.parts())

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)
        gone.set()

    with running(watched, limits=Limits(patience=PATIENCE)) as address, socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lazy.settimeout(DEADLINE)
        lazy.connect(address)
        lazy.sendall(GET)
        assert gone.wait(DEADLINE)
        with socket.create_connection(address, timeout=DEADLINE) as other:  # outlives the lazy one's patience
            assert heard(other) == b""
        assert len(heard(lazy)) < size


def test_a_request_that_takes_its_time_is_not_cut_off(site: Site) -> None:
    patience = threading.Event()
    parts = site.parts(health=lambda: (patience.wait(PATIENCE * 6), site.health)[-1])
    with running(build(parts), limits=Limits(patience=PATIENCE)) as address:
        assert ask(address, "/health/live").status == 200


def test_headers_without_end_are_refused(site: Site) -> None:
    answer = say(site.address, b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Long: x\r\n" * 200_000)
    assert answer.startswith(b"HTTP/1.1 431 ") or not answer
    assert ask(site.address, "/health/live").status == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /listen/x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /listen/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
        b"\0" * 1000,
    ],
)
def test_what_is_not_http_harms_nobody_and_fills_no_log(
    site: Site, raw: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), socket.create_connection(site.address, timeout=DEADLINE) as client:
        client.sendall(raw)
        client.shutdown(socket.SHUT_WR)
        client.recv(100)
        assert ask(site.address, "/health/live").status == 200
    assert not caplog.records


def test_a_failure_within_is_a_plain_500_and_a_line_in_the_log(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("the store is gone")

    with running(build(site.parts(health=broken))) as address:
        reply = ask(address, "/health/live")
    assert (reply.status, reply["x-content-type-options"]) == (500, "nosniff")
    assert b"store" not in reply.body
    assert "Exception in ASGI application" in caplog.text
