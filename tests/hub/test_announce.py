"""What was published -> who is owed it: once for each change, also when we were killed in between."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, text

from feeder.daemon.holding import Holding
from feeder.daemon.publishing import Publishing
from feeder.model.delivery import DeliveryState, TopicKind
from feeder.model.topic import Intent, Mode, Protocol, hub_name
from feeder.pipeline.announce import Spread, announce, etag_of
from feeder.pipeline.output import Document
from feeder.store import deliveries, outcomes, sending, subscriptions, topics
from feeder.store.outcomes import Settled
from tests.daemon.harness import until
from tests.hub.scene import Scene, Subscriber
from tests.samples import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.store import Store

URL = "https://feeds.post.example/"
HUB = "https://hub.example/publish"


def _documents(folder: Path, said: str, *names: str) -> list[Document]:
    """As a publisher leaves them."""
    body = said.encode()
    for name in names or ("all",):
        (folder / f"{name}.atom").write_bytes(body)
    return [Document(name, "atom", f"{name}.atom", etag_of(body), written=True) for name in names or ("all",)]


def _spread(folder: Path, hub: str = "https://post.example/hub", hubs: tuple[str, ...] = ()) -> Spread:
    return Spread(folder, URL, hubs, hub)


def _subscribe(store: Store, number: int, address: str = f"{URL}all.atom") -> None:
    with store.write() as tx:
        key = topics.id_at(tx, address)
        assert key is not None
        for nth in range(number):
            asked = Intent(
                Protocol.WEBSUB, Mode.SUBSCRIBE, address, f"https://r.example/{nth}", "r.example", 864_000
            )
            subscriptions.subscribe(tx, asked, key, store.now(tx))


def _owed(store: Store) -> int:
    with store.read() as tx:
        return deliveries.newest(tx)


def test_a_first_start_owes_nobody_anything(store: Store, tmp_path: Path) -> None:
    spread = _spread(tmp_path, hubs=(HUB,))
    assert announce(store, spread, _documents(tmp_path, "one", "all", "asia")) == 0
    assert announce(store, spread, _documents(tmp_path, "one", "all", "asia")) == 0
    assert _owed(store) == 0


def test_a_change_is_announced_once_however_often_it_is_looked_at(store: Store, tmp_path: Path) -> None:
    spread = _spread(tmp_path)
    announce(store, spread, _documents(tmp_path, "one"))
    _subscribe(store, 3)
    assert [announce(store, spread, _documents(tmp_path, "two")) for _ in range(3)] == [3, 0, 0]


def test_what_was_written_and_not_announced_is_announced_by_the_next_daemon(tmp_path: Path) -> None:
    with Subscriber() as reader, Scene(tmp_path) as scene:
        scene.subscribe(reader.url)
        assert [it.written for it in scene.write("The second story")] == [True, True, True]
        # Killed here: what it knew is gone.
        scene.restart()
        assert scene.publish() == 1
        scene.deliver()
        assert [it.body for it in reader.sent] == [scene.document()]
        scene.restart()
        assert scene.publish() == 0


def test_what_was_written_while_the_store_refused_to_owe_it_is_announced_when_it_is_well_again(
    tmp_path: Path,
) -> None:
    with Subscriber() as reader, Scene(tmp_path) as scene:
        name = scene.subscribe(reader.url).name
        holding = Holding(scene.store, "this node", timedelta(seconds=15))
        publishing = Publishing(scene.store, scene.app.output, holding, lambda: None, scene.app.spread)
        publishing.loop.start()
        until(lambda: publishing.done)
        with scene.store.write() as tx:
            tx.execute(text("CREATE TRIGGER full BEFORE UPDATE ON topic BEGIN SELECT RAISE(ABORT, 'full'); END"))
        before = scene.document()
        scene.take_in("The second story")
        publishing.loop.wake()
        until(lambda: "full" in publishing.loop.problem)
        assert scene.document() != before
        assert scene.owed(name) == []
        with scene.store.write() as tx:
            tx.execute(text("DROP TRIGGER full"))
        until(lambda: scene.owed(name) != [])
        assert publishing.loop.stop(10)


def test_a_subscriber_to_whom_one_waits_is_owed_no_second_but_is_when_that_is_under_way(
    store: Store, tmp_path: Path
) -> None:
    spread = _spread(tmp_path)
    announce(store, spread, _documents(tmp_path, "one"))
    _subscribe(store, 2)
    assert announce(store, spread, _documents(tmp_path, "two")) == 2
    assert announce(store, spread, _documents(tmp_path, "three")) == 0
    with store.write() as tx:
        now = store.now(tx)
        names = sorted(it.name for it in subscriptions.of_topic(tx, f"{URL}all.atom"))
        (leased,) = sending.claim(tx, {names[0]: 1}, 0, now, now + timedelta(minutes=1), "t", 0)  # type: ignore[arg-type]
    assert announce(store, spread, _documents(tmp_path, "four")) == 1
    with store.write() as tx:
        done = Settled(leased.id, "t", DeliveryState.DELIVERED, "", 1, 0, None, now)
        assert outcomes.settle(tx, [done], now)
    assert announce(store, spread, _documents(tmp_path, "five")) == 0


def test_who_is_paused_disabled_or_over_is_owed_nothing(store: Store, tmp_path: Path) -> None:
    from feeder.store import webhooks

    spread = _spread(tmp_path)
    announce(store, spread, _documents(tmp_path, "one"))
    _subscribe(store, 3)
    with store.write() as tx:
        names = [it.name for it in subscriptions.of_topic(tx, f"{URL}all.atom")]
        webhooks.set_status(tx, names[0], "disabled", "410")
        webhooks.set_status(tx, names[1], "paused")
    assert announce(store, spread, _documents(tmp_path, "two")) == 1


def test_hubs_of_others_are_owed_each_document_by_itself(store: Store, tmp_path: Path) -> None:
    spread = _spread(tmp_path, "", (HUB, "https://two.example/"))
    announce(store, spread, _documents(tmp_path, "one", "all", "asia"))
    with store.write() as tx:
        subscriptions.register_hubs(tx, spread.hubs, NOW)
    assert (
        announce(store, spread, [*_documents(tmp_path, "two", "all"), *_documents(tmp_path, "one", "asia")]) == 2
    )
    assert announce(store, spread, _documents(tmp_path, "three", "all", "asia")) == 2
    with store.read() as tx:
        told = Counter((it.webhook, topics.id_of(it.event)) for it in deliveries.listed(tx, 100))
    assert set(told.values()) == {1}
    assert {name for name, _ in told} == {hub_name(it) for it in spread.hubs}


def test_what_is_owed_to_many_is_created_by_one_statement(store: Store, tmp_path: Path) -> None:
    spread = _spread(tmp_path)
    announce(store, spread, _documents(tmp_path, "one"))
    _subscribe(store, 300)
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement.strip().partition(" ")[0])

    event.listen(store._writer, "before_cursor_execute", note)
    assert announce(store, spread, _documents(tmp_path, "two")) == 300
    assert said.count("INSERT") == 1
    assert len(said) < 10


def test_the_topic_with_the_most_subscribers_says_for_how_many_to_be_ready(tmp_path: Path) -> None:
    with Scene(tmp_path) as scene, scene.store.write() as tx:
        now = scene.store.now(tx)
        assert subscriptions.most(tx, now) == 0
        for form, number in (("atom", 3), ("rss", 2)):
            address = scene.topic(form)
            key = topics.id_at(tx, address)
            assert key is not None
            for nth in range(number):
                callback = f"https://reader.example/{form}/{nth}"
                wish = Intent(Protocol.WEBSUB, Mode.SUBSCRIBE, address, callback, "reader.example", 60)
                subscriptions.subscribe(tx, wish, key, now)
        assert subscriptions.most(tx, now) == 3
        assert subscriptions.most(tx, now + timedelta(seconds=61)) == 0


@pytest.mark.parametrize("number", [1000])
def test_a_thousand_subscribers_are_all_told_once(tmp_path: Path, number: int) -> None:
    with Subscriber(lambda _: (204, {}, b"")) as reader, Scene(tmp_path) as scene:
        with scene.store.write() as tx:
            key = topics.id_at(tx, scene.topic())
            assert key is not None
            for nth in range(number):
                wish = Intent(
                    Protocol.WEBSUB, Mode.SUBSCRIBE, scene.topic(), f"{reader.url}/{nth}", "127.0.0.1", 9999
                )
                subscriptions.subscribe(tx, wish, key, scene.store.now(tx))
        assert scene.publish("The second story") == number
        scene.deliver()
        told = Counter(it.target for it in reader.sent)
        assert told == Counter({f"/{nth}": 1 for nth in range(number)})
        assert {it.state for it in scene.owed_as(TopicKind.CONTENT)} == {DeliveryState.DELIVERED}
        assert {it.body for it in reader.sent} == {scene.document()}
        assert threading.active_count() < 300
