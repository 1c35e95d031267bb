"""Gaps, and the older documents of a feed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.net.receivers import answer
from tests.sources.feed_reader import Reader, keys, xml
from tests.sources.feeds import item, jsonfeed, rss

if TYPE_CHECKING:
    from contextlib import ExitStack

    from tests.net.receivers import Line
    from tests.sources.site import Site


def archive(site: Site, *pages: tuple[str, ...], relation: str = "prev-archive") -> None:
    """The first page is the feed; each leads to the next one."""
    for number, names in enumerate(pages):
        older = f"<atom:link rel='{relation}' href='/p{number + 1}'/>" if number + 1 < len(pages) else ""
        xml(site, rss(*(item(it) for it in names), head=older), f"/p{number}" if number else "/feed")


def test_no_overlap_without_a_history_is_a_gap(site: Site, stack: ExitStack) -> None:
    xml(site, rss(item("b"), item("a")))
    reader = Reader(site, stack)
    assert reader.look().gap is False
    xml(site, rss(item("d"), item("c")))
    assert reader.look().gap is True
    assert reader.look().gap is False


def test_ids_that_are_made_anew_at_every_build_are_no_gap(site: Site, stack: ExitStack) -> None:
    xml(site, rss(item("a"), item("b")))
    reader = Reader(site, stack)
    reader.look()
    xml(site, rss(*(item(it).replace("id-", "new-") for it in "ab")))
    look = reader.look()
    assert (sorted(keys(look)), look.gap) == (["new-a", "new-b"], False)


@pytest.mark.parametrize("relation", ["prev-archive", "next"])
def test_a_gap_is_filled_from_the_history(site: Site, stack: ExitStack, relation: str) -> None:
    archive(site, ("b",), ("a",), relation=relation)
    reader = Reader(site, stack)
    reader.look()
    archive(site, ("g", "f"), ("e", "d"), ("c", "b"), ("a",), relation=relation)
    look = reader.look()
    assert sorted(keys(look)) == ["id-c", "id-d", "id-e", "id-f", "id-g"]
    assert (look.gap, site.asked[-1]) == (False, "/p2")
    assert len(reader.items(look)) == 5


def test_a_history_that_does_not_reach_back_leaves_a_gap(site: Site, stack: ExitStack) -> None:
    archive(site, ("a",))
    reader = Reader(site, stack)
    reader.look()
    archive(site, ("g",), ("f",))
    look = reader.look()
    assert (sorted(keys(look)), look.gap) == (["id-f", "id-g"], True)


def test_a_history_that_cannot_be_read_is_told_of(site: Site, stack: ExitStack) -> None:
    archive(site, ("a",))
    reader = Reader(site, stack)
    reader.look()
    archive(site, ("g",), ("f",), ("e",))
    site.behave("/p2", answer(503, headers=(("Retry-After", "60"),)))
    look = reader.look()
    assert (sorted(keys(look)), look.gap, look.rest) == (["id-f", "id-g"], True, timedelta(minutes=1))
    assert look.notes == ("its history ends after 1 entries: answered 503 Service Unavailable",)


@pytest.mark.parametrize(
    ("history", "names"), [("false", "a"), ("true", "abcdef"), ("3", "abc"), (1, "a"), (True, "abcdef")]
)
def test_the_first_look_goes_back_as_far_as_it_may(
    site: Site, stack: ExitStack, history: object, names: str
) -> None:
    archive(site, ("a",), ("b", "c", "d"), ("e",), ("f",))
    reader = Reader(site, stack, history=history)
    assert sorted(keys(reader.look())) == [f"id-{it}" for it in names]
    asked = len(site.asked)
    reader.look()
    assert len(site.asked) == asked + 1


def test_the_pages_of_a_json_feed_are_followed(site: Site, stack: ExitStack) -> None:
    site.put("/feed", jsonfeed({"id": "2"}, next_url="/older"), "application/feed+json")
    site.put("/older", jsonfeed({"id": "1"}), "application/feed+json")
    assert sorted(keys(Reader(site, stack, history=True).look())) == ["1", "2"]


def test_a_history_that_leads_in_a_circle_ends(site: Site, stack: ExitStack) -> None:
    archive(site, ("a",), ("b",))
    xml(site, rss(item("b"), head="<atom:link rel='next' href='/feed'/>"), "/p1")
    assert sorted(keys(Reader(site, stack, history=True).look())) == ["id-a", "id-b"]
    assert len(site.asked) == 3


def test_a_history_without_end_ends(site: Site, stack: ExitStack) -> None:
    def onwards(line: Line) -> bool:
        number = len(site.asked)
        body = rss(item(f"{number}"), head=f"<atom:link rel='next' href='/n{number}'/>").encode()
        site.behave(f"/n{number}", onwards)
        return answer(200, body)(line)

    site.behave("/feed", onwards)
    look = Reader(site, stack, history=True).look()
    assert (len(look.found), len(site.asked)) == (201, 201)
    assert look.notes == ("its history ends after 200 entries: it goes back too far",)
