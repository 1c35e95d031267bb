"""The whole house but its loops, on loopback: published, verified and delivered when the test says so."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from feeder import app as apps
from feeder.daemon.hubbing import medium_of, moved_of, verifier_of
from feeder.daemon.serving import server_of
from feeder.extractors import read
from feeder.model.topic import Protocol
from feeder.pipeline.announce import announce
from feeder.pipeline.deliver import Dispatcher
from feeder.pipeline.hub import tidy
from feeder.pipeline.ingest import ingest
from feeder.pipeline.publish import Publisher
from feeder.pipeline.register import register
from feeder.schedule import next_run
from feeder.senders import Crew
from feeder.server.parts import Health
from feeder.store import Store, deliveries, subscriptions, webhooks
from feeder.store.migrations import migrate
from tests import tables
from tests.daemon.harness import Newsroom, free_port
from tests.daemon.loopback import Handler, Loopback
from tests.server.asking import Reply, ask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from feeder.model.delivery import Delivery, TopicKind
    from feeder.model.topic import Subscription
    from feeder.pipeline.output import Document
    from feeder.store.webhooks import WebhookState

SECRET = "not for anybody's eyes 3d81"
LEASE = timedelta(minutes=2)


@dataclass(frozen=True)
class Heard:
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, str]:
        """The query."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass
class Subscriber(Loopback):
    """Says yes to whatever it is asked, or `answers(heard)` what the test wants: status, headers, body."""

    answers: Callable[[Heard], tuple[int, dict[str, str], bytes]] | None = None
    heard: list[Heard] = field(default_factory=list)

    def handler(self) -> type[Handler]:
        subscriber = self

        class Hearing(Handler):
            def do_GET(self) -> None:  # noqa: N802 - the name that the library calls
                self._answer()

            def do_POST(self) -> None:  # noqa: N802 - the same
                self._answer()

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                names = {name.lower(): value for name, value in self.headers.items()}
                heard = Heard(self.command, self.path, names, body)
                subscriber.heard.append(heard)
                status, headers, said = (subscriber.answers or yes)(heard)
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(said))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said)

        return Hearing

    @property
    def asked(self) -> list[Heard]:
        return [it for it in list(self.heard) if it.method == "GET"]

    @property
    def sent(self) -> list[Heard]:
        return [it for it in list(self.heard) if it.method == "POST"]


def yes(heard: Heard) -> tuple[int, dict[str, str], bytes]:
    return 200, {}, heard.said.get("hub.challenge", "").encode()


