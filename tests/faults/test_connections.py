"""Rows 21 to 23: connections that break."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feeder.model.delivery import Phase
from tests.faults.scene import Scene, ids
from tests.net.receivers import Receiver, answer, close, exactly, head, reset

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.store import Store
    from tests.faults.scene import See

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


def test_row_21_what_was_refused_or_reset_is_tried_again_unless_2xx_was_said(
    store: Store, tmp_path: Path, see: See
) -> None:
    with Receiver() as receiver:
        closed = receiver.url
    half = head(200, [("Content-Length", "100")]) + b"half"
    with (
        Receiver(reset()) as early,
        Receiver(reset(half)) as late,
        Scene(store, tmp_path, refused=closed, early=early.url, late=late.url) as scene,
    ):
        scene.tell()
        assert scene.waits("refused").reason == "connection refused (ECONNREFUSED)"
        assert scene.waits("refused").phase is Phase.CONNECT
        assert scene.waits("early").reason == "connection reset by the receiver (ECONNRESET)"
        assert scene.arrived("late").status == 200
    see("refused: tried again", "reset early: tried again", "reset after 200: delivered")


BROKEN = {
    "garbage": (exactly(b"\x00\xff\xfe nonsense\r\n\r\n"), "no HTTP answer (BadStatusLine)"),
    "many": (exactly(head(200, [(f"X-{n}", "v") for n in range(500)])), "no HTTP answer (HTTPException)"),
    "long": (exactly(head(200, [("X", "v" * 200_000)])), "no HTTP answer (LineTooLong)"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_row_22_what_is_no_answer_is_tried_again(store: Store, tmp_path: Path, see: See, kind: str) -> None:
    behaviour, reason = BROKEN[kind]
    with Receiver(behaviour) as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        scene.tell()
        assert scene.waits().reason == reason
        assert len(receiver.heard) == 1
    see("no HTTP, too many or too long headers: tried again")


def test_row_22_a_body_that_ends_early_is_a_delivery(store: Store, tmp_path: Path, see: See) -> None:
    short = exactly(head(200, [("Content-Length", "100")]) + b"half")
    with Receiver(short) as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        scene.tell()
        attempt = scene.arrived()
        assert (attempt.body, attempt.truncated) == ("half", True)
    see("short body: delivered")


@pytest.mark.parametrize("death", [close(), reset()], ids=["closed", "reset"])
def test_row_23_a_kept_connection_that_dies_costs_no_try(
    store: Store, tmp_path: Path, see: See, death: object
) -> None:
    script = (answer(), death, answer(201))
    with Receiver(*script) as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:  # type: ignore[arg-type]
        scene.tell()
        scene.tell()
        first, second = (it.event for it in scene.post.newsroom.owed("faulty"))
        assert scene.states() == ["delivered", "delivered"]
        assert [(it.number, it.status) for it in scene.attempts()] == [(1, 204), (1, 201)]
        assert ids(receiver) == [first, second, second]
        assert [heard.connection for heard in receiver.heard] == [1, 1, 2]
    see("one attempt, delivered", "the same id on the new connection")
