"""The leases of a node: believed in for less time than others wait."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from feeder.daemon.holding import Holding
from feeder.store import Store, hints, published
from feeder.store.schema import lease
from tests import postgres, tables
from tests.daemon.harness import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

LEASE = timedelta(seconds=30)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(params=["direct", "pooled"], scope="module")
def server(request: pytest.FixtureRequest, postgres_server: str) -> Iterator[tuple[str, str]]:
    if request.param == "direct":
        yield postgres_server, postgres_server
        return
    with postgres.pooled(postgres_server) as pool:
        yield postgres_server, pool


@pytest.fixture
def shared(server: tuple[str, str]) -> Iterator[Store]:
    store = Store(server[1] % postgres.name_of(server[0], tables.on_server(server[0])))
    yield store
    store.close()


def _until(store: Store) -> dict[str, datetime]:
    with store.read() as tx:
        return {row.name: row.until for row in tx.execute(select(lease))}


def test_a_lease_is_one_nodes_and_is_prolonged_by_thirds(shared: Store) -> None:
    clock = Clock()
    one, two = Holding(shared, "one", LEASE, clock), Holding(shared, "two", LEASE, clock)
    assert one.take("x")
    assert not two.take("x")
    first = _until(shared)
    clock.seconds += 9
    one.renew()
    assert _until(shared) == first
    clock.seconds += 2
    one.renew()
    assert _until(shared)["x"] > first["x"]
    with shared.write() as tx:
        one.release(tx, "x")
    assert two.take("x")
    two.release_all()
    assert _until(shared) == {}


def test_who_was_held_up_believes_in_no_lease_and_finds_it_taken(shared: Store) -> None:
    clock = Clock()
    one, two = Holding(shared, "one", timedelta(), clock), Holding(shared, "two", LEASE, clock)
    assert one.take("x")  # and it is over at once
    assert not one.mine("x")
    assert two.take("x")
    one.renew()
    assert not one.take("x")
    assert two.mine("x")


def test_the_stores_moment_is_the_same_for_nodes_whose_clocks_differ(shared: Store) -> None:
    with shared.read() as tx:
        first = shared.now(tx)
        assert shared.now(tx) > first, "it goes on within a transaction"
    assert first.utcoffset() == timedelta()


def test_an_embedded_store_needs_no_leases(tmp_path_factory: pytest.TempPathFactory) -> None:
    store = Store(tables.in_folder(tmp_path_factory.mktemp("store")))
    holding = Holding(store, "one", LEASE)
    assert holding.take("x")
    assert holding.mine("x")
    holding.renew()
    holding.release_all()
    assert _until(store) == {}
    store.close()


def test_deliveries_wait_for_the_slowest_folder_that_somebody_keeps(shared: Store) -> None:
    def upto() -> tuple[int, bool]:
        with shared.read() as tx:
            it = published.published(tx, shared.now(tx))
        return it.upto, it.lives

    one, two = Holding(shared, "one", LEASE), Holding(shared, "two", LEASE)
    assert upto() == (0, False)
    with shared.write() as tx:
        published.reach(tx, "folder a", 7)
        published.reach(tx, "folder b", 5)
        published.reach(tx, "folder b", 4)
    assert upto() == (7, False), "what once was in a folder may be sent"
    assert one.take("folder a")
    assert upto() == (7, True)
    assert two.take("folder b")
    assert upto() == (5, True)
    assert one.take("folder new")
    assert upto() == (5, True), "a folder that was never written is nobody's yet"
    two.release_all()
    assert upto() == (7, True)


def test_a_hint_is_heard_when_its_transaction_commits_and_not_through_a_pooler(
    shared: Store, server: tuple[str, str]
) -> None:
    heard: list[str] = []
    ending = threading.Event()
    listening = threading.Thread(target=lambda: shared.listen(heard.append, ending))
    listening.start()
    if server[0] != server[1]:
        listening.join(20)
        assert not listening.is_alive(), "it says so at once"
        return

    def said() -> list[str]:
        with suppress(ZeroDivisionError), shared.write() as tx:
            hints.hint(tx, "never")
            raise ZeroDivisionError
        with shared.write() as tx:
            hints.hint(tx, hints.FEEDS)
            hints.hint(tx, hints.FEEDS)
        return heard

    until(said)
    ending.set()
    listening.join(20)
    assert set(heard) == {hints.FEEDS}
