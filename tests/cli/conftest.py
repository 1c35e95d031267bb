"""The command line in this process, and a newsroom with something in every list."""

from __future__ import annotations

import io
import json
import logging
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from feeder.cli import main
from feeder.store import Store
from tests.daemon.harness import Newsroom
from tests.net.receivers import Receiver, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


# What is said of a webhook, wherever it is said.
STANDING = {
    *("status", "reason", "since", "failures", "failing_since", "warned", "rest"),
    *("concurrency", "ramp", "rate", "ordered", "kept_until", "note"),
}
WEBHOOK = STANDING | {
    *("name", "type", "delivered", "waiting", "held", "dead", "cancelled", "oldest_waiting", "public_keys"),
}


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Commands set up logging for a process of their own."""
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    yield
    logging.captureWarnings(capture=False)
    root.setLevel(before[0])
    root.handlers[:] = before[1]


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """All of stdout is one document."""
        return json.loads(self.out)


@pytest.fixture
def feeder(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """`feeder("status", "--json")` is what a shell would see of it."""

    def run(*words: str | Path, stdin: bytes = b"") -> Said:
        monkeypatch.setattr(sys, "argv", ["feeder", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsys.readouterr()
        try:
            main()
            status = 0
        except SystemExit as end:
            status = int(end.code or 0)
        return Said(status, *capsys.readouterr())

    return run


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(answer(204)) as made:
        yield made


@pytest.fixture
def empty(tmp_path: Path, receiver: Receiver) -> Iterator[Newsroom]:
    """A newsroom that has never run, with a webhook `partner`."""
    with Newsroom(tmp_path / "post", {"partner": {"url": receiver.url}}) as newsroom:
        yield newsroom


@pytest.fixture
def newsroom(empty: Newsroom, feeder: Callable[..., Said]) -> Newsroom:
    """The same after it has taken in `rain` and `sun`: each is owed to the webhook, nothing is sent yet."""
    for title in ("Rain over the coast", "Sun over the coast"):
        file = empty.folder / "desk" / f"{title}.txt"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{title}\n\nThe council met on Monday and agreed on nothing at all.\n", "utf-8")
        said = feeder("add", file, "--config", empty.config)
        assert said.status == 0, said.err
    return empty


@contextmanager
def store_of(newsroom: Newsroom) -> Iterator[Store]:
    store = Store(f"sqlite:///{newsroom.folder}/feeder.db")
    yield store
    store.close()


def asked(feeder: Callable[..., Said], newsroom: Newsroom, *words: str, status: int = 0) -> Said:
    said = feeder(*words, "--config", newsroom.config)
    assert said.status == status, said
    return said
