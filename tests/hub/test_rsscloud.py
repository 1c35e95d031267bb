"""rssCloud: registered, verified, told, and forgotten after 25 hours. http://home.rsscloud.co/walkthrough"""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from lxml import etree

from feeder.model.delivery import DeliveryState
from feeder.model.topic import Protocol
from tests.hub.scene import Heard, Scene, Subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLEASE = "/rsscloud/pleaseNotify"


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Scene]:
    with Scene(tmp_path, server={"rss-cloud": True}) as made:
        yield made


def _registration(reader: Subscriber, topic: str, **said: str) -> dict[str, str]:
    port = str(urlsplit(reader.url).port)
    words = {"notifyProcedure": "", "port": port, "path": "/feedupdated", "protocol": "http-post", "url1": topic}
    return {name: value for name, value in (words | said).items() if value != "-"}


def _echo(heard: Heard) -> tuple[int, dict[str, str], bytes]:
    return 200, {}, heard.said.get("challenge", "").encode()


def _said(body: bytes) -> tuple[str, str]:
    result = etree.fromstring(body)
    return str(result.get("success")), str(result.get("msg"))


def test_who_names_a_domain_is_asked_for_the_challenge_and_told_of_changes(
    cloud: Scene, reader: Subscriber
) -> None:
    reader.answers = _echo
    topic = cloud.topic("rss")
    reply = cloud.post(_registration(reader, topic, domain="127.0.0.1"), PLEASE)
    assert (reply.status, _said(reply.body)[0]) == (200, "true")
    assert cloud.verify() == 1
    (asked,) = reader.asked
    assert asked.target.startswith("/feedupdated?url=")
    assert asked.said["url"] == topic
    cloud.publish("The second story")
    cloud.deliver()
    assert [(it.target, it.form) for it in reader.sent] == [("/feedupdated", {"url": topic})]


def test_who_names_none_is_told_once_for_a_trial_at_the_address_that_asked(
    cloud: Scene, reader: Subscriber
) -> None:
    cloud.post(_registration(reader, cloud.topic("rss")), PLEASE)
    assert cloud.verify() == 1
    assert [(it.method, it.form) for it in reader.heard] == [("POST", {"url": cloud.topic("rss")})]


def test_who_does_not_answer_well_is_not_registered(cloud: Scene, reader: Subscriber) -> None:
    reader.answers = lambda it: (int(it.target[1:4]), {"location": "/"}, it.said.get("challenge", "").encode())
    for status, domain in product(("302", "404", "500"), ("127.0.0.1", "-")):
        cloud.post(_registration(reader, cloud.topic("rss"), domain=domain, path=f"/{status}"), PLEASE)
    assert cloud.verify() == 0
    assert cloud.subscriptions(cloud.topic("rss")) == ()


def test_a_registration_is_over_after_25_hours_and_can_be_made_again(cloud: Scene, reader: Subscriber) -> None:
    topic = cloud.topic("rss")
    for _ in range(2):
        cloud.post(_registration(reader, topic), PLEASE)
        assert cloud.verify() == 1
    cloud.subscription(f"{reader.url}/feedupdated", topic, Protocol.RSSCLOUD)
    cloud.later = timedelta(hours=24, minutes=59)
    assert cloud.publish("The second story") == 1
    cloud.deliver()
    cloud.later = timedelta(hours=25, minutes=1)
    assert cloud.publish("The third story") == 0
    assert cloud.tidy() == 1


def test_a_notice_that_fails_is_tried_again(cloud: Scene, reader: Subscriber) -> None:
    cloud.post(_registration(reader, cloud.topic("rss")), PLEASE)
    cloud.verify()
    reader.answers = lambda _: (500, {}, b"")
    cloud.publish("The second story")
    cloud.deliver()
    (found,) = cloud.subscriptions(cloud.topic("rss"))
    reader.answers = None
    cloud.later = timedelta(minutes=1)
    cloud.deliver()
    assert [(it.state, it.tries) for it in cloud.owed(found.name)] == [(DeliveryState.DELIVERED, 2)]


WRONG = (
    ({"protocol": "xml-rpc"}, "protocol"),
    ({"protocol": "-"}, "protocol"),
    ({"port": "0"}, "port"),
    ({"port": "99999"}, "port"),
    ({"url1": "-"}, "url1"),
    ({"url1": "https://other.example/rss"}, "no feed of this hub"),
    ({"domain": "reader.example/@x"}, "domain"),
)


def test_what_is_wrong_is_said_in_xml(cloud: Scene, reader: Subscriber) -> None:
    for said, reason in WRONG:
        reply = cloud.post(_registration(reader, cloud.topic("rss"), **said), PLEASE)
        well, told = _said(reply.body)
        assert well == "false"
        assert reason in told
        assert 400 <= reply.status < 500


def test_without_being_switched_on_it_is_not_there(scene: Scene, reader: Subscriber) -> None:
    assert scene.post(_registration(reader, scene.topic("rss")), PLEASE).status == 404
