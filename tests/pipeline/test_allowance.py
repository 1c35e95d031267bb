"""How many deliveries may be claimed for a webhook at a moment: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from feeder.model.delivery import Lane
from feeder.pipeline.allowance import Busy, allowed, open_to, room, spent
from feeder.store.webhooks import WebhookState
from tests.pipeline.outside import options
from tests.samples import NOW

FRESH = WebhookState("partner", NOW)
IDLE = Busy({}, free=100, slow=25)


def rooms(state: WebhookState = FRESH, busy: Busy = IDLE, **changes: Any) -> tuple[int, int]:
    """For news, and for a replay."""
    it = options(concurrency=4, **changes)
    return room(state, it, busy, NOW, Lane.NEWS), room(state, it, busy, NOW, Lane.REPLAY)


def test_news_may_have_all_and_a_replay_half() -> None:
    assert rooms() == (4, 2)
    assert room(FRESH, options(concurrency=1), IDLE, NOW, Lane.REPLAY) == 1


@pytest.mark.parametrize(
    ("news", "replay", "left"), [(0, 0, (4, 2)), (3, 0, (1, 1)), (4, 0, (0, 0)), (0, 2, (2, 0)), (1, 1, (2, 1))]
)
def test_what_is_under_way_counts_on_whatever_node(news: int, replay: int, left: tuple[int, int]) -> None:
    leased = {("partner", Lane.NEWS): news, ("partner", Lane.REPLAY): replay, ("other", Lane.NEWS): 99}
    assert rooms(busy=Busy(leased, 100, 25)) == left


def test_a_receiver_in_trouble_is_asked_with_one_delivery() -> None:
    assert rooms(replace(FRESH, fails=1, ramp=1)) == (1, 1)
    assert rooms(replace(FRESH, status="blocked")) == (1, 1)
    assert rooms(replace(FRESH, fails=1), Busy({("partner", Lane.NEWS): 1}, 100, 25)) == (0, 0)
    assert rooms(replace(FRESH, fails=1), Busy({}, 100, slow=0)) == (0, 0), "the slow lane is full"
    assert rooms(replace(FRESH, ramp=3)) == (3, 1)


def test_no_more_than_we_can_carry() -> None:
    assert rooms(busy=Busy({}, free=1, slow=0)) == (1, 1)
    assert rooms(busy=Busy({}, free=-5, slow=0)) == (0, 0)


@pytest.mark.parametrize(
    ("state", "changes"),
    [
        (replace(FRESH, status="paused"), {}),
        (replace(FRESH, status="disabled"), {}),
        (replace(FRESH, rest=NOW + timedelta(seconds=1)), {}),
        (FRESH, {"enabled": False}),
    ],
)
def test_who_is_not_to_be_told_gets_nothing(state: WebhookState, changes: dict[str, Any]) -> None:
    assert not open_to(state, options(**changes), NOW)
    assert rooms(state, **changes) == (0, 0)


def test_a_rest_that_is_over_is_no_rest() -> None:
    assert open_to(replace(FRESH, rest=NOW), options(), NOW)


def test_what_is_given_out_counts_along() -> None:
    busy = Busy({}, free=3, slow=1)
    well, bad = replace(FRESH, name="well"), replace(FRESH, name="bad", fails=2)
    busy.take(well, Lane.NEWS, 2)
    busy.take(bad, Lane.NEWS, 1)
    assert (busy.to("well"), busy.to("bad"), busy.free, busy.slow) == (2, 1, 0, 0)
    busy.take(bad, Lane.NEWS, -1)
    assert (busy.to("bad"), busy.free, busy.slow) == (0, 1, 1)


# ---------------------------------------------------------------- rate


def test_a_rate_lets_a_burst_through_and_then_one_by_one() -> None:
    it = options(concurrency=64, rate="10/s")
    assert it.rate is not None
    assert room(FRESH, it, IDLE, NOW, Lane.NEWS) == 10
    state = spent(FRESH, it.rate, 10, NOW)
    counts = [allowed(it.rate, state.paced, NOW + timedelta(milliseconds=ms)) for ms in (0, 99, 100, 250, 5000)]
    assert counts == [0, 0, 1, 2, 10]


def test_a_slow_rate_lets_one_through_at_a_time() -> None:
    rate = options(rate="6/m").rate
    assert rate is not None
    assert allowed(rate, None, NOW) == 1
    state = spent(FRESH, rate, 1, NOW)
    assert allowed(rate, state.paced, NOW + timedelta(seconds=9)) == 0
    assert allowed(rate, state.paced, NOW + timedelta(seconds=10)) == 1


def test_without_a_rate_or_a_claim_nothing_is_spent() -> None:
    assert spent(FRESH, None, 5, NOW) is FRESH
    assert spent(FRESH, options(rate="1/s").rate, 0, NOW) is FRESH
