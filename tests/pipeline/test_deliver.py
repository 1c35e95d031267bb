"""What is owed is leased, sent, answered and written, whatever breaks."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from feeder.errors import RequestError
from feeder.model.delivery import Answer, DeliveryState, Event, Outcome, Phase, Request, Verdict
from feeder.net import Client, Guard
from feeder.pipeline.retry import SCHEDULE
from feeder.webhooks._kind import Kind
from feeder.webhooks.json import Options, notice, request
from tests.net.receivers import Receiver, answer
from tests.pipeline.outside import Gate, Post, answered, hook, unanswered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from feeder.store import Store


# What the store itself does with deliveries is tested on both kinds; here it only has to be one.
pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


@pytest.fixture
def post(store: Store, tmp_path: Path) -> Iterator[Post]:
    with Post(store, tmp_path) as made:
        yield made


# ---------------------------------------------------------------- one attempt


def test_what_is_due_is_sent_and_its_answer_written(post: Post) -> None:
    post.owe()
    assert post.round() == 1
    it = post.delivery()
    assert (it.state, it.reason, it.tries, it.due, it.done) == ("delivered", "204 No Content", 1, None, post.now)
    (attempt,) = post.attempts()
    assert (attempt.number, attempt.at, attempt.took, attempt.phase) == (1, post.now, 0.25, Phase.DONE)
    assert (attempt.status, attempt.address, attempt.body, attempt.fenced) == (204, "192.0.2.1", "so", False)
    assert post.round() == 0


def test_answers_wake_the_engine_once_until_it_takes_them(post: Post) -> None:
    for expected in (1, 2):
        post.owe(2)
        assert post.send() == 2
        post.landed(2)
        assert post.wakes == expected
        post.write()


def test_what_is_sent_is_the_article_with_its_feeds_at_its_revision(post: Post) -> None:
    for title in ("First words", "Second words"):
        post.newsroom.story("a.txt", title)
        post.newsroom.look()
        post.round()
    bodies = [json.loads(request.body) for request in post.sender.sent]
    assert [(it["type"], it["data"]["article"]["title"]) for it in bodies] == [
        ("article.published", "First words"),
        ("article.updated", "Second words"),
    ]
    ours = post.newsroom.the("Second words")
    assert bodies[1]["data"]["article"]["id"] == ours.id
    assert bodies[1]["data"]["article"]["url"] == f"https://feeds.post.example/articles/{ours.slug}.html"
    assert [it["name"] for it in bodies[1]["data"]["feeds"]] == ["all"]


def test_nothing_is_sent_before_its_day_nor_before_it_was_published(post: Post) -> None:
    post.owe(2)
    first, second = post.newsroom.owed()
    assert post.dispatcher.step(first.id) == 1
    post.landed()
    post.now = post.newsroom.now - timedelta(seconds=1)
    assert post.dispatcher.step(second.id) == 0
    post.now += timedelta(seconds=1)
    assert post.dispatcher.step(second.id) == 1


@pytest.mark.parametrize("words", ["the receiver", "\0\x1b[31m", "\ud800 alone", "x" * 10_000])
def test_whatever_a_receiver_says_is_written(post: Post, words: str) -> None:
    body = words.encode("utf-8", "surrogatepass") + b"\xff"
    post.sender.script = (Answer(Phase.BODY, 1.5, 200, body=body, truncated=True),)
    post.owe()
    post.round()
    (attempt,) = post.attempts()
    assert post.states() == ["delivered"]
    assert (attempt.phase, attempt.truncated) == (Phase.BODY, True)
    assert "\0" not in attempt.body


# ---------------------------------------------------------------- again and again


def test_ten_tries_on_schedule_under_one_id_and_then_it_is_dead(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    post.sender.script = (answered(503),)
    post.owe()
    for number, pause in enumerate(SCHEDULE, start=1):
        assert post.round() == 1
        it = post.delivery()
        assert (it.state, it.tries, it.due) == (DeliveryState.PENDING, number, post.now + pause)
        assert it.reason == "503 Service Unavailable"
        post.now += pause - timedelta(seconds=1)
        assert post.round() == 0
        post.now += timedelta(seconds=1)
    assert post.round() == 1
    it = post.delivery()
    assert (it.state, it.tries, it.due, it.done) == (DeliveryState.DEAD, 10, None, post.now)
    post.now += timedelta(days=100)
    assert post.round() == 0
    assert post.sender.ids == [it.event] * 10
    assert len({request.body for request in post.sender.sent}) == 1
    assert [attempt.number for attempt in post.attempts()] == list(range(1, 11))
    assert "given up after 10 tries: 503 Service Unavailable" in caplog.text


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 4), (0.5, 5), (1.0, 6)])
def test_chance_spreads_the_next_try(post: Post, chance: float, seconds: int) -> None:
    post.sender.script = (unanswered(),)
    post.chance = chance
    post.owe()
    post.round()
    assert post.delivery().due == post.now + timedelta(seconds=seconds)


@pytest.mark.parametrize(("asked", "seconds"), [("120", 120), ("1", 5), ("never", 5)])
def test_a_receiver_may_ask_for_more_time_but_not_for_less(post: Post, asked: str, seconds: int) -> None:
    post.sender.script = (answered(429, ("Retry-After", asked)),)
    post.owe()
    post.round()
    assert post.delivery().due == post.now + timedelta(seconds=seconds)


def test_real_receivers_hear_the_same_event_until_one_takes_it(store: Store, tmp_path: Path) -> None:
    client = Client(Guard(["127.0.0.0/8"]), total=10, connect=5, body=5)
    script = (answer(503, headers=(("Retry-After", "3600"),)), answer(500), answer(204))
    with (
        Receiver(*script) as receiver,
        Post(store, tmp_path, hook("partner", url=receiver.url), send=client.send) as post,
    ):
        post.owe()
        post.round()
        assert post.delivery().due == post.now + timedelta(hours=1)
        post.now += timedelta(hours=1)
        post.round()
        assert post.delivery().tries == 2
        post.now += timedelta(hours=1)
        post.round()
        assert post.states() == ["delivered"]
        assert [attempt.status for attempt in post.attempts()] == [503, 500, 204]
        assert {heard.headers["webhook-id"] for heard in receiver.heard} == {post.delivery().event}
        assert len({heard.headers["webhook-timestamp"] for heard in receiver.heard}) == 3
    client.close()


# ---------------------------------------------------------------- who is sent to, and how much at once


def test_a_webhook_has_no_more_under_way_than_it_wishes(store: Store, tmp_path: Path) -> None:
    gate = Gate()
    with Post(store, tmp_path, hook("one", concurrency=1), hook("three", concurrency=3)) as post:
        post.sender.script = (gate,)
        post.owe(5)
        assert post.send() == 4
        assert (post.send(), post.dispatcher.in_flight) == (0, 4)
        assert sorted(post.states("three")) == ["leased"] * 3 + ["pending"] * 2
        gate.open()
        post.landed(4)
        assert (post.send(), post.dispatcher.in_flight) == (3, 3)  # one and two that were left
        assert post.states("one") == ["delivered", "leased", "pending", "pending", "pending"]


def _sent_and_one_landed(post: Post) -> int:
    sent = post.send()
    post.landed()
    return sent


def test_a_webhook_that_never_answers_holds_back_no_other(store: Store, tmp_path: Path) -> None:
    gate = Gate()
    slow = hook("slow", url="https://slow.example/", concurrency=1)
    quick = hook("quick", url="https://quick.example/", concurrency=1)
    with Post(store, tmp_path, slow, quick) as post:
        post.sender.script = (lambda it: gate(it) if "slow" in it.url else answered(204),)
        post.owe(3)
        assert [_sent_and_one_landed(post) for _ in range(3)] == [2, 1, 1]
        post.write()
        assert post.states("quick") == ["delivered"] * 3
        assert post.states("slow") == ["leased", "pending", "pending"]
        gate.open()


def test_no_more_than_all_threads_are_used(store: Store, tmp_path: Path) -> None:
    gate = Gate()
    hooks = [hook(f"partner-{nth}") for nth in range(257)]
    with Post(store, tmp_path, *hooks) as post:
        post.sender.script = (gate,)
        post.owe(2)
        assert post.send() == 512  # most of them wait for a thread
        assert post.send() == 0
        gate.open()
        post.landed(512)
        assert post.send() == 2


@pytest.mark.parametrize("status", ["paused", "disabled"])
def test_a_webhook_that_is_paused_or_disabled_keeps_what_it_is_owed(post: Post, status: str) -> None:
    post.set_status(status)
    post.owe(2)
    assert post.round() == 0
    assert post.states() == ["pending", "pending"]
    post.set_status("active")
    assert post.round() == 2


def test_a_webhook_that_is_switched_off_or_leaves_the_configuration_keeps_what_it_is_owed(post: Post) -> None:
    post.owe()
    for hooks in ([hook("partner", enabled=False)], [hook("other")], []):
        post.configure(*hooks)
        assert post.round() == 0
    assert post.states() == ["pending"]
    post.configure(hook("partner", url="https://new.example/hook"))
    assert post.round() == 1
    assert post.sender.sent[0].url == "https://new.example/hook"


def test_what_is_under_way_when_a_webhook_leaves_the_configuration_is_written(post: Post) -> None:
    gate = Gate()
    post.sender.script = (gate,)
    post.owe()
    assert post.send() == 1
    post.configure()
    post.write()
    gate.open()
    post.landed()
    post.write()
    assert (post.states(), post.dispatcher.in_flight) == (["delivered"], 0)


def test_gone_disables_the_webhook_and_uses_up_no_try(post: Post) -> None:
    post.sender.script = (answered(503), answered(410), answered(204))
    post.owe()
    post.round()
    post.now += timedelta(minutes=1)
    post.round()
    it = post.delivery()
    assert (it.state, it.tries, post.status()) == (DeliveryState.PENDING, 1, "disabled")
    post.now += timedelta(days=1)
    assert post.round() == 0
    post.set_status("active")
    assert post.round() == 1
    assert post.states() == ["delivered"]


# ---------------------------------------------------------------- what cannot be made or sent


def _cannot(_event: Event, _options: Options, _now: datetime) -> Request:
    raise ValueError("no request for that: whsec_secret")


def test_a_kind_that_cannot_make_its_request_costs_only_its_own_deliveries(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Post(store, tmp_path, hook("broken", Kind(Options, _cannot, notice)), hook("partner")) as post:
        post.owe(2)
        assert post.round() == 4
        assert post.states() == ["delivered", "delivered"]
        assert {it.reason for it in post.newsroom.owed("broken")} == {"our own mistake: ValueError"}
        assert [(it.phase, it.status) for it in post.attempts("broken")] == [(Phase.GUARD, None)] * 2
        assert "breaks: ValueError" in caplog.text
        post.configure(hook("broken"))
        post.now += timedelta(minutes=1)
        assert post.round() == 2
        assert post.states("broken") == ["delivered", "delivered"]


def _expired(_event: Event, _options: Options, _now: datetime) -> Request:
    raise RequestError("every secret has expired")


def test_a_request_that_cannot_be_made_as_configured_is_dead_at_once_for_that_reason(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Post(store, tmp_path, hook("broken", Kind(Options, _expired, notice)), hook("partner")) as post:
        post.owe()
        post.round()
        assert (post.states("broken"), post.states("partner")) == (["dead"], ["delivered"])
        assert {it.reason for it in post.newsroom.owed("broken")} == {"every secret has expired"}
        assert [(it.phase, it.outcome) for it in post.attempts("broken")] == [(Phase.GUARD, Outcome.CONFIG)]
        assert "given up at once: every secret has expired" in caplog.text
        assert len(post.sender.sent) == 1


def test_a_door_that_raises_is_a_try_that_failed(post: Post) -> None:
    def broken(_request: Request) -> Answer:
        raise OSError("whsec_secret")

    post.sender.script = (broken, answered(204))
    post.owe()
    post.round()
    assert post.delivery().reason == "our own mistake: OSError"
    post.now += timedelta(minutes=1)
    post.round()
    assert post.states() == ["delivered"]


def test_webhooks_with_nothing_to_send_leave_their_threads_to_others(store: Store, tmp_path: Path) -> None:
    idle = [hook(f"idle-{nth}", on=["withdrawn"]) for nth in range(64)]
    with Post(store, tmp_path, *idle, hook("partner")) as post:
        post.owe()
        assert post.round() == 1


def _cannot_judge(_answer: Answer, _now: datetime) -> Verdict:
    raise ValueError("no verdict")


def test_a_kind_that_cannot_judge_an_answer_does_not_keep_its_place_for_good(store: Store, tmp_path: Path) -> None:
    with Post(store, tmp_path, hook("broken", Kind(Options, request, notice, _cannot_judge))) as post:
        post.owe()
        post.round()
        assert post.dispatcher.in_flight == 0
        assert {it.reason for it in post.newsroom.owed("broken")} == {"our own mistake: ValueError"}
