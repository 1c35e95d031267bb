"""A folder, a store and what stands between them, for tests of the verbs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from feeder.extractors import read
from feeder.model.document import Hints
from feeder.pipeline.ingest import Desk, ingest
from feeder.pipeline.register import register
from feeder.sources.folder import Folder
from feeder.store import articles, deliveries
from tests.samples import NOW, audience

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from feeder.config import FeedOptions, WebhookOptions
    from feeder.model.article import Article
    from feeder.model.delivery import Delivery
    from feeder.store import Store


@dataclass
class Newsroom:
    """A source `newsroom` on a folder; time passes only when `look` is called."""

    store: Store
    root: Path
    feeds: Mapping[str, FeedOptions] | None = None
    webhooks: Mapping[str, WebhookOptions] | None = None
    now: datetime = field(default=NOW)

    def __post_init__(self) -> None:
        self.root.mkdir(exist_ok=True)
        self.source = Folder("newsroom", self.root, 100_000)
        self.configure(self.feeds, self.webhooks)

    def configure(
        self, feeds: Mapping[str, FeedOptions] | None = None, webhooks: Mapping[str, WebhookOptions] | None = None
    ) -> None:
        """What the configuration says from now on."""
        self.now += timedelta(seconds=1)
        self.audience = audience(feeds, webhooks)
        register(self.store, ["newsroom"], self.audience, self.now)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def story(
        self, name: str, title: str, words: str = "The council met on Monday and agreed on nothing at all."
    ) -> Path:
        return self.write(name, f"{title}\n\n{words}\n")

    def desk(self) -> Desk:
        hints = Hints(zone=UTC, base="https://post.example/", arrived=self.now)
        return Desk(self.store, read, lambda _source, _now: hints, self.audience, UTC)

    def look(self, only: Collection[str] | None = None) -> dict[str, int]:
        """Look at the source; returns what came of it."""
        self.now += timedelta(seconds=1)
        return dict(ingest(self.desk(), self.source, self.now, only, final=True).counts)

    def began(self) -> Newsroom:
        """The first look is over: from here on everything is new."""
        self.look()
        return self

    # ------------------------------------------------------------ what the store says

    def articles(self) -> tuple[Article, ...]:
        with self.store.read() as tx:
            return articles.newest(tx, 1000, state=None)

    def the(self, title: str) -> Article:
        (found,) = [it for it in self.articles() if it.content.title == title]
        return found

    def owed(self, name: str = "partner") -> list[Delivery]:
        """Oldest first."""
        with self.store.read() as tx:
            return list(reversed(deliveries.listed(tx, 10_000, name=name)))

    def told(self, name: str = "partner") -> list[tuple[str, int]]:
        return [(it.kind.value, it.revision) for it in self.owed(name)]


def move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)
