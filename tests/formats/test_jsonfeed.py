from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from feeder.formats import FORMATS
from feeder.model.item import item
from tests.formats.hostile import contents
from tests.formats.samples import FEED, PLAIN, RICH, article

if TYPE_CHECKING:
    from feeder.model.article import Content

STRINGS = {"id", "url", "title", "summary", "content_html", "content_text", "image", "language"}
DATES = {"date_published", "date_modified"}
ARRAYS = {"authors", "tags", "attachments"}


def built(*contents: Content, **feed: Any) -> Any:
    articles = [article(n, content) for n, content in enumerate(contents, 1)]
    return json.loads(FORMATS["json"].build(replace(FEED, **feed), articles).body)


def judge(document: dict[str, Any]) -> None:
    """The rules of JSON Feed 1.1 for what we write."""
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["title"]
    assert isinstance(document["items"], list)
    for made in document["items"]:
        judge_item(made)
    ids = [made["id"] for made in document["items"]]
    assert len(set(ids)) == len(ids)


def judge_item(made: dict[str, Any]) -> None:
    assert set(made) <= STRINGS | DATES | ARRAYS | {"_feeder"}
    assert all(isinstance(made[key], str) for key in STRINGS & set(made))
    assert all(datetime.fromisoformat(made[key]).tzinfo for key in DATES)
    assert ("content_html" in made) != ("content_text" in made)
    assert all(set(person) & {"name", "url", "avatar"} for person in made.get("authors", []))
    assert all(isinstance(tag, str) for tag in made.get("tags", []))
    for file in made.get("attachments", []):
        assert {"url", "mime_type"} <= set(file)
        assert isinstance(file.get("size_in_bytes", 0), int)


def test_a_feed_keeps_the_rules() -> None:
    judge(built(RICH, PLAIN))
    judge(built(RICH, PLAIN, content="summary"))
    judge(built())


@given(content=contents)
@settings(max_examples=40, deadline=None)
def test_hostile_articles_keep_the_rules(content: Content) -> None:
    judge(built(content))
    judge(built(content, content="summary"))


def test_the_head_names_site_feed_and_hubs() -> None:
    document = built()
    assert document["home_page_url"] == "https://gazette.example/"
    assert document["feed_url"] == "https://feeds.gazette.example/all.json"
    assert [hub["url"] for hub in document["hubs"]] == list(FEED.hubs)
    assert document["authors"] == [{"name": "Newsroom", "url": "https://gazette.example/about"}]


def test_an_item_holds_all_that_is_known() -> None:
    assert item(article(1, RICH), "https://gazette.example/x") == {
        "id": article(1).id,
        "url": "https://gazette.example/x",
        "title": RICH.title,
        "summary": RICH.summary,
        "content_html": RICH.html,
        "image": RICH.image,
        "date_published": "2026-03-01T12:01:00Z",
        "date_modified": "2026-03-01T12:01:30Z",
        "authors": [{"name": "Ann Ødegård", "url": "https://gazette.example/ann"}, {"name": "Bo & Co"}],
        "tags": list(RICH.categories),
        "language": "en-GB",
        "attachments": [
            {
                "url": "https://gazette.example/fish.mp3",
                "mime_type": "audio/mpeg",
                "title": "Listen",
                "size_in_bytes": 123456,
            },
            {"url": "https://gazette.example/menu.pdf", "mime_type": "application/pdf"},
        ],
        "_feeder": {
            "source": "newsroom",
            "place": "Harbourtown",
            "publisher": "The Harbour Gazette",
            "revision": 1,
        },
    }


def test_what_nobody_knows_is_absent_and_our_own_part_is_whole() -> None:
    made = item(article(1), "https://gazette.example/x")
    assert not {"summary", "image", "authors", "tags", "language", "attachments"} & set(made)
    assert made["_feeder"] == {"source": "newsroom", "place": None, "publisher": None, "revision": 1}


def test_a_time_without_a_zone_is_refused() -> None:
    naive = article(1).published.replace(tzinfo=None)
    with pytest.raises(ValueError, match="without a zone"):
        item(replace(article(1), published=naive), "https://gazette.example/x")
