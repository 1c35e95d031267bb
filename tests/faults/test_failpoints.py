"""Row 34: killed exactly inside publishing, claiming, sending and writing the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from feeder.pipeline.settling import reclaim
from tests.daemon import nursery
from tests.faults import victim
from tests.faults.scene import hurried, ids
from tests.net.receivers import Receiver
from tests.pipeline.outside import LEASE, Post, hook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from feeder.net import Client
    from feeder.store import Store
    from tests.faults.scene import See


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


def ours(store: Store, folder: Path, receiver: Receiver, client: Client) -> Post:
    return Post(store, folder, hook("faulty", url=receiver.url), send=client.send)


def killed(work: Callable[..., None], store_url: str, folder: Path, receiver: Receiver, point: str) -> None:
    child = nursery.run(work, store_url, folder, receiver.url, point)
    assert nursery.ended(child, 60) == -9


def test_row_34_killed_inside_publishing(
    store: Store, store_url: str, tmp_path: Path, receiver: Receiver, see: See
) -> None:
    client = hurried()
    with ours(store, tmp_path, receiver, client) as post:
        killed(victim.publish, store_url, tmp_path, receiver, victim.PUBLISH)
        assert (post.newsroom.articles(), post.newsroom.owed("faulty")) == ((), [])
        post.newsroom.look()
        assert post.round() == 1
        assert post.states("faulty") == ["delivered"]
        assert ids(receiver) == [post.delivery("faulty").event]
    client.close()
    see("inside publishing: nothing stored, taken in again, told once")


@pytest.mark.parametrize(
    ("point", "state", "heard"),
    [
        (victim.CLAIM, "pending", 0),
        (victim.CLAIMED, "leased", 0),
        (victim.HALF, "leased", 0),
        (victim.ANSWERED, "leased", 1),
        (victim.ACK, "leased", 1),
    ],
    ids=["claim", "claimed", "half", "answered", "ack"],
)
def test_row_34_killed_between_owing_and_delivered(
    store: Store, store_url: str, tmp_path: Path, receiver: Receiver, see: See, point: str, state: str, heard: int
) -> None:
    client = hurried()
    with ours(store, tmp_path, receiver, client) as post:
        post.owe()
        killed(victim.deliver, store_url, tmp_path, receiver, point)
        it = post.delivery("faulty")
        assert (it.state.value, it.tries, post.attempts("faulty")) == (state, 0, [])
        assert ids(receiver) == [it.event] * heard
        free_what_the_dead_held(post)
        assert post.round() == 1
        it = post.delivery("faulty")
        assert (it.state.value, it.tries, it.crashes) == ("delivered", 1, int(state == "leased"))
        assert ids(receiver) == [it.event] * (heard + 1)
        assert receiver.connections == 1 + (point in {victim.HALF, victim.ANSWERED, victim.ACK})
    client.close()
    see(
        "inside claiming: nothing sent, sent once after",
        "half a request sent: sent again whole",
        "answer not written: sent again, same id, no try spent",
    )


def free_what_the_dead_held(post: Post) -> None:
    """Its lease runs out; nothing is sent before."""
    if post.states("faulty") != ["leased"]:
        return
    assert post.round() == 0
    post.now += LEASE + timedelta(seconds=1)
    assert reclaim(post.store, post.outside.options, lambda _tx: post.now) == 1
