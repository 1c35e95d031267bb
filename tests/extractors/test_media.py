"""Files, recordings, vocabularies, rights and origins, from front matter and from items."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from feeder.extractors import read
from feeder.extractors._sound import seconds
from feeder.model.article import Content, Enclosure, Episode, Origin, Subject
from feeder.model.document import ITEM
from tests.extractors.paper import document, hints


def markdown(head: str) -> Content:
    return read(document(f"---\ntitle: T\n{head}---\n\nThe text.\n", "text/markdown", "a.md"), hints()).content


def item(**fields: Any) -> Content:
    whole = {"id": "1", "title": "T", "content_text": "The text."} | fields
    return read(document(json.dumps(whole), ITEM, "key"), hints()).content


def test_front_matter_names_the_recording_by_its_address_alone() -> None:
    (file,) = markdown("audio: https://post.example/7.mp3\nduration: '31:05'\n").enclosures
    assert file == Enclosure("https://post.example/7.mp3", "audio/mpeg", duration=1865)


def test_front_matter_names_files_with_all_that_is_known_of_them() -> None:
    head = (
        "audio: {url: https://post.example/7.mp3, type: audio/mp3, length: 9314112, duration: '1:00:01',"
        " title: Hear}\n"
        "attachments:\n  - https://post.example/7.pdf\n  - {src: https://post.example/8.pdf, size: 17}\n"
        "  - javascript:alert(1)\n  - {title: nothing}\n"
    )
    assert markdown(head).enclosures == (
        Enclosure("https://post.example/7.mp3", "audio/mp3", 9314112, "Hear", 3601),
        Enclosure("https://post.example/7.pdf", "application/pdf"),
        Enclosure("https://post.example/8.pdf", "application/pdf", 17),
    )


def test_front_matter_says_what_an_episode_is() -> None:
    head = "episode: 7\nseason: 2\nepisode_type: Bonus\nexplicit: no\ntranscript: https://post.example/7.vtt\n"
    assert markdown(head).episode == Episode(7, 2, "bonus", False, "https://post.example/7.vtt")
    assert markdown("place: Ostend\n").episode is None
    assert markdown("episode: the seventh\n").episode is None


def test_front_matter_says_whose_the_picture_and_the_text_are() -> None:
    found = markdown("photographer: Bo Beach\ncopyright: © The Post\n")
    assert (found.credit, found.rights) == ("Bo Beach", "© The Post")


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("1865", 1865),
        ("31:05", 1865),
        ("0:31:05", 1865),
        ("31:05.5", 1865),
        ("an hour", None),
        ("", None),
        ("-3", None),
    ],
)
def test_a_length_of_time_is_read_as_it_is_written(written: str, wanted: int | None) -> None:
    assert seconds(written) == wanted


def test_an_item_says_its_vocabulary_its_origin_and_its_episode() -> None:
    found = item(
        tags=["Economy"],
        attachments=[{"url": "/7.mp3", "mime_type": "audio/mpeg", "duration_in_seconds": 60}],
        _feeder={
            "rights": "© Wire",
            "credit": "Bo",
            "subjects": [
                {"name": "Economy", "term": "04000000", "scheme": "http://cv.iptc.org/newscodes/mediatopic/"},
                {"name": "no scheme"},
            ],
            "origin": {"title": "Wire", "url": "/atom", "id": "urn:w", "updated": "2026-01-01T00:00:00Z"},
            "episode": {"number": 7, "kind": "Trailer", "explicit": True, "chapters": "/7.json", "season": "two"},
        },
    )
    assert (found.rights, found.credit) == ("© Wire", "Bo")
    assert found.subjects == (Subject("Economy", "04000000", "http://cv.iptc.org/newscodes/mediatopic/"),)
    assert found.enclosures[0].duration == 60
    assert found.origin is not None
    assert (found.origin.id, found.origin.updated) == ("urn:w", datetime(2026, 1, 1, tzinfo=UTC))
    assert found.episode is not None
    assert (found.episode.number, found.episode.kind, found.episode.season) == (7, "trailer", None)


def test_what_was_taken_from_a_feed_names_it() -> None:
    feed = {"title": "The Wire", "feed_url": "https://wire.example/atom", "id": "urn:wire"}
    assert item(_feed=feed).origin == Origin("The Wire", "https://wire.example/atom", "urn:wire")
    own = {"origin": {"title": "Its own", "url": "https://own.example/feed"}}
    assert item(_feed=feed, _feeder=own).origin == Origin("Its own", "https://own.example/feed")
    assert item(_feed={"title": "The Wire"}).origin is None


@pytest.mark.parametrize("value", [5, "x", [], {"title": 5}, {"url": "javascript:x"}, {"updated": "soon"}, None])
def test_an_origin_that_is_none_costs_nothing(value: Any) -> None:
    assert item(_feeder={"origin": value, "episode": value, "subjects": value}).origin is None
