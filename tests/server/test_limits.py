"""Attacks with raw sockets: what they reach, and that others notice nothing of it."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import ExitStack, closing, suppress
from typing import TYPE_CHECKING, cast

import pytest

from feeder.server import build
from feeder.server.connection import Limits
from tests.daemon.harness import until
from tests.server.asking import DEADLINE, Address, ask, heard, say
from tests.server.conftest import running

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from feeder.server.feeds import Feeds
    from tests.server.conftest import Site

GET = b"GET /feeds/all.atom HTTP/1.1\r\nHost: x\r\n\r\n"
SHORT = Limits(patience=0.3)


def connected(stack: ExitStack, address: Address, source: str = "127.0.0.1") -> socket.socket:
    made = socket.create_connection(address, timeout=DEADLINE, source_address=(source, 0))
    return stack.enter_context(closing(made))


def drip(connection: socket.socket, piece: bytes) -> float:
    """Sends a piece each 20 ms until it is cut off; how many seconds that took."""
    began = time.monotonic()
    connection.settimeout(0.02)
    while time.monotonic() < began + DEADLINE:
        with suppress(TimeoutError):
            try:
                connection.sendall(piece)
                if not connection.recv(1000):
                    break
            except ConnectionError:
                break
    return time.monotonic() - began


@pytest.mark.parametrize(
    "start", [b"", b"GET /feeds/all.atom HTTP/1.1\r\nHost: x\r\nX-Long: "], ids=["line", "header"]
)
def test_a_head_that_comes_byte_by_byte_is_cut_off(site: Site, start: bytes) -> None:
    with running(build(site.parts()), limits=SHORT) as address, ExitStack() as stack:
        slow = connected(stack, address)
        slow.sendall(start)
        assert drip(slow, b"x") < 5
        assert ask(address, "/health/live").status == 200


def test_a_body_that_nobody_reads_does_not_keep_its_connection(site: Site) -> None:
    site.write("all.atom", b"x")
    with running(build(site.parts()), limits=SHORT) as address, ExitStack() as stack:
        slow = connected(stack, address)
        slow.sendall(b"GET /feeds/all.atom HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
        assert drip(slow, b"x") < 5


def taking(connection: socket.socket, address: Address, path: str) -> None:
    """Asks, with a small buffer, and has not read anything yet."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    connection.settimeout(DEADLINE)
    connection.connect(address)
    connection.sendall(GET.replace(b"/feeds/all.atom", path.encode()))


@pytest.mark.parametrize("size", [7 * 1024 * 1024, 9 * 1024 * 1024], ids=["from memory", "from the file"])
def test_an_answer_that_is_read_byte_by_byte_is_cut_off(site: Site, size: int) -> None:
    site.write("talk.mp3", b"x" * size)
    limits = Limits(patience=0.3, connections=1)  # so that another is answered only when the first has ended
    with running(build(site.parts()), limits=limits) as address, socket.socket() as slow:
        taking(slow, address, "/feeds/talk.mp3")
        assert slow.recv(1) == b"H"
        assert not _answered(address)
        until(lambda: slow.recv(1) and _answered(address), 5)


def test_an_answer_that_is_read_too_slowly_is_cut_off_though_it_goes_on(site: Site) -> None:
    site.write("talk.mp3", b"x" * 7 * 1024 * 1024)
    limits = Limits(patience=0.3, rate=50_000_000)
    with running(build(site.parts()), limits=limits) as address, socket.socket() as slow:
        taking(slow, address, "/feeds/talk.mp3")
        got = 0
        with suppress(ConnectionError):
            while piece := slow.recv(50_000):
                got += len(piece)
                time.sleep(0.01)
        assert 0 < got < 7 * 1024 * 1024


def test_an_answer_that_is_read_slowly_but_steadily_is_not_cut_off(site: Site) -> None:
    site.write("talk.mp3", b"x" * 3_000_000)
    with running(build(site.parts()), limits=SHORT) as address, socket.socket() as slow:
        taking(slow, address, "/feeds/talk.mp3")
        got = 0
        while got < 3_000_000 and (piece := slow.recv(50_000)):
            got += len(piece)
            time.sleep(0.01)
        assert got > 3_000_000


def test_who_asks_and_asks_and_reads_nothing_is_cut_off(site: Site) -> None:
    site.write("all.atom", b"x" * 500_000)
    ask(site.address, "/feeds/all.atom")
    with running(build(site.parts()), limits=SHORT) as address, ExitStack() as stack:
        greedy = connected(stack, address)
        with suppress(ConnectionError, TimeoutError):
            for _ in range(100_000):
                greedy.sendall(GET * 10)
        assert ask(address, "/feeds/all.atom").status == 200


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"X: " + b"x" * 16_000, b"200"),
        (b"X: " + b"x" * 17_000, b"431"),
        (b"X: " + b"x" * 5_000_000, b"431"),
        (b"\r\n".join(b"X%d: x" % number for number in range(98)), b"200"),
        (b"\r\n".join(b"X%d: x" % number for number in range(120)), b"431"),
        (b"\r\n".join(b"X: x" for _ in range(100_000)), b"431"),
        (b"Host: y", b"400"),
        (b"X : x", b"400"),
        (b"X\x00: x", b"400"),
        (b"Content-Length: 1\r\nTransfer-Encoding: chunked", b"400"),
    ],
)
def test_heads_are_bounded_and_right(site: Site, head: bytes, status: bytes) -> None:
    site.write("all.atom")
    raw = b"GET /feeds/all.atom HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + head + b"\r\n\r\n"
    answer = say(site.address, raw)
    assert answer.startswith(b"HTTP/1.1 " + status) or (not answer and len(raw) > 100_000)
    if answer and status != b"200":
        assert b"x-content-type-options: nosniff" in answer


