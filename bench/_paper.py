"""A made-up newspaper for benchmarks: articles of about 3.3 KB, and stores that are filled with them in bulk."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from feeder.model.article import Article, Bar, Content, Person, State
from feeder.model.feed import Site
from feeder.pipeline.identity import article_id, article_slug, feed_id
from feeder.store import Store, content, schema, schema_publishing
from feeder.store.migrations import migrate
from tests.samples import NOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from feeder.store import Tx

URL = "https://feeds.post.example/"
SITE = Site("The Bench Post", "https://post.example/", "en", Person("Newsroom"), f"{URL}articles/")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_BATCH = 2000


@cache
def _words() -> tuple[list[str], list[float]]:
    chance = random.Random(5)
    words = ["".join(chance.choices(_LETTERS, k=chance.randint(2, 9))) for _ in range(3000)]
    return words, [1 / (rank + 1) ** 0.8 for rank in range(len(words))]


@cache
def _text(number: int) -> tuple[str, str, str]:
    """Title, HTML, summary."""
    chance = random.Random(number)
    words, weights = _words()
    paragraphs = [" ".join(chance.choices(words, weights, k=90)) for _ in range(6)]
    title = " ".join(chance.choices(words, weights, k=7)).capitalize()
    html = "".join(f"<p>{text.capitalize()} – «é» <em>&amp;</em>.</p>" for text in paragraphs)
    return title, html, paragraphs[0][:160]


def article(number: int) -> Article:
    """The higher the number, the newer; it has an address of its own, so it has no page. There are 500 texts."""
    title, html, summary = _text(number % 500)
    key, at = article_id("bench", "path", f"{number}.md"), NOW + timedelta(minutes=number)
    said = Content(
        title=f"{number}: {title}",
        html=html,
        summary=summary,
        url=f"https://post.example/{number}",
        authors=(Person("Ann Example", "ann@post.example"),),
        categories=("Asia", "Trade", "Sea"),
    )
    slug = article_slug(f"{number}", key)
    return Article(key, slug, "bench", 1, State.LIVE, at, at, at, at, Bar.NONE, said)


def filled(
    folder: Path, numbers: range, feeds: Mapping[str, Iterable[int]], archived: Mapping[str, int] | None = None
) -> Store:
    """A store with these articles in these feeds. `archived`: so many, the oldest, are in archives of 50."""
    store = Store(f"sqlite:///{folder}/feeder.db", daemon=True)
    migrate(store)
    for start in range(numbers.start, numbers.stop, _BATCH):
        with store.write() as tx:
            _articles(tx, [article(number) for number in range(start, min(start + _BATCH, numbers.stop))])
    with store.write() as tx:
        for name, members in feeds.items():
            _feed(tx, name, sorted(members), (archived or {}).get(name, 0), folder)
    return store


def _articles(tx: Tx, made: Sequence[Article]) -> None:
    rows = [{name: getattr(it, name) for name in it.__slots__ if name != "content"} for it in made]
    tx.execute(schema.article.insert(), rows)
    said = [
        {"article": it.id, "number": 1, "kind": "published", "at": it.published, "origins": "{}"}
        | {"content": content.dump(it.content)}
        for it in made
    ]
    tx.execute(schema.revision.insert(), said)


def _feed(tx: Tx, name: str, members: Sequence[int], archived: int, folder: Path) -> None:
    values: dict[str, Any] = {"parent": name, "value": "", "version": 1, "changed": NOW, "ended": False}
    tx.execute(schema.feed.insert().values(name=name, iri=feed_id(SITE.url, name), **values))
    seqs = dict(tx.execute(select(schema.revision.c.article, schema.revision.c.seq)).all())
    rows, closed = [], []
    for place, number in enumerate(members):
        it = article_id("bench", "path", f"{number}.md")
        row = {"feed": name, "article": it, "position": NOW + timedelta(minutes=number), "revision": seqs[it]}
        rows.append(row | {"archive": place // 50 + 1 if place < archived else None})
        closed += [row | {"number": place // 50 + 1}] if place < archived else []
    tx.execute(schema.membership.insert(), rows)
    if closed:
        tx.execute(schema_publishing.archived.insert(), closed)
        _stand(tx, name, closed[-1]["number"], folder)


def _stand(tx: Tx, name: str, last: int, folder: Path) -> None:
    """So many archives, whose files are there and empty: nobody reads them."""
    numbers = range(1, last + 1)
    rows = [{"feed": name, "number": it, "previous": it - 1 or None, "at": NOW} for it in numbers]
    tx.execute(schema_publishing.archive.insert(), rows)
    there = folder / "feeds" / "archive" / name
    there.mkdir(parents=True)
    for number in numbers:
        for form in ("atom", "json", "rss"):
            (there / f"{number:05}.{form}").touch()
