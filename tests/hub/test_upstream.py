"""The feed of others with a hub: subscribed to, verified only where we asked, signed, and polled less often."""

from __future__ import annotations

import hashlib
import hmac
import socket
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from feeder.daemon.gather import Gatherer
from feeder.daemon.holding import Holding
from feeder.daemon.upstreaming import Callback, forget, subscribe
from feeder.store import articles, upstreams
from tests.daemon.harness import until
from tests.hub.scene import Heard, Scene, Subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from feeder.store.upstreams import Upstream

UPDATED = "<updated>2026-11-20T00:00:00Z</updated>"
ENTRY = f"<entry><id>urn:x:{{0}}</id><title>{{1}}</title>{UPDATED}<content>{{1}}.</content></entry>"
HEAD = f'<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x</id><title>Wire</title>{{0}}{UPDATED}'
ATOM = {"content-type": "application/atom+xml"}


class Wire(Subscriber):
    """Serves a feed at /feed and is its hub at /hub; `linked`: says so in its headers, else in the document."""

    entries: tuple[tuple[int, str], ...] = ((1, "One"),)
    linked = True
    hub = True

    def begin(self) -> None:
        self.answers = self._answer

    def _answer(self, heard: Heard) -> tuple[int, dict[str, str], bytes]:
        if heard.method == "POST":
            return 202, {}, b""
        links = f'<{self.url}/hub>; rel="hub", <{self.url}/feed>; rel="self"'
        headers = {"link": links} if self.linked and self.hub else {}
        return 200, ATOM | headers, self.document()

    def document(self, *only: int) -> bytes:
        named = f'<link rel="hub" href="{self.url}/hub"/><link rel="self" href="{self.url}/feed"/>'
        head = HEAD.format(named if self.hub and not self.linked else "")
        entries = [ENTRY.format(*it) for it in self.entries if not only or it[0] in only]
        return (head + "".join(entries) + "</feed>").encode()


class Paper:
    """A newsroom with the wire as its source; `look` polls it."""

    def __init__(self, path: Path, wire: Wire, **options: Any) -> None:
        source = {"type": "feed", "url": f"{wire.url}/feed", "every": "10m", **options}
        self.scene, self.wire = Scene(path, sources={"wire": source}), wire
        self.store, self.callback = self.scene.store, Callback(self.scene.app, lambda: None)
        self.taken = 0

    def look(self) -> None:
        app = self.scene.app
        done = [0]
        holding = Holding(self.store, "us", timedelta(minutes=5))
        gatherer = Gatherer(app, app.sources["wire"], holding, app.rhythms["wire"], lambda: done.__setitem__(0, 1))
        gatherer.start()
        gatherer.look()
        until(lambda: done[0])
        assert gatherer.stop(10)

    @property
    def upstream(self) -> Upstream | None:
        with self.store.read() as tx:
            return upstreams.get(tx, "wire")

    @property
    def there(self) -> Upstream:
        found = self.upstream
        assert found is not None
        return found

    def subscribed(self) -> Upstream:
        self.look()
        subscribe(self.scene.app)
        assert self.asked("subscribe").status == 200
        return self.there

    def asked(self, mode: str, path: str = "", **said: str) -> Any:
        from urllib.parse import urlencode

        words = {"mode": mode, "topic": f"{self.wire.url}/feed", "challenge": "abc", "lease_seconds": "864000"}
        query = urlencode({f"hub.{name}": value for name, value in (words | said).items()})
        return self.scene.get(f"/websub/{path or self.there.path}?{query}")

    def sent(self, body: bytes, secret: str | None = None, method: str = "sha256") -> bool:
        key = (self.there.secret.reveal() if secret is None else secret).encode()
        signature = f"{method}={hmac.new(key, body, getattr(hashlib, method)).hexdigest()}"
        return self.callback.take(self.there.path, {"x-hub-signature": signature, **ATOM}, body)

    @property
    def titles(self) -> list[str]:
        with self.store.read() as tx:
            return sorted(it.content.title for it in articles.newest(tx, 100))

    @property
    def next_look(self) -> timedelta:
        from feeder.store import documents

        with self.store.read() as tx:
            state = documents.state_of(tx, "wire")
        assert state is not None
        assert state.due is not None
        return state.due - datetime.now(UTC)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with Wire() as made:
        yield made


@pytest.fixture
def paper(tmp_path: Path, wire: Wire) -> Iterator[Paper]:
    made = Paper(tmp_path, wire)
    with made.scene:
        yield made


@pytest.mark.parametrize("linked", [True, False])
def test_a_feed_that_names_a_hub_is_subscribed_to(paper: Paper, wire: Wire, linked: bool) -> None:  # noqa: FBT001
    wire.linked = linked
    paper.look()
    subscribe(paper.scene.app)
    (asked,) = wire.sent
    it = paper.there
    assert asked.target == "/hub"
    assert asked.form == {
        "hub.mode": "subscribe",
        "hub.topic": f"{wire.url}/feed",
        "hub.callback": f"http://127.0.0.1:{paper.scene.port}/websub/{it.path}",
        "hub.secret": it.secret.reveal(),
        "hub.lease_seconds": "864000",
    }
    assert len(it.path) >= 32
    subscribe(paper.scene.app)
    assert len(wire.sent) == 1


