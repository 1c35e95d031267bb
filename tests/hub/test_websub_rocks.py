"""The cases of websub.rocks, by their numbers: a publisher that is discovered, and hubs 100 to 106."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING

import pytest

from tests.hub.scene import SECRET

if TYPE_CHECKING:
    from tests.hub.scene import Heard, Scene, Subscriber


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_publisher_names_a_hub_and_one_self_that_is_where_it_is(scene: Scene, form: str) -> None:
    reply = scene.get(f"/feeds/all.{form}")
    links = re.findall(r'<([^>]+)>; rel="([a-z]+)"', ", ".join(reply.all("link")))
    assert sorted(relation for _, relation in links) == ["hub", "self"]
    assert {relation: target for target, relation in links}["self"] == scene.topic(form)
    assert scene.get(scene.topic(form).partition(str(scene.port))[2]).body == reply.body


def _subscribed(scene: Scene, reader: Subscriber, topic: str = "", **said: str) -> Heard:
    """The distribution of the next change, and what every one of the cases checks on the way to it."""
    assert scene.ask(reader.url, topic=topic, **said).status == 202
    assert scene.verify() == 1
    asked = reader.asked[-1].said
    assert asked["hub.mode"] == "subscribe"
    assert asked["hub.topic"] == (topic or scene.topic())
    assert asked["hub.challenge"]
    assert int(asked["hub.lease_seconds"]) > 0
    return _distributed(scene, reader, topic)


def _distributed(scene: Scene, reader: Subscriber, topic: str = "") -> Heard:
    number = len(reader.sent)
    scene.publish(f"Story after {number}")
    scene.deliver()
    assert len(reader.sent) == number + 1
    sent, served = reader.sent[-1], scene.get((topic or scene.topic()).partition(str(scene.port))[2])
    assert (sent.body, sent.headers["content-type"]) == (served.body, served["content-type"])
    assert f'<{topic or scene.topic()}>; rel="self"' in sent.headers["link"]
    assert 'rel="hub"' in sent.headers["link"]
    return sent


def _is_signed(sent: Heard, secret: str) -> bool:
    method, _, signature = sent.headers["x-hub-signature"].partition("=")
    return signature == hmac.new(secret.encode(), sent.body, getattr(hashlib, method)).hexdigest()


def test_hub_100_typical_subscriber(scene: Scene, reader: Subscriber) -> None:
    assert "x-hub-signature" not in _subscribed(scene, reader).headers


def test_hub_101_subscriber_with_a_secret(scene: Scene, reader: Subscriber) -> None:
    assert _is_signed(_subscribed(scene, reader, secret=SECRET), SECRET)


def test_hub_102_subscriber_that_says_more_than_it_need(scene: Scene, reader: Subscriber) -> None:
    sent = _subscribed(scene, reader, foo="bar", verify="async", verify_token="t")
    assert "x-hub-signature" not in sent.headers


def test_hub_103_subscriber_that_subscribes_again_before_its_lease_ends(scene: Scene, reader: Subscriber) -> None:
    _subscribed(scene, reader, secret="the first secret")
    assert _is_signed(_subscribed(scene, reader, secret=SECRET), SECRET)


def test_hub_104_subscriber_that_unsubscribes(scene: Scene, reader: Subscriber) -> None:
    _subscribed(scene, reader)
    scene.ask(reader.url, "unsubscribe")
    assert scene.verify() == 1
    assert reader.asked[-1].said["hub.mode"] == "unsubscribe"
    scene.publish("A story for others")
    scene.deliver()
    assert len(reader.sent) == 1


def test_hub_105_topic_of_another_kind_of_text(scene: Scene, reader: Subscriber) -> None:
    """There it is text/plain; ours are feeds only, and RSS is one of them."""
    sent = _subscribed(scene, reader, scene.topic("rss"))
    assert sent.headers["content-type"] == "application/rss+xml; charset=utf-8"


def test_hub_106_topic_of_json(scene: Scene, reader: Subscriber) -> None:
    sent = _subscribed(scene, reader, scene.topic("json"))
    assert sent.headers["content-type"] == "application/feed+json; charset=utf-8"