def test_a_target_without_end_is_refused(site: Site) -> None:
    answer = say(site.address, b"GET /feeds/" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert not answer or answer.startswith(b"HTTP/1.1 431 ")


def test_a_trailer_without_end_is_refused(site: Site) -> None:
    chunked = b"POST /feeds/all.atom HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    answer = say(site.address, chunked + b"X: x\r\n" * 200_000)
    assert answer.count(b"HTTP/1.1 ") <= 2
    assert ask(site.address, "/health/live").status == 200


def test_requests_that_come_at_once_are_answered_in_their_order_up_to_a_bound(site: Site) -> None:
    site.write("all.atom", b"<feed/>")
    few = b"".join(GET.replace(b"all.atom", name) for name in (b"none", b"all.atom", b"none", b"all.atom"))
    closing_one = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    answers = say(site.address, few + closing_one).split(b"HTTP/1.1 ")[1:]
    assert [answer[:3] for answer in answers] == [b"404", b"200", b"404", b"200", b"200"]
    many = say(site.address, GET.replace(b"GET", b"HEAD") * 5_000)
    assert many.count(b"HTTP/1.1 200") < 5_000
    assert ask(site.address, "/feeds/all.atom").status == 200


class _Slow:
    """As another application, but for /health/live it takes longer than a connection is kept without a request."""

    def __init__(self, app: Feeds) -> None:
        self.at_once, self._app = app.at_once, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/health/live":
            await asyncio.sleep(1.5)
        await self._app(scope, receive, send)


def test_a_slow_answer_behind_one_that_was_given_at_once_is_not_cut_off(site: Site) -> None:
    site.write("all.atom", b"x")
    slow = GET.replace(b"/feeds/all.atom", b"/health/live")
    feeds = cast("Feeds", build(site.parts()))
    with running(_Slow(feeds), limits=Limits(keep_alive=1)) as address, ExitStack() as stack:
        assert ask(address, "/feeds/all.atom").status == 200
        connection = connected(stack, address)
        connection.sendall(GET + slow)
        got = b""
        with suppress(ConnectionError):
            while got.count(b"HTTP/1.1 200") < 2 and (piece := connection.recv(65536)):
                got += piece
        assert got.count(b"HTTP/1.1 200") == 2


def test_one_stranger_has_only_some_connections_and_others_have_theirs(site: Site) -> None:
    limits = Limits(each=5, stranger=lambda address: str(address) != "127.0.0.1")
    with running(build(site.parts()), limits=limits) as address, ExitStack() as stack:
        for _ in range(5):
            connected(stack, address, "127.0.0.66")
        assert heard(connected(stack, address, "127.0.0.66")) == b""
        with ExitStack() as others:
            for _ in range(10):  # from a proxy of our own
                connected(others, address)
            assert ask(address, "/health/live").status == 200
        second = connected(stack, address, "127.0.0.77")
        second.sendall(b"GET /health/live HTTP/1.0\r\n\r\n")
        assert heard(second).startswith(b"HTTP/1.1 200 ")
        stack.close()
        until(lambda: _answered(address, "127.0.0.66"))


def _answered(address: Address, source: str = "127.0.0.1") -> bool:
    with ExitStack() as stack:
        back = connected(stack, address, source)
        with suppress(ConnectionError):
            back.sendall(b"GET /health/live HTTP/1.0\r\n\r\n")
            return heard(back).startswith(b"HTTP/1.1 200 ")
    return False


def test_rule_69_when_there_are_too_many_readers_they_are_told_when_to_come_again(site: Site) -> None:
    site.write("all.atom")
    with running(build(site.parts()), limits=Limits(busy=3, connections=6)) as address, ExitStack() as stack:
        first = [connected(stack, address) for _ in range(3)]
        reply = ask(address, "/feeds/all.atom")
        assert (reply.status, reply["retry-after"], reply["connection"]) == (503, "10", "close")
        first[0].sendall(GET)
        assert first[0].recv(1000).startswith(b"HTTP/1.1 200 ")
        for _ in range(3):
            connected(stack, address)
        assert heard(connected(stack, address)) == b""


def test_a_connection_that_has_nothing_to_ask_is_kept_for_some_seconds_only(site: Site) -> None:
    site.write("all.atom")
    with running(build(site.parts()), limits=Limits(keep_alive=1)) as address, ExitStack() as stack:
        idle = connected(stack, address)
        for _ in range(2):
            idle.sendall(GET)
            assert idle.recv(4000).startswith(b"HTTP/1.1 200 ")
        began = time.monotonic()
        assert idle.recv(1000) == b""
        assert 0.5 < time.monotonic() - began < 5


def test_a_hundred_slow_clients_hold_nobody_up(site: Site) -> None:
    site.write("all.atom", b"x" * 3_000_000)
    with running(build(site.parts())) as address, ExitStack() as stack:
        for start in (b"", b"GET /fee", GET, GET * 3):
            for _ in range(25):
                connected(stack, address).sendall(start)
        took = []
        for _ in range(20):
            began = time.monotonic()
            assert ask(address, "/health/live").status == 200
            took.append(time.monotonic() - began)
        assert sorted(took)[10] < 0.5
