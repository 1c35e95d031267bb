"""Rows 24 to 29 and 32: receivers that ask for patience, or for nothing more, and those that try ours."""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from tests.faults.scene import Scene, hurried, ids
from tests.net.receivers import Line, Receiver, answer
from tests.pipeline.outside import PATIENCE, hook

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.store import Store
    from tests.faults.scene import See

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
DAY = timedelta(days=1)


def again_after(value: str, status: int = 429) -> Receiver:
    """It asks once for so much time, then takes everything."""
    raw = value.encode().decode("latin-1")  # whatever stands there goes out as UTF-8
    return Receiver(answer(status, headers=(("Retry-After", raw),)), answer())


def asked_for(scene: Scene, name: str = "faulty") -> timedelta:
    """How long its only delivery waits, and with it the webhook."""
    scene.waits(name)
    due = scene.delivery(name).due
    assert due is not None
    return due - scene.post.now


@pytest.mark.parametrize("status", [429, 503])
def test_row_24_the_whole_webhook_is_left_alone_for_as_long_as_it_asks(
    store: Store, tmp_path: Path, see: See, status: int
) -> None:
    with again_after("120", status) as receiver:
        with Scene(store, tmp_path, faulty=hook("faulty", url=receiver.url, concurrency=1)) as scene:
            scene.tell(3)
            scene.later(seconds=118)
            scene.tell()
            assert len(receiver.heard) == 1
            scene.later(seconds=4)
            assert scene.states() == ["delivered"] * 4
        assert len(receiver.heard) == 5
    see("429 or 503: not a request for 120 s, then all four delivered")


def date(**ahead: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(**ahead), usegmt=True)


def test_row_25_a_date_is_obeyed_within_reason(store: Store, tmp_path: Path, see: See) -> None:
    dates = {"soon": date(minutes=20), "past": date(minutes=-20), "far": "Fri, 31 Dec 9999 23:59:59 GMT"}
    with ExitStack() as stack:
        receivers = {name: stack.enter_context(again_after(value)) for name, value in dates.items()}
        scene = stack.enter_context(Scene(store, tmp_path, **{name: it.url for name, it in receivers.items()}))
        scene.tell()
        assert timedelta(minutes=15) < asked_for(scene, "soon") <= timedelta(minutes=21)
        assert asked_for(scene, "past") == timedelta(seconds=5)
        assert asked_for(scene, "far") == DAY
        scene.later(hours=1)
        assert [scene.states(name) for name in dates] == [["delivered"], ["delivered"], ["pending"]]
        scene.tell()
        assert scene.states("far") == ["pending", "delivered"]
        scene.later(days=1)
        assert scene.states("far") == ["delivered"] * 2
    see("soon: obeyed", "past: 5 s as ever", "year 9999: that delivery after a day, the webhook after an hour")


ODD = ("-5", "1.5", "inf", "nan", "9" * 20, "1_000", "١٢٠", "120, 60", "", "0x10", "Sun, 32 Foo 2026 25:61:61 GMT")


def test_row_26_what_is_no_time_is_ignored(store: Store, tmp_path: Path, see: See) -> None:
    with ExitStack() as stack:
        receivers = {f"faulty-{n}": stack.enter_context(again_after(it)) for n, it in enumerate(ODD)}
        scene = stack.enter_context(Scene(store, tmp_path, **{name: it.url for name, it in receivers.items()}))
        scene.tell()
        found = {value: asked_for(scene, f"faulty-{n}") for n, value in enumerate(ODD)}
        assert found.pop("9" * 20) == DAY
        assert set(found.values()) == {timedelta(seconds=5)}, found
        scene.later(days=1)
        assert {it for name in receivers for it in scene.states(name)} == {"delivered"}
    see("ignored, tried again on schedule", "20 digits: a day")


def test_row_27_after_a_day_of_503_each_is_delivered_once_and_no_more_at_once_than_allowed(
    store: Store, tmp_path: Path, see: See
) -> None:
    def judge(line: Line) -> bool:
        return answer(204 if mended.is_set() else 503)(line)

    mended = threading.Event()
    with Receiver(judge) as receiver:
        four = hook("faulty", url=receiver.url, concurrency=4)
        with Scene(store, tmp_path, faulty=four) as scene:
            scene.tell(12)
            began = scene.post.now
            while scene.post.now < began + DAY:
                scene.next_try()
            assert scene.states() == ["pending"] * 12
            assert {it.reason for it in scene.attempts()} == {"503 Service Unavailable"}
            before = len(receiver.heard)
            assert before <= 12 * 8, "the schedule has no more for a day, and the pauses of the webhook less"
            mended.set()
            scene.wind(scene.post.now + DAY)
            assert [scene.post.round() for _ in range(5)] == [1, 2, 4, 4, 1]
            assert scene.states() == ["delivered"] * 12
        assert len(set(ids(receiver)[before:])) == len(receiver.heard) - before == 12
    see("12 delivered once each: 1, 2, 4 and 4 at once, of 4 allowed")


