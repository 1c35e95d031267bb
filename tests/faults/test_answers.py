"""Rows 1 to 13: receivers that answer badly."""

from __future__ import annotations

import gzip
import threading
import tracemalloc
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

import pytest

from feeder.model.delivery import Phase
from tests.faults.scene import BODY, SLACK, TOTAL, Scene, at_the_deadline, hurried, ids
from tests.net.receivers import Receiver, answer, drip, exactly, flood, hang, head, redirect
from tests.pipeline.outside import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from feeder.store import Store
    from tests.faults.scene import See
    from tests.net.receivers import Line

# Not one of these rows depends on the kind of store.
pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
OK = head(200)
MIB = 2**20


@contextmanager
def memory(most: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


def test_row_01_silence_ends_at_the_deadline_and_the_next_try_delivers(
    store: Store, tmp_path: Path, see: See
) -> None:
    with Receiver(hang(), answer()) as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        scene.tell()
        attempt = scene.waits()
        assert at_the_deadline(attempt)
        assert attempt.phase is Phase.HEAD
        scene.later(hours=1)
        assert scene.states() == ["delivered"]
        assert ids(receiver) == [scene.delivery().event] * 2
    see("timeout at the deadline, waiting for the answer", "delivered at the second try, same id")


def test_row_01_silence_twice_and_it_is_left_alone_then_asked_with_one(
    store: Store, tmp_path: Path, see: See
) -> None:
    script = (hang(), hang(), answer())
    with Receiver(*script) as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        scene.tell(3)
        assert len(receiver.heard) == 2
        scene.later(seconds=3)
        assert len(receiver.heard) == 2
        scene.wind(scene.post.now + timedelta(seconds=3))
        assert scene.post.send() == 1
        scene.work()
        assert scene.states() == ["delivered"] * 3
    see("from the second silence on left alone for seconds, then asked with one")


def test_row_01_whoever_else_is_told_does_not_wait(store: Store, tmp_path: Path, see: See) -> None:
    told = threading.Event()

    def answer_when_all_others_were_told(line: Line) -> bool:
        told.wait(PATIENCE)
        return answer()(line)

    with (
        Receiver(answer_when_all_others_were_told) as receiver,
        Scene(store, tmp_path, hurried(total=PATIENCE), faulty=receiver.url) as scene,
    ):
        scene.post.owe(20)
        scene.post.send()
        while len(scene.neighbour.heard) < 20:
            scene.post.landed()
            scene.post.send()
        assert scene.attempts() == []
        told.set()
        while scene.post.dispatcher.in_flight:
            scene.post.landed()
            scene.post.send()
        assert scene.states() == ["delivered"] * 20
    see("20 articles at the neighbour before one answer")


def test_row_02_a_stalled_handshake_ends_at_the_deadline(store: Store, tmp_path: Path, see: See) -> None:
    with Receiver() as receiver:  # waits for a request that never comes
        with Scene(store, tmp_path, faulty=receiver.url.replace("http:", "https:")) as scene:
            scene.tell()
            attempt = scene.waits()
            assert at_the_deadline(attempt)
            assert attempt.phase is Phase.TLS
        assert receiver.heard == []
    see("timeout at the deadline, agreeing on TLS")


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\n"], ids=["status", "headers"])
def test_row_03_a_dripped_head_ends_at_the_deadline(store: Store, tmp_path: Path, see: See, first: bytes) -> None:
    with Receiver(drip(first, b"a")) as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        scene.tell()
        attempt = scene.waits()
        assert at_the_deadline(attempt)
        assert (attempt.phase, attempt.status) == (Phase.HEAD, None)
    see("timeout at the deadline, waiting for the answer")


def test_row_04_a_dripped_body_after_200_is_a_delivery(store: Store, tmp_path: Path, see: See) -> None:
    with Receiver(drip(OK)) as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        scene.tell()
        attempt = scene.arrived()
        assert (attempt.phase, attempt.truncated) == (Phase.BODY, True)
        assert BODY <= attempt.took < TOTAL + SLACK
        assert set(attempt.body) == {"x"}
    see("delivered", "the body is cut after its own, shorter deadline")


def test_row_05_a_huge_body_costs_neither_time_nor_memory(store: Store, tmp_path: Path, see: See) -> None:
    huge = flood(head(200, [("Content-Length", str(10**10))]))
    with Receiver(huge, answer()) as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        with memory(8 * MIB):
            scene.tell()
        attempt = scene.arrived()
        assert (len(attempt.body), attempt.truncated) == (16 * 1024, True)
        scene.tell()
        assert [heard.connection for heard in receiver.heard] == [1, 2]
    see("delivered", "16 KiB kept, memory flat", "the next request has a new connection")


@cache
def bomb(times: int) -> bytes:
    data = bytes(16 * MIB)
    for _ in range(times):
        data = gzip.compress(data)
    return data


@pytest.mark.parametrize(
    ("coding", "times"),
    [("gzip", 1), ("br", 1), ("gzip, gzip, gzip, gzip, gzip, gzip", 6)],
    ids=["gzip", "br", "six"],
)
def test_row_06_a_bomb_stays_packed(store: Store, tmp_path: Path, see: See, coding: str, times: int) -> None:
    body = bomb(times)
    packed = answer(200, body, (("Content-Encoding", coding),))
    with Receiver(packed) as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        with memory(8 * MIB):
            scene.tell()
        attempt = scene.arrived()
        assert attempt.body == body[: 16 * 1024].decode("utf-8", "replace").replace("\0", "")
        assert receiver.heard[0].headers["accept-encoding"] == "identity"
    see("delivered", "the body kept as it came, memory flat")


@pytest.mark.parametrize("body", [drip, flood])
def test_row_07_the_body_of_a_redirect_is_not_read(store: Store, tmp_path: Path, see: See, body: type) -> None:
    endless = body(head(302, [("Location", "/elsewhere")]))
    with Receiver(endless) as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        with memory(8 * MIB):
            scene.tell()
        attempt = scene.waits()
        assert (attempt.status, attempt.body) == (302, "")
        assert attempt.took < TOTAL
    see("302, tried again", "not a byte of the body read")


def test_row_08_a_redirect_to_itself_is_asked_once(store: Store, tmp_path: Path, see: See) -> None:
    with Receiver(redirect("/hook")) as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        scene.tell()
        assert scene.waits().reason.startswith("302 to another address is not followed")
        assert (len(receiver.heard), receiver.connections) == (1, 1)
    see("302, tried again", "one request")


@pytest.mark.parametrize("status", [302, 307])
def test_row_09_a_redirect_to_the_metadata_service_is_not_followed(
    store: Store, tmp_path: Path, see: See, connected: set[str], status: int
) -> None:
    target = "http://169.254.169.254/latest/meta-data/iam/canary"
    with Receiver(redirect(target, status)) as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        scene.tell()
        reason = scene.waits().reason
        assert reason.startswith(f"{status} to another address is not followed (http://169.254.169.254/lat…")
        assert "canary" not in reason
    assert connected == {"127.0.0.1", "127.0.0.2"}
    see("302 or 307, tried again", "no connection to 169.254.169.254", "its path redacted")


def test_row_10_a_login_page_is_no_delivery(store: Store, tmp_path: Path, see: See) -> None:
    with (
        Receiver(answer(200, b"<h1>Please log in</h1>")) as login,
        Receiver(redirect(login.url, 303)) as receiver,
        Scene(store, tmp_path, faulty=receiver.url) as scene,
    ):
        scene.tell()
        assert scene.waits().status == 303
        assert [heard.method for heard in receiver.heard] == ["POST"]
        assert login.connections == 0
    see("303, tried again", "the login page was not asked for")


def test_row_11_only_2xx_is_success(store: Store, tmp_path: Path, see: See) -> None:
    odd = {f"faulty-{status}": Receiver(answer(status)) for status in (300, 304, 399)}
    with ExitStack() as receivers:
        urls = {name: receivers.enter_context(it).url for name, it in odd.items()}
        scene = receivers.enter_context(Scene(store, tmp_path, **urls))
        scene.tell()
        assert [scene.waits(name).status for name in odd] == [300, 304, 399]
    see("tried again")


def test_row_12_early_hints_are_not_the_answer(store: Store, tmp_path: Path, see: See) -> None:
    hints = head(103, [("Link", "</a.css>; rel=preload")])
    told = exactly(hints + hints + head(200, [("Content-Length", "2")]) + b"ok")
    with Receiver(told) as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        scene.tell()
        attempt = scene.arrived()
        assert (attempt.status, attempt.body) == (200, "ok")
    see("delivered")


def test_row_13_interim_answers_without_end_are_given_up(store: Store, tmp_path: Path, see: See) -> None:
    endless = flood(chunk=head(100) * 20, limit=MIB)
    with Receiver(endless) as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        with memory(8 * MIB):
            scene.tell()
        attempt = scene.waits()
        assert (attempt.status, attempt.reason) == (None, "no HTTP answer (only interim ones)")
        assert attempt.took < TOTAL
    see("tried again: no HTTP answer (only interim ones)")
