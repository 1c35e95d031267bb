"""Tests of faults -> what docs/faults.md says of them, as properties of the JUnit report."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.daemon.harness import Newsroom, Partner, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.faults.scene import See

    Daemon = Callable[..., Newsroom]

ROW = re.compile(r"test_row_([0-9]{2})_")
_STORES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@pytest.fixture(autouse=True)
def told(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> None:
    """Which row it is, by the test's name, and what it ran on."""
    row = ROW.match(request.node.name)
    if row is None:
        return
    record_property("fault", int(row[1]))
    params: dict[str, str] = getattr(getattr(request.node, "callspec", None), "params", {})
    if "store_url" in params:
        record_property("on", _STORES[params["store_url"]])
    if "daemon" in request.fixturenames:
        record_property("on", "daemon")


@pytest.fixture
def see(record_property: Callable[[str, object], None]) -> See:
    """Something that was seen, for the page: the same at every run, so figures only as bounds."""

    def note(*facts: str) -> None:
        for fact in facts:
            record_property("seen", fact)

    return note


@pytest.fixture
def connected() -> Iterator[set[str]]:
    """Every address that this process has connected to since, by whatever library."""
    from tests.faults import watching

    with watching.connections() as addresses:
        yield addresses


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """Starts a daemon with these webhooks (name=address) that is past its first look."""
    with ExitStack() as running:

        def start(
            listen: str = "off", concurrency: int = 2, flags: tuple[str, ...] = (), **webhooks: str
        ) -> Newsroom:
            hooks = {name: {"url": url, "concurrency": concurrency} for name, url in webhooks.items()}
            newsroom = running.enter_context(Newsroom(tmp_path, hooks, listen=listen, flags=flags))
            newsroom.start()
            until((newsroom.feeds / "all.json").exists, what="for the first look")
            return newsroom

        yield start


@pytest.fixture
def partner() -> Iterator[Partner]:
    with Partner() as made:
        yield made
