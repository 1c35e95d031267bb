"""What is owed goes out once its feeds are written, and somebody is told when nobody writes them."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from feeder.daemon.delivering import Delivering
from feeder.pipeline.deliver import Dispatcher
from feeder.store import deliveries, published
from feeder.store.schema_deliveries import delivery
from tests.daemon.harness import until
from tests.pipeline.outside import LEASE, Post, answered, hook

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from feeder.store import Store


def test_nothing_is_sent_before_it_is_published_and_the_log_says_once_who_is_missing(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with Post(store, tmp_path) as post:
        post.owe(2)
        delivering = Delivering(store, post.outside, LEASE, Dispatcher, silence=0)
        delivering.loop.start()
        if not store.embedded:
            until(lambda: "none is at work" in caplog.text)
        for _ in range(3):
            beat = delivering.loop.beat
            delivering.loop.wake()
            until(lambda beat=beat: delivering.loop.beat > beat)  # type: ignore[misc]
        assert post.sender.sent == []
        with store.write() as tx:
            published.reach(tx, "folder x", deliveries.newest(tx))
        delivering.loop.wake()
        until(lambda: len(post.sender.sent) == 2)
        delivering.end()
        assert delivering.stop(10) == 0
        assert post.states() == ["delivered"] * 2
    assert caplog.text.count("none is at work") == (0 if store.embedded else 1)


def test_while_there_is_ever_more_to_send_what_is_published_meanwhile_is_sent_too(
    store: Store, tmp_path: Path
) -> None:
    with Post(store, tmp_path) as post:
        post.owe(1)
        with store.write() as tx:
            published.reach(tx, "folder x", 1)
        seen: list[int] = []

        class Endless(Dispatcher):
            def step(self, upto: int, **_: object) -> int:
                seen.append(upto)
                return 1

        delivering = Delivering(store, post.outside, LEASE, Endless)
        delivering.loop.start()
        until(lambda: 1 in seen)
        beat = delivering.loop.beat
        with store.write() as tx:
            published.reach(tx, "folder x", 2)
        until(lambda: 2 in seen)
        assert delivering.loop.beat > beat
        delivering.end()
        assert delivering.loop.stop(10)
        post.dispatcher.finish(0)


def test_in_an_ordered_webhook_what_is_owed_later_passes_what_fails_for_more_than_an_hour(
    store: Store, tmp_path: Path
) -> None:
    with Post(store, tmp_path, hook("partner", ordered=True)) as post:
        post.sender.script = (answered(404), answered(204))
        post.owe()
        post.now = post.newsroom.now
        assert post.round() == 1
        post.owe()
        with store.write() as tx:  # the hour is over by the store's clock, and the next try far away
            tx.execute(delivery.update().where(delivery.c.tries > 0).values(due=datetime(2100, 1, 1, tzinfo=UTC)))
        post.now = post.newsroom.now
        assert post.round() == 0
        Delivering(store, post.outside, LEASE, Dispatcher).let_pass()
        assert post.round() == 1
        assert post.states() == ["pending", "delivered"]
