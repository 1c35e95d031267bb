"""A dispatcher with a `send` that does as it is told and remembers what it was sent; time passes only by hand."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, Self

from feeder.model.article import Person
from feeder.model.delivery import Answer, Phase
from feeder.model.feed import Site
from feeder.pipeline.deliver import Dispatcher
from feeder.pipeline.making import Hook, Outside
from feeder.senders import Crew
from feeder.store import deliveries, webhooks
from feeder.webhooks import WEBHOOKS
from feeder.webhooks.json import Options
from tests.daemon.harness import until
from tests.pipeline.desk import Newsroom
from tests.samples import NOW, feed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from feeder.model.delivery import Attempt, Delivery, Request
    from feeder.store import Store
    from feeder.webhooks._kind import Kind

SECRET = "whsec_dGVzdHMgb25seTsgbm90IGEgc2VjcmV0IGF0IGFsbA=="
OUTPUT = "https://feeds.post.example/"
SITE = Site("The Test Post", "https://post.example/", "en", Person("Newsroom"), f"{OUTPUT}articles/")
FEEDS = {"all": feed(title="All")}
LEASE = timedelta(minutes=2)
PATIENCE = 20.0


def options(**changes: Any) -> Options:
    return Options(**{"type": "json", "url": "https://partner.example/hook", "secret": SECRET} | changes)


def hook(name: str, kind: Kind[Any] | None = None, **changes: Any) -> Hook:
    return Hook(name, options(**changes), kind or WEBHOOKS["json"])


def answered(status: int, *headers: tuple[str, str]) -> Answer:
    return Answer(Phase.DONE, 0.25, status, headers, b"so", address="192.0.2.1")


def unanswered(reason: str = "refused") -> Answer:
    return Answer(Phase.CONNECT, 0.1, error=reason)


class Sender:
    """Answers the nth request by the script; its last line is for all that follow."""

    def __init__(self) -> None:
        self.script: tuple[Callable[[Request], Answer] | Answer, ...] = (answered(204),)
        self.sent: list[Request] = []
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Answer:
        with self._lock:
            self.sent.append(request)
            line = self.script[min(len(self.sent), len(self.script)) - 1]
        return line if isinstance(line, Answer) else line(request)

    @property
    def ids(self) -> list[str]:
        return [dict(request.headers)["webhook-id"] for request in self.sent]


class Post:
    """A newsroom that owes, and the dispatcher that sends; `now` is the dispatcher's clock."""

    def __init__(
        self, store: Store, path: Path, *hooks: Hook, send: Callable[[Request], Answer] | None = None
    ) -> None:
        self.store, self.now, self.chance = store, NOW + timedelta(hours=1), 0.5
        self.hooks = {it.name: it for it in hooks or (hook("partner"),)}
        webhooks = {it.name: it.options for it in self.hooks.values()}
        self.newsroom = Newsroom(store, path / "articles", FEEDS, webhooks)
        self.newsroom.began()
        self.sender = Sender()
        self.wakes = 0
        tokens = count(1)
        self.outside = Outside(
            hooks=self.hooks,
            site=SITE,
            output=OUTPUT,
            feeds=FEEDS,
            send=send or self.sender,
            allow=(),
            now=lambda _tx: self.now,
            chance=lambda: self.chance,
            token=lambda: f"token {next(tokens)}",
            crew=Crew(processes=0),
        )
        self.dispatcher = Dispatcher(store, self.outside, LEASE, self._wake)

    def _wake(self) -> None:
        self.wakes += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.dispatcher.finish(PATIENCE)

    def owe(self, number: int = 1) -> None:
        """So many new articles for every webhook."""
        have = len(list(self.newsroom.root.iterdir()))
        for nth in range(have, have + number):
            self.newsroom.story(f"{nth:03}.txt", f"Story number {nth}")
        self.newsroom.look()

    def configure(self, *hooks: Hook) -> None:
        """What the configuration says of webhooks from now on."""
        self.dispatcher.use(replace(self.outside, hooks={it.name: it for it in hooks}))

    # ------------------------------------------------------------ sending

    def send(self) -> int:
        """One step: what was answered is written, what is due is sent."""
        with self.store.read() as tx:
            newest = deliveries.newest(tx)
        return self.dispatcher.step(newest)

    def begun(self, number: int = 1) -> None:
        """Wait until so many requests are under way."""
        until(lambda: len(self.sender.sent) >= number, what="for what was to be sent")

    def landed(self, number: int = 1) -> None:
        """Wait until so many answers have come that are not written yet."""
        it = self.dispatcher
        until(lambda: len(it._answers) + len(it._unwritten) >= number, what="for answers")

    def write(self) -> None:
        """What was answered is written, and nothing sent."""
        assert self.dispatcher.step(0) == 0

    def round(self) -> int:
        """Send what is due, wait for the answers and write them; returns how many were sent."""
        sent = self.send()
        self.landed(sent)
        self.write()
        return sent

    # ------------------------------------------------------------ what the store says

    def delivery(self, name: str = "partner") -> Delivery:
        (found,) = self.newsroom.owed(name)
        return found

    def attempts(self, name: str = "partner") -> list[Attempt]:
        with self.store.read() as tx:
            return [it for owed in self.newsroom.owed(name) for it in deliveries.attempts(tx, owed.id)]

    def states(self, name: str = "partner") -> list[str]:
        return [it.state.value for it in self.newsroom.owed(name)]

    def status(self, name: str = "partner") -> str:
        with self.store.read() as tx:
            return webhooks.states(tx)[name].status

    def set_status(self, status: str, name: str = "partner") -> None:
        with self.store.write() as tx:
            assert webhooks.set_status(tx, name, status)


class Gate:
    """Holds every request until it is opened."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self.open = self._open.set

    def __call__(self, _request: Request) -> Answer:
        assert self._open.wait(PATIENCE)
        return answered(204)
