"""What entries of a feed are known by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sources.feed_reader import Reader, keys, xml
from tests.sources.feeds import atom, item, jsonfeed, rss

if TYPE_CHECKING:
    from contextlib import ExitStack

    from tests.sources.site import Site


def test_an_id_that_several_entries_have_is_not_used(site: Site, stack: ExitStack) -> None:
    same = "<guid isPermaLink='false'>same</guid>"
    xml(site, rss(f"{same}<title>A</title><link>/a</link>", f"{same}<title>B</title><link>/b</link>", item("c")))
    reader = Reader(site, stack)
    look = reader.look()
    assert [key.rpartition("/")[2] for key in keys(look)] == ["id-c", "b", "a"]
    assert ["id" in it for it in reader.items(look)] == [True, False, False]


def test_an_id_that_was_of_no_use_once_stays_so(site: Site, stack: ExitStack) -> None:
    same = "<guid isPermaLink='false'>same</guid>"
    xml(site, rss(f"{same}<title>A</title><link>/a</link>", f"{same}<title>B</title><link>/b</link>"))
    reader = Reader(site, stack)
    first = reader.look()
    xml(site, rss(f"{same}<title>A</title><link>/a</link>"))
    look = reader.look()
    assert look.found == ()
    assert look.present is not None
    assert look.present < set(keys(first))


def test_what_has_neither_id_nor_address_is_known_by_title_and_date(site: Site, stack: ExitStack) -> None:
    entry = "<title>A</title><pubDate>01 Feb 2026 10:00:00 GMT</pubDate><description>{}</description>"
    xml(site, rss(entry.format("one")))
    reader = Reader(site, stack)
    (found,) = reader.look().found
    xml(site, rss(entry.format("two")))
    (changed,) = reader.look().found
    assert changed.key == found.key
    assert changed.stamp != found.stamp


def test_the_last_of_an_entry_s_revisions_counts(site: Site, stack: ExitStack) -> None:
    entry = "<id>1</id><link href='/a'/><title>{}</title><updated>2026-02-0{}T00:00:00Z</updated>"
    xml(site, atom(entry.format("Old", 1), entry.format("New", 3), entry.format("Older", 2)))
    reader = Reader(site, stack)
    assert [it["title"] for it in reader.items(reader.look())] == ["New"]


def test_the_same_entry_twice_is_one(site: Site, stack: ExitStack) -> None:
    xml(site, rss(item("a"), item("a")))
    assert keys(Reader(site, stack).look()) == ["id-a"]


def test_a_long_id_is_shortened_and_stays_itself(site: Site, stack: ExitStack) -> None:
    xml(site, rss(f"<guid isPermaLink='false'>{'x' * 9000}</guid><title>A</title>"))
    reader = Reader(site, stack)
    look = reader.look()
    assert len(look.found[0].key) < 100
    assert len(reader.items(look)[0]["id"]) == 9000


def test_entries_without_a_word_are_not_found(site: Site, stack: ExitStack) -> None:
    xml(site, rss("", "<foo/>", item("a")))
    assert keys(Reader(site, stack).look()) == ["id-a"]


def test_a_bad_entry_is_refused_once_and_the_others_are_found(site: Site, stack: ExitStack) -> None:
    site.put("/feed", jsonfeed({"id": "1", "title": "A"}, "no item"), "application/json")
    reader = Reader(site, stack)
    look = reader.look()
    (refused,) = look.refused
    assert keys(look) == ["1"]
    assert refused.reason == "this entry of the feed cannot be read: it is no item of a JSON Feed"
    reader.known[refused.found.key] = refused.found.stamp
    assert reader.look().refused == ()
