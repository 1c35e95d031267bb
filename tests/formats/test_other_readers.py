"""Readers of other people find in the feeds of the hostile corpus what went in."""

from __future__ import annotations

import html
import json
import subprocess
from calendar import timegm
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import atoma
import feedparser
import pytest
import reader

from feeder.formats import FORMATS
from feeder.formats._format import _sound
from feeder.formats._plain import unmarked
from feeder.model.address import link_of
from tests.feeds_rules.corpus import ALL, FEEDS
from tests.feeds_rules.documents import body
from tests.formats.samples import FEED, SITE
from tests.programs import npm_package, require_program

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.model.article import Article

SOUND = [_sound(article) for article in ALL]
IDS, LINKS = [it.id for it in ALL], [link_of(it, SITE) for it in ALL]
TITLES = [unmarked(it.content.title) for it in SOUND]
BOTH = pytest.mark.parametrize("form", ["atom", "rss"])


def authors(article: Article) -> list[str]:
    return [unmarked(person.name) for person in article.content.authors]


def seconds(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


@BOTH
def test_feedparser_reads_the_corpus_back(form: str) -> None:
    read = feedparser.parse(body(form), sanitize_html=False, resolve_relative_uris=False)
    assert not read.bozo
    assert [it.id for it in read.entries] == IDS
    assert [it.link for it in read.entries] == LINKS
    assert [it.title for it in read.entries] == TITLES
    for entry, wanted in zip(read.entries, SOUND, strict=True):
        content = wanted.content
        assert datetime.fromtimestamp(timegm(entry.published_parsed), UTC) == seconds(wanted.published)
        assert [it.get("name") for it in entry.get("authors", [])] == (authors(wanted) or named_by_default(form))
        assert len(entry.get("tags", [])) == len(content.categories)
        if content.html.strip():
            assert entry.get("content", [{"value": entry.summary}])[0]["value"] == content.html.strip()


def named_by_default(form: str) -> list[str]:
    """RSS readers know no author of the whole feed."""
    return [SITE.author.name] if form == "rss" else []


def test_atoma_reads_the_corpus_back() -> None:
    read = atoma.parse_atom_bytes(body("atom")).entries
    assert [it.id_ for it in read] == IDS
    assert [it.title.value for it in read] == TITLES
    assert [it.published for it in read] == [it.published for it in ALL]
    assert [it.updated for it in read] == [it.updated for it in ALL]
    assert [[person.name for person in it.authors] for it in read] == [
        authors(it) or [SITE.author.name] for it in SOUND
    ]
    assert [[link.href for link in it.links if link.rel == "enclosure"] for it in read] == [
        [file.url for file in it.content.enclosures] for it in SOUND
    ]


@BOTH
def test_reader_takes_the_corpus_into_its_store(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"feed.{form}"
    path.write_bytes(body(form))
    with reader.make_reader(":memory:", feed_root=str(tmp_path)) as store:
        store.add_feed(path.name)
        store.update_feeds()
        read = {it.id: it for it in store.get_entries()}
        assert store.get_feed(path.name).title == FEED.title
    assert read.keys() == set(IDS)
    for wanted, link, title in zip(SOUND, LINKS, TITLES, strict=True):
        entry = read[wanted.id]
        assert (entry.link, html.unescape(entry.title or "")) == (link, html.unescape(title))
        assert entry.published == seconds(wanted.published)
    thirty = next(it for it in SOUND if len(it.content.enclosures) == 30)
    assert len(read[thirty.id].enclosures) == (30 if form == "atom" else 1)


SMITH = """
const { parseFeed } = require("feedsmith");
const read = parseFeed(require("fs").readFileSync(0, "utf8"));
const feed = read.feed, all = feed.entries || feed.items;
const text = it => it && typeof it === "object" ? it.value : it;
process.stdout.write(JSON.stringify({format: read.format, title: text(feed.title), items: all.map(it => ({
  id: it.id || text(it.guid), title: text(it.title), link: it.url || it.link || it.links[0].href,
  date: it.published || it.pubDate || it.date_published,
  tags: (it.tags || it.categories || []).map(one => one.label || one.term || one.name || one),
  files: (it.attachments || it.enclosures || (it.links || []).filter(one => one.rel == "enclosure")).length}))}));
"""
PARSER = """
const Parser = require("rss-parser");
new Parser().parseString(require("fs").readFileSync(0, "utf8")).then(feed => process.stdout.write(JSON.stringify({
  title: feed.title, items: feed.items.map(it => ({id: it.id || it.guid, title: it.title, link: it.link,
  date: it.isoDate, file: it.enclosure || null}))})));
"""


def node(script: str, package: str, made: bytes) -> Any:
    """What a program of npm makes of a feed."""
    modules = npm_package(package)
    command, environment = [require_program("node"), "-e", script], {"NODE_PATH": str(modules)}
    answer = subprocess.run(command, input=made, env=environment, stdout=subprocess.PIPE, check=True, timeout=60)
    return json.loads(answer.stdout)


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_feedsmith_reads_the_corpus_back(form: str) -> None:
    read = node(SMITH, "feedsmith@3", body(form, "podcast"))
    assert (read["format"], read["title"]) == (form, FEEDS["podcast"].title)
    assert [it["id"] for it in read["items"]] == IDS
    assert [it["link"] for it in read["items"]] == LINKS
    for it, wanted, title in zip(read["items"], SOUND, TITLES, strict=True):
        assert it["title"] == (wanted.content.title if form == "json" else title)
        assert len(it["tags"]) == len(wanted.content.categories)
        files = len(wanted.content.enclosures)
        assert it["files"] == (min(files, 1) if form == "rss" else files)


@BOTH
def test_rss_parser_reads_the_corpus_back(form: str) -> None:
    read = node(PARSER, "rss-parser@3", body(form))
    assert read["title"] == FEED.title
    assert [it["id"] for it in read["items"]] == IDS
    assert [it["link"] for it in read["items"]] == LINKS
    assert [datetime.fromisoformat(it["date"]) for it in read["items"]] == [
        it.published.astimezone(UTC).replace(microsecond=it.published.microsecond // 1000 * 1000)
        if form == "atom" else seconds(it.published)
        for it in ALL
    ]  # fmt: skip


@BOTH
def test_sfeed_reads_the_corpus_back(form: str) -> None:
    """Lines of fields: date, title, link, content, its kind, id, author, enclosure, category."""
    command = [require_program("sfeed"), SITE.url]
    made = subprocess.run(command, input=body(form), stdout=subprocess.PIPE, check=True, timeout=30).stdout
    rows = [line.split("\t") for line in made.decode().rstrip("\n").split("\n")]
    assert [row[5] for row in rows] == IDS
    assert [row[2] for row in rows] == LINKS
    for row, wanted in zip(rows, SOUND, strict=True):
        assert int(row[0]) == int(wanted.published.timestamp())
        files = wanted.content.enclosures
        assert not files or row[7] in {file.url for file in files}
