from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from feeder.net.keys import Key, standard
from feeder.secret import Secret
from feeder.server import Parts, Server, build
from feeder.server.listen import Receiver
from feeder.server.parts import Health
from feeder.store import Store
from tests import tables
from tests.pipeline.posting import Posting
from tests.server.posting import Client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.types import ASGIApp, Receive, Scope, Send

KEY = "whsec_" + "a2V5IG9mIHRoZSBwYXJ0bmVyIHdobyBsaXN0ZW5z"
HUB = "https://hub.example/"


@dataclass
class Site:
    """The parts of a server under test, and its address."""

    folder: Path
    receiver: Receiver
    health: Health = field(default_factory=lambda: Health(live=True, ready=True))
    address: tuple[str, int] = ("", 0)

    def parts(self, **changes: Any) -> Parts:
        values: dict[str, Any] = {"links": links, "health": lambda: self.health, "title": "The Harbour Post"}
        return Parts(folder=self.folder, **values | {"receiver": self.receiver} | changes)

    def write(self, path: str, body: bytes = b"<feed/>") -> bytes:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(body)
        return body


def links(path: str) -> tuple[str | None, tuple[str, ...]]:
    if path.endswith((".atom", ".rss", ".json")):
        return f"https://feeds.example/{path}", (HUB, "https://second.example/hub?a=b")
    return None, ()


def keys(webhook: str) -> list[Key]:
    return [standard(Secret(KEY))] if webhook == "partner" else []


@contextmanager
def running(app: ASGIApp, **options: Any) -> Iterator[tuple[str, int]]:
    server = Server(app, "127.0.0.1", 0, **options)
    server.start()
    try:
        yield server.address
    finally:
        server.stop()


@pytest.fixture
def receiver() -> Receiver:
    return Receiver(keys, lambda: datetime.now(UTC))


class Switch:
    """An application that stands for another one: starting and stopping a server takes longer than most tests."""

    app: ASGIApp

    def at_once(self, path: str, headers: list[tuple[bytes, bytes]]) -> tuple[bytes, bytes] | None:
        ready = getattr(self.app, "at_once", None)
        return ready(path, headers) if ready else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def switch() -> Iterator[tuple[Switch, tuple[str, int]]]:
    switch = Switch()
    with running(switch) as address:
        yield switch, address


@pytest.fixture
def site(tmp_path: Path, receiver: Receiver, switch: tuple[Switch, tuple[str, int]]) -> Site:
    (tmp_path / "feeds").mkdir()
    made = Site(tmp_path / "feeds", receiver, address=switch[1])
    switch[0].app = build(made.parts())
    return made


@pytest.fixture
def client(site: Site, switch: tuple[Switch, tuple[str, int]], tmp_path: Path) -> Iterator[Client]:
    """The API of a newsroom whose only source of type push is `desk`."""
    store = Store(tables.in_folder(tmp_path))
    made = Client(Posting(store), site.address)
    switch[0].app = build(site.parts(api=made.api()))
    yield made
    store.close()
