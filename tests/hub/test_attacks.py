"""A hub is asked by strangers: guesses, redirects, slow callbacks, private addresses, floods."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from starlette.exceptions import HTTPException

from feeder.daemon.hubbing import Hubbing
from feeder.model.topic import Intent, Mode, Protocol
from feeder.net import Client, Guard
from feeder.pipeline.hub import Full, Limits, accept
from feeder.server.hub import Rate
from tests.daemon.harness import until
from tests.hub.scene import SECRET, Scene, Subscriber

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hub.scene import Heard


def test_a_challenge_cannot_be_guessed_from_others(scene: Scene, reader: Subscriber) -> None:
    earlier: list[str] = []

    def guesses(heard: Heard) -> tuple[int, dict[str, str], bytes]:
        earlier.append(heard.said["hub.challenge"])
        return 200, {}, earlier[0].encode()

    reader.answers = guesses
    for _ in range(4):
        scene.ask(f"{reader.url}/{len(earlier)}")
        scene.verify()
    assert len(set(earlier)) == 4
    assert [it.callback for it in scene.subscriptions()] == [f"{reader.url}/0"]


def test_a_redirect_leads_nowhere(scene: Scene, reader: Subscriber) -> None:
    with Subscriber() as victim:
        reader.answers = lambda it: (302, {"location": f"{victim.url}{it.target}"}, b"")
        scene.ask(reader.url)
        assert scene.verify() == 0
        assert victim.heard == []


PRIVATE = (
    "http://10.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:10.0.0.1]/",
    "http://0x0a000001/",
    "http://[fd00:ec2::254]/",
)


def test_a_callback_at_a_private_address_is_never_connected_to(scene: Scene) -> None:
    for callback in PRIVATE:
        assert scene.ask(callback).status == 202
        assert scene.verify() == 0
        assert scene.subscriptions() == ()


def test_a_callback_that_moves_to_a_private_address_is_not_sent_anything(
    tmp_path: Path, reader: Subscriber
) -> None:
    """It was public when it was verified; what is connected to is judged at every delivery."""
    with Scene(tmp_path) as scene:
        name = scene.subscribe(reader.url).name
        scene.publish("The second story")
        scene.dispatcher.use(replace(scene.app.outside, send=Client(Guard()).send))
        scene.deliver()
        assert reader.sent == []
        assert scene.state(name).status == "blocked"


def test_slow_callbacks_keep_no_other_waiting(scene: Scene, reader: Subscriber) -> None:
    gate = threading.Event()

    def waits(_heard: Heard) -> tuple[int, dict[str, str], bytes]:
        gate.wait(20)
        return 404, {}, b""

    with Subscriber(waits) as slow:
        for nth in range(8):
            scene.ask(f"{slow.url}/{nth}".replace("127.0.0.1", "127.0.0.2"))
        scene.ask(reader.url)
        hubbing = Hubbing(scene.app)
        hubbing.loop.start()
        try:
            until(scene.subscriptions)
            assert len(slow.heard) <= 4  # of one host only so many at a time
        finally:
            gate.set()
            assert hubbing.loop.stop(10)


def test_one_address_may_ask_so_often_and_no_more() -> None:
    now = [0.0]
    rate = Rate(burst=3, each=2.0, clock=lambda: now[0])
    for _ in range(3):
        rate.spend("192.0.2.1")
    for _ in range(5):
        with pytest.raises(HTTPException, match="429") as refusal:
            rate.spend("192.0.2.1")
        assert refusal.value.headers == {"Retry-After": "2"}
    rate.spend("192.0.2.2")
    now[0] = 2.0
    rate.spend("192.0.2.1")


def test_a_flood_of_requests_is_refused_and_says_when_to_come_again(scene: Scene) -> None:
    replies = [scene.ask("nonsense") for _ in range(120)]
    refused = [it for it in replies if it.status == 429]
    assert {it.status for it in replies} == {400, 429}
    assert len(refused) >= 10
    assert all(1 <= int(it["retry-after"]) <= 60 for it in refused)


def _wish(nth: int, host: str, topic: str = "t") -> Intent:
    callback = f"http://{host}/{nth}"
    return Intent(Protocol.WEBSUB, Mode.SUBSCRIBE, topic, callback, host, 3600)


def test_what_waits_to_be_verified_is_bounded_for_each_host_and_in_all(scene: Scene) -> None:
    limits = Limits(waiting=5, waiting_of_host=3)
    for nth in range(3):
        accept(scene.store, _wish(nth, "one.example"), limits)
    with pytest.raises(Full, match="verified"):
        accept(scene.store, _wish(4, "one.example"), limits)
    for nth in range(2):
        accept(scene.store, _wish(nth, "two.example"), limits)
    with pytest.raises(Full):
        accept(scene.store, _wish(3, "three.example"), limits)


def test_subscriptions_are_bounded_in_all_of_one_host_and_of_one_topic_but_can_be_renewed(
    scene: Scene, reader: Subscriber
) -> None:
    for nth in range(2):
        scene.subscribe(f"{reader.url}/{nth}")
    wish = replace(_wish(3, "127.0.0.1", scene.topic()), callback=f"{reader.url}/3")
    for limits in (Limits(subscriptions=2), Limits(host=2), Limits(topic=2)):
        with pytest.raises(Full, match="as many"):
            accept(scene.store, wish, limits)
        accept(scene.store, replace(wish, callback=f"{reader.url}/1"), limits)
        accept(scene.store, replace(wish, mode=Mode.UNSUBSCRIBE), limits)


def test_the_same_request_again_and_again_is_one(scene: Scene, reader: Subscriber) -> None:
    for _ in range(5):
        scene.ask(reader.url)
    scene.verify()
    assert len(reader.asked) == 1


def test_a_node_that_died_while_it_verified_leaves_it_to_another(scene: Scene, reader: Subscriber) -> None:
    scene.ask(reader.url)
    (taken,) = scene.verifier.take(10, ())
    assert scene.verify() == 0  # it is somebody's
    scene.later = timedelta(minutes=2)
    assert scene.verify() == 1
    assert not scene.verifier.verify(taken)  # it comes too late
    assert len(scene.subscriptions()) == 1


def test_a_secret_of_a_subscriber_is_nowhere_to_be_seen(
    scene: Scene, reader: Subscriber, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    reader.answers = lambda it: (500, {}, SECRET.encode()) if it.method == "POST" else _echo(it)
    name = scene.subscribe(reader.url, secret=SECRET).name
    scene.publish("The second story")
    scene.deliver()
    slug = scene.newsroom.json("articles", "list")[0]["slug"]
    shown = [
        scene.newsroom.command(*words, status=None)
        for words in (
            ("deliveries", "list"),
            ("deliveries", "show", str(scene.owed(name)[0].id), "--json"),
            ("why", slug, name),
        )
    ]
    assert name in shown[0]
    assert "500 Internal Server Error" in shown[2]
    assert all(SECRET not in text for text in (*shown, caplog.text))


def _echo(heard: Heard) -> tuple[int, dict[str, str], bytes]:
    return 200, {}, heard.said["hub.challenge"].encode()
