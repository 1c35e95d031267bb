"""What the commands say of deliveries and webhooks, and do to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feeder.store import webhooks
from tests.cli.conftest import asked, store_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Said
    from tests.daemon.harness import Newsroom
    from tests.net.receivers import Receiver

    Feeder = Callable[..., Said]

DELIVERY = {
    *("id", "event", "webhook", "article", "revision", "kind", "state"),
    *("reason", "tries", "crashes", "created", "due", "done"),
}
ATTEMPT = {
    *("delivery", "number", "at", "took", "phase", "outcome", "reason"),
    *("status", "address", "body", "truncated", "fenced"),
}
WEBHOOK = {
    *("name", "type", "status", "reason", "since", "delivered"),
    *("waiting", "dead", "cancelled", "oldest_waiting"),
}


# ---------------------------------------------------------------- deliveries, why


def test_deliveries_are_listed_by_webhook_state_and_time(feeder: Feeder, newsroom: Newsroom) -> None:
    found = asked(feeder, newsroom, "deliveries", "list", "--json").json
    assert [set(it) for it in found] == [DELIVERY | {"slug"}] * 2
    assert {(it["webhook"], it["state"]) for it in found} == {("partner", "pending")}
    for choice, number in {
        ("--webhook", "partner"): 2,
        ("--state", "pending"): 2,
        ("--state", "dead"): 0,
        ("--since", "1h"): 2,
        ("--since", "2999-01-01"): 0,
        ("--limit", "1"): 1,
    }.items():
        assert len(asked(feeder, newsroom, "deliveries", "list", *choice, "--json").json) == number, choice
    assert "pending" in asked(feeder, newsroom, "deliveries", "list").out


def test_a_delivery_is_shown_with_every_attempt_and_without_its_token(
    feeder: Feeder, newsroom: Newsroom, receiver: Receiver
) -> None:
    newsroom.command("run", "--once")
    shown = asked(feeder, newsroom, "deliveries", "show", "1", "--json").json
    assert set(shown) == DELIVERY | {"attempts"}
    (attempt,) = shown["attempts"]
    assert set(attempt) == ATTEMPT
    assert (shown["state"], attempt["status"], attempt["outcome"]) == ("delivered", 204, "delivered")
    assert shown["event"] in {heard.headers["webhook-id"] for heard in receiver.heard}
    assert "delivered" in asked(feeder, newsroom, "deliveries", "show", "1").out


def test_deliveries_are_sent_again_under_their_ids(feeder: Feeder, newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.command("run", "--once")
    assert asked(feeder, newsroom, "deliveries", "retry", "1", "--json").json == {"sent_again": 1}
    replay = ("deliveries", "replay", "--webhook", "partner", "--since")
    assert asked(feeder, newsroom, *replay, "1h", "--json").json == {"sent_again": 1}
    assert asked(feeder, newsroom, *replay, "2999-01-01", "--json").json == {"sent_again": 0}
    newsroom.command("run", "--once")
    ids = [heard.headers["webhook-id"] for heard in receiver.heard]
    assert len(ids) == 4
    assert len(set(ids)) == 2


def test_why_tells_what_was_decided_and_what_comes_next(feeder: Feeder, newsroom: Newsroom) -> None:
    why = asked(feeder, newsroom, "why", "rain", "partner", "--json").json
    assert set(why) == {"article", "webhook", "taken_in", "before_webhook", "first_look", "bar", "events", "next"}
    assert set(why["article"]) == {"id", "slug", "title", "state"}
    assert set(why["webhook"]) == {"name", "status", "since"}
    (event,) = why["events"]
    assert set(event) == {"revision", "kind", "at", "owed", "why", "delivery", "state", "reason", "attempts"}
    assert (event["owed"], event["why"]) == (True, "it gets everything")
    assert why["next"].startswith("delivery 1 is due ")
    newsroom.command("run", "--once")
    people = asked(feeder, newsroom, "why", "rain", "partner").out
    assert "204 No Content" in people
    assert "Next: nothing is owed" in people


# ---------------------------------------------------------------- webhooks


def test_webhooks_are_listed_with_what_they_got_and_are_owed(feeder: Feeder, newsroom: Newsroom) -> None:
    (row,) = asked(feeder, newsroom, "webhooks", "list", "--json").json
    assert set(row) == WEBHOOK
    assert (row["name"], row["type"], row["status"], row["waiting"]) == ("partner", "json", "active", 2)
    newsroom.configure(webhooks={})
    (row,) = asked(feeder, newsroom, "webhooks", "list", "--json").json
    assert (row["status"], row["waiting"]) == ("removed", 2)


def test_a_webhook_is_paused_resumed_and_enabled(feeder: Feeder, newsroom: Newsroom) -> None:
    for verb, status in {"pause": "paused", "resume": "active", "enable": "active"}.items():
        changed = asked(feeder, newsroom, "webhooks", verb, "partner", "--json").json
        assert changed == {"webhook": "partner", "status": status}
        with store_of(newsroom) as store, store.read() as tx:
            assert webhooks.states(tx)["partner"].status == status
    asked(feeder, newsroom, "webhooks", "pause", "partner")
    why = asked(feeder, newsroom, "why", "rain", "partner", "--json").json
    assert why["next"] == "waits: the webhook is paused (feeder webhooks resume)"


def test_a_webhook_that_has_not_run_yet_cannot_be_paused(feeder: Feeder, empty: Newsroom) -> None:
    assert "has not run yet" in asked(feeder, empty, "webhooks", "pause", "partner", status=2).err


def test_a_test_sends_one_event_and_stores_nothing(feeder: Feeder, empty: Newsroom, receiver: Receiver) -> None:
    facts = asked(feeder, empty, "webhooks", "test", "partner", "--json").json
    assert set(facts) == {
        *("webhook", "id", "article", "phase", "milliseconds"),
        *("address", "status", "outcome", "reason", "answer"),
    }
    assert (facts["status"], facts["outcome"]) == (204, "delivered")
    assert [heard.headers["webhook-id"] for heard in receiver.heard] == [facts["id"]]
    assert asked(feeder, empty, "deliveries", "list", "--json").json == []
