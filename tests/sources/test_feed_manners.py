"""How often a feed may be asked, where it has moved, and the pages of its entries."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.net.receivers import answer, redirect
from tests.sources.feed_reader import Reader, xml
from tests.sources.feeds import item, rss

if TYPE_CHECKING:
    from contextlib import ExitStack

    from tests.net.receivers import Headers
    from tests.sources.site import Site


@pytest.mark.parametrize(
    ("said", "headers", "rest"),
    [
        ("", (), None),
        ("<ttl>60</ttl>", (), timedelta(hours=1)),
        ("<ttl>0</ttl>", (), None),
        ("<ttl>-5</ttl>", (), None),
        ("<ttl>999999</ttl>", (), None),
        ("<ttl>10080</ttl>", (), timedelta(days=1)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", (), None),
        ("<ttl>10</ttl>", (("Cache-Control", "public, max-age=1800"),), timedelta(minutes=30)),
        ("", (("Cache-Control", "max-age=600"), ("Age", "500")), timedelta(seconds=100)),
        ("", (("Cache-Control", "no-cache, max-age=600"),), None),
        ("", (("Cache-Control", "max-age=99999999"),), timedelta(days=1)),
        ("", (("Cache-Control", "max-age=nonsense"),), None),
        ("", (("Expires", "Sun, 01 Mar 2026 12:10:00 GMT"),), timedelta(minutes=10)),
        ("", (("Expires", "0"),), None),
        ("", (("Expires", "Sat, 01 Mar 2025 12:10:00 GMT"),), None),
        ("", (("Retry-After", "300"),), timedelta(minutes=5)),
    ],
)
def test_rest_is_what_server_and_feed_ask_for(
    site: Site, stack: ExitStack, said: str, headers: Headers, rest: timedelta | None
) -> None:
    xml(site, rss(item("a"), head=said), headers=headers)
    assert Reader(site, stack).look().rest == rest


def test_the_time_that_a_feed_asked_for_holds_when_nothing_is_new(site: Site, stack: ExitStack) -> None:
    xml(site, rss(item("a"), head="<ttl>60</ttl>"))
    reader = Reader(site, stack)
    reader.look()
    site.behave("/feed", answer(304))
    xml(site, rss(item("a"), head="<ttl>60</ttl>"), headers=(("ETag", '"1"'),))
    reader.look()
    site.behave("/feed", answer(304))
    assert reader.look().rest == timedelta(hours=1)


def test_a_new_address_is_told_without_its_secrets(site: Site, stack: ExitStack) -> None:
    site.behave("/feed", redirect("/new/a1b2c3d4e5f6a7b8c9d0/feed?key=canary7c1f", 301))
    xml(site, rss(item("a")), "/new/a1b2c3d4e5f6a7b8c9d0/feed?key=canary7c1f")
    (note,) = Reader(site, stack).look().notes
    assert note == f"it has moved to {site.url('/new/…/feed?…')}; write the new address into the configuration"


def test_a_feed_that_lost_its_entries_is_told_of_once(site: Site, stack: ExitStack) -> None:
    xml(site, rss(item("a"), item("b")))
    reader = Reader(site, stack)
    reader.look()
    xml(site, rss())
    assert reader.look().notes == ("it shows no entries any more; it had 2 before",)
    assert reader.look().notes == ()
    xml(site, rss(item("b")))
    assert reader.look().gap is False


def page(site: Site, name: str, text: str = "Whole.") -> None:
    site.put(f"/{name}", f"<html><meta charset=utf-8><p>{text} Größe</p></html>")


def linked(site: Site, *names: str) -> str:
    return rss(*(item(it).replace("https://wire.example", site.url("")) for it in names))


def test_the_page_of_a_new_entry_comes_along(site: Site, stack: ExitStack) -> None:
    xml(site, linked(site, "a"))
    page(site, "a")
    reader = Reader(site, stack, full_text=True)
    (found,) = reader.items(reader.look())
    assert found["_page"]["url"] == site.url("/a")
    assert "Whole. Größe" in found["_page"]["html"]
    assert found["content_html"] == "All about a."
    reader.look()
    assert site.asked == ["/feed", "/a", "/feed"]


def test_an_entry_whose_page_fails_is_taken_as_the_feed_has_it(
    site: Site, stack: ExitStack, caplog: pytest.LogCaptureFixture
) -> None:
    xml(site, linked(site, "e", "d", "c", "b", "a"))
    page(site, "a")
    site.put("/b", b"%PDF", "application/pdf")
    site.behave("/c", redirect("/"))
    site.put("/", "<p>Home</p>")
    page(site, "e")
    reader = Reader(site, stack, full_text=True)
    found = {it["id"]: "_page" in it for it in reader.items(reader.look())}
    assert found == {"id-a": True, "id-b": False, "id-c": False, "id-d": False, "id-e": False}
    said = [
        record.getMessage().partition(": ")[2] for record in caplog.records if "taken in" in record.getMessage()
    ]
    assert [it.rpartition(": ")[2] for it in said] == [
        "its page is no HTML",
        "its page leads to the home page",
        "its page answered 404 Not Found",
        "others failed",
    ]
    assert "/e" not in site.asked


def test_an_edited_entry_whose_page_fails_keeps_its_whole_text(site: Site, stack: ExitStack) -> None:
    xml(site, linked(site, "a"))
    page(site, "a")
    reader = Reader(site, stack, full_text=True)
    reader.items(reader.look())
    xml(site, linked(site, "a").replace("All", "Nearly all"))
    site.drop("/a")
    (found,) = reader.feed.look(reader.known, memory=reader.memory).found
    assert reader.feed.read(found) is None


def test_a_look_asks_for_so_many_pages_only(site: Site, stack: ExitStack) -> None:
    names = [f"n{number:02d}" for number in range(25)]
    xml(site, linked(site, *names))
    for name in names:
        page(site, name)
    reader = Reader(site, stack, full_text=True)
    assert sum("_page" in it for it in reader.items(reader.look())) == 20
