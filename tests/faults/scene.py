"""A receiver that commits a fault, one beside it that is well, and a dispatcher over a real store between them.

    with Receiver(hang(), answer()) as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        scene.tell()
        assert scene.delivery().state == "pending"
        scene.later(hours=1)
        assert scene.delivery().state == "delivered"

Requests go over real sockets with a deadline of a second; the schedule's clock is turned by hand. At its end the
scene makes sure that the neighbour was told everything, once.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol, Self

from standardwebhooks import Webhook

from feeder.net import Client, Guard
from feeder.net._dial import system_lookup
from feeder.store import webhooks
from tests.net.receivers import Receiver
from tests.pipeline.outside import FEEDS, SECRET, Post, hook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from feeder.model.delivery import Attempt, Delivery
    from feeder.net._dial import Lookup
    from feeder.pipeline.making import Hook
    from feeder.store import Store
    from feeder.store.webhooks import WebhookState
    from tests.net.receivers import Heard

TOTAL, BODY = 1.0, 0.3  # seconds: of the whole exchange, and of reading the answer's body
# How late a busy machine may be in noticing.
SLACK = 2.0
LOOPBACK = ("127.0.0.0/8", "::1/128")
NEIGHBOUR = "127.0.0.2"


class See(Protocol):
    def __call__(self, *facts: str) -> None: ...


def hurried(
    allow: tuple[str, ...] = LOOPBACK,
    total: float = TOTAL,
    lookup: Lookup = system_lookup,
    cafile: Path | None = None,
) -> Client:
    return Client(
        Guard(allow),
        total=total,
        connect=total / 2,
        body=total * BODY / TOTAL,
        lookup=lookup,
        cafile=str(cafile) if cafile else None,
    )


class Scene:
    def __init__(self, store: Store, path: Path, client: Client | None = None, /, **receivers: str | Hook) -> None:
        """Webhooks by name: an address, or a hook with more to it."""
        self._client = client or hurried()
        self.neighbour = Receiver(host=NEIGHBOUR)
        hooks = [hook(name, url=it) if isinstance(it, str) else it for name, it in receivers.items()]
        self.hooks = (*hooks, hook("neighbour", url=self.neighbour.url, concurrency=16))
        self.post = Post(store, path, *self.hooks, send=self._client.send)
        self.wind(datetime.now(UTC))  # the official library verifies nothing that is older than minutes

    def __enter__(self) -> Self:
        self.neighbour.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self.post.__exit__()
            if kind is None:
                self._neighbour_was_told_everything()
        finally:
            self.neighbour.__exit__(None, None, None)
            self._client.close()

    def _neighbour_was_told_everything(self) -> None:
        owed = self.post.newsroom.owed("neighbour")
        assert [(it.state.value, it.tries) for it in owed] == [("delivered", 1)] * len(owed)
        assert Counter(it.event for it in owed) == Counter(ids(self.neighbour))

    # ------------------------------------------------------------ what happens

    def tell(self, number: int = 1) -> None:
        """So many new articles. The neighbour hears of them at once, whatever the others are doing."""
        had = len(self.neighbour.heard)
        self.post.owe(number)
        self.work(lambda: self.neighbour.wait(had + 1))

    def later(self, **much: float) -> None:
        self.wind(self.post.now + timedelta(**much))
        self.work()

    def wind(self, now: datetime) -> None:
        """The newsroom's clock is a little behind the dispatcher's: what it owes is due at once."""
        self.post.now, self.post.newsroom.now = now, now - timedelta(minutes=10)

    def next_try(self, name: str = "faulty") -> None:
        """The clock goes on to when this webhook may be tried again, or a delivery of it is due."""
        dues = [it.due for it in self.post.newsroom.owed(name) if it.due is not None]
        self.wind(max(min(dues), self.webhook(name).rest or self.post.now, self.post.now))
        self.work()

    def configure(self, *hooks: Hook) -> None:
        """What the configuration says of webhooks from now on; the neighbour stays in it."""
        every = (*hooks, self.hooks[-1])
        self.post.newsroom.configure(FEEDS, {it.name: it.options for it in every})
        self.post.configure(*every)

    def work(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Send what is due until nothing is, and write every answer."""
        if self.post.send():
            meanwhile()
        while under_way := self.post.dispatcher.in_flight:
            self.post.landed(under_way)
            self.post.send()

    # ------------------------------------------------------------ what came of it

    def delivery(self, name: str = "faulty") -> Delivery:
        return self.post.delivery(name)

    def webhook(self, name: str = "faulty") -> WebhookState:
        """As it stands."""
        with self.post.store.read() as tx:
            return webhooks.states(tx)[name]

    def resume(self, name: str = "faulty") -> None:
        """What `feeder webhooks enable` does."""
        with self.post.store.write() as tx:
            assert webhooks.resume(tx, name, self.post.now)

    def held(self, status: str, name: str = "faulty") -> None:
        """Nothing that the webhook is owed has cost a try, and all of it waits until it can be told again."""
        assert {(it.state.value, it.tries) for it in self.post.newsroom.owed(name)} == {("pending", 0)}
        assert self.webhook(name).status == status

    def attempts(self, name: str = "faulty") -> list[Attempt]:
        return self.post.attempts(name)

    def states(self, name: str = "faulty") -> list[str]:
        return self.post.states(name)

    def waits(self, name: str = "faulty") -> Attempt:
        """The only delivery of this webhook failed once and is tried again; its attempt."""
        it, (attempt,) = self.delivery(name), self.attempts(name)
        assert (it.state.value, it.tries, attempt.outcome.value) == ("pending", 1, "retry"), it
        assert it.due is not None
        assert it.due > self.post.now
        return attempt

    def arrived(self, name: str = "faulty") -> Attempt:
        """The only delivery of this webhook was delivered at the first try; its attempt."""
        it, (attempt,) = self.delivery(name), self.attempts(name)
        assert (it.state.value, it.tries, attempt.outcome.value) == ("delivered", 1, "delivered"), it
        return attempt


def ids(receiver: Receiver) -> list[str]:
    return [heard.headers["webhook-id"] for heard in receiver.heard]


def verified(heard: Heard) -> object:
    """What the official library makes of a request."""
    return Webhook(SECRET).verify(heard.body, heard.headers)


def at_the_deadline(attempt: Attempt, total: float = TOTAL) -> bool:
    return attempt.reason.startswith("timeout after ") and total <= attempt.took < total + SLACK
