"""Rules 76 to 88 of what a WebSub publisher and hub has to do, a test each. https://www.w3.org/TR/websub/"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

from feeder.model.delivery import DeliveryState, TopicKind
from feeder.model.topic import hub_name
from feeder.pipeline.hub import LEAST, MOST, REMEMBERED, USUAL, forget
from feeder.store import webhooks
from tests.hub.scene import SECRET, Heard, Scene, Subscriber, yes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMS = ("atom", "rss", "json")


def test_rule_76_hub_and_exactly_one_self_are_in_the_headers_and_in_the_document(scene: Scene) -> None:
    hub = f"http://127.0.0.1:{scene.port}/hub"
    for form, method in product(FORMS, ("GET", "HEAD")):
        links = ", ".join(scene.get(f"/feeds/all.{form}", method).all("link"))
        assert re.findall(r'<([^>]+)>; rel="hub"', links) == [hub]
        assert re.findall(r'<([^>]+)>; rel="self"', links) == [scene.topic(form)]
        text = scene.document(form).decode()
        assert text.count(hub) == 1
        assert scene.topic(form) in text


def test_rule_77_one_address_has_one_representation(scene: Scene) -> None:
    for form, wanted in product(FORMS, ("text/html", "application/json", "application/rss+xml", "*/*")):
        plain = scene.get(f"/feeds/all.{form}")
        other = scene.get(f"/feeds/all.{form}", headers={"accept": wanted, "accept-language": "fr"})
        assert (other["content-type"], other.body) == (plain["content-type"], plain.body)


def test_rule_78_every_hub_is_told_of_every_change_of_every_document_and_bursts_are_one(tmp_path: Path) -> None:
    with Subscriber() as one, Subscriber() as two:
        hubs = [f"{one.url}/publish", f"{two.url}/"]
        with Scene(tmp_path, server={"hub": hubs}) as scene:
            assert scene.publish("The second story") == len(hubs) * len(FORMS)
            assert scene.publish("The third story") == 0  # what waits is told of both
            scene.deliver()
            for hub in (one, two):
                told = sorted(it.form["hub.topic"] for it in hub.sent)
                assert told == sorted(map(scene.topic, FORMS))
                assert all(it.form == publication(it.form["hub.topic"]) for it in hub.sent)
            assert scene.publish("The fourth story") == len(hubs) * len(FORMS)


def publication(topic: str) -> dict[str, str]:
    return {"hub.mode": "publish", "hub.url": topic, "hub.topic": topic}


def test_rule_78_a_hub_that_fails_is_told_again(tmp_path: Path) -> None:
    with Subscriber(lambda _: (503, {}, b"")) as hub, Scene(tmp_path, server={"hub": [hub.url]}) as scene:
        scene.publish("The second story")
        scene.deliver()
        (first, *_) = scene.owed(hub_name(hub.url))
        assert (first.state, first.reason) == (DeliveryState.PENDING, "503 Service Unavailable")
        hub.answers = lambda _: (204, {}, b"")
        scene.later = timedelta(minutes=10)
        scene.deliver()
        assert {it.state for it in scene.owed(hub_name(hub.url))} == {DeliveryState.DELIVERED}


def test_rule_80_the_answer_is_202_at_once_and_what_is_not_known_is_ignored(
    scene: Scene, reader: Subscriber
) -> None:
    assert scene.ask(reader.url, verify="sync", foo="bar").status == 202
    assert reader.heard == []  # nothing was asked yet


WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({"mode": "publish"}, "hub.mode"),
    ({"mode": ""}, "hub.mode"),
    ({"callback": ""}, "hub.callback"),
    ({"callback": "ftp://reader.example/"}, "hub.callback"),
    ({"callback": "http://reader.example/#part"}, "hub.callback"),
    ({"callback": "http://user:word@reader.example/"}, "hub.callback"),
    ({"callback": "http://reader.example/" + "x" * 3000}, "hub.callback"),
    ({"callback": "http://[::1"}, "hub.callback"),
    ({"topic": ""}, "hub.topic"),
    ({"lease_seconds": "-3"}, "hub.lease_seconds"),
    ({"lease_seconds": "٣"}, "hub.lease_seconds"),
)


def test_rule_80_what_is_wrong_is_said_in_plain_text(scene: Scene) -> None:
    for said, reason in WRONG:
        words = {"mode": "subscribe", "callback": "http://reader.example/", "topic": scene.topic()} | said
        reply = scene.post({f"hub.{name}": value for name, value in words.items() if value})
        assert reply.status == 400
        assert reply["content-type"].startswith("text/plain")
        assert reason in reply.body.decode()


def test_rule_81_the_exact_callback_is_asked_with_its_own_query_and_a_challenge_that_is_used_once(
    scene: Scene, reader: Subscriber
) -> None:
    callback = f"{reader.url}/cb;x/%2Fa?b=c%20d&b=e"
    scene.subscribe(callback)
    scene.subscribe(callback)
    first, second = reader.asked
    assert first.target.startswith("/cb;x/%2Fa?b=c%20d&b=e&hub.mode=subscribe")
    assert first.said["hub.topic"] == scene.topic()
    assert first.said["hub.lease_seconds"] == str(int(USUAL.total_seconds()))
    assert len(first.said["hub.challenge"]) >= 32
    assert first.said["hub.challenge"] != second.said["hub.challenge"]


NO: tuple[Callable[[Heard], tuple[int, dict[str, str], bytes]], ...] = (
    lambda _: (200, {}, b""),
    lambda _: (200, {}, b"ok"),
    lambda it: (200, {}, it.said["hub.challenge"].encode() + b"\n"),
    lambda it: (404, {}, it.said["hub.challenge"].encode()),
    lambda it: (500, {}, it.said["hub.challenge"].encode()),
    lambda it: (302, {"location": it.target}, it.said["hub.challenge"].encode()),
)


def test_rule_81_whatever_is_not_the_challenge_leaves_all_as_it_was(scene: Scene, reader: Subscriber) -> None:
    for number, no in enumerate(NO, 1):
        scene.ask(reader.url)
        reader.answers = no
        assert scene.verify() == 0
        assert len(reader.heard) == number
        assert scene.subscriptions() == ()


def test_rule_82_a_new_request_counts_when_it_is_verified_and_not_before(scene: Scene, reader: Subscriber) -> None:
    before = scene.subscribe(reader.url, secret="the old one")
    reader.answers = lambda _: (404, {}, b"")
    scene.ask(reader.url, secret="the new one", lease_seconds="86400")
    assert scene.verify() == 0
    assert scene.subscriptions() == (before,)
    reader.answers = None
    after = scene.subscribe(reader.url, secret="the new one", lease_seconds="86400")
    assert scene.subscriptions() == (after,)
    assert after.secret is not None
    assert after.secret.reveal() == "the new one"
    assert after.until < before.until


def test_rule_82_unsubscribing_too(scene: Scene, reader: Subscriber) -> None:
    before = scene.subscribe(reader.url)
    reader.answers = lambda _: (404, {}, b"")
    assert scene.ask(reader.url, "unsubscribe", lease_seconds="5").status == 202
    assert scene.verify() == 0
    assert scene.subscriptions() == (before,)
    reader.answers = None
    scene.ask(reader.url, "unsubscribe")
    assert scene.verify() == 1
    assert "hub.lease_seconds" not in reader.asked[-1].said
    assert scene.subscriptions() == ()
    assert scene.publish("The second story") == 0


def test_rule_82_topic_and_callback_together_are_the_key(scene: Scene, reader: Subscriber) -> None:
    for callback in ("/a", "/b"):
        for form in ("atom", "rss"):
            scene.subscribe(reader.url + callback, scene.topic(form))
    assert [len(scene.subscriptions(scene.topic(form))) for form in FORMS] == [2, 2, 0]
    assert scene.publish("The second story") == 4


LEASES = {"": USUAL, "0": USUAL, "1": LEAST, "3600": timedelta(hours=1), "9" * 12: MOST}


def test_rule_83_a_lease_is_within_bounds(scene: Scene, reader: Subscriber) -> None:
    for asked, given in LEASES.items():
        scene.subscribe(reader.url, **({"lease_seconds": asked} if asked else {}))
        assert reader.asked[-1].said["hub.lease_seconds"] == str(int(given.total_seconds()))


def test_rule_83_after_its_lease_a_subscriber_is_told_nothing(scene: Scene, reader: Subscriber) -> None:
    scene.subscribe(reader.url)
    scene.later = USUAL - timedelta(seconds=30)
    assert scene.publish("The second story") == 1
    scene.later = USUAL + timedelta(seconds=1)
    scene.deliver()
    assert reader.sent == []
    assert scene.publish("The third story") == 0
    assert scene.tidy() == 1
    assert scene.subscriptions() == ()


def test_what_subscribers_were_told_is_forgotten_after_a_week_and_so_are_those_who_have_gone(
    scene: Scene, reader: Subscriber
) -> None:
    stays, goes = scene.subscribe(f"{reader.url}/stays").name, scene.subscribe(f"{reader.url}/goes").name
    for title in ("The second story", "The third story"):
        scene.publish(title)
        scene.deliver()
    scene.ask(f"{reader.url}/goes", "unsubscribe")
    scene.verify()
    assert forget(scene.store, "") == ""
    assert [len(scene.owed(name)) for name in (stays, goes)] == [2, 2]
    scene.later = REMEMBERED + timedelta(minutes=1)
    scene.publish("The fourth story")
    assert forget(scene.store, "") == ""
    assert [it.state for it in scene.owed(stays)] == [DeliveryState.PENDING]
    assert scene.owed(goes) == []
    forget(scene.store, "")
    with scene.store.read() as tx:
        assert webhooks.states(tx, [stays, goes]).keys() == {stays}
    scene.subscribe(f"{reader.url}/goes")
    assert scene.publish("The fifth story") == 1  # to the other one, the fourth still waits
    scene.deliver()
    assert {it.state for name in (stays, goes) for it in scene.owed(name)} == {DeliveryState.DELIVERED}


def test_rule_84_who_had_subscribed_is_told_when_a_feed_has_ended(tmp_path: Path, reader: Subscriber) -> None:
    with Scene(tmp_path, feeds={"all": {"title": "All"}, "other": {"title": "Other"}}) as scene:
        name = scene.subscribe(f"{reader.url}/cb?x=y", scene.topic(name="other")).name
        scene.newsroom.configure(feeds={"all": {"title": "All"}})
        del scene.app.output.feeds["other"]  # type: ignore[attr-defined]
        assert scene.tidy() == 1
        assert scene.verify() == 0
        (told,) = [it for it in reader.asked if it.said["hub.mode"] == "denied"]
        assert told.target.startswith("/cb?x=y&hub.mode=denied")
        assert told.said["hub.topic"] == scene.topic(name="other")
        assert told.said["hub.reason"]
        assert scene.subscriptions(scene.topic(name="other")) == ()
        assert scene.state(name).status == "active"
        assert scene.ask(reader.url, topic=scene.topic(name="other")).status == 404


def test_rule_85_what_is_sent_is_signed_with_the_secret_that_was_given(scene: Scene, reader: Subscriber) -> None:
    scene.subscribe(f"{reader.url}/signed", secret=SECRET)
    scene.subscribe(f"{reader.url}/plain")
    scene.publish("The second story")
    scene.deliver()
    sent = {it.target: it for it in reader.sent}
    wanted = hmac.new(SECRET.encode(), scene.document(), hashlib.sha256).hexdigest()
    assert sent["/signed"].headers["x-hub-signature"] == f"sha256={wanted}"
    assert "x-hub-signature" not in sent["/plain"].headers


def test_rule_85_a_secret_has_less_than_200_bytes(scene: Scene, reader: Subscriber) -> None:
    assert scene.ask(reader.url, secret="é" * 100).status == 400
    assert scene.ask(reader.url, secret="é" * 99).status == 202


def test_rule_86_the_whole_document_is_sent_as_it_is_served(scene: Scene, reader: Subscriber) -> None:
    for form in FORMS:
        scene.subscribe(f"{reader.url}/{form}?a=b", scene.topic(form))
    scene.publish("The second story")
    scene.deliver()
    assert len(reader.sent) == len(FORMS)
    for form, sent in zip(FORMS, sorted(reader.sent, key=lambda it: FORMS.index(it.target[1:-4])), strict=True):
        served = scene.get(f"/feeds/all.{form}")
        assert sent.target == f"/{form}?a=b"
        assert (sent.body, sent.headers["content-type"]) == (served.body, served["content-type"])
        assert f'<{scene.topic(form)}>; rel="self"' in sent.headers["link"]
        assert f'<http://127.0.0.1:{scene.port}/hub>; rel="hub"' in sent.headers["link"]


def test_rule_86_what_waited_is_sent_as_it_stands_then(scene: Scene, reader: Subscriber) -> None:
    scene.subscribe(reader.url)
    assert [scene.publish(f"Story {nth}") for nth in range(3)] == [1, 0, 0]
    scene.deliver()
    assert [it.body for it in reader.sent] == [scene.document()]


def test_rule_87_whatever_is_not_2xx_is_tried_again_and_never_ends_the_lease(
    scene: Scene, reader: Subscriber
) -> None:
    statuses = (301, 307, 400, 404, 429, 500, 503)
    before = [scene.subscribe(f"{reader.url}/{status}") for status in statuses]
    reader.answers = lambda it: (int(it.target[1:]), {"location": "/elsewhere"}, b"no")
    scene.publish("The second story")
    scene.deliver()
    for it in before:
        (owed,) = scene.owed(it.name)
        assert (owed.state, owed.tries) == (DeliveryState.PENDING, 1)
    scene.tidy()
    assert set(scene.subscriptions()) == set(before)
    assert sorted(it.target for it in reader.sent) == [f"/{status}" for status in statuses]
    reader.answers = lambda _: (299, {}, b"whatever this is")
    scene.later = timedelta(hours=2)
    scene.deliver()
    assert {it.state for it in scene.owed_as(TopicKind.CONTENT)} == {DeliveryState.DELIVERED}


def test_rule_87_410_ends_the_subscription_until_it_is_made_again(scene: Scene, reader: Subscriber) -> None:
    name = scene.subscribe(reader.url).name
    reader.answers = lambda _: (410, {}, b"")
    scene.publish("The second story")
    scene.deliver()
    assert scene.tidy() == 1
    assert scene.subscriptions() == ()
    assert [it.state for it in scene.owed(name)] == [DeliveryState.CANCELLED]
    assert scene.publish("The third story") == 0
    reader.answers = yes
    scene.subscribe(reader.url)
    assert scene.publish("The fourth story") == 1
    scene.deliver()
    assert reader.sent[-1].body == scene.document()


def test_rule_88_only_topics_of_ours_are_taken(scene: Scene, reader: Subscriber) -> None:
    others = ("https://other.example/feed.atom", "/feeds/all.atom", "{}x", "{}?a=b", "{}/../all.atom", "archive")
    for topic in others:
        reply = scene.ask(reader.url, topic=topic.format(scene.topic()))
        assert reply.status == 404
        assert "no feed of this hub" in reply.body.decode()


def test_rule_88_private_addresses_are_refused_unless_they_are_allowed(tmp_path: Path, reader: Subscriber) -> None:
    with Scene(tmp_path, network={"allow": []}) as scene:
        assert scene.ask(reader.url).status == 202
        assert scene.verify() == 0
        assert reader.heard == []


def test_a_subscriber_is_told_of_what_it_asked_for_only(scene: Scene, reader: Subscriber) -> None:
    scene.subscribe(reader.url)
    scene.publish("The second story")
    assert [it.kind for it in scene.owed_as(TopicKind.CONTENT)] == [TopicKind.CONTENT]
    assert isinstance(reader.asked[0], Heard)
