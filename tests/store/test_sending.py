"""Deliveries are owed, claimed, settled and sent again, on both stores."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from feeder.model.article import Change
from feeder.model.delivery import Attempt, DeliveryState, Kind, Lane, Notice, NoticeKind, Outcome, Phase
from feeder.model.delivery import owed as fresh
from feeder.store import again, articles, behind, deliveries, losses, outcomes, sending, webhooks
from feeder.store.outcomes import Settled
from feeder.store.schema_deliveries import delivery
from tests.samples import NOW, article

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.store import Store, Tx

LATER = NOW + timedelta(minutes=1)
EVERYTHING = 1_000_000


def owed(
    tx: Tx, number: int = 1, name: str = "partner", due_in: int = 0, event: str = "", *, ordered: bool = False
) -> int:
    it = article(number)
    if not articles.exists(tx, it.id):
        articles.write(tx, it, Change.PUBLISHED, NOW)
    webhooks.register(tx, [*webhooks.states(tx), name], NOW)
    due = NOW + timedelta(seconds=due_in)
    made = fresh(event or f"msg_{number}", name, Kind.PUBLISHED, NOW, due, it.id, 1)
    assert deliveries.owe(tx, made, ordered=ordered)
    return deliveries.listed(tx, 1)[0].id


def claimed(
    tx: Tx, most: dict[str, int], token: str = "mine", now: datetime = NOW, lane: Lane = Lane.NEWS
) -> list[int]:
    return [it.id for it in sending.claim(tx, most, lane, now, now + timedelta(minutes=1), token, EVERYTHING)]


def fate(key: int, state: DeliveryState = DeliveryState.DELIVERED, token: str = "mine") -> Settled:
    due = LATER if state is DeliveryState.PENDING else None
    return Settled(key, token, state, "so", 1, 0, due, NOW)


def state_of(tx: Tx, key: int) -> DeliveryState:
    found = deliveries.get(tx, key)
    assert found is not None
    return found.state


# ---------------------------------------------------------------- claiming


def test_an_event_is_owed_to_a_webhook_once(store: Store) -> None:
    with store.write() as tx:
        owed(tx)
        assert not deliveries.owe(tx, deliveries.listed(tx, 1)[0])
        assert len(deliveries.listed(tx, 10)) == 1


def test_what_is_due_is_claimed_oldest_first_within_the_room_of_each_webhook(store: Store) -> None:
    with store.write() as tx:
        for number in (1, 2, 3):
            owed(tx, number, "a", due_in=-number)
            owed(tx, number, "b", due_in=number)
            owed(tx, number, "c", due_in=-number)
    with store.write() as tx:
        names = ["c", "b", "a", "unknown"]
        assert sending.ready(tx, names, NOW, EVERYTHING, 9).get(Lane.NEWS, []) == ["c", "a"]
        assert sending.ready(tx, names, NOW, EVERYTHING, 1).get(Lane.NEWS, []) == ["c"]
        assert sending.ready(tx, names, NOW, EVERYTHING, 9).get(Lane.REPLAY, []) == []
        found = sending.claim(tx, {"a": 2, "b": 2, "c": 1}, Lane.NEWS, NOW, LATER, "token", EVERYTHING)
        assert sorted((it.webhook, it.event) for it in found) == [("a", "msg_2"), ("a", "msg_3"), ("c", "msg_3")]
        assert {it.state for it in found} == {DeliveryState.LEASED}
        assert sending.under_way(tx, ["a", "b", "c"]) == {("a", Lane.NEWS): 2, ("c", Lane.NEWS): 1}
    with store.write() as tx:
        found = sending.claim(tx, {"a": 5}, Lane.NEWS, NOW, LATER, "other", EVERYTHING)
        assert [it.event for it in found] == ["msg_1"]


def test_nothing_is_claimed_that_may_not_be_sent_yet(store: Store) -> None:
    with store.write() as tx:
        first, second = owed(tx, 1), owed(tx, 2)
        assert [it.id for it in sending.claim(tx, {"partner": 9}, Lane.NEWS, NOW, LATER, "t", first)] == [first]
        assert sending.ready(tx, ["partner"], NOW, first, 9).get(Lane.NEWS, []) == []
        assert sending.ready(tx, ["partner"], NOW, second, 9).get(Lane.NEWS, []) == ["partner"]
        assert sending.ready(tx, [], NOW, second, 9).get(Lane.NEWS, []) == []


def test_two_writers_never_claim_the_same_delivery(store: Store) -> None:
    with store.write() as tx:
        for number in range(1, 41):
            owed(tx, number)
    found: list[int] = []

    def claim(token: str) -> None:
        for _ in range(10):
            with store.write() as tx:
                found.extend(claimed(tx, {"partner": 3}, token))

    threads = [threading.Thread(target=claim, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(set(found)) == 40


# ---------------------------------------------------------------- settling


def test_an_answer_is_written_only_under_the_lease_that_sent_it(store: Store) -> None:
    with store.write() as tx:
        key, other = owed(tx), owed(tx, 2)
        claimed(tx, {"partner": 2})
    with store.write() as tx:
        assert outcomes.settle(tx, [fate(key, token="another"), fate(other)], NOW) == {(other, "mine")}
        assert state_of(tx, key) is DeliveryState.LEASED
        assert outcomes.settle(tx, [fate(key)], LATER) == {(key, "mine")}
        found = deliveries.get(tx, key)
        assert found is not None
        assert (found.state, found.tries, found.done) == (DeliveryState.DELIVERED, 1, LATER)
        assert outcomes.settle(tx, [fate(key)], LATER) == frozenset()


def test_of_a_delivery_that_ended_under_two_leases_only_the_newer_counts(store: Store) -> None:
    with store.write() as tx:
        keys = [owed(tx, 1), owed(tx, 2)]
        claimed(tx, {"partner": 2})
        new = [fate(key) for key in keys]
        old = [fate(key, DeliveryState.PENDING, "another") for key in keys]
        ended = [old[0], new[0], new[1], old[1]]
        assert outcomes.settle(tx, ended, NOW) == {(key, "mine") for key in keys}
        assert [state_of(tx, key) for key in keys] == [DeliveryState.DELIVERED] * 2


def test_only_a_lease_that_has_run_out_is_lost(store: Store) -> None:
    with store.write() as tx:
        key = owed(tx)
        claimed(tx, {"partner": 1})
        assert not losses.any_lost(tx, NOW)
        assert losses.lost(tx, NOW, 10) == ()
        assert [it.id for it in losses.lost(tx, NOW, 10, everything=True)] == [key]
        assert losses.any_lost(tx, NOW + timedelta(hours=1))
        assert [it.id for it in losses.lost(tx, NOW + timedelta(hours=1), 10)] == [key]


def test_attempts_are_kept_with_whatever_bytes_the_receiver_said(store: Store) -> None:
    it = Attempt(
        1, 1, NOW, 0.25, Phase.DONE, Outcome.RETRY, "500", 500, "127.0.0.1", "früh \ufffd", truncated=True
    )
    with store.write() as tx:
        it = replace(it, delivery=owed(tx))
        deliveries.log_all(tx, [it, replace(it, number=2, status=None, address=None, fenced=True)])
        first, second = deliveries.attempts(tx, it.delivery)
    assert (first, second.number, second.status, second.fenced) == (it, 2, None, True)


def test_an_attempt_is_written_with_its_outcome_and_fenced_where_its_lease_was_lost(store: Store) -> None:
    tried = Attempt(1, 1, NOW, 0.25, Phase.DONE, Outcome.DELIVERED, '204 {no}, "content"', body="ü\\, {}")
    with store.write() as tx:
        keys = [owed(tx, number) for number in (1, 2, 3)]
        claimed(tx, {"partner": 3})
        # The third was not sent after all; the first ended under two leases.
        fates = [fate(keys[0], token="lost"), fate(keys[1]), fate(keys[2]), fate(keys[0])]
        made = [replace(tried, delivery=key) for key in (keys[0], keys[1], keys[0])]
        outcomes.settle(tx, fates, NOW, [made[0], made[1], None, made[2]])
        found = [deliveries.attempts(tx, key) for key in keys]
    assert found == [(replace(made[0], fenced=True), made[2]), (made[1],), ()]


@pytest.mark.parametrize("mixed", [False, True])
def test_of_many_that_ended_at_once_each_is_written_as_it_ended(store: Store, *, mixed: bool) -> None:
    def ended(number: int) -> Settled:
        state = DeliveryState.PENDING if mixed and number % 3 == 0 else DeliveryState.DELIVERED
        return fate(keys[number], state, "lost" if mixed and number % 5 == 0 else "mine")

    tried = Attempt(1, 1, NOW, 0.25, Phase.DONE, Outcome.DELIVERED, "204 No Content", 204, "192.0.2.1")
    with store.write() as tx:
        keys = [owed(tx, number) for number in range(1, 41)]
        claimed(tx, {"partner": 40})
        fates = [ended(number) for number in range(40)]
        made = [replace(tried, delivery=key) for key in keys]
        assert outcomes.settle(tx, fates, LATER, made) == {
            (it.delivery, "mine") for it in fates if it.token == "mine"
        }
        for it, attempt in zip(fates, made, strict=True):
            lost = it.token == "lost"
            assert deliveries.attempts(tx, it.delivery) == (replace(attempt, fenced=lost),)
            found = deliveries.get(tx, it.delivery)
            assert found is not None
            assert found.state == (DeliveryState.LEASED if lost else it.state)
            assert (found.reason, found.tries) == (("", 0) if lost else ("so", 1))
            assert (found.token, found.done) == (
                ("mine", None) if lost else (None, LATER if it.state is DeliveryState.DELIVERED else None)
            )


# ---------------------------------------------------------------- one behind the other


def test_what_waits_of_an_article_can_be_cancelled_and_what_is_under_way_is_left_alone(store: Store) -> None:
    with store.write() as tx:
        flying, waiting = owed(tx, 1, "flying"), owed(tx, 1, "waiting")
        claimed(tx, {"flying": 1})
        deliveries.cancel_pending(tx, article(1).id, "withdrawn", NOW)
        assert state_of(tx, flying) is DeliveryState.LEASED
        assert state_of(tx, waiting) is DeliveryState.CANCELLED


def test_of_one_article_one_delivery_after_the_other_is_sent_to_a_webhook(store: Store) -> None:
    with store.write() as tx:
        first, later, other = owed(tx), owed(tx, event="msg_2"), owed(tx, 3)
        assert claimed(tx, {"partner": 9}) == [first, other]
        outcomes.settle(tx, [fate(first, DeliveryState.PENDING)], NOW)
        assert claimed(tx, {"partner": 9}) == [], "a try to come holds the later one back"
        assert claimed(tx, {"partner": 9}, now=LATER) == [first]
        outcomes.settle(tx, [fate(first)], LATER)
        assert claimed(tx, {"partner": 9}, now=LATER) == [later]


def test_an_ordered_webhook_gets_everything_one_after_the_other(store: Store) -> None:
    with store.write() as tx:
        keys = [owed(tx, number, ordered=True) for number in (1, 2, 3)]
        for key in keys:
            assert claimed(tx, {"partner": 9}) == [key]
            assert claimed(tx, {"partner": 9}) == []
            outcomes.settle(tx, [fate(key)], NOW)
        assert claimed(tx, {"partner": 9}) == []


def test_what_is_cancelled_leaves_its_place_to_those_behind(store: Store) -> None:
    with store.write() as tx:
        first, second, third, fourth = (owed(tx, number, ordered=True) for number in (1, 2, 3, 4))
        deliveries.cancel(tx, [second, third], "withdrawn", NOW)
        assert claimed(tx, {"partner": 9}) == [first], "the last stands behind the first now"
        outcomes.settle(tx, [fate(first)], NOW)
        assert claimed(tx, {"partner": 9}) == [fourth]


def test_what_was_owed_behind_something_that_ended_just_then_is_let_go(store: Store) -> None:
    with store.write() as tx:
        first, second = owed(tx), owed(tx, event="msg_2")
        third = owed(tx, event="msg_3")
        claimed(tx, {"partner": 1})
        # As another node leaves it that did not see the second one.
        tx.execute(delivery.update().where(delivery.c.id == first).values(state="delivered"))
        assert claimed(tx, {"partner": 9}) == []
        behind.unblock(tx, 0, EVERYTHING)
        assert claimed(tx, {"partner": 9}) == [second]
        behind.unblock(tx, 0, EVERYTHING)
        outcomes.settle(tx, [fate(second)], NOW)
        assert claimed(tx, {"partner": 9}) == [third]


# ---------------------------------------------------------------- again


def test_deliveries_are_sent_again_under_their_id_with_a_new_schedule(store: Store) -> None:
    with store.write() as tx:
        key = owed(tx)
        claimed(tx, {"partner": 1})
        assert again.again(tx, LATER, [key]) == 0, "what is under way is left alone"
        outcomes.settle(tx, [fate(key, DeliveryState.DEAD)], NOW)
        assert again.again(tx, LATER, [key]) == 1
        found = deliveries.get(tx, key)
    assert found is not None
    assert (found.event, found.state, found.tries, found.due) == ("msg_1", DeliveryState.PENDING, 0, LATER)
    assert (found.began, found.lane) == (LATER, Lane.NEWS)


def test_what_is_sent_again_stays_before_what_came_after_it(store: Store) -> None:
    with store.write() as tx:
        first = owed(tx)
        claimed(tx, {"partner": 1})
        outcomes.settle(tx, [fate(first, DeliveryState.DEAD)], NOW)
        second, third = owed(tx, event="msg_2"), owed(tx, event="msg_3")
        again.again(tx, NOW, [first])
        for key in (first, second, third):
            assert claimed(tx, {"partner": 9}) == [key]
            outcomes.settle(tx, [fate(key)], NOW)
        again.again(tx, NOW, [third, first])
        assert claimed(tx, {"partner": 9}) == [first]


def _ended(tx: Tx, number: int, state: DeliveryState) -> list[int]:
    keys = [owed(tx, nth) for nth in range(1, number + 1)]
    claimed(tx, {"partner": number})
    outcomes.settle(tx, [fate(key, state) for key in keys], NOW)
    return keys


def test_a_replay_goes_on_where_it_was_and_sends_each_once(store: Store) -> None:
    with store.write() as tx:
        keys = _ended(tx, 5, DeliveryState.DEAD)
        one = again.begin(tx, "partner", [DeliveryState.DEAD], NOW, LATER)
        step = again.go_on(tx, one, LATER, 2)
        assert step is not None
        assert (step.cursor, step.number, step.done) == (keys[1], 2, None)
    with store.write() as tx:
        # What was sent again and died again is not sent a third time by the same replay.
        assert claimed(tx, {"partner": 2}, now=LATER, lane=Lane.REPLAY) == keys[:2]
        outcomes.settle(tx, [fate(key, DeliveryState.DEAD) for key in keys[:2]], LATER)
        assert again.begin(tx, "partner", [DeliveryState.DEAD], NOW, LATER) == one
        assert again.unfinished(tx, LATER + timedelta(seconds=1)) == one
        steps = [again.go_on(tx, one, LATER, 2) for _ in range(3)]
        assert [(it.number, it.done is not None) for it in steps if it] == [(4, False), (5, True), (5, True)]
        assert again.unfinished(tx, LATER + timedelta(days=1)) is None
        assert claimed(tx, {"partner": 9}, now=LATER) == [], "it has a lane of its own"
        assert claimed(tx, {"partner": 9}, now=LATER, lane=Lane.REPLAY) == keys[2:]
        assert again.go_on(tx, one + 1, LATER, 2) is None


# ---------------------------------------------------------------- webhooks and notices


def test_a_webhook_comes_leaves_and_comes_back(store: Store) -> None:
    with store.write() as tx:
        assert webhooks.register(tx, ["a", "b"], NOW) == ("a", "b")
        assert webhooks.register(tx, ["a"], LATER) == ()
        assert webhooks.states(tx)["b"].left == LATER
        assert webhooks.register(tx, ["a", "b"], LATER) == ()
        assert [it.left for it in webhooks.states(tx).values()] == [None, None]


def test_a_webhook_that_is_resumed_starts_afresh(store: Store) -> None:
    with store.write() as tx:
        webhooks.register(tx, ["a"], NOW)
        bad = replace(
            webhooks.states(tx)["a"], status="disabled", reason="410", fails=3, failures=9, ramp=1, rest=LATER
        )
        webhooks.put_all(tx, [bad])
        assert webhooks.taken(tx, ["a", "unknown"], wait=True) == {"a": bad}
        assert webhooks.resume(tx, "a", LATER)
        assert not webhooks.resume(tx, "unknown", LATER)
        assert webhooks.states(tx)["a"] == webhooks.WebhookState("a", NOW, resumed=LATER)


def test_a_notice_is_kept_once_and_owed_like_an_event(store: Store) -> None:
    it = Notice("msg_n", NoticeKind.SOURCE_FAILING, NOW, "wire", "it fails")
    with store.write() as tx:
        assert deliveries.put_notice(tx, it)
        assert not deliveries.put_notice(tx, it)
        webhooks.register(tx, ["partner"], NOW)
        key = owed(tx)
        first = deliveries.get(tx, key)
        assert first is not None
        notice = replace(first, event="msg_n", article=None, revision=0, kind=NoticeKind.SOURCE_FAILING)
        assert deliveries.owe(tx, notice)
        found = deliveries.listed(tx, 1)[0]
        assert (found.article, found.kind, found.behind) == (None, NoticeKind.SOURCE_FAILING, None)
        assert deliveries.get_notice(tx, found.event) == it
        assert deliveries.get_notice(tx, "msg_1") is None


def test_what_waits_for_another_try_can_be_hurried(store: Store) -> None:
    with store.write() as tx:
        tried, fresh = owed(tx, 1), owed(tx, 2, due_in=3600)
        claimed(tx, {"partner": 1})
        outcomes.settle(tx, [fate(tried, DeliveryState.PENDING)], NOW)
        assert deliveries.hurry(tx, "partner", NOW) == 1
        assert claimed(tx, {"partner": 9}) == [tried], "what is gathered for a schedule is left alone"
        assert deliveries.hurry(tx, "partner", NOW) == 0
        assert fresh