class Scene:
    """`server` and others are sections of the configuration; time passes as it does, but for `later`."""

    def __init__(self, path: Path, store: str = "", **sections: Any) -> None:
        self.port = free_port()
        server = {"listen": f"127.0.0.1:{self.port}", **sections.pop("server", {})}
        more = {"output": {"path": "feeds/"}, "server": server, **sections}
        self.newsroom = Newsroom(path, store=store or "sqlite:///feeder.db", more=more)
        self.newsroom.__enter__()
        self.later = timedelta(0)
        config = apps.load(self.newsroom.config)
        if not store:
            tables.in_folder(path)
        self.store = Store(config.store.reveal(), clock=lambda: datetime.now(UTC) + self.later)
        migrate(self.store)
        self.app = apps.wire(config, self.store, next_run)
        # In this process: to start another one for each test would take longer than the rest of it.
        outside = replace(self.app.outside, crew=Crew(processes=0))
        self.app = replace(self.app, outside=outside, desk=replace(self.app.desk, read=read))
        self.restart()
        self.verifier = verifier_of(self.app)
        self.landed = threading.Event()
        self.dispatcher = Dispatcher(self.store, self.app.outside, LEASE, self.landed.set)

    def __enter__(self) -> Self:
        with self.store.read() as tx:
            now = self.store.now(tx)
        register(self.store, self.app.sources.keys(), self.app.desk.audience, now, self.app.spread.hubs)
        server = server_of(self.app, lambda: Health(live=True, ready=True), apps.now)
        assert server is not None
        self.server = server
        server.start()
        self.publish("The first story")
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()
        self.dispatcher.finish(10)
        self.app.close()
        self.store.close()

    # ------------------------------------------------------------ what the house does

    def restart(self) -> None:
        """A daemon begins: its publisher looks at every feed."""
        self.publisher = Publisher(self.store, self.app.output)

    def write(self, title: str = "", name: str = "") -> list[Document]:
        """Take in a story, and publish without announcing it."""
        if title:
            self.take_in(title, name)
        return self.publisher.publish().documents

    def take_in(self, title: str, name: str = "") -> None:
        self.newsroom.story(name or f"{title}.txt".replace(" ", "-"), title, f"What {title} says at length.")
        for source in self.app.sources.values():
            ingest(self.app.desk, source, datetime.now(UTC) + self.later, final=True)

    def publish(self, title: str = "", name: str = "") -> int:
        """How many deliveries come of it."""
        return announce(self.store, self.app.spread, self.write(title, name))

    def verify(self) -> int:
        """Verify all that waits, one after the other; returns how many were meant."""
        meant = 0
        while found := self.verifier.take(10, ()):
            meant += sum(self.verifier.verify(it) for it in found)
        return meant

    def deliver(self) -> None:
        """Send what is due now, and write the answers."""
        with self.store.read() as tx:
            upto = deliveries.newest(tx)
        while True:
            self.landed.clear()
            sent = self.dispatcher.step(upto)
            if not sent and not self.dispatcher.in_flight:
                return
            self.landed.wait(5)

    def tidy(self) -> int:
        return tidy(self.store, medium_of(self.app), moved_of(self.app))

    # ------------------------------------------------------------ what strangers do

    def topic(self, form: str = "atom", name: str = "all") -> str:
        return self.app.spread.address(f"{name}.{form}")

    def document(self, form: str = "atom", name: str = "all") -> bytes:
        return (self.newsroom.feeds / f"{name}.{form}").read_bytes()

    def get(self, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Reply:
        return ask(("127.0.0.1", self.port), path, headers, method)

    def post(self, said: Mapping[str, str], path: str = "/hub") -> Reply:
        form = {"content-type": "application/x-www-form-urlencoded"}
        return ask(("127.0.0.1", self.port), path, form, "POST", urlencode(said).encode())

    def ask(self, callback: str, mode: str = "subscribe", topic: str = "", **said: str) -> Reply:
        """Of the hub; the names in `said` are without their `hub.`"""
        words = {"mode": mode, "callback": callback, "topic": topic or self.topic(), **said}
        return self.post({f"hub.{name}": value for name, value in words.items()})

    def subscribe(self, callback: str, topic: str = "", **said: str) -> Subscription:
        """And it is verified."""
        assert self.ask(callback, topic=topic, **said).status == 202
        assert self.verify() == 1
        return self.subscription(callback, topic)

    # ------------------------------------------------------------ what the store says

    def subscription(self, callback: str, topic: str = "", protocol: Protocol = Protocol.WEBSUB) -> Subscription:
        (found,) = [it for it in self.subscriptions(topic) if (it.callback, it.protocol) == (callback, protocol)]
        return found

    def subscriptions(self, topic: str = "") -> tuple[Subscription, ...]:
        with self.store.read() as tx:
            return subscriptions.of_topic(tx, topic or self.topic())

    def owed(self, name: str) -> list[Delivery]:
        """Oldest first."""
        with self.store.read() as tx:
            return list(reversed(deliveries.listed(tx, 1000, name=name)))

    def owed_as(self, kind: TopicKind) -> list[Delivery]:
        with self.store.read() as tx:
            return [it for it in reversed(deliveries.listed(tx, 10_000)) if it.kind is kind]

    def state(self, name: str) -> WebhookState:
        with self.store.read() as tx:
            return webhooks.states(tx, [name])[name]
