"""What others need for all of a feed: each a function to be measured, where it is installed."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from feedgen.feed import FeedGenerator

from bench._paper import SITE, URL
from feeder.formats import Manner, atom, rss
from feeder.model.item import item_of_cleaned
from tests.programs import npm_package

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from feeder.model.article import Article
    from feeder.model.feed import Feed

_MAKERS = {"atom": atom, "rss": rss}
_NODE = """
const { Feed } = require("feed");
const found = JSON.parse(require("fs").readFileSync(process.argv[2]));
for (const it of found) it.date = new Date(it.date);
const took = [];
for (let round = 0; round < 12; round++) {
  const began = process.hrtime.bigint();
  const feed = new Feed({ id: "https://post.example/", title: "All", copyright: "" });
  for (const it of found) feed.addItem(it);
  feed.atom1(); feed.rss2();
  took.push(Number(process.hrtime.bigint() - began) / 1e9);
}
took.sort((one, other) => one - other);
console.log(took[6]);
"""


def same_by_feedgen(feed: Feed, found: Sequence[Article], forms: Sequence[str]) -> list[bytes]:
    """What feedgen makes of all for our document: the same bytes (see tests/formats/test_fragments.py).

    These articles need no cleaning, which is not feedgen's to do.
    """
    documents = []
    for form in forms:
        maker, manner = _MAKERS[form], Manner.of(feed)
        made = maker.generated(feed)
        for it in found:
            made.add_entry(maker.entry(it, manner), order="append")
        documents.append(made.atom_str() if form == "atom" else made.rss_str())
    return documents


def feedgen_of(found: Sequence[Article], name: str, forms: Sequence[str]) -> list[bytes]:
    """As its manual says, with moments instead of texts, which are slow."""
    made = FeedGenerator()
    made.id(f"{URL}{name}")
    made.title(name)
    made.description(name)
    made.link(href=SITE.url, rel="alternate")
    made.updated(found[0].updated)
    for it in found:
        entry = made.add_entry(order="append")
        entry.id(it.id)
        entry.title(it.content.title)
        entry.link(href=it.content.url)
        entry.published(it.published)
        entry.updated(it.updated)
        entry.author([{"name": person.name, "email": person.email} for person in it.content.authors])
        entry.category([{"term": word} for word in it.content.categories])
        entry.summary(it.content.summary)
        entry.content(it.content.html, type="html")
    write = {"atom": made.atom_str, "rss": made.rss_str, "json": lambda: json_of(found)}
    return [write[form]() for form in forms]


def json_of(found: Sequence[Article]) -> bytes:
    """It has no JSON Feed."""
    items = [item_of_cleaned(it, it.content.url or "") for it in found]
    return json.dumps({"items": items}, ensure_ascii=False).encode()


def feedgenerator_of(found: Sequence[Article]) -> list[str]:
    """Django's, as Pelican has it."""
    import feedgenerator

    made = []
    for kind in (feedgenerator.Atom1Feed, feedgenerator.Rss201rev2Feed):
        document = kind(title="All", link=SITE.url, description="All")
        for it in found:
            said = it.content
            document.add_item(
                title=said.title,
                link=said.url,
                description=said.summary,
                content=said.html,
                unique_id=it.id,
                pubdate=it.published,
                updateddate=it.updated,
                categories=list(said.categories),
                author_name=said.authors[0].name,
            )
        made.append(document.writeString("utf-8"))
    return made


def hugo_of(program: str, folder: Path, found: Sequence[Article]) -> Callable[[], None]:
    """A site of the same articles: an RSS of all, and a page for each. Its CPU is not ours to measure."""
    posts = folder / "content" / "posts"
    posts.mkdir(parents=True)
    (folder / "config.yaml").write_text("baseURL: https://post.example/\ntitle: All\nrssLimit: 1000\n")
    layouts = folder / "layouts" / "_default"
    layouts.mkdir(parents=True)
    (layouts / "single.html").write_text("<h1>{{ .Title }}</h1>{{ .Content }}")
    (layouts / "list.html").write_text("{{ range .Pages }}<p>{{ .Title }}</p>{{ end }}")
    for number, it in enumerate(found):
        head = f"---\ntitle: {json.dumps(it.content.title)}\ndate: {it.published.isoformat()}\n---\n"
        (posts / f"{number}.html").write_text(head + it.content.html)
    command = [program, "--source", str(folder), "--quiet"]

    def build() -> None:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - found on the path

    return build


def pelican_of(folder: Path, found: Sequence[Article]) -> Callable[[], None]:
    """A site of the same articles: an Atom and an RSS of all, and a page for each, nothing else."""
    posts = folder / "content"
    posts.mkdir(parents=True)
    (folder / "pelicanconf.py").write_text(
        f"""SITENAME, SITEURL, PATH, TIMEZONE = "All", {URL!r}, "content", "UTC"
FEED_ALL_ATOM, FEED_ALL_RSS = "all.atom", "all.rss"
CATEGORY_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = TRANSLATION_FEED_ATOM = None
DIRECT_TEMPLATES, TAG_SAVE_AS, AUTHOR_SAVE_AS, CATEGORY_SAVE_AS = [], "", "", ""
"""
    )
    for number, it in enumerate(found):
        dated = f"<meta name=date content='{it.published.isoformat()}'>"
        head = f"<title>{it.content.title}</title><meta name=category content=News>{dated}"
        (posts / f"{number}.html").write_text(f"<html><head>{head}</head><body>{it.content.html}</body></html>")
    command = [sys.executable, "-m", "pelican", str(posts), "-s", "pelicanconf.py", "-o", "out", "-q"]

    def build() -> None:
        subprocess.run(command, check=True, capture_output=True, cwd=folder)  # noqa: S603 - our own interpreter

    return build


def npm_feed_of(folder: Path, found: Sequence[Article]) -> Callable[[], float]:
    """The package `feed` of npm, Atom and RSS, not written: seconds, by node's clock, the middle of several."""
    folder.mkdir(parents=True)
    items = [
        {
            "title": it.content.title,
            "id": it.id,
            "link": it.content.url,
            "description": it.content.summary,
            "content": it.content.html,
            "author": [{"name": person.name, "email": person.email} for person in it.content.authors],
            "category": [{"name": word} for word in it.content.categories],
            "date": it.updated.isoformat(),
        }
        for it in found
    ]
    (folder / "items.json").write_text(json.dumps(items))
    (folder / "feed.cjs").write_text(_NODE)
    (folder / "node_modules").symlink_to(npm_package("feed"))

    def build() -> float:
        done = subprocess.run(["node", "feed.cjs", "items.json"], check=True, capture_output=True, cwd=folder)  # noqa: S607
        return float(done.stdout)

    return build


def has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def program(name: str) -> str | None:
    return shutil.which(name)
