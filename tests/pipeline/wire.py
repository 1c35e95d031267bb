"""A scripted source of other people's articles: it shows what the test says, and remembers what it was asked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from feeder.extractors import read
from feeder.model.document import ITEM, Document, Found, Hints
from feeder.pipeline.ingest import Desk, Report, ingest
from feeder.pipeline.register import register
from feeder.sources import Look
from feeder.store import articles, deliveries, documents, feeds
from tests.samples import NOW, audience

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from feeder.config import FeedOptions, WebhookOptions
    from feeder.errors import SourceError
    from feeder.model.article import Article, State
    from feeder.model.delivery import Delivery
    from feeder.store import Store

Entry = dict[str, Any]
MANY = 100_000
SUBJECTS = ("bridge", "theatre", "bus", "crane", "market", "bell", "ferry", "archive", "garden", "choir", "tower")
DOINGS = ("opens", "closes", "sinks", "burns", "returns", "wins", "waits", "moves", "sings", "falls", "grows")


@dataclass
class Wire:
    """`entries` are JSON Feed items, newest first. `trouble` is raised instead; `quiet`: nothing has changed."""

    name: str = "wire"
    entries: list[Entry] = field(default_factory=list)
    trouble: SourceError | None = None
    quiet: bool = False
    gap: bool = False
    notes: tuple[str, ...] = ()
    rest: timedelta | None = None
    memories: list[str] = field(default_factory=list)
    max_age: timedelta | None = None
    exhaustive = False
    foreign = True

    def look(
        self,
        known: Mapping[str, str],
        only: Collection[str] | None = None,  # noqa: ARG002 - nobody tells of single entries
        *,
        final: bool = False,  # noqa: ARG002 - a fetch is always whole
        memory: str = "",
    ) -> Look:
        self.memories.append(memory)
        if self.trouble is not None:
            raise self.trouble
        if self.quiet:
            return Look(memory=memory, rest=self.rest)
        shown = {_key(entry): _stamp(entry) for entry in reversed(self.entries)}
        return Look(
            tuple(Found(key, stamp) for key, stamp in shown.items() if known.get(key) != stamp),
            present=frozenset(shown),
            memory=f"look {len(self.memories)}",
            gap=self.gap,
            notes=self.notes,
            rest=self.rest,
        )

    def read(self, found: Found) -> Document | None:
        entry = next((it for it in self.entries if _key(it) == found.key), None)
        if entry is None:
            return None
        body = json.dumps(entry).encode()
        return Document(self.name, found.key, _stamp(entry), ITEM, body, NOW, sha256(body).hexdigest())

    def watch(self) -> None:
        return None


def _key(entry: Entry) -> str:
    return str(entry.get("id") or entry.get("url"))


def _stamp(entry: Entry) -> str:
    return json.dumps(entry, sort_keys=True)


class Agency:
    """A newsroom that takes in from scripted wires; time passes only when `look` is called."""

    def __init__(
        self,
        store: Store,
        *wires: Wire,
        feeds: Mapping[str, FeedOptions] | None = None,
        webhooks: Mapping[str, WebhookOptions] | None = None,
    ) -> None:
        self.store, self.now = store, NOW
        self.wires = {wire.name: wire for wire in wires}
        self.audience = audience(feeds, webhooks)
        register(store, self.wires, self.audience, self.now)

    @property
    def desk(self) -> Desk:
        return Desk(self.store, read, lambda _name, now: Hints(UTC, self.audience.site, now), self.audience, UTC)

    def look(self, name: str = "wire", after: timedelta = timedelta(minutes=10)) -> Report:
        self.now += after
        report = ingest(self.desk, self.wires[name], self.now)
        with self.store.write() as tx:
            documents.looked(tx, name, self.now, self.now)
        return report

    def articles(self, state: State | None = None) -> tuple[Article, ...]:
        with self.store.read() as tx:
            return articles.newest(tx, MANY, state=state)

    def the(self, title: str) -> Article:
        (found,) = [it for it in self.articles() if it.content.title == title]
        return found

    def owed(self, name: str = "partner") -> list[Delivery]:
        """Oldest first."""
        with self.store.read() as tx:
            return list(reversed(deliveries.listed(tx, MANY, name=name)))

    def told(self, name: str = "partner") -> list[str]:
        return [it.kind.value for it in self.owed(name)]

    def feed(self, name: str = "all") -> list[str]:
        """The titles in it, newest first."""
        with self.store.read() as tx:
            return [it.content.title for it in feeds.newest(tx, name, MANY)]

    def state(self, name: str = "wire") -> documents.SourceState:
        with self.store.read() as tx:
            found = documents.state_of(tx, name)
        assert found is not None
        return found


def entry(number: int, published: datetime = NOW - timedelta(hours=1), **changed: object) -> Entry:
    """An entry like those of real feeds: its address is its id; None takes a field away."""
    subject, doing = SUBJECTS[number % len(SUBJECTS)], DOINGS[number // len(SUBJECTS) % len(DOINGS)]
    title = f"The {subject} of street {number} {doing} at last"
    address = f"https://www.wire.example/{published:%Y/%m}/{title.lower().replace(' ', '-')}"
    made: Entry = {
        "id": address,
        "url": address,
        "title": title,
        "content_html": f"<p>{' '.join(_sentences(number))}</p>",
        "date_published": published.isoformat(),
    }
    return {key: value for key, value in (made | changed).items() if value is not None}


def _sentences(number: int) -> Iterable[str]:
    for step in range(8):
        subject, doing = SUBJECTS[(number * 3 + step) % 11], DOINGS[(number * 7 + step * 5) % 11]
        yield f"In part {number * 31 + step} the {subject} {doing} while {number * 17 + step * 13} people look on."
