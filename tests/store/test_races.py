"""Two nodes on one PostgreSQL, each in the midst of a transaction that the other does not see."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, text

from feeder.daemon.holding import Holding
from feeder.daemon.publishing import Publishing
from feeder.errors import StoreError
from feeder.model.delivery import DeliveryState, Lane, NoticeKind
from feeder.pipeline.allowance import Busy
from feeder.pipeline.announce import Spread
from feeder.pipeline.claiming import Lease, claim
from feeder.pipeline.settling import reclaim
from feeder.store import Store, again, behind, deliveries, outcomes, published, webhooks
from feeder.store.schema_deliveries import delivery
from tests.daemon.harness import until
from tests.pipeline.outside import options
from tests.pipeline.publishing import output
from tests.samples import NOW, article
from tests.store.test_sending import EVERYTHING, LATER, claimed, fate, owed, state_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from feeder.store import Tx

pytestmark = pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def _wait(store: Store) -> None:
    def waits() -> bool:
        with store.read() as tx:
            return bool(tx.execute(_WAITING).scalar_one())

    until(waits)


class _Other(threading.Thread):
    """Another node, which does this in a transaction of its own."""

    def __init__(self, store: Store, work: Callable[[Tx], object]) -> None:
        super().__init__()
        self._store, self._work = store, work
        self.problems: list[str] = []

    def run(self) -> None:
        try:
            with self._store.write() as tx:
                self._work(tx)
        except StoreError as error:
            self.problems.append(str(error))

    def waits(self) -> None:
        """Begin, and come as far as to where it has to wait for somebody."""
        self.start()
        _wait(self._store)

    def well(self) -> bool:
        self.join()
        return self.problems == []


@pytest.mark.parametrize("what", ["cancel", "again"])
def test_what_is_claimed_at_this_moment_is_left_alone(store: Store, what: str) -> None:
    with store.write() as tx:
        key = owed(tx)
    other = _Other(
        store,
        lambda tx: (
            again.again(tx, NOW, [key])
            if what == "again"
            else deliveries.cancel_pending(tx, article(1).id, "withdrawn", NOW)
        ),
    )
    with store.write() as tx:
        assert claimed(tx, {"partner": 1}) == [key]
        other.waits()
    assert other.well()
    with store.read() as tx:
        assert state_of(tx, key) is DeliveryState.LEASED


def test_what_is_owed_again_behind_something_that_ends_just_then_is_let_go(store: Store) -> None:
    with store.write() as tx:
        first, second = owed(tx), owed(tx, event="msg_2")
        claimed(tx, {"partner": 1})
        # It passed the first one, and was given up.
        tx.execute(delivery.update().where(delivery.c.id == second).values(state="dead", behind=None))
    with store.write() as one:
        assert again.again(one, NOW, [second]) == 1
        with store.write() as two:
            outcomes.settle(two, [fate(first)], NOW)
    with store.write() as tx:
        assert claimed(tx, {"partner": 9}) == []
        behind.unblock_all(tx)
        assert claimed(tx, {"partner": 9}) == [second]


def test_what_takes_the_place_of_something_cancelled_behind_what_ends_just_then_is_let_go(store: Store) -> None:
    with store.write() as tx:
        first, second, third = (owed(tx, number, ordered=True) for number in (1, 2, 3))
        claimed(tx, {"partner": 1})
    other = _Other(store, lambda tx: outcomes.settle(tx, [fate(first)], NOW))
    with store.write() as tx:
        deliveries.cancel(tx, [second], "withdrawn", NOW)
        other.waits()
    assert other.well()
    with store.write() as tx:
        behind.unblock_all(tx)
        assert claimed(tx, {"partner": 9}) == [third]


def test_freeing_what_a_dead_node_held_and_settling_a_late_answer_do_not_wait_for_each_other(store: Store) -> None:
    with store.write() as tx:
        key = owed(tx)
        claimed(tx, {"partner": 1})
    late = NOW + timedelta(hours=1)
    other = _Other(store, lambda _tx: reclaim(store, {}, lambda _tx: late))
    with store.write() as tx:
        webhooks.taken(tx, ["partner"], wait=True)
        other.waits()
        assert outcomes.settle(tx, [fate(key)], NOW) == {(key, "mine")}
    assert other.well()


def test_two_nodes_that_claim_at_the_same_moment_keep_to_a_webhooks_bound(store: Store, store_url: str) -> None:
    with store.write() as tx:
        for number in range(1, 9):
            owed(tx, number)

    def node(its: Store, token: str) -> int:
        with its.write() as tx:
            lease, busy = Lease(NOW, LATER, token, EVERYTHING), Busy({}, 100, 10)
            return len(claim(tx, ["partner"], {}, {"partner": options(concurrency=4)}, busy, lease)[0])

    other = Store(store_url)
    got: list[int] = []

    @event.listens_for(store._writer, "before_cursor_execute")
    def just_before(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM webhook" in statement and "SKIP LOCKED" in statement and not got:
            got.append(node(other, "other"))

    assert (node(store, "mine"), got) == (0, [4])
    other.close()


@pytest.mark.parametrize("free", [2, 6])
def test_webhooks_that_have_nothing_left_take_nobodys_place(store: Store, free: int) -> None:
    with store.write() as tx:
        key = owed(tx, name="last")
        webhooks.register(tx, names := ["none", "nothing", "last"], NOW)
        locked = webhooks.taken(tx, names, wait=True)
        lease, busy = Lease(NOW, LATER, "mine", EVERYTHING), Busy({}, free, 1, wanted=6)
        found, _ = claim(tx, names, locked, dict.fromkeys(names, options(concurrency=2)), busy, lease)
        assert [it.id for it in found] == [key]
        assert (busy.free, busy.leased["none", Lane.NEWS] if free == 6 else 0) == (free - 1, 0)


def test_nothing_counts_as_published_that_was_being_written_at_that_moment(store: Store, tmp_path: Path) -> None:
    with store.write() as tx:
        owed(tx, 1)
    spread = Spread(tmp_path, "https://feeds.post.example/")
    holding = Holding(store, "us", timedelta(minutes=5))
    publishing = Publishing(store, output(tmp_path), holding, lambda: None, spread)
    with store.write() as tx:
        store.in_order(tx)
        key = owed(tx, 2)
        with store.write() as two:  # a notice is not in order with articles, and has the newest id by now
            it = replace(deliveries.listed(two, 1)[0], event="msg_n", article=None, revision=0)
            deliveries.owe(two, replace(it, kind=NoticeKind.SOURCE_FAILING))
        publishing.loop.start()
        _wait(store)
        assert _published(store) < key
    until(lambda: _published(store) > key)
    assert publishing.loop.stop(10)


def _published(store: Store) -> int:
    with store.read() as tx:
        return published.published(tx, store.now(tx)).upto
