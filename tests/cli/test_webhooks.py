"""What the commands say of webhooks, and do to them; and what of all that a person has to see to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from feeder.model.delivery import Outcome
from feeder.pipeline.settling import lost_attempt
from feeder.store import deliveries, webhooks
from tests.cli.conftest import WEBHOOK, asked, store_of
from tests.net.receivers import Receiver, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Said
    from tests.daemon.harness import Newsroom

    Feeder = Callable[..., Said]


def stand(newsroom: Newsroom, **changes: Any) -> None:
    """Let `partner` stand like that; moments are counted from now."""
    with store_of(newsroom) as store, store.write() as tx:
        now = store.now(tx)
        moments = {key: now + value for key, value in changes.items() if isinstance(value, timedelta)}
        webhooks.put_all(tx, [replace(webhooks.states(tx)["partner"], **changes | moments)])


def test_webhooks_are_listed_with_what_they_got_and_are_owed(feeder: Feeder, newsroom: Newsroom) -> None:
    (row,) = asked(feeder, newsroom, "webhooks", "list", "--json").json
    assert set(row) == WEBHOOK
    assert (row["name"], row["type"], row["status"]) == ("partner", "json", "active")
    assert (row["waiting"], row["held"], row["note"]) == (2, 0, "")
    newsroom.configure(webhooks={})
    (row,) = asked(feeder, newsroom, "webhooks", "list", "--json").json
    assert (row["status"], row["waiting"], row["held"], row["kept_until"]) == ("removed", 2, 2, None)
    newsroom.command("run", "--once")
    (row,) = asked(feeder, newsroom, "webhooks", "list", "--json").json
    assert row["note"] == (
        f"the webhook is not in the configuration; what it is owed is kept until "
        f"{row['kept_until'][:16].replace('T', ' ')} UTC"
    )


def test_a_receiver_in_trouble_says_since_when_how_often_and_until_when_it_is_left_alone(
    feeder: Feeder, newsroom: Newsroom
) -> None:
    newsroom.configure(
        webhooks={"partner": {**newsroom.webhooks["partner"], "type": "json", "secret": "whsec_" + "A" * 32}}
        | {"slow": {**newsroom.webhooks["partner"], "type": "json", "secret": "whsec_" + "A" * 32, "rate": "10/s"}}
    )
    stand(
        newsroom,
        fails=4,
        failures=5,
        failing_since=-timedelta(hours=3),
        rest=timedelta(minutes=7),
        ramp=1,
    )
    row, slow = asked(feeder, newsroom, "webhooks", "list", "--json").json
    assert (row["failures"], row["ramp"], row["concurrency"]) == (5, 1, 2)
    assert row["note"].endswith(" after 4 failures in a row")
    assert (slow["status"], slow["rate"]) == ("new", "10/s")
    people = asked(feeder, newsroom, "webhooks", "list").out
    assert all(word in people for word in ("1 of 2", "5 in a row, first 3 h ago", "2, 10/s", "left alone until"))
    stand(newsroom, fails=0)
    assert (
        asked(feeder, newsroom, "webhooks", "list", "--json")
        .json[0]["note"]
        .endswith("its receiver asked for that")
    )


def test_a_webhook_is_paused_resumed_and_enabled(feeder: Feeder, newsroom: Newsroom) -> None:
    paused = asked(feeder, newsroom, "webhooks", "pause", "partner", "--json").json
    assert paused == {"webhook": "partner", "status": "paused", "held": 2}
    why = asked(feeder, newsroom, "why", "rain", "partner", "--json").json
    assert why["next"].endswith("held: the webhook is paused; feeder webhooks resume partner")
    assert asked(feeder, newsroom, "status").status == 0, "whoever paused it knows"
    for verb in ("resume", "enable"):
        stand(newsroom, status="disabled", reason="410 Gone", fails=3, failures=9, ramp=1, rest=timedelta(hours=1))
        changed = asked(feeder, newsroom, "webhooks", verb, "partner", "--json").json
        assert changed == {"webhook": "partner", "status": "active", "let_go": 2}
        with store_of(newsroom) as store, store.read() as tx:
            state = webhooks.states(tx)["partner"]
            assert (state.status, state.fails, state.failures, state.ramp, state.rest) == (
                "active",
                0,
                0,
                None,
                None,
            )
            assert state.resumed is not None
    said = asked(feeder, newsroom, "webhooks", "enable", "partner").out
    assert said == "partner: active; 2 deliveries that wait are sent from now on\n"


def test_enabling_a_blocked_webhook_says_what_has_to_be_allowed(feeder: Feeder, empty: Newsroom) -> None:
    empty.story("rain.txt", "Rain over the coast")
    empty.configure(network={"allow": []}, webhooks={})
    empty.command("run", "--once")
    partner = {**empty.webhooks["partner"], "type": "json", "secret": "whsec_" + "A" * 32, "backfill": 5}
    empty.configure(network={"allow": []}, webhooks={"partner": partner})
    empty.command("run", "--once", status=1)
    (problem,) = asked(feeder, empty, "status", "--json", status=1).json["problems"]
    assert "network: {allow: [127.0.0.0/8]}" in problem
    assert (
        asked(feeder, empty, "why", "rain", "partner", "--json")
        .json["next"]
        .startswith(
            "delivery 1: held: the webhook is blocked, 127.0.0.1 is a private address; to allow it add network:"
        )
    )
    said = asked(feeder, empty, "webhooks", "enable", "partner").out
    assert "unless that has changed it will be blocked again: 127.0.0.1 is a private address" in said
    assert "add network: {allow: [127.0.0.0/8]}" in said


def test_a_webhook_that_is_switched_off_is_not_switched_on_by_hand(feeder: Feeder, newsroom: Newsroom) -> None:
    partner = {**newsroom.webhooks["partner"], "type": "json", "secret": "whsec_" + "A" * 32, "enabled": False}
    newsroom.configure(webhooks={"partner": partner})
    changed = asked(feeder, newsroom, "webhooks", "resume", "partner", "--json").json
    assert changed == {"webhook": "partner", "status": "off", "let_go": 0}
    assert "enabled: false" in asked(feeder, newsroom, "webhooks", "resume", "partner").out


@pytest.mark.parametrize("verb", ["pause", "resume", "enable"])
def test_a_webhook_that_has_not_run_yet_cannot_be_changed(feeder: Feeder, empty: Newsroom, verb: str) -> None:
    assert "has not run yet" in asked(feeder, empty, "webhooks", verb, "partner", status=2).err


def test_a_test_sends_one_event_and_stores_nothing(feeder: Feeder, empty: Newsroom, receiver: Receiver) -> None:
    facts = asked(feeder, empty, "webhooks", "test", "partner", "--json").json
    assert set(facts) == {
        *("webhook", "id", "article", "phase", "milliseconds"),
        *("address", "status", "outcome", "reason", "answer"),
    }
    assert (facts["status"], facts["outcome"]) == (204, "delivered")
    assert [heard.headers["webhook-id"] for heard in receiver.heard] == [facts["id"]]
    assert asked(feeder, empty, "deliveries", "list", "--json").json == []


# ---------------------------------------------------------------- what a person has to see to


def test_the_status_counts_what_waits_what_is_held_and_what_was_given_up(
    feeder: Feeder, newsroom: Newsroom
) -> None:
    facts = asked(feeder, newsroom, "status", "--json").json
    assert (facts["backlog"], facts["held"], facts["dead"], facts["leases_lost"]) == (2, 0, 0, 0)
    stand(newsroom, status="disabled", reason="410 Gone")
    facts = asked(feeder, newsroom, "status", "--json", status=1).json
    assert (facts["backlog"], facts["held"]) == (2, 2)
    assert facts["problems"] == [
        "webhook partner: the webhook is disabled: 410 Gone; feeder webhooks enable partner"
    ]
    assert "2 waiting, the oldest for " in asked(feeder, newsroom, "status", status=1).out


def test_the_status_counts_what_was_lost_with_its_sender(feeder: Feeder, newsroom: Newsroom) -> None:
    with store_of(newsroom) as store, store.write() as tx:
        (it,) = deliveries.listed(tx, 1)
        now = store.now(tx)
        lost = lost_attempt(it, now)
        late = replace(lost, outcome=Outcome.DELIVERED, fenced=True)
        deliveries.log_all(
            tx, [lost, late, replace(late, fenced=False), replace(lost, at=now - timedelta(days=2))]
        )
    assert asked(feeder, newsroom, "status", "--json").json["leases_lost"] == 2
    assert "2 attempts with their sender, within a day" in asked(feeder, newsroom, "status").out


def test_a_webhook_that_fails_for_days_needs_a_person(feeder: Feeder, newsroom: Newsroom) -> None:
    stand(newsroom, failures=6, fails=6, failing_since=-timedelta(days=3), warned=True)
    (problem,) = asked(feeder, newsroom, "status", "--json", status=1).json["problems"]
    assert problem.startswith("webhook partner: failed 6 times in a row since ")
    assert "feeder deliveries list --webhook partner" in problem


def test_what_was_given_up_needs_a_person(feeder: Feeder, newsroom: Newsroom) -> None:
    with Receiver(answer(400, b"no", (("webhook-delivery", "abort-message"),))) as receiver:
        partner = {"type": "json", "url": receiver.url, "secret": "whsec_" + "A" * 32}
        newsroom.configure(webhooks={"partner": partner})
        newsroom.command("run", "--once", status=1)
    facts = asked(feeder, newsroom, "status", "--json", status=1).json
    assert facts["dead"] == 2
    assert facts["problems"][0].startswith("webhook partner: 2 deliveries given up; feeder deliveries list")
