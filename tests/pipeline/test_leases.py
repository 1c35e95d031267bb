"""Leases: what was under way when something broke is sent again under its id, and never lost."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from feeder.errors import StoreError
from feeder.model.delivery import Answer, DeliveryState, NoticeKind, Outcome, Request
from feeder.pipeline import notices
from feeder.pipeline.settling import reclaim
from tests.pipeline.outside import LEASE, PATIENCE, Gate, Post, answered, hook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from feeder.store import Store


@pytest.fixture
def post(store: Store, tmp_path: Path) -> Iterator[Post]:
    with Post(store, tmp_path) as made:
        yield made


def test_nothing_is_sent_before_its_lease_is_in_the_store(post: Post) -> None:
    seen = []

    def look_into_the_store(_request: Request) -> Answer:
        seen.append(post.delivery())
        return answered(204)

    post.sender.script = (look_into_the_store,)
    post.owe()
    post.round()
    (then,) = seen
    assert (then.state, then.token, then.tries) == (DeliveryState.LEASED, "token 1", 0)


def test_an_answer_that_comes_after_its_lease_was_lost_changes_nothing_and_is_kept(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    gate = Gate()
    post.sender.script = (gate, answered(503))
    post.owe()
    assert post.send() == 1
    post.now += LEASE + timedelta(seconds=1)
    assert reclaim(post.store, {}, post.outside.now) == 1
    gate.open()
    post.landed()
    post.write()
    it = post.delivery()
    assert (it.state, it.tries, it.crashes) == (DeliveryState.PENDING, 0, 1)
    tried = [(attempt.outcome, attempt.status, attempt.fenced) for attempt in post.attempts()]
    assert tried == [(Outcome.LOST, None, False), (Outcome.DELIVERED, 204, True)]
    assert "the answer came after its lease was lost; it may be sent again" in caplog.text
    assert post.round() == 1
    assert post.sender.ids == [it.event] * 2
    assert [attempt.fenced for attempt in post.attempts()] == [False, True, False]


def test_when_the_store_refuses_the_answers_are_kept_and_nothing_is_sent(store: Store, tmp_path: Path) -> None:
    with Post(store, tmp_path, hook("partner", concurrency=1)) as post:
        post.owe(2)
        assert post.send() == 1
        post.landed()
        with store.write() as tx:
            tx.execute(text("ALTER TABLE attempt RENAME TO away"))
        for _ in range(3):
            with pytest.raises(StoreError):
                post.send()
        assert len(post.sender.sent) == 1
        assert post.states() == ["leased", "pending"]
        with store.write() as tx:
            tx.execute(text("ALTER TABLE away RENAME TO attempt"))
        assert post.send() == 1
        assert post.states() == ["delivered", "leased"]
        assert len(post.attempts()) == 1
        post.landed()


def test_an_article_that_cannot_be_read_is_not_claimed(store: Store, tmp_path: Path) -> None:
    with Post(store, tmp_path) as post:
        post.owe()
        with _away(store, "revision"), pytest.raises(StoreError):
            post.send()
        assert (post.states(), post.sender.sent) == (["pending"], [])
        assert post.round() == 1
        assert (post.states(), post.delivery().tries, post.delivery().crashes) == (["delivered"], 1, 0)


def test_a_notice_that_cannot_be_read_when_it_is_to_be_sent_is_owed_as_before(
    store: Store, tmp_path: Path
) -> None:
    asking = hook("partner", on=["source.failing"])
    with Post(store, tmp_path, asking) as post:
        with store.write() as tx:
            told = {"partner": asking.options}
            notices.notify(tx, told, NoticeKind.SOURCE_FAILING, "wire", "source wire fails", post.now)
        with _away(store, "notice"):
            assert post.send() == 1
        assert (post.send(), post.sender.sent) == (1, [])
        post.landed()
        post.write()
        assert (post.states(), post.delivery().tries, post.delivery().crashes) == (["delivered"], 1, 0)


@contextmanager
def _away(store: Store, table: str) -> Iterator[None]:
    with store.write() as tx:
        tx.execute(text(f"ALTER TABLE {table} RENAME TO away"))
    yield
    with store.write() as tx:
        tx.execute(text(f"ALTER TABLE away RENAME TO {table}"))


# ---------------------------------------------------------------- the end


def test_finish_waits_for_what_is_under_way_and_writes_it(post: Post) -> None:
    post.sender.script = (Gate(),)
    gate = post.sender.script[0]
    assert isinstance(gate, Gate)
    post.owe()
    post.send()
    post.begun()
    threading.Timer(0.05, gate.open).start()
    assert post.dispatcher.finish(PATIENCE) == 0
    assert post.states() == ["delivered"]


def test_finish_sends_nothing_more(post: Post) -> None:
    post.owe(3)
    assert post.dispatcher.finish(PATIENCE) == 0
    assert (post.sender.sent, post.states()) == ([], ["pending"] * 3)


def test_what_finish_could_not_wait_for_is_sent_again_under_its_id(store: Store, tmp_path: Path) -> None:
    gate = Gate()
    with Post(store, tmp_path) as post:
        post.sender.script = (gate,)
        post.owe()
        post.send()
        post.begun()
        assert post.dispatcher.finish(0.01) == 1
        assert post.states() == ["pending"]
        gate.open()
        with Post(store, tmp_path) as other:
            assert other.round() == 1
            assert other.sender.ids == post.sender.ids
