"""A desk that takes articles over HTTP, without HTTP; time passes only by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from feeder.extractors import read
from feeder.model.document import ITEM, Hints
from feeder.pipeline.inbox import Inbox, Sent
from feeder.pipeline.ingest import Desk, ingest
from feeder.pipeline.register import register
from feeder.sources.push import Push
from feeder.store import articles, deliveries
from tests.samples import NOW, audience

if TYPE_CHECKING:
    from feeder.model.article import Article
    from feeder.store import Store

PAGES = "https://feeds.post.example/articles/"
TEXT = "The council met on Monday and agreed on nothing at all."


@dataclass
class Posting:
    """The sources `desk` and `wire` of type push, and whoever is told."""

    store: Store
    now: datetime = NOW
    numbers: Any = field(default_factory=count)

    def __post_init__(self) -> None:
        self.audience = audience()
        register(self.store, ["desk", "wire", "newsroom"], self.audience, self.now)
        self.desk = Desk(self.store, read, self._hints, self.audience, UTC)
        self.inbox = Inbox(self.desk, ("desk", "wire"), PAGES, lambda: self.now, lambda: str(next(self.numbers)))
        self.look()

    def _hints(self, _source: str, now: datetime) -> Hints:
        return Hints(zone=UTC, base="https://post.example/", arrived=now)

    def look(self) -> dict[str, int]:
        """The daemon looks through a source that shows nothing; what waited may be ripe."""
        self.now += timedelta(seconds=1)
        return dict(ingest(self.desk, Push("desk"), self.now).counts)

    def later(self, **much: float) -> None:
        self.now += timedelta(**much)

    # ------------------------------------------------------------ what the store says

    def articles(self) -> tuple[Article, ...]:
        with self.store.read() as tx:
            return articles.newest(tx, 1000, state=None)

    def told(self) -> list[tuple[str, int]]:
        with self.store.read() as tx:
            owed = deliveries.listed(tx, 10_000, name="partner")
        return [(it.kind.value, it.revision) for it in reversed(owed)]


def item(**fields: Any) -> bytes:
    own = {"wait": True} | fields.pop("_feeder", {})
    return json.dumps(
        {"title": "Fog lifts", "content_text": TEXT, "_feeder": own} | fields, sort_keys=True
    ).encode()


def sent(name: str = "", once: str = "", **fields: Any) -> Sent:
    return Sent(ITEM, item(**({"id": name} if name else {}), **fields), name, once)
