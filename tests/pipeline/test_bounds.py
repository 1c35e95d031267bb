"""No webhook harms another, none is told more than it can bear, and nothing that is owed is dropped for that."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from feeder.model.delivery import DeliveryState, Lane, NoticeKind
from feeder.store import again, deliveries, webhooks
from tests.pipeline.outside import Gate, Post, answered, hook, unanswered

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.store import Store


def second(number: float) -> timedelta:
    return timedelta(seconds=number)


def test_a_receiver_in_trouble_is_left_alone_then_asked_with_one_and_then_given_more(
    store: Store, tmp_path: Path
) -> None:
    with Post(store, tmp_path, hook("partner", concurrency=4)) as post:
        post.sender.script = (*[unanswered()] * 4, answered(204))
        post.owe(12)
        assert post.round() == 4
        assert post.round() == 0, "it rests"
        post.now += second(33)
        rounds = [post.round() for _ in range(5)]
        assert rounds == [1, 2, 4, 4, 1], "one more with each success"
        assert post.states() == ["delivered"] * 12


def test_one_failure_may_be_chance(store: Store, tmp_path: Path) -> None:
    with Post(store, tmp_path, hook("partner", concurrency=2)) as post:
        post.sender.script = (unanswered(), answered(204))
        post.owe(1)
        post.round()
        post.owe(2)
        assert (post.round(), post.round()) == (1, 1)


def test_receivers_in_trouble_share_a_quarter_of_the_senders(store: Store, tmp_path: Path) -> None:
    gate = Gate()
    bad = [hook(f"bad-{nth}", url="https://bad.example/") for nth in range(90)]
    with Post(store, tmp_path, *bad, hook("good", url="https://good.example/")) as post:
        post.sender.script = (lambda it: unanswered() if "bad" in it.url else answered(204),)
        post.owe()
        post.round()
        post.sender.script = (gate,)
        post.now += second(10)
        assert post.send() == 32, "of 128 threads, whatever may wait for one"
        assert post.send() == 0
        post.owe()
        assert post.send() == 1, "the good one is not kept waiting"
        gate.open()
        post.landed(33)


def test_a_receiver_that_asks_for_time_is_given_it_with_everything(store: Store, tmp_path: Path) -> None:
    with Post(store, tmp_path, hook("partner", concurrency=1)) as post:
        post.sender.script = (answered(429, ("Retry-After", "120")), answered(204))
        post.owe(3)
        assert post.round() == 1
        post.now += second(119)
        assert post.round() == 0
        post.now += second(2)
        assert [post.round() for _ in range(3)] == [1, 1, 1]


def test_a_blocked_address_holds_what_is_owed_and_is_looked_at_again(store: Store, tmp_path: Path) -> None:
    from feeder.model.delivery import Answer, Phase

    blocked = Answer(Phase.GUARD, 0.0, error="blocked: 10.0.0.1 is a private address", blocked=True)
    with Post(store, tmp_path, hook("partner", concurrency=1)) as post:
        post.sender.script = (blocked, blocked, answered(204))
        post.owe(2)
        for _ in range(2):
            assert post.round() == 1
            assert (post.status(), post.states()) == ("blocked", ["pending"] * 2)
            post.now += second(299)
            assert post.round() == 0
            post.now += second(1)
        assert [post.round(), post.round()] == [1, 1]
        assert (post.status(), post.states()) == ("active", ["delivered"] * 2)
        assert [it.tries for it in post.newsroom.owed()] == [1, 1]


def test_an_ordered_webhook_is_told_in_order_and_a_failure_holds_the_others_back_for_an_hour(
    store: Store, tmp_path: Path
) -> None:
    with Post(store, tmp_path, hook("partner", ordered=True, concurrency=8)) as post:
        post.sender.script = (answered(204), answered(404), answered(404), answered(404), answered(204))
        post.owe(3)
        post.now = post.newsroom.now
        first, stuck, last = [it.event for it in post.newsroom.owed()]
        assert [post.round() for _ in range(3)] == [1, 1, 0]
        post.now += second(10)
        assert post.round() == 1
        assert post.round() == 0
        post.now += timedelta(hours=1)
        assert post.round() == 1, "it fails for more than an hour now"
        assert post.round() == 1
        assert post.sender.ids == [first, stuck, stuck, stuck, last]
        assert post.states() == ["delivered", "pending", "delivered"]


def test_a_rate_is_kept_across_steps(store: Store, tmp_path: Path) -> None:
    with Post(store, tmp_path, hook("partner", rate="2/s", concurrency=8)) as post:
        post.owe(5)
        assert [post.round(), post.round()] == [2, 0]
        post.now += second(0.5)
        assert post.round() == 1
        post.now += second(60)
        assert post.round() == 2


def test_news_goes_before_what_is_replayed(store: Store, tmp_path: Path) -> None:
    with Post(store, tmp_path, hook("partner", concurrency=2)) as post:
        post.owe(4)
        while post.round():
            pass
        with store.write() as tx:
            key = again.begin(tx, "partner", [DeliveryState.DELIVERED], post.now - timedelta(days=9), post.now)
            again.go_on(tx, key, post.now, again.STEP)
        gate = Gate()
        post.sender.script = (gate,)
        before = len(post.sender.sent)
        assert post.send() == 1, "half of what it may have under way, and no more"
        post.owe(3)
        assert post.send() == 1
        gate.open()
        post.landed(2)
        post.sender.script = (answered(204),)
        while post.round():
            pass
        assert len(post.sender.sent) - before == 4 + 3
        assert {it.lane for it in post.newsroom.owed()} == {Lane.NEWS, Lane.REPLAY}


def test_whoever_asks_is_told_that_another_webhook_was_disabled(store: Store, tmp_path: Path) -> None:
    quiet = hook("partner", url="https://gone.example/")
    desk = hook("desk", url="https://desk.example/", on=["webhook.disabled", "delivery.dead"])
    with Post(store, tmp_path, quiet, desk) as post:
        post.sender.script = (lambda it: answered(410 if "gone" in it.url else 204),)
        post.owe(2)
        post.round()
        assert post.status() == "disabled"
        (notice,) = post.newsroom.owed("desk")
        assert (notice.kind, notice.article) == (NoticeKind.WEBHOOK_DISABLED, None)
        post.round()
        assert post.states("desk") == ["delivered"]
        body = post.sender.sent[-1].body
        assert b'"type":"webhook.disabled"' in body
        assert b"410 Gone" in body
        assert post.states() == ["pending"] * 2, "what it is owed is held"


def test_nobody_is_told_of_himself_and_much_trouble_is_one_notice(store: Store, tmp_path: Path) -> None:
    with Post(
        store,
        tmp_path,
        hook("partner", retry=["1s"], on=["published", "delivery.dead"]),
        hook("desk", on=["delivery.dead"]),
    ) as post:
        post.sender.script = (lambda it: answered(404 if b"article." in it.body else 204),)
        post.owe(3)
        for _ in range(6):
            post.round()
            post.now += second(2)
        assert [it.kind.value for it in post.newsroom.owed()] == ["published"] * 3
        assert post.states() == ["dead"] * 3
        assert [it.kind.value for it in post.newsroom.owed("desk")] == ["delivery.dead"]


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_webhook_that_left_long_ago_is_owed_nothing_any_more(store: Store, tmp_path: Path) -> None:
    with Post(store, tmp_path, hook("partner"), hook("other")) as post:
        post.owe(3)
        with store.write() as tx:
            assert webhooks.register(tx, ["other"], post.now) == ()
            assert webhooks.states(tx)["partner"].left == post.now
            assert deliveries.cancel_of_left(tx, ["partner"], "it left", post.now, 2) == 2
            assert deliveries.cancel_of_left(tx, ["partner"], "it left", post.now, 2) == 1
        assert post.states() == ["cancelled"] * 3
        assert post.states("other") == ["pending"] * 3


def test_webhooks_that_are_left_alone_do_not_take_the_places_of_others(store: Store, tmp_path: Path) -> None:
    stopped = [hook(f"a{number:03}") for number in range(300)]
    with Post(store, tmp_path, *stopped, hook("partner")) as post:
        post.owe()
        with store.write() as tx:
            for it in stopped:
                assert webhooks.set_status(tx, it.name, "paused")
        assert post.round() == 1
        assert post.states() == ["delivered"]


def test_the_schedule_begins_with_the_first_answer_and_not_while_a_webhook_is_switched_off(
    store: Store, tmp_path: Path
) -> None:
    with Post(store, tmp_path, hook("partner")) as post:
        post.sender.script = (answered(500), answered(204))
        post.owe()
        post.configure(hook("partner", enabled=False))
        post.now += timedelta(days=5)
        assert post.round() == 0
        post.configure(hook("partner"))
        assert post.round() == 1
        assert post.states() == ["pending"]
        assert post.delivery().began == post.now
        post.now += second(10)
        post.round()
        assert post.states() == ["delivered"]
