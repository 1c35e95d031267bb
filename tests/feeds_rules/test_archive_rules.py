"""Rules 57 to 62: how documents of one feed hang together, RFC 5005 (the formats' part of it)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, cast

import pytest

from feeder.formats import FORMATS
from feeder.model.feed import Feed, History
from tests.feeds_rules import judge_atom, judge_rss
from tests.feeds_rules.documents import A
from tests.formats.reading import ids_of, xml
from tests.formats.samples import FEED, article

FH = "{http://purl.org/syndication/history/1.0}"
JUDGES = {"atom": judge_atom.objections, "rss": judge_rss.objections}
every_xml = pytest.mark.parametrize("form", ["atom", "rss"])


def address(number: int, form: str) -> str:
    return f"https://feeds.gazette.example/archive/all/{number:05}.{form}"


def addresses(number: int) -> tuple[tuple[str, str], ...]:
    return tuple((form, address(number, form)) for form in FORMATS) if number else ()


def archive(number: int) -> Feed:
    return replace(FEED, addresses=addresses(number), history=History(addresses(number - 1), FEED.addresses))


SUBSCRIPTION = replace(FEED, history=History(previous=addresses(2)))
# The second has an article anew that the first has too, edited since.
EDITED = replace(article(1), revision=2, updated=article(5).updated)
DOCUMENTS = {
    0: (SUBSCRIPTION, [article(6), EDITED]),
    2: (archive(2), [article(4), article(3)]),
    1: (archive(1), [article(2), article(1)]),
}


def web(form: str) -> dict[str, bytes]:
    """Every document of the feed by its address."""
    return {
        feed.address(form) or "": FORMATS[form].build(feed, articles).body for feed, articles in DOCUMENTS.values()
    }


def head(made: bytes, form: str) -> Any:
    root = xml(made)
    return root if form == "atom" else root.find("channel")


def links(made: bytes, form: str) -> dict[str, str]:
    return {it.get("rel"): it.get("href") for it in head(made, form).iterfind(f"{A}link")}


def older(made: bytes, form: str) -> str | None:
    if form == "json":
        return cast("str | None", json.loads(made).get("next_url"))
    return links(made, form).get("prev-archive")


@every_xml
def test_rule_57_no_document_says_that_it_is_complete(form: str) -> None:
    for made in web(form).values():
        assert head(made, form).find(f"{FH}complete") is None


@every_xml
def test_rule_58_no_document_says_that_it_is_a_page_of_others(form: str) -> None:
    for made in web(form).values():
        assert not {"first", "last", "next", "previous"} & links(made, form).keys()


@every_xml
def test_rule_59_archives_say_that_they_are_some_and_where_they_hang(form: str) -> None:
    documents = web(form)
    own = FEED.address(form)
    for there, made in documents.items():
        is_archive = there != own
        assert (head(made, form).find(f"{FH}archive") is not None) == is_archive
        assert links(made, form)["self"] == there
        assert links(made, form).get("current") == (own if is_archive else None)
        assert JUDGES[form](made, there) == []
    assert links(documents[own or ""], form)["prev-archive"] == address(2, form)
    assert links(documents[address(2, form)], form)["prev-archive"] == address(1, form)
    assert "prev-archive" not in links(documents[address(1, form)], form)


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_rule_60_an_archive_does_not_change_when_the_subscription_document_does(form: str) -> None:
    """It names nothing that comes after it but where the subscription document is."""
    first = web(form)[address(1, form)]
    assert address(2, form).encode() not in first
    assert EDITED.id in ids_of(form, first)  # as it was; corrected, it stands in the subscription document again
    assert EDITED.id in ids_of(form, web(form)[FEED.address(form) or ""])


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_rule_61_a_walk_from_the_subscription_document_ends_and_meets_every_article(form: str) -> None:
    documents, met = web(form), list[str]()
    there = FEED.address(form)
    while there is not None:
        made = documents.pop(there)  # none is met twice
        met += [key for key in ids_of(form, made) if key not in met]
        there = older(made, form)
    assert documents == {}
    assert met == [article(n).id for n in (6, 1, 4, 3, 2)]


@every_xml
def test_rule_62_relations_of_the_history_stand_at_the_feed_only(form: str) -> None:
    for made in web(form).values():
        top = head(made, form)
        inner = [it for it in top.iter(f"{A}link") if it.getparent() is not top]
        assert not {it.get("rel") for it in inner} & {"current", "prev-archive", "next-archive"}
