"""What the commands say of deliveries, and do to them."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from feeder.model.delivery import DeliveryState
from feeder.store import again, deliveries, webhooks
from feeder.store.schema_deliveries import delivery
from tests.cli.conftest import STANDING, asked, store_of
from tests.daemon.harness import SECRET
from tests.net.receivers import Receiver, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from feeder.store import Tx
    from tests.cli.conftest import Said
    from tests.daemon.harness import Newsroom

    Feeder = Callable[..., Said]

DELIVERY = {
    *("id", "event", "webhook", "article", "revision", "kind", "state"),
    *("reason", "tries", "crashes", "created", "began", "due", "done", "behind", "lane"),
}
LISTED = DELIVERY | {"slug", "held", "next", "resting"}
ATTEMPT = {
    *("delivery", "number", "at", "took", "phase", "outcome", "reason"),
    *("status", "address", "body", "truncated", "fenced"),
}
REPLAY = ("deliveries", "replay", "--since")


# ---------------------------------------------------------------- list


def test_deliveries_are_listed_by_webhook_state_and_time(feeder: Feeder, newsroom: Newsroom) -> None:
    found = asked(feeder, newsroom, "deliveries", "list", "--json").json
    assert [set(it) for it in found] == [LISTED] * 2
    assert {(it["webhook"], it["state"], it["lane"]) for it in found} == {("partner", "pending", "news")}
    for choice, number in {
        ("--webhook", "partner"): 2,
        ("--state", "pending"): 2,
        ("--state", "held"): 0,
        ("--state", "dead"): 0,
        ("--since", "1h"): 2,
        ("--since", "2999-01-01"): 0,
        ("--limit", "1"): 1,
    }.items():
        assert len(asked(feeder, newsroom, "deliveries", "list", *choice, "--json").json) == number, choice
    assert "pending" in asked(feeder, newsroom, "deliveries", "list").out


def test_what_a_webhook_is_owed_that_is_told_nothing_is_held(feeder: Feeder, newsroom: Newsroom) -> None:
    asked(feeder, newsroom, "webhooks", "pause", "partner")
    held = ("deliveries", "list", "--state", "held")
    assert [(it["held"], it["next"]) for it in asked(feeder, newsroom, *held, "--json").json] == [
        ("paused", None)
    ] * 2
    people = asked(feeder, newsroom, *held).out
    assert people.count("held") == people.count("webhook paused") == 2
    asked(feeder, newsroom, "webhooks", "resume", "partner")
    assert asked(feeder, newsroom, *held, "--json").json == []
    newsroom.configure(webhooks={})
    assert len(asked(feeder, newsroom, *held, "--json").json) == 2, "it left the configuration"


def test_what_waits_says_for_what(feeder: Feeder, newsroom: Newsroom) -> None:
    asked(feeder, newsroom, "articles", "withdraw", "rain")
    with store_of(newsroom) as store, store.write() as tx:
        now = store.now(tx)
        (one,) = deliveries.listed(tx, 1, state=DeliveryState.PENDING)
        deliveries.owe(tx, replace(one, event="msg_next"))
        webhooks.put_all(
            tx, [replace(webhooks.states(tx)["partner"], fails=3, failures=3, rest=now + timedelta(minutes=9))]
        )
    first, second, _ = asked(feeder, newsroom, "deliveries", "list", "--json").json
    assert {first["behind"], second["behind"]} == {one.id, None}
    people = asked(feeder, newsroom, "deliveries", "list").out
    assert f"behind {one.id}" in people
    assert re.search("in [89] min, left alone", people)
    shown = asked(feeder, newsroom, "deliveries", "show", str(first["id"]), "--json").json
    assert shown["next"].startswith(f"waits behind delivery {one.id}, of which: left alone until ")
    assert "after 3 failures in a row" in shown["next"]


# ---------------------------------------------------------------- show


def test_a_delivery_is_shown_with_every_attempt_and_without_its_token(
    feeder: Feeder, newsroom: Newsroom, receiver: Receiver
) -> None:
    newsroom.command("run", "--once")
    shown = asked(feeder, newsroom, "deliveries", "show", "1", "--json").json
    assert set(shown) == DELIVERY | {"slug", "standing", "attempts", "next"}
    assert set(shown["standing"]) == STANDING
    (attempt,) = shown["attempts"]
    assert set(attempt) == ATTEMPT
    assert (shown["state"], attempt["status"], attempt["outcome"]) == ("delivered", 204, "delivered")
    assert shown["next"].startswith("nothing: it was delivered ")
    assert shown["event"] in {heard.headers["webhook-id"] for heard in receiver.heard}
    assert "delivered" in asked(feeder, newsroom, "deliveries", "show", "1").out


def test_a_delivery_that_failed_shows_what_was_answered_and_what_comes_next(
    feeder: Feeder, newsroom: Newsroom
) -> None:
    with Receiver(answer(503, b"closed for lunch")) as receiver:
        newsroom.configure(webhooks={"partner": _partner(newsroom, receiver)})
        newsroom.command("run", "--once", status=1)
    people = asked(feeder, newsroom, "deliveries", "show", "1").out
    assert all(word in people for word in ("503", "closed for lunch", "127.0.0.1", "done", "retry"))
    assert "it failed once, lastly with 503" in people
    assert "if it fails again, then after 5 min, 30 min, 2 h, …" in people
    assert "failures in a row" in people or "next try in" in people


def _partner(newsroom: Newsroom, receiver: Receiver) -> dict[str, object]:
    return {"type": "json", "secret": SECRET, **newsroom.webhooks["partner"], "url": receiver.url}


# ---------------------------------------------------------------- retry, replay


def test_deliveries_are_sent_again_under_their_ids(feeder: Feeder, newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.command("run", "--once")
    assert asked(feeder, newsroom, "deliveries", "retry", "1", "--json").json == {"sent_again": 1}
    replayed = asked(feeder, newsroom, *REPLAY, "1h", "--webhook", "partner", "--json").json
    assert set(replayed["replays"][0]) == {"webhook", "sent_again", "since", "gone_on_with"}
    assert replayed["sent_again"] == 1
    assert asked(feeder, newsroom, *REPLAY, "2999-01-01", "--json").json["sent_again"] == 0
    assert {it["lane"] for it in asked(feeder, newsroom, "deliveries", "list", "--json").json} == {
        "news",
        "replay",
    }
    assert "pending (replay)" in asked(feeder, newsroom, "deliveries", "list").out
    newsroom.command("run", "--once")
    ids = [heard.headers["webhook-id"] for heard in receiver.heard]
    assert len(ids) == 4
    assert len(set(ids)) == 2


def test_several_are_retried_at_once_and_those_that_cannot_be_are_counted(
    feeder: Feeder, newsroom: Newsroom
) -> None:
    newsroom.command("run", "--once")
    said = asked(feeder, newsroom, "deliveries", "retry", "1", "2", "2", "77", status=2)
    assert said.out.startswith("2 will be sent again")
    assert said.err.startswith("feeder: 1 of these deliveries do not exist")


def test_a_replay_is_of_all_webhooks_unless_one_is_named(
    feeder: Feeder, newsroom: Newsroom, receiver: Receiver
) -> None:
    partner = _partner(newsroom, receiver)
    newsroom.configure(webhooks={"partner": partner, "other": partner | {"backfill": 1}, "new": partner})
    newsroom.command("run", "--once")
    newsroom.configure(webhooks={"partner": partner, "other": partner | {"backfill": 1}, "never": partner})
    replayed = asked(feeder, newsroom, *REPLAY, "1h", "--json").json
    assert {it["webhook"]: it["sent_again"] for it in replayed["replays"]} == {"partner": 2, "other": 1}
    assert asked(feeder, newsroom, *REPLAY, "1h", "--state", "held", status=2).err


def test_a_replay_that_was_interrupted_is_gone_on_with_and_says_so(
    feeder: Feeder, newsroom: Newsroom, receiver: Receiver
) -> None:
    newsroom.command("run", "--once")
    with store_of(newsroom) as store, store.write() as tx:
        now = store.now(tx)
        states = [DeliveryState.DELIVERED, DeliveryState.DEAD]
        key = again.begin(tx, "partner", states, now - timedelta(hours=1), now)
        again.go_on(tx, key, now, 1)
    (going,) = asked(feeder, newsroom, "status", "--json").json["replays"]
    assert (going["webhook"], going["sent_again"], going["looked_at"]) == ("partner", 1, 0.5)
    assert "1 so far, 50% looked at" in asked(feeder, newsroom, "status").out
    said = asked(feeder, newsroom, *REPLAY, "30m", "--json")
    assert "goes on with an interrupted replay since " in said.err
    assert said.json["sent_again"] == 2
    assert said.json["replays"][0]["gone_on_with"] is True
    newsroom.command("run", "--once")
    assert len(receiver.heard) == 4, "each once more, and none twice"


def test_a_long_replay_tells_on_a_terminal_how_far_it_is(
    feeder: Feeder, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.command("run", "--once")
    monkeypatch.setattr(again, "STEP", 1)
    assert asked(feeder, newsroom, *REPLAY, "1h", "--state", "dead").err == "", "it is no terminal"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    said = asked(feeder, newsroom, *REPLAY, "1h")
    assert said.err.startswith("\rpartner: 1 so far, 50 %\rpartner: 2 so far, 100 %")
    assert said.err.endswith("\n")


@pytest.mark.parametrize("words", [("retry", "1"), ("replay", "--since", "1h", "--state", "dead")])
def test_the_news_of_what_was_withdrawn_since_is_not_sent_again(
    feeder: Feeder, newsroom: Newsroom, receiver: Receiver, words: tuple[str, ...]
) -> None:
    rain = asked(feeder, newsroom, "articles", "show", "rain", "--json").json["id"]
    with store_of(newsroom) as store, store.write() as tx:
        found = {it.article: it.id for it in deliveries.listed(tx, 9)}
        for key in found.values():
            _set(tx, key, "dead")
    asked(feeder, newsroom, "articles", "withdraw", "rain")
    if words[0] == "retry":
        words = ("retry", str(found[rain]))
    feeder("deliveries", *words, "--config", newsroom.config)
    newsroom.command("run", "--once")
    told = [heard.body for heard in receiver.heard]
    assert not [it for it in told if b"article.published" in it and b"Rain" in it]
    assert [it for it in told if b"article.withdrawn" in it]


def _set(tx: Tx, key: int, state: str) -> None:
    tx.execute(update(delivery).where(delivery.c.id == key).values(state=state))


# ---------------------------------------------------------------- why


def test_why_tells_what_was_decided_and_what_comes_next(feeder: Feeder, newsroom: Newsroom) -> None:
    why = asked(feeder, newsroom, "why", "rain", "partner", "--json").json
    assert set(why) == {"article", "webhook", "taken_in", "before_webhook", "first_look", "bar", "events", "next"}
    assert set(why["article"]) == {"id", "slug", "title", "state"}
    assert set(why["webhook"]) == STANDING | {"name"}
    (event,) = why["events"]
    assert set(event) == {"revision", "kind", "at", "owed", "why", "delivery", "state", "reason", "attempts"}
    assert (event["owed"], event["why"]) == (True, "it gets everything")
    assert why["next"] == "delivery 1: due now; nobody sends just now: feeder run"
    newsroom.command("run", "--once")
    people = asked(feeder, newsroom, "why", "rain", "partner").out
    assert "204 No Content" in people
    assert "Next: delivery 1: nothing: it was delivered " in people


def test_why_names_what_holds_a_delivery_and_how_many_follow(feeder: Feeder, newsroom: Newsroom) -> None:
    with store_of(newsroom) as store, store.write() as tx:
        webhooks.set_status(tx, "partner", "disabled", "410 Gone")
        deliveries.owe(tx, replace(deliveries.listed(tx, 1)[0], event="msg_next"))
    article = asked(feeder, newsroom, "deliveries", "show", "2", "--json").json["slug"]
    why = asked(feeder, newsroom, "why", article, "partner")
    assert "held: the webhook is disabled: 410 Gone; feeder webhooks enable partner; 1 more after it" in why.out
