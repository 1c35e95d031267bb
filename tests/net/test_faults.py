"""Whatever a receiver does: a bounded answer, never an exception."""

from __future__ import annotations

import errno
import gzip
import re
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeder.model.delivery import Phase, Request
from feeder.net import Client, Guard
from tests.net.receivers import Line, Receiver, answer, close, drip, exactly, flood, hang, head, redirect, reset

if TYPE_CHECKING:
    from feeder.model.delivery import Answer

OK = head(200)


def post(client: Client, url: str) -> Answer:
    return client.send(Request("POST", url, (("Content-Type", "application/json"),), b"{}"))


def test_a_good_answer_is_told_whole(client: Client) -> None:
    with Receiver(answer(201, b"made", (("X-Kind", "a"), ("X-Kind", "b")))) as receiver:
        told = post(client, receiver.url)
    assert (told.status, told.phase, told.body, told.truncated) == (201, Phase.DONE, b"made", False)
    assert (told.error, told.address) == (None, "127.0.0.1")
    assert told.headers == (("X-Kind", "a"), ("X-Kind", "b"), ("Content-Length", "4"))
    assert 0 < told.took < 1


def test_the_request_arrives_as_it_was_given(client: Client) -> None:
    with Receiver() as receiver:
        client.send(Request("POST", f"{receiver.origin}/a/b%20c?d=e", (("webhook-id", "msg_1"),), b"\xff\x00body"))
    [heard] = receiver.heard
    assert (heard.method, heard.target, heard.body) == ("POST", "/a/b%20c?d=e", b"\xff\x00body")
    assert heard.headers["webhook-id"] == "msg_1"
    assert heard.headers["content-length"] == "6"
    assert heard.headers["accept-encoding"] == "identity"
    assert heard.headers["user-agent"].startswith("feeder/")


def test_silence_ends_at_the_deadline(client: Client) -> None:
    with Receiver(hang()) as receiver:
        told = post(client, receiver.url)
    assert (told.status, told.phase) == (None, Phase.HEAD)
    assert told.error is not None
    assert re.fullmatch(r"timeout after 1(\.[0-9])? s while waiting for the answer", told.error)
    assert 1.0 <= told.took < 1.5


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\n"])
def test_a_dripped_head_ends_at_the_deadline(client: Client, first: bytes) -> None:
    with Receiver(drip(first, b"a")) as receiver:
        told = post(client, receiver.url)
    assert (told.status, told.phase) == (None, Phase.HEAD)
    assert 1.0 <= told.took < 1.5


def test_a_dripped_body_after_200_is_a_delivery(client: Client) -> None:
    with Receiver(drip(OK)) as receiver:
        told = post(client, receiver.url)
    assert (told.status, told.phase, told.truncated) == (200, Phase.BODY, True)
    assert told.error is not None
    assert "reading the answer's body" in told.error
    assert told.took < 0.9


def test_a_huge_body_costs_neither_time_nor_memory(client: Client) -> None:
    tracemalloc.start()
    with Receiver(flood(OK)) as receiver:
        told = post(client, receiver.url)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (told.status, len(told.body), told.truncated) == (200, 16 * 1024, True)
    assert peak < 4 * 2**20


def test_a_huge_chunked_body_is_cut_too(client: Client) -> None:
    chunk = b"40000000\r\n" + b"x" * 65536
    with Receiver(flood(head(200, [("Transfer-Encoding", "chunked")]) + chunk)) as receiver:
        told = post(client, receiver.url)
    assert (told.status, len(told.body), told.truncated) == (200, 16 * 1024, True)


@pytest.mark.parametrize("coding", ["gzip", "br", "gzip, gzip, gzip, gzip, gzip, gzip", "nonsense"])
def test_nothing_is_decoded(client: Client, coding: str) -> None:
    bomb = gzip.compress(bytes(8 * 2**20))
    with Receiver(answer(200, bomb, (("Content-Encoding", coding),))) as receiver:
        told = post(client, receiver.url)
    assert (told.status, told.body) == (200, bomb)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(client: Client, status: int) -> None:
    with Receiver() as other, Receiver(redirect(other.url, status)) as receiver:
        told = post(client, receiver.url)
    assert (told.status, told.header("Location")) == (status, other.url)
    assert (len(receiver.heard), other.connections) == (1, 0)


@pytest.mark.parametrize("body", [drip, flood])
def test_the_body_of_a_redirect_is_not_read(client: Client, body: type) -> None:
    with Receiver(body(head(302, [("Location", "/elsewhere")]))) as receiver:
        told = post(client, receiver.url)
    assert (told.status, told.body) == (302, b"")
    assert told.took < 0.9


