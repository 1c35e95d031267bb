"""The clock of an embedded store jumps: what waits does not wait longer, what is under way is not sent again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from feeder.pipeline.settling import reclaim
from feeder.store import jump, webhooks
from tests.pipeline.outside import LEASE, Gate, Post, answered, hook

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.store import Store

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def jumped(post: Post, by: timedelta) -> None:
    post.now += by
    post.newsroom.now += by
    with post.store.write() as tx:
        jump.follow(tx, by, post.now, LEASE)


def rest(post: Post) -> object:
    with post.store.read() as tx:
        return webhooks.states(tx)["partner"].rest


def test_after_a_jump_back_everything_lies_as_far_ahead_as_before(store: Store, tmp_path: Path) -> None:
    with Post(store, tmp_path, hook("partner", concurrency=1)) as post:
        post.sender.script = (answered(429, ("Retry-After", "3600")), answered(204))
        post.owe(2)
        post.round()
        jumped(post, -DAY)
        assert rest(post) == post.now + HOUR
        post.owe()
        post.now += HOUR - timedelta(seconds=1)
        assert post.round() == 0
        post.now += timedelta(seconds=1)
        while post.round():
            pass
        assert post.states() == ["delivered"] * 3, "also what is newer than the clock, and what came since"


def test_after_a_jump_ahead_what_waited_is_due_and_what_is_under_way_is_not_lost(
    store: Store, tmp_path: Path
) -> None:
    gate = Gate()
    with Post(store, tmp_path, hook("partner", concurrency=2)) as post:
        post.sender.script = (answered(404), gate, answered(204))
        post.owe(2)
        assert post.send() == 2
        post.landed()
        post.write()
        jumped(post, DAY)
        assert reclaim(store, post.outside.options, lambda _tx: post.now) == 0
        assert post.send() == 1
        gate.open()
        post.landed(2)
        post.write()
        assert post.states() == ["delivered"] * 2
        assert [it.crashes for it in post.newsroom.owed()] == [0, 0]


def test_what_the_store_tells_of_says_whether_the_clock_is_behind(store: Store, tmp_path: Path) -> None:
    with Post(store, tmp_path) as post:
        post.owe()
        post.round()
        with store.read() as tx:
            assert jump.newest(tx, post.now - DAY) == post.now
            assert jump.newest(tx, post.now + DAY) == post.now + DAY