def told(receiver: Receiver) -> list[str]:
    return [json.loads(heard.body)["type"] for heard in receiver.heard]


def test_row_28_failing_for_days_is_told_and_then_held_until_it_is_enabled(
    store: Store, tmp_path: Path, see: See
) -> None:
    def judge(line: Line) -> bool:
        return answer(204 if mended.is_set() else 500)(line)

    mended = threading.Event()
    with Receiver(judge) as receiver, Receiver() as desk:
        asking = hook("desk", url=desk.url, on=["webhook.failing", "webhook.disabled", "webhook.recovered"])
        # Nobody is slow here, but a busy machine may be, once in so many requests.
        with Scene(store, tmp_path, hurried(total=PATIENCE), faulty=receiver.url, desk=asking) as scene:
            began = scene.post.now
            while scene.post.now < began + 6 * DAY:
                scene.tell()
                scene.later(hours=5)
            assert told(desk) == ["webhook.failing", "webhook.disabled"]
            it, owed = scene.webhook(), scene.post.newsroom.owed("faulty")
            assert (it.status, it.reason) == ("disabled", "failing for 5 days: 500 Internal Server Error")
            held = [one.event for one in owed if one.state == "pending"]
            assert {one.state for one in owed if one.created > began + 2 * DAY} == {"pending"}
            before = len(receiver.heard)
            scene.later(days=1)
            assert len(receiver.heard) == before
            mended.set()
            scene.resume()
            while scene.post.round():
                pass
        again = ids(receiver)[before:]
        # The oldest comes first, and alone; of those that follow several are under way at once.
        assert (again[0], sorted(again)) == (held[0], sorted(held))
    see(
        "webhook.failing after 2½ days, webhook.disabled after five, each told once",
        "held, and not a request more",
        "enabled: all that is held is sent, the oldest first",
    )


@pytest.mark.parametrize("how", [answer(410), answer(400, headers=(("webhook-delivery", "disable"),))])
def test_row_29_who_wants_nothing_more_is_sent_nothing_more(
    store: Store, tmp_path: Path, see: See, how: object
) -> None:
    with Receiver(how, answer()) as receiver, Receiver() as desk:  # type: ignore[arg-type]
        asking = hook("desk", url=desk.url, on=["webhook.disabled"])
        one_by_one = hook("faulty", url=receiver.url, concurrency=1)
        with Scene(store, tmp_path, faulty=one_by_one, desk=asking) as scene:
            scene.tell(3)
            scene.held("disabled")
            scene.later(days=30)
            scene.tell()
            assert len(receiver.heard) == 1
            assert told(desk) == ["webhook.disabled"]
            scene.held("disabled")
            scene.resume()
            scene.work()
            assert [(it.state.value, it.tries) for it in scene.post.newsroom.owed("faulty")] == [
                ("delivered", 1)
            ] * 4
    see("disabled at once, held, no try spent", "told to the webhook that asks for it", "sent when it is enabled")


def test_row_32_eight_of_twenty_hang_and_the_twelve_do_not_notice(store: Store, tmp_path: Path, see: See) -> None:
    def hang_until_the_others_are_told(line: Line) -> bool:
        done.wait(PATIENCE)
        return answer()(line)

    done = threading.Event()
    with Receiver(hang_until_the_others_are_told) as hanging, Receiver() as well:
        hooks = {f"well-{n}": f"{well.url}/{n}" for n in range(12)}
        hooks |= {f"hanging-{n}": f"{hanging.url}/{n}" for n in range(8)}
        with Scene(store, tmp_path, hurried(total=2 * PATIENCE), **hooks) as scene:
            scene.post.owe(20)
            scene.post.send()
            while len(well.heard) < 12 * 20:
                scene.post.landed()
                scene.post.send()
            assert len(hanging.heard) == 16
            assert [it for n in range(8) for it in scene.attempts(f"hanging-{n}")] == []
            done.set()
            scene.work()
            assert {it for name in hooks for it in scene.states(name)} == {"delivered"}
    see("12 told 20 articles each before the first of the 8 ended")