def test_a_redirect_to_itself_is_asked_once(client: Client) -> None:
    with Receiver(redirect("/hook")) as receiver:
        assert post(client, receiver.url).status == 302
    assert len(receiver.heard) == 1


@pytest.mark.parametrize("status", [300, 304, 399, 400, 410, 429, 500, 599, 999])
def test_any_status_is_an_answer(client: Client, status: int) -> None:
    with Receiver(answer(status)) as receiver:
        assert post(client, receiver.url).status == status


def test_an_early_hint_is_not_the_answer(client: Client) -> None:
    hint = head(103, [("Link", "</a.css>; rel=preload")])
    with Receiver(exactly(hint + head(100) + head(200, [("Content-Length", "2")]) + b"ok")) as receiver:
        told = post(client, receiver.url)
    assert (told.status, told.body, told.header("Link")) == (200, b"ok", None)


@pytest.mark.parametrize("status", [100, 102, 103])
def test_interim_answers_without_end_are_given_up(client: Client, status: int) -> None:
    with Receiver(flood(chunk=head(status) * 20, limit=1 << 20)) as receiver:
        told = post(client, receiver.url)
    assert (told.status, told.error) == (None, "no HTTP answer (only interim ones)")
    assert told.took < 0.9


def test_another_protocol_is_no_answer(client: Client) -> None:
    with Receiver(exactly(head(101, [("Upgrade", "websocket")]))) as receiver:
        assert post(client, receiver.url).status is None


def test_a_closed_port_is_said_so(client: Client) -> None:
    with Receiver() as receiver:
        url = receiver.url
    told = post(client, url)
    assert (told.phase, told.error) == (Phase.CONNECT, "connection refused (ECONNREFUSED)")


@pytest.mark.parametrize("error", [errno.ECONNRESET, errno.EPIPE, errno.EPROTOTYPE, errno.EHOSTUNREACH])
def test_what_breaks_while_connecting_is_said_so(error: int) -> None:
    def lookup(_host: str) -> list[str]:
        raise OSError(error, "")

    client = Client(Guard(), lookup=lookup)
    for scheme in ("http", "https"):
        told = post(client, f"{scheme}://hook.example/")
        assert (told.status, told.phase) == (None, Phase.DNS)
        assert errno.errorcode[error] in (told.error or "")
    client.close()


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (reset(), "connection reset by the receiver (ECONNRESET)"),
        (reset(b"HTTP/1.1 2"), None),
        (close(), "connection closed without an answer (RemoteDisconnected)"),
        (exactly(b"HTTP/1.1 "), "no HTTP answer (BadStatusLine)"),
        (exactly(b"\x00\xff\xfe nonsense\r\n\r\n"), "no HTTP answer (BadStatusLine)"),
        (exactly(b"HTTP/9.9 200 OK\r\n\r\n"), "no HTTP answer (UnknownProtocol)"),
        (exactly(b"HTTP/1.1 -1 OK\r\n\r\n"), "no HTTP answer (BadStatusLine)"),
        (exactly(head(200, [(f"X-{n}", "v") for n in range(500)])), "no HTTP answer (HTTPException)"),
        (exactly(head(200, [("X", "v" * 200_000)])), "no HTTP answer (LineTooLong)"),
    ],
)
def test_what_is_no_answer_is_a_network_error(client: Client, behaviour: object, error: str | None) -> None:
    with Receiver(behaviour) as receiver:  # type: ignore[arg-type] # mypy joins the behaviours to object
        told = post(client, receiver.url)
    assert (told.status, told.phase) == (None, Phase.HEAD)
    assert error is None or told.error == error
    assert len(receiver.heard) == 1


@pytest.mark.parametrize(
    "behaviour",
    [
        reset(head(200, [("Content-Length", "100")]) + b"half"),
        exactly(head(200, [("Content-Length", "100")]) + b"half"),
        exactly(head(200, [("Transfer-Encoding", "chunked")]) + b"zz\r\nhalf"),
        exactly(head(200, [("Content-Length", "-5")]) + b"half"),
        exactly(head(200, [("Content-Length", "4, 5")]) + b"half"),
        exactly(head(200, [("Content-Length", "4"), ("Content-Length", "5")]) + b"half", keep=True),
    ],
)
def test_a_body_that_breaks_after_200_is_a_delivery(client: Client, behaviour: object) -> None:
    with Receiver(behaviour) as receiver:  # type: ignore[arg-type] # mypy joins the behaviours to object
        assert post(client, receiver.url).status == 200


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    data=st.binary(max_size=400),
    prefix=st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1."]),
)
def test_no_answer_whatever_raises(client: Client, data: bytes, prefix: bytes) -> None:
    def behave(line: Line) -> bool:
        line.say(prefix + data)
        return False

    with Receiver(behave) as receiver:
        told = post(client, receiver.url)
    assert told.status is not None or told.error
