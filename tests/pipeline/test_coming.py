"""What comes next of a delivery, in one sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from feeder.model.delivery import Delivery, DeliveryState, Kind, Lane
from feeder.pipeline.coming import coming, next_at, standing, why_held, why_resting
from feeder.store.webhooks import WebhookState
from tests.samples import NOW, webhook

if TYPE_CHECKING:
    from feeder.config import WebhookOptions

MINUTE = timedelta(minutes=1)
FAILED = "it failed 2 times, lastly with 503 Busy"
THEN = "if it fails again, then after"
END = "none after 2026-03-05 12:00 UTC"
RETRY = "feeder deliveries retry 13"
STATE = WebhookState("partner", NOW - timedelta(days=9))
PENDING = Delivery(
    id=13,
    event="msg_1",
    webhook="partner",
    article="urn:uuid:1",
    revision=1,
    kind=Kind.PUBLISHED,
    state=DeliveryState.PENDING,
    reason="",
    tries=0,
    crashes=0,
    created=NOW,
    began=NOW,
    due=NOW,
    done=None,
)


def delivery(**changes: Any) -> Delivery:
    return replace(PENDING, **changes)


def state(**changes: Any) -> WebhookState:
    return replace(STATE, **changes)


@pytest.mark.parametrize(
    ("it", "said"),
    [
        (delivery(), "due now"),
        (delivery(due=NOW + 2 * MINUTE), "first try in 2 min (12:02:00 UTC)"),
        (delivery(due=NOW + timedelta(days=2)), "first try in 2 d (2026-03-03 12:00 UTC)"),
        (delivery(crashes=2, due=NOW + 4 * MINUTE), "next try in 4 min (12:04:00 UTC): its sender died 2 times"),
        (
            delivery(tries=2, reason="503 Busy", due=NOW + 4 * MINUTE),
            f"next try in 4 min (12:04:00 UTC): {FAILED}; {THEN} 30 min, 2 h, 5 h, …; {END}",
        ),
        (
            delivery(tries=9, reason="503 Busy", due=NOW + MINUTE),
            f"next try in 1 min (12:01:00 UTC): {FAILED.replace('2', '9')}; it is the last; {END}",
        ),
        (delivery(state=DeliveryState.LEASED, tries=2), "it is under way just now (try 3)"),
        (
            delivery(state=DeliveryState.DELIVERED, due=None, done=NOW - 3 * MINUTE),
            "nothing: it was delivered 3 min ago",
        ),
        (
            delivery(state=DeliveryState.DEAD, due=None, done=NOW - MINUTE, tries=10, reason="503 Busy"),
            f"nothing: it was given up 1 min ago after 10 tries: 503 Busy; {RETRY} sends it again",
        ),
        (
            delivery(state=DeliveryState.CANCELLED, due=None, done=NOW - MINUTE, reason="withdrawn"),
            "nothing: it was cancelled 1 min ago: withdrawn",
        ),
        (delivery(lane=Lane.REPLAY), "due now; replays have half of the webhook at most"),
    ],
)
def test_what_comes_next_is_told_with_its_time_and_its_reason(it: Delivery, said: str) -> None:
    assert coming(it, STATE, webhook(), NOW) == said


@pytest.mark.parametrize(
    ("how", "options", "said"),
    [
        ({"status": "paused"}, webhook(), "the webhook is paused; feeder webhooks resume partner"),
        (
            {"status": "disabled", "reason": "410 Gone"},
            webhook(),
            "the webhook is disabled: 410 Gone; feeder webhooks enable partner",
        ),
        (
            {"status": "blocked", "reason": "blocked: 10.0.0.7 is a private address", "rest": NOW + 5 * MINUTE},
            webhook(),
            "the webhook is blocked, 10.0.0.7 is a private address; it is looked up again at 12:05:00 UTC",
        ),
        ({}, webhook(enabled=False), "the webhook is switched off (enabled: false)"),
        ({}, None, "the webhook is not in the configuration; what it is owed is kept for 7 days"),
        (
            {"left": NOW - timedelta(days=2)},
            None,
            "the webhook is not in the configuration; what it is owed is kept until 2026-03-06 12:00 UTC",
        ),
    ],
)
def test_what_is_held_names_what_has_to_be_done(
    how: dict[str, Any], options: WebhookOptions | None, said: str
) -> None:
    assert why_held("partner", state(**how), options, NOW) == said
    assert coming(delivery(behind=12), state(**how), options, NOW) == f"held: {said}"


def test_a_receiver_that_is_left_alone_says_until_when_and_why() -> None:
    tired = state(fails=3, failures=3, rest=NOW + 3 * MINUTE)
    assert why_resting(tired, NOW) == "left alone until 12:03:00 UTC after 3 failures in a row"
    assert coming(delivery(), tired, webhook(), NOW) == (
        "left alone until 12:03:00 UTC after 3 failures in a row; first try in 3 min (12:03:00 UTC)"
    )
    asked = state(rest=NOW + 3 * MINUTE)
    assert why_resting(asked, NOW) == "left alone until 12:03:00 UTC: its receiver asked for that"
    assert why_resting(asked, NOW + 3 * MINUTE) == why_resting(None, NOW) == ""


def test_what_waits_behind_another_tells_of_that_one() -> None:
    before = delivery(id=12, tries=1, reason="no answer", due=NOW + MINUTE)
    said = coming(delivery(behind=12), STATE, webhook(), NOW, before)
    assert said.startswith("waits behind delivery 12, of which: next try in 1 min (12:01:00 UTC): it failed once")
    assert coming(delivery(behind=12), STATE, webhook(), NOW) == "waits behind delivery 12"


def test_what_is_due_says_what_keeps_it_from_being_sent_at_once() -> None:
    slow = webhook(rate="1/m", concurrency=4)
    said = coming(delivery(), state(paced=NOW + MINUTE), slow, NOW)
    assert said == "due now; rate 1/m allows the next at 12:01:00 UTC"
    assert coming(delivery(), state(paced=NOW), slow, NOW) == "due now"
    assert coming(delivery(), state(ramp=2), slow, NOW) == "due now; after trouble it is sent 2 at a time"
    assert "one delivery at a time" in coming(delivery(), state(fails=1, ramp=1), slow, NOW)
    assert coming(delivery(), STATE, slow, NOW, sending=False) == "due now; nobody sends just now: feeder run"


def test_a_webhook_that_was_enabled_by_hand_has_its_whole_time_again() -> None:
    old = delivery(tries=1, began=NOW - timedelta(days=30), due=NOW + MINUTE, reason="so")
    assert "none after 2026-01-31 12:00 UTC" in coming(old, STATE, webhook(expires="1d"), NOW)
    assert "none after 2026-03-02 12:00 UTC" in coming(old, state(resumed=NOW), webhook(expires="1d"), NOW)


def test_the_configuration_has_the_first_say_of_how_a_webhook_stands() -> None:
    paused = state(status="paused")
    assert [standing(paused, it) for it in (webhook(), webhook(enabled=False), None)] == [
        "paused",
        "off",
        "removed",
    ]
    assert standing(None, webhook()) == "new"


def test_the_next_moment_is_the_later_of_its_own_and_its_receiver_s() -> None:
    assert next_at(delivery(), state(rest=NOW + MINUTE)) == NOW + MINUTE
    assert next_at(delivery(due=NOW + 2 * MINUTE), state(rest=NOW + MINUTE)) == NOW + 2 * MINUTE
    assert next_at(delivery(state=DeliveryState.DEAD), STATE) is None
