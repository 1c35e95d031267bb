"""What a source of the kind feed makes of somebody else's server, look for look."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from feeder.errors import SourceError, TooHard
from feeder.sources import Means
from feeder.sources.feed import Feed, Options
from feeder.workshop import Workshop
from tests.net.receivers import answer, drip, head
from tests.sources.feed_reader import Reader, keys, xml
from tests.sources.feeds import item, rss
from tests.sources.site import Site, means

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import ExitStack


def test_entries_are_found_oldest_first_and_handed_over_as_items(site: Site, stack: ExitStack) -> None:
    xml(site, rss(item("c", 3), item("b", 2), item("a", 1)))
    reader = Reader(site, stack)
    look = reader.look()
    assert keys(look) == ["id-a", "id-b", "id-c"]
    assert look.present == frozenset({"id-a", "id-b", "id-c"})
    first = reader.items(look)[0]
    assert (first["id"], first["url"], first["title"]) == ("id-a", "https://wire.example/a", "Story a")
    document = reader.feed.read(look.found[0])
    assert document is not None
    assert (document.url, document.modified.isoformat()) == ("https://wire.example/a", "2026-02-01T09:00:00+00:00")


def test_entries_without_dates_are_the_newest_first_in_feeds(site: Site, stack: ExitStack) -> None:
    xml(site, rss("<guid>c</guid>", "<guid>b</guid>", "<guid>a</guid>"))
    assert keys(Reader(site, stack).look()) == ["a", "b", "c"]


def test_only_what_is_new_or_changed_is_found_again(site: Site, stack: ExitStack) -> None:
    xml(site, rss(item("b"), item("a")))
    reader = Reader(site, stack)
    reader.look()
    xml(site, rss(item("c"), item("b").replace("All about", "More about"), item("a"), head="<ttl>5</ttl>"))
    look = reader.look()
    assert sorted(keys(look)) == ["id-b", "id-c"]
    assert look.present == frozenset({"id-a", "id-b", "id-c"})


def test_what_was_not_found_at_this_look_cannot_be_read(site: Site, stack: ExitStack) -> None:
    xml(site, rss(item("a")))
    reader = Reader(site, stack)
    (found,) = reader.look().found
    xml(site, rss(item("b")))
    reader.look()
    assert reader.feed.read(found) is None


def test_nothing_new_is_asked_for_with_what_the_server_gave(site: Site, stack: ExitStack) -> None:
    xml(site, rss(item("a")), headers=(("ETag", '"1"'), ("Last-Modified", "Sun, 01 Feb 2026 10:00:00 GMT")))
    reader = Reader(site, stack)
    memory = reader.look().memory
    site.behave("/feed", answer(304, headers=(("Cache-Control", "max-age=900"),)))
    look = reader.look()
    assert (site.last["if-none-match"], site.last["if-modified-since"]) == ('"1"', "Sun, 01 Feb 2026 10:00:00 GMT")
    assert (look.found, look.present, look.memory, look.rest) == ((), None, memory, timedelta(minutes=15))


def test_what_could_not_be_stored_is_found_again_though_nothing_is_new(site: Site, stack: ExitStack) -> None:
    xml(site, rss(item("a"), item("b")), headers=(("ETag", '"1"'),))
    reader = Reader(site, stack)
    reader.look()
    del reader.known["id-a"]
    site.behave("/feed", answer(304))
    look = reader.look()
    assert [it["id"] for it in reader.items(look)] == ["id-a"]
    assert reader.look().found == ()


def test_the_whole_feed_is_asked_for_when_keys_are_wanted(site: Site, stack: ExitStack) -> None:
    xml(site, rss(item("a"), item("b")), headers=(("ETag", '"1"'),))
    reader = Reader(site, stack)
    reader.look()
    reader.known.clear()
    memory = reader.memory
    assert keys(reader.look(only=["id-b"])) == ["id-b"]
    assert reader.memory == memory
    assert "if-none-match" not in site.last


def test_what_another_address_left_counts_for_nothing(site: Site, stack: ExitStack) -> None:
    xml(site, rss(item("a")), headers=(("ETag", '"1"'),))
    reader = Reader(site, stack)
    memory = reader.look().memory
    xml(site, rss(item("b")), "/other")
    other = Reader(site, stack, url=site.url("/other"))
    other.memory = memory
    assert other.look().gap is False
    assert "if-none-match" not in site.last


@pytest.mark.parametrize("memory", ["", "no", "[]", "{}", '{"feed": 5}', '{"shown": "x", "links": 5}', "null"])
def test_a_memory_that_cannot_be_read_is_no_trouble(site: Site, stack: ExitStack, memory: str) -> None:
    xml(site, rss(item("a")))
    reader = Reader(site, stack)
    reader.memory = memory
    assert keys(reader.look()) == ["id-a"]


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        ("", "text/xml", "the answer is empty"),
        ("<html><body>Log in</body></html>", "text/html", "the answer is an HTML page, and no feed: it may ask"),
        ('{"error": 1}', "application/json", "the answer is JSON, but no JSON Feed"),
        ("<error/>", "text/xml", "the answer is XML, but no feed: it begins with <error>"),
    ],
)
def test_what_is_no_feed_is_an_error(site: Site, stack: ExitStack, body: str, kind: str, reason: str) -> None:
    site.put("/feed", body, kind)
    assert Reader(site, stack).wrong().reason.startswith(reason)


def test_a_server_s_refusal_is_an_error_with_its_wish_for_rest(site: Site, stack: ExitStack) -> None:
    site.behave("/feed", answer(429, headers=(("Retry-After", "120"),)))
    error = Reader(site, stack).wrong()
    assert (error.reason, error.rest) == ("answered 429 Too Many Requests", timedelta(seconds=120))


def test_an_endless_drip_and_a_long_feed_end(site: Site, stack: ExitStack) -> None:
    site.behave("/feed", drip(head(200), b"<rss>"))
    assert Reader(site, stack, total=0.5).wrong().reason.startswith("timeout after ")
    xml(site, rss(*(item(str(n)) for n in range(100))))
    assert Reader(site, stack, max_size=5000).wrong().reason == "is larger than 5,000 bytes"


def test_a_feed_is_read_in_a_process_that_may_be_killed(site: Site, stack: ExitStack) -> None:
    workshop = Workshop(workers=1)
    stack.callback(workshop.close)
    here = stack.enter_context(means())
    url = site.url("/feed")
    feed = Feed("wire", Options(type="feed", url=url), Means(here.get, workshop.call, here.now))
    xml(site, rss(item("a")))
    assert keys(feed.look({})) == ["id-a"]
    site.put("/feed", "<html></html>")
    with pytest.raises(SourceError, match="is an HTML page"):
        feed.look({})


def test_what_is_too_hard_is_an_error(site: Site, stack: ExitStack) -> None:
    def call(*_: Any) -> Any:
        raise TooHard("it takes more than 20 s")

    here = stack.enter_context(means())
    xml(site, rss(item("a")))
    feed = Feed("wire", Options(type="feed", url=site.url("/feed")), Means(here.get, call, here.now))
    with pytest.raises(SourceError, match="the feed cannot be read: it takes more than 20 s"):
        feed.look({})


@pytest.mark.parametrize("history", ["", "-1", "1.5", "maybe", "10001", "99999999999", [], {}])
def test_a_history_that_is_no_number_is_refused(history: object) -> None:
    with pytest.raises(ValueError, match="neither true nor false nor a number of entries up to 10,000"):
        Options(type="feed", url="https://wire.example/", history=history)  # type: ignore[arg-type] # as in YAML


def test_what_is_known_is_asked_key_for_key(site: Site, stack: ExitStack) -> None:
    asked: list[str] = []

    class Known(dict[str, str]):
        def get(self, key: str, default: Any = None) -> Any:
            asked.append(key)
            return default

    known: Mapping[str, str] = Known()
    xml(site, rss(item("a")))
    Reader(site, stack).feed.look(known)
    assert set(asked) == {"id-a"}
