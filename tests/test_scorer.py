"""The scorer of the extractors, on a tiny folder of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bench.extraction import WrongTruth, f1, judged, main

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """Ferry resumes after three weeks of repairs at the north pier

Lerwick, January 14, 2026 – The island ferry sailed again on Wednesday after three weeks in dock, the harbour said.

Its new engine uses a third less fuel, and the crossing takes four minutes longer than it did before the repairs.
"""
FIRST = "The island ferry sailed again on Wednesday after three weeks in dock, the harbour said."
LAST = TEXT.strip().rsplit("\n", 1)[-1]
TRUTH: dict[str, Any] = {
    "title": "Ferry resumes after three weeks of repairs at the north pier",
    "place": "LERWICK",
    "published": "2026-01-14T08:00:00Z",
    "publisher": None,
    "language": "en-GB",
    "authors": [],
    "first": FIRST,
    "last": LAST,
    "body": f"{FIRST}\n\n{LAST}",
    "paragraphs": 2,
    "must_not_be_in_the_body": ["Lerwick"],
}


def put(folder: Path, name: str, text: str, truth: dict[str, Any]) -> Path:
    folder.joinpath(name).write_text(text)
    folder.joinpath(name).with_suffix(".json").write_text(json.dumps(truth))
    return folder


def test_an_article_that_is_read_right_scores_one_in_every_field(tmp_path: Path) -> None:
    score = judged(put(tmp_path, "ferry.txt", TEXT, TRUTH))
    assert score.misses == []
    assert {share for shares in score.shares.values() for share in shares} > {"title", "place", "body, recall"}
    assert all(score.share(".txt", name) == 1 for name in score.shares[".txt"])
    assert f1(score, ".txt") == 1


def test_a_truth_that_says_otherwise_scores_nothing(tmp_path: Path) -> None:
    wrong: dict[str, Any] = {
        "title": "Bus",
        "place": None,
        "published": "2026-01-13",
        "publisher": "The Tide",
        "language": "nl",
    }
    wrong |= {
        "authors": ["Una Ward"],
        "first": LAST,
        "last": FIRST,
        "body": "Quite another text.",
        "paragraphs": 3,
    }
    score = judged(
        put(tmp_path, "ferry.txt", TEXT, {**wrong, "must_not_be_in_the_body": ["north pier", "engine"]})
    )
    names = set(score.shares[".txt"]) - {"(read)"}
    assert {name: score.share(".txt", name) for name in names} == dict.fromkeys(names, 0)
    assert f1(score, ".txt") == 0
    assert {miss.field for miss in score.misses} > {"title", "place", "published"}


def test_half_a_body_has_half_the_recall(tmp_path: Path) -> None:
    score = judged(
        put(tmp_path, "ferry.txt", TEXT, {"body": f"{TRUTH['body']} {'And so on and on it went. ' * 20}"})
    )
    assert score.share(".txt", "body, precision") == 1
    assert 0.1 < score.share(".txt", "body, recall") < 0.5


def test_what_cannot_be_read_is_wrong_in_every_field(tmp_path: Path) -> None:
    score = judged(put(tmp_path, "empty.txt", "", {"title": None, "body": ""}))
    assert (
        score.share(".txt", "title") == score.share(".txt", "(read)") == score.share(".txt", "body, recall") == 0
    )


def test_an_unknown_key_names_the_file_and_the_key(tmp_path: Path) -> None:
    put(tmp_path, "ferry.txt", TEXT, {"headline": "Ferry"})
    with pytest.raises(WrongTruth, match=r"ferry\.json: unknown key 'headline'; there are .*title"):
        judged(tmp_path)
    assert main([str(tmp_path)]) == 2


def test_what_is_printed_has_shares_counts_and_misses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path, "ferry.txt", TEXT, TRUTH)
    put(tmp_path, "second.txt", TEXT, {"title": "Bus"})
    assert main([str(tmp_path), "--misses"]) == 0
    told = capsys.readouterr().out
    assert "second.txt: title\n    expected  Bus\n    got       Ferry resumes" in told
    assert "title                        50.0 %  of 2" in told
    assert "place                       100.0 %  of 1" in told


FEED = """<rss version="2.0"><channel><title>Quays</title><link>https://post.example/</link>
<item><guid isPermaLink="false">ferry-1</guid><title>Ferry resumes</title><link>https://post.example/ferry</link>
<pubDate>Wed, 14 Jan 2026 09:00:00 +0100</pubDate></item></channel></rss>
"""
ENTRY = {
    "id": "ferry-1",
    "title": "Ferry resumes",
    "link": "https://post.example/ferry",
    "published": "2026-01-14",
}


def test_a_feed_is_judged_entry_by_entry(tmp_path: Path) -> None:
    score = judged(put(tmp_path, "quays.xml", FEED, {"entries": [ENTRY]}))
    assert score.misses == []
    assert score.share(".xml", "entries") == score.share(".xml", "entry's title") == 1


def test_a_feed_that_lacks_an_entry_is_wrong_as_a_whole_and_right_in_the_others(tmp_path: Path) -> None:
    other = {"id": "ferry-2", "title": "Ferry stops"}
    score = judged(put(tmp_path, "quays.xml", FEED, {"entries": [ENTRY, other]}))
    assert score.share(".xml", "entries") == 0
    assert score.share(".xml", "entry's title") == 0.5
    assert [miss.field for miss in score.misses] == ["entries", "entry's id", "entry's title"]


def test_what_is_no_feed_has_no_entries(tmp_path: Path) -> None:
    score = judged(put(tmp_path, "quays.rss", "<html></html>", {"entries": [ENTRY]}))
    assert score.share(".rss", "entries") == score.share(".rss", "entry's link") == 0


def test_a_moment_is_judged_by_its_day_where_the_truth_stands(tmp_path: Path) -> None:
    page = "---\ntitle: Ferry\ndate: 2026-01-14 23:30:00 -0500\n---\nIt sailed again late in the evening.\n"
    score = judged(put(tmp_path, "ferry.md", page, {"published": "2026-01-14T23:30:00-05:00"}))
    assert score.misses == []