def test_a_verification_is_answered_only_for_what_we_asked(paper: Paper, wire: Wire) -> None:
    paper.look()
    assert paper.asked("subscribe").status == 404  # we have not asked yet
    subscribe(paper.scene.app)
    for mode, said in (
        ("unsubscribe", {}),
        ("subscribe", {"topic": f"{wire.url}/other"}),
        ("subscribe", {"path": "0" * 48}),
        ("subscribe", {"challenge": ""}),
    ):
        assert paper.asked(mode, **said).status == 404
    reply = paper.asked("subscribe", challenge="<b>&amp;")
    assert (reply.status, reply.body) == (200, b"<b>&amp;")
    assert reply["content-type"].startswith("text/plain")
    assert paper.asked("subscribe").status == 404  # nor twice
    until_ = paper.there.until
    assert until_ is not None
    assert timedelta(days=9) < until_ - datetime.now(UTC) <= timedelta(days=10)


def test_what_the_hub_sends_is_taken_in_and_what_it_leaves_out_is_not_gone(paper: Paper, wire: Wire) -> None:
    paper.subscribed()
    wire.entries = ((2, "Two"), (1, "One"))
    assert paper.sent(wire.document(2))
    assert paper.titles == ["One", "Two"]
    assert paper.sent(wire.document())
    assert paper.titles == ["One", "Two"]


def test_it_may_be_signed_by_any_of_the_four_methods(paper: Paper, wire: Wire) -> None:
    paper.subscribed()
    for number, method in enumerate(("sha1", "sha384", "sha512"), 2):
        wire.entries = ((number, f"Signed by {method}"),)
        paper.sent(wire.document(), method=method)
        assert f"Signed by {method}" in paper.titles


def test_what_is_signed_wrongly_is_dropped_and_its_sender_is_not_told(paper: Paper, wire: Wire) -> None:
    it = paper.subscribed()
    wire.entries = ((2, "Forged"),)
    assert paper.sent(wire.document(), secret="another")
    assert paper.callback.take(it.path, {}, wire.document())
    assert paper.callback.take(it.path, {"x-hub-signature": "md5=00"}, wire.document())
    assert paper.titles == ["One"]
    assert not paper.callback.take("0" * 48, {}, wire.document())


def test_who_does_not_know_the_path_is_not_read_to_the_end(paper: Paper) -> None:
    head = "POST /websub/{} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", paper.scene.port), timeout=20) as stranger:
        stranger.sendall(head.format("0" * 48).encode())
        assert stranger.recv(100).startswith(b"HTTP/1.1 410 ")


def test_while_its_hub_tells_us_it_is_polled_a_fifth_as_often(paper: Paper) -> None:
    paper.look()
    assert paper.next_look < timedelta(minutes=11)
    subscribe(paper.scene.app)
    paper.asked("subscribe")
    with paper.store.write() as tx:
        from feeder.store import documents

        documents.looked(tx, "wire", datetime.now(UTC), datetime.now(UTC))
    paper.look()
    assert timedelta(minutes=39) < paper.next_look < timedelta(minutes=51)


def test_a_lease_is_renewed_before_it_ends(paper: Paper, wire: Wire) -> None:
    it = paper.subscribed()
    assert it.due is not None
    assert it.until is not None
    paper.scene.later = it.due - datetime.now(UTC) + timedelta(seconds=1)
    assert paper.scene.later < timedelta(days=9)
    subscribe(paper.scene.app)
    assert len(wire.sent) == 2
    assert paper.asked("subscribe").status == 200
    assert paper.there.until is not None
    assert paper.there.until > it.until
    assert paper.there.path == it.path


def test_a_hub_that_denies_is_asked_again_a_day_later(paper: Paper, wire: Wire) -> None:
    paper.look()
    subscribe(paper.scene.app)
    assert paper.asked("denied", reason="no").status == 200
    assert paper.there.until is None
    paper.scene.later = timedelta(hours=23)
    subscribe(paper.scene.app)
    assert len(wire.sent) == 1
    paper.scene.later = timedelta(hours=25)
    subscribe(paper.scene.app)
    assert len(wire.sent) == 2


def test_a_feed_without_a_hub_is_not_subscribed_to_any_more(paper: Paper, wire: Wire) -> None:
    it = paper.subscribed()
    wire.hub = False
    with paper.store.write() as tx:
        from feeder.store import documents

        documents.looked(tx, "wire", datetime.now(UTC), datetime.now(UTC))
    paper.look()
    assert paper.upstream is None
    assert not paper.callback.take(it.path, {}, b"")


def test_a_source_that_does_not_want_it_is_left_alone(tmp_path: Path, wire: Wire) -> None:
    paper = Paper(tmp_path, wire, hub=False)
    with paper.scene:
        paper.look()
        subscribe(paper.scene.app)
        assert (paper.upstream, wire.sent) == (None, [])


def test_a_source_that_left_the_configuration_is_forgotten(paper: Paper) -> None:
    paper.subscribed()
    del paper.scene.app.config.sources["wire"]  # type: ignore[attr-defined]
    forget(paper.scene.app)
    assert paper.upstream is None
