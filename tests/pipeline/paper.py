"""A store, a folder, articles that come, change and go by hand; and a reader of a feed's whole history."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lxml import etree

from feeder.model.article import Article, Change, State
from feeder.pipeline import places
from feeder.pipeline.publish import Publisher
from feeder.pipeline.register import register
from feeder.store import articles
from tests.pipeline.outside import OUTPUT, SITE
from tests.pipeline.publishing import output
from tests.samples import NOW, article, audience, feed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from feeder.config import FeedOptions
    from feeder.pipeline.output import Report
    from feeder.store import Store

ATOM = "{http://www.w3.org/2005/Atom}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
FORMS = ("atom", "json", "rss")
LIMIT, BLOCK = 5, 20  # what makes an archive of a feed that shows so many


class Paper:
    def __init__(self, store: Store, folder: Path, **options: Any) -> None:
        self.store, self.folder, self.now = store, folder, NOW + timedelta(days=2)
        self.configure({"all": feed(title="All", **({"limit": LIMIT} | options))})

    def configure(self, feeds: dict[str, FeedOptions], **changes: Any) -> None:
        self.feeds = feeds
        self.changes = changes
        register(self.store, [], audience(feeds, {}), self.now)
        self.restart()

    def restart(self) -> None:
        self.publisher = Publisher(self.store, output(self.folder, self.feeds, **self.changes))

    def publish(self, *, everything: bool = False) -> Report:
        report = self.publisher.publish(everything=everything)
        assert report.problems == []
        return report

    # ------------------------------------------------------------ articles

    def add(self, *numbers: int, **changes: Any) -> None:
        with self.store.write() as tx:
            for number in numbers:
                self._tick()
                it = article(number, **changes)
                articles.write(tx, it, Change.PUBLISHED, self.now)
                places.update(tx, it, self.feeds, SITE.url, self.now, new=True)

    def edit(self, number: int, title: str) -> None:
        before = self._get(number)
        self._put(replace(before, content=replace(before.content, title=title)), Change.UPDATED)

    def amend(self, number: int, summary: str) -> None:
        """Its readers are not told. An amendment of an amendment takes its place."""
        before = self._get(number)
        with self.store.write() as tx:
            again = articles.is_amended(tx, before)
            content = replace(before.content, summary=summary)
            after = replace(before, revision=before.revision + (not again), content=content)
            articles.write(tx, after, Change.AMENDED, self.now)
            places.update(tx, after, self.feeds, SITE.url, self.now)

    def withdraw(self, number: int) -> None:
        self._put(replace(self._get(number), state=State.RETRACTED), Change.WITHDRAWN)

    def bring_back(self, number: int) -> None:
        self._put(replace(self._get(number), state=State.LIVE), Change.UPDATED)

    def _tick(self) -> None:
        self.now += timedelta(seconds=1)

    def _get(self, number: int) -> Article:
        with self.store.read() as tx:
            found = articles.get(tx, article(number).id)
        assert found is not None
        return found

    def _put(self, it: Article, change: Change) -> None:
        self._tick()
        after = replace(it, revision=it.revision + 1, updated=self.now)
        with self.store.write() as tx:
            articles.write(tx, after, change, self.now)
            places.update(tx, after, self.feeds, SITE.url, self.now)

    def live(self) -> dict[str, str]:
        """Titles by id."""
        with self.store.read() as tx:
            return {it.id: it.content.title for it in articles.newest(tx, 10_000)}

    # ------------------------------------------------------------ files

    def read(self, path: str) -> bytes:
        return (self.folder / path).read_bytes()

    def shown(self, name: str = "all") -> list[str]:
        """The titles in the subscription document."""
        return [it["title"] for it in json.loads(self.read(f"{name}.json"))["items"]]

    def archives(self, form: str = "*") -> dict[str, bytes]:
        found = [it for it in sorted(self.folder.glob(f"archive/**/*.{form}")) if it.suffix[1:] in FORMS]
        return {str(it.relative_to(self.folder)): it.read_bytes() for it in found}

    def walk(self, form: str, name: str = "all") -> Iterator[bytes]:
        """The documents from the subscription document back; the chain must end."""
        path, seen = f"{name}.{form}", set[str]()
        while path:
            assert path not in seen, "it goes in circles"
            seen.add(path)
            body = self.read(path)
            yield body
            path = previous(form, body).removeprefix(OUTPUT)

    def history(self, form: str, name: str = "all") -> dict[str, str]:
        """Titles by id as who has read everything knows them: the newest version wins."""
        best: dict[str, tuple[str, str]] = {}
        for body in self.walk(form, name):
            for key, changed, title in entries(form, body):
                if key not in best or changed > best[key][0]:
                    best[key] = (changed, title)
        return {key: title for key, (_, title) in best.items()}


def previous(form: str, body: bytes) -> str:
    """The address of the archive before this document, or nothing."""
    if form == "json":
        return str(json.loads(body).get("next_url", ""))
    return links(body).get("prev-archive", "")


def links(body: bytes) -> dict[str, str]:
    """Of the head, by relation; an entry has none of these."""
    root = etree.fromstring(body)
    head = root if root.tag == f"{ATOM}feed" else root[0]
    return {it.get("rel", ""): it.get("href", "") for it in head.iterchildren(f"{ATOM}link")}


def entries(form: str, body: bytes) -> list[tuple[str, str, str]]:
    """Id, when it last changed (which RSS does not say: there the first that is met wins), title."""
    if form == "json":
        return [(it["id"], it.get("date_modified", ""), it["title"]) for it in json.loads(body)["items"]]
    root = etree.fromstring(body)
    if form == "atom":
        return [
            (it.findtext(f"{ATOM}id", ""), it.findtext(f"{ATOM}updated", ""), it.findtext(f"{ATOM}title", ""))
            for it in root.iterchildren(f"{ATOM}entry")
        ]
    return [(it.findtext("guid", ""), "", it.findtext("title", "")) for it in root.iter("item")]
