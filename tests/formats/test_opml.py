"""The list of all feeds, as readers import it."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from hypothesis import given, settings

from feeder.formats import opml
from feeder.formats._html import language_of
from tests.formats.hostile import hostile
from tests.formats.reading import xml
from tests.formats.samples import FEED, SITE
from tests.programs import require_program

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.etree import _Element as Element

CREATED, MODIFIED = datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ASIA = replace(
    FEED,
    name="by-category/asia",
    title="Asia & <more>",
    description="",
    addresses=(("atom", "https://feeds.gazette.example/by-category/asia.atom"),),
)
# What the W3C validator knows; anything else draws an event.
_HEAD = {"title", "dateCreated", "dateModified", "ownerName", "ownerEmail", "ownerId"}
_OUTLINE = {"text", "title", "description", "type", "version", "xmlUrl", "htmlUrl", "language"}


def built() -> bytes:
    return opml.build(SITE, [FEED, ASIA], CREATED, MODIFIED)


def head(root: Element) -> dict[str, str | None]:
    return {str(it.tag): it.text for it in root.iterfind("head/*")}


def test_rule_91_the_list_of_feeds_is_opml_2_as_the_validator_wants_it() -> None:
    root = xml(built())
    assert (root.tag, dict(root.attrib)) == ("opml", {"version": "2.0"})
    said = head(root)
    assert set(said) == _HEAD
    assert said["title"] == "Feeds of The Harbour Gazette"
    assert said["dateCreated"] == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert parsedate_to_datetime(said["dateModified"] or "") == MODIFIED
    assert (said["ownerName"], said["ownerEmail"], said["ownerId"]) == (
        "Newsroom",
        "desk@gazette.example",
        SITE.url,
    )
    first, second = root.iterfind("body/outline")
    assert dict(first.attrib) == {
        "text": FEED.title,
        "title": FEED.title,
        "description": FEED.description,
        "type": "rss",
        "version": "RSS2",
        "xmlUrl": "https://feeds.gazette.example/all.rss",
        "htmlUrl": "https://feeds.gazette.example/all.html",
        "language": "en",
    }
    assert (second.get("text"), second.get("xmlUrl")) == (ASIA.title, ASIA.addresses[0][1])
    assert second.get("version") is None  # it is Atom, of which OPML knows no version


@given(name=hostile)
@settings(max_examples=30, deadline=None)
def test_rule_91_whatever_feeds_are_called_the_list_is_valid(name: str) -> None:
    site = replace(SITE, title=name, language=name)
    feed = replace(FEED, title=name, description=name, site=site)
    root = xml(opml.build(site, [feed], CREATED, MODIFIED))
    (outline,) = root.iterfind("body/outline")
    assert set(map(str, outline.attrib)) <= _OUTLINE
    assert {"text", "title", "type", "xmlUrl", "htmlUrl"} <= set(map(str, outline.attrib))
    assert outline.get("language") in {None, language_of(None, site)}


def test_rule_91_newsboat_imports_the_list(tmp_path: Path) -> None:
    program = require_program("newsboat")
    (tmp_path / "index.opml").write_bytes(built())
    for name in ("urls", "config"):
        (tmp_path / name).touch()
    files = [f"--{kind}-file={tmp_path}/{name}" for kind, name in (("url", "urls"), ("config", "config"))]
    subprocess.run(
        [program, *files, f"--cache-file={tmp_path}/cache.db", "-i", f"{tmp_path}/index.opml"],
        env={"HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "TERM": "dumb"},
        check=True,
        timeout=60,
        stdout=subprocess.DEVNULL,
    )
    urls = [line.split()[0] for line in (tmp_path / "urls").read_text().splitlines() if line.strip()]
    assert urls == ["https://feeds.gazette.example/all.rss", ASIA.addresses[0][1]]


def test_rule_91_sfeed_imports_the_list() -> None:
    made = subprocess.run(
        [require_program("sfeed_opml_import")], input=built(), capture_output=True, check=True, timeout=20
    ).stdout.decode()
    assert [line.strip() for line in made.splitlines() if line.strip().startswith("feed '")] == [
        f"feed '{FEED.title}' 'https://feeds.gazette.example/all.rss'",
        f"feed '{ASIA.title}' '{ASIA.addresses[0][1]}'",
    ]
