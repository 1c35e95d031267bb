"""Rules 47 to 56: JSON Feed 1.1."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given, settings

from feeder.formats import FORMATS
from feeder.model.feed import History
from tests.feeds_rules.corpus import ALL, CONTENTS, COVER, FEEDS
from tests.feeds_rules.documents import A, atom, body, channel, document, each_feed
from tests.formats.hostile import contents
from tests.formats.samples import FEED, RICH, SITE, article
from tests.programs import npm_package

if TYPE_CHECKING:
    from feeder.model.article import Content


def item(content: Content, name: str = "full") -> Any:
    (made,) = json.loads(FORMATS["json"].build(FEEDS[name], [article(1, content)]).body)["items"]
    return made


@each_feed
def test_rule_47_a_feed_has_its_version_title_items_and_both_addresses(name: str) -> None:
    made = document(name)
    assert made["version"] == "https://jsonfeed.org/version/1.1"
    assert (made["title"], made["home_page_url"]) == (FEED.title, SITE.url)
    assert made["feed_url"] == FEED.address("json")
    assert len(made["items"]) == len(ALL)


def test_rule_48_ids_are_texts_and_stay_and_every_item_has_an_address() -> None:
    ids = [it["id"] for it in document()["items"]]
    assert ids == [it.id for it in ALL]
    assert len(set(ids)) == len(ids)
    assert all(it["url"].startswith("https://") for it in document()["items"])
    edited = replace(article(1, RICH), slug="moved", source="other", revision=9)
    assert json.loads(FORMATS["json"].build(FEED, [edited]).body)["items"][0]["id"] == item(RICH)["id"]


@each_feed
def test_rule_49_every_item_has_a_text_and_titles_are_plain(name: str) -> None:
    for it in document(name)["items"]:
        assert ("content_html" in it) != ("content_text" in it)
        assert (it.get("content_html") or it.get("content_text")).strip()
        assert isinstance(it["title"], str)
    assert item(CONTENTS["signs"])["title"] == CONTENTS["signs"].title


def test_rule_50_dates_are_rfc_3339_and_languages_stand_at_feed_and_item() -> None:
    for it, wanted in zip(document()["items"], ALL, strict=True):
        assert datetime.fromisoformat(it["date_published"]) == wanted.published
        assert datetime.fromisoformat(it["date_modified"]) == wanted.updated
    assert document()["language"] == "en"
    assert item(CONTENTS["right to left"])["language"] == "ar"
    assert "language" not in item(CONTENTS["no language"])


def test_rule_51_authors_are_a_list_and_each_says_who_it_is() -> None:
    for made in (document(), *document()["items"]):
        assert all(set(it) & {"name", "url", "avatar"} for it in made["authors"])
        assert "author" not in made
    assert len(item(CONTENTS["twenty authors"])["authors"]) == 20


def test_rule_52_attachments_have_a_type_and_true_numbers() -> None:
    (file, _) = item(CONTENTS["episode"])["attachments"]
    assert file == {
        "url": "https://gazette.example/7.mp3",
        "mime_type": "audio/mpeg",
        "title": "Listen",
        "size_in_bytes": 9_314_112,
        "duration_in_seconds": 1865,
    }
    assert len(item(CONTENTS["thirty enclosures"])["attachments"]) == 30
    assert "size_in_bytes" not in item(CONTENTS["thirty enclosures"])["attachments"][0]


def test_rule_53_next_url_is_the_archive_before_and_hubs_are_named_with_their_kind() -> None:
    address = "https://feeds.gazette.example/archive/all/00001.json"
    older = replace(FEED, history=History(previous=(("json", address),)))
    made = json.loads(FORMATS["json"].build(older, []).body)
    assert made["next_url"] == address != made["feed_url"]
    assert made["hubs"] == [{"type": "WebSub", "url": hub} for hub in FEED.hubs]
    assert "next_url" not in document()
    assert "expired" not in document()


def test_rule_54_extensions_begin_with_an_underscore_and_pictures_are_where_they_belong() -> None:
    for it in document()["items"]:
        assert all(key.startswith("_") and "." not in key for key in it.keys() - KNOWN)
    assert (document()["favicon"], document()["icon"]) == (COVER, COVER)


KNOWN = {
    "id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image",
    "date_published", "date_modified", "authors", "tags", "language", "attachments",
}  # fmt: skip


@each_feed
def test_rule_55_all_formats_have_the_same_articles_ids_and_dates(name: str) -> None:
    assert FORMATS["json"].media_type == "application/feed+json"
    body("json", name).decode("utf-8")
    ours = [
        (it["id"], datetime.fromisoformat(it["date_published"]), datetime.fromisoformat(it["date_modified"]))
        for it in document(name)["items"]
    ]
    assert ours == [
        (
            it.findtext(f"{A}id"),
            *(datetime.fromisoformat(it.findtext(A + tag)) for tag in ("published", "updated")),
        )
        for it in atom(name).iterfind(f"{A}entry")
    ]
    assert [(key, published.replace(microsecond=0)) for key, published, _ in ours] == [
        (it.findtext("guid"), parsedate_to_datetime(it.findtext("pubDate")))
        for it in channel(name).iterfind("item")
    ]
    assert [it["url"] for it in document(name)["items"]] == [
        it.findtext("link") for it in channel(name).iterfind("item")
    ]


@pytest.fixture(scope="module")
def schema() -> Any:
    """That of version 1.1, which others have written."""
    folder = npm_package("jsonfeed-schema@0.5") / "jsonfeed-schema"
    return jsonschema.Draft7Validator(json.loads((folder / "schema-v1.1.json").read_text()))


@each_feed
def test_rule_56_the_corpus_is_valid_by_the_schema(name: str, schema: Any) -> None:
    assert [error.message for error in schema.iter_errors(document(name))] == []


@given(content=contents)
@settings(max_examples=25, deadline=None)
def test_rule_56_articles_nobody_thought_of_are_valid_by_the_schema_too(schema: Any, content: Content) -> None:
    for feed in FEEDS.values():
        made = json.loads(FORMATS["json"].build(feed, [article(1, content)]).body)
        assert [error.message for error in schema.iter_errors(made)] == []


def test_the_schema_refuses_what_is_no_feed(schema: Any) -> None:
    assert not schema.is_valid({"version": "https://jsonfeed.org/version/1.1", "items": [{}]})
