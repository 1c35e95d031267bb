"""A site's sitemaps -> the pages they list."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from feeder.errors import Passing, SourceError, Unreadable
from feeder.model.document import Found
from feeder.sources import SOURCES
from feeder.sources._sitemap_file import LARGEST, MOST, moment, read_file
from feeder.sources.sitemap import Options
from tests.net.receivers import answer, redirect
from tests.sources.site import NOW, Site, means

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feeder.model.document import Document
    from feeder.sources import Look
    from feeder.sources._addresses import Rules
    from feeder.sources._linked import Linked

XML = "application/xml"
MAP = "/sitemap.xml"
PAGE = "<h1>The council met</h1><p>It agreed on nothing.</p>"


class Desk:
    """A source of the kind `sitemap`, with what is known of it and what it remembers; time stands still."""

    def __init__(self, site: Site, means: Any, path: str = MAP, **options: Any) -> None:
        self.now = NOW
        self.known: dict[str, str] = {}
        self.memory = ""
        kind = SOURCES["sitemap"]
        chosen = kind.options(**{"type": "sitemap", "url": site.url(path)} | options)
        self.source: Linked = kind.open("city", chosen, means(lambda: self.now))  # type: ignore[assignment]

    def look(self) -> Look:
        """What a look finds counts as stored."""
        look = self.source.look(self.known, memory=self.memory)
        self.known |= {it.key: it.stamp for it in look.found}
        self.memory = look.memory
        return look

    def paths(self) -> list[str]:
        return [path_of(it.key) for it in self.look().found]


@pytest.fixture
def desk(site: Site) -> Iterator[Callable[..., Desk]]:
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda path=MAP, **options: Desk(
            site,
            lambda now: stack.enter_context(means(now)),
            path,
            **{k.replace("_", "-"): v for k, v in options.items()},
        )


def path_of(key: str) -> str:
    return "/" + key.split("/", 3)[3]


def urls(*entries: str) -> str:
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(entries)}</urlset>'


def url(address: str, lastmod: str = "", more: str = "") -> str:
    return f"<url><loc>{address}</loc>{f'<lastmod>{lastmod}</lastmod>' if lastmod else ''}{more}</url>"


def index(*entries: tuple[str, str]) -> str:
    files = (
        f"<sitemap><loc>{it}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</sitemap>" for it, day in entries
    )
    return f"<sitemapindex>{''.join(files)}</sitemapindex>"


def stories(site: Site, *names: str, day: str = "2026-01-14") -> str:
    for name in names:
        site.put(f"/{name}", PAGE)
    return urls(*(url(site.url(f"/{name}"), day) for name in names))


# ---------------------------------------------------------------- what stands in a sitemap


NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <url>
    <loc>
      {}
    </loc>
    <lastmod>2026-02-28T10:00:00+01:00</lastmod>
    <news:news>
      <news:publication><news:name>The City Post</news:name><news:language>en</news:language></news:publication>
      <news:publication_date>2026-02-28T09:30:00+01:00</news:publication_date>
      <news:title><![CDATA[Council & mayor   agree]]></news:title>
    </news:news>
    <image:image><image:loc>https://img.example/a.jpg</image:loc><image:title>The hall</image:title></image:image>
  </url>
</urlset>"""


def test_a_news_sitemap_says_what_it_knows_of_each_article(site: Site, desk: Callable[..., Desk]) -> None:
    site.put(MAP, NEWS.format(site.url("/council?id=1#top")), XML)
    site.put("/council?id=1", PAGE, "text/html; charset=utf-8")
    city = desk()
    look = city.look()
    assert look.found == (Found(site.url("/council?id=1"), "2026-02-28T09:00:00Z", old=True),)
    assert look.present == frozenset({site.url("/council?id=1")})
    document = city.source.read(look.found[0])
    assert document is not None
    assert (document.source, document.key, document.url) == ("city", look.found[0].key, look.found[0].key)
    assert (document.media_type, document.body) == ("text/html; charset=utf-8", PAGE.encode())
    assert document.modified.isoformat() == "2026-02-28T08:30:00+00:00"
    assert dict(document.said) == {
        "title": "Council & mayor agree",
        "published": "2026-02-28T09:30:00+01:00",
        "language": "en",
        "publisher": "The City Post",
        "image": "https://img.example/a.jpg",
    }


@pytest.mark.parametrize(
    "body",
    [
        "  \n" + urls("<url><loc>{}</loc></url>"),
        "\ufeff" + urls("<url><loc>{}</loc></url>"),
        "<urlset><url><loc>{}</loc></url></urlset>",
        '<x:urlset xmlns:x="https://elsewhere.example"><x:url><x:loc>{}</x:loc></x:url></x:urlset>',
        "<urlset><url><news:news><news:title>T</news:title></news:news><loc>{}</loc></url></urlset>",
        "<urlset><url><loc>{}</loc></url><url><loc>http://127.0.0.1/b?c=1&d=2",
        "<urlset><!-- a --><?b c?><url><loc><![CDATA[{}]]></loc></url></urlset>",
        "<urlset><url><xhtml:link rel='alternate'/><loc>{}</loc></url></urlset>",
        "{}\r\n\r\n",
        "\ufeff{}\nnot an address\n{}\n",
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "packed"])
def test_sitemaps_as_they_are_really_written(
    body: str, pack: Callable[[bytes], bytes], site: Site, desk: Callable[..., Desk]
) -> None:
    data = body.replace("{}", site.url("/a-story")).encode()
    site.put(MAP, pack(data[:40]) + pack(data[40:]), "application/octet-stream")
    assert desk().paths() == ["/a-story"]


def test_a_sitemap_in_utf_16_is_read(site: Site, desk: Callable[..., Desk]) -> None:
    body = f'<?xml version="1.0" encoding="utf-16"?>{urls(url(site.url("/größe")))[21:]}'
    site.put(MAP, body.encode("utf-16"), XML)
    assert desk().paths() == ["/gr%C3%B6%C3%9Fe"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<rss version='2.0'><channel/></rss>", "type: feed"),
        ("<feed xmlns='http://www.w3.org/2005/Atom'/>", "type: feed"),
        ("<rdf:RDF xmlns:rdf='r'/>", "type: feed"),
        ("<!DOCTYPE html><html><body>Hello", "type: page"),
        ("<sitemaps/>", "begins with <sitemaps>"),
        ("", "empty"),
        ("Not found.\nSorry.", "neither XML nor a list of addresses"),
        ("<", "neither a sitemap nor any other XML"),
        (b"\x1f\x8bnonsense", "gzip cannot be unpacked"),
        (gzip.compress(b"http://127.0.0.1/a" * 99, mtime=0)[:-20], "gzip cannot be unpacked"),
    ],
)
def test_what_is_no_sitemap_is_one_error_with_a_hint(
    body: str | bytes, words: str, site: Site, desk: Callable[..., Desk]
) -> None:
    site.put(MAP, body, XML)
    with pytest.raises(SourceError, match=words):
        desk().look()


@pytest.mark.parametrize(
    ("written", "stamp"),
    [
        ("2026", "2026-01-01T00:00:00Z"),
        ("2026-02", "2026-02-01T00:00:00Z"),
        ("2026-02-03", "2026-02-03T00:00:00Z"),
        ("2026-02-03T04:05+02:00", "2026-02-03T02:05:00Z"),
        ("2026-02-03 04:05:06", "2026-02-03T04:05:06Z"),
        ("2026-02-03T04:05:06.789Z", "2026-02-03T04:05:06Z"),
        ("Tue, 03 Feb 2026 04:05:06 GMT", "2026-02-03T04:05:06Z"),
        ("0001-01-01T00:00:00+14:00", ""),
        ("yesterday", ""),
        ("2026-13-45", ""),
        ("0000", ""),
        ("9" * 5000, ""),
        ("", ""),
    ],
)
def test_dates_of_sitemaps(written: str, stamp: str) -> None:
    assert moment(written) == stamp


def test_a_date_that_most_addresses_share_is_that_of_the_file(site: Site, desk: Callable[..., Desk]) -> None:
    build = [url(site.url(f"/story-{n}"), "2026-02-28") for n in range(20)]
    site.put(MAP, urls(*build, url(site.url("/edited"), "2026-02-20")), XML)
    city = desk()
    assert {path_of(it.key): it.stamp for it in city.look().found if "edited" in it.key} == {
        "/edited": "2026-02-20T00:00:00Z"
    }
    assert set(city.known.values()) == {"-", "2026-02-20T00:00:00Z"}
    again = [url(site.url(f"/story-{n}"), "2026-03-01") for n in range(20)]
    site.put(MAP, urls(*again, url(site.url("/edited"), "2026-02-21")), XML)
    assert city.paths() == ["/edited"]


# ---------------------------------------------------------------- which addresses count


def test_only_pages_of_the_site_itself_count_without_passwords_and_scripts(
    site: Site, desk: Callable[..., Desk]
) -> None:
    others = (
        "http://elsewhere.example/a",
        "javascript:alert(1)",
        "mailto:a@b.example",
        site.url("/x").replace("http://", "http://user:secret@"),
        "http://[::1/a",
        "http://127.0.0.1:99999/a",
        "",
        "x" * 5000,
    )
    site.put(MAP, urls(*map(url, others), url(site.url("/a-story")), url("/relative-story")), XML)
    assert desk().paths() == ["/a-story", "/relative-story"]


def test_pages_that_are_no_articles_are_left_out_of_plain_sitemaps(site: Site, desk: Callable[..., Desk]) -> None:
    no = ("/", "/tag/asia", "/author/jane/", "/de/impressum", "/login", "/a.pdf", "/news/page/2/", "/category/x/y")
    site.put(MAP, urls(*(url(site.url(path)) for path in (*no, "/2026/agreed", "/topics-of-the-day.html"))), XML)
    assert desk().paths() == ["/2026/agreed", "/topics-of-the-day.html"]
    assert desk(only="/tag/").paths() == ["/tag/asia"]


@pytest.mark.parametrize(
    ("options", "paths"),
    [
        ({"only": "/news/"}, ["/news/a", "/news/b"]),
        ({"only": ["/news/", r"/\/sport\/\w$/"]}, ["/news/a", "/news/b", "/sport/a"]),
        ({"only": "/NEWS|SPORT/i"}, ["/news/a", "/news/b", "/sport/a", "/x-news"]),
        ({"only": "/news/", "skip": "/news/b"}, ["/news/a"]),
        ({"skip": ["/sport/", "/news/"]}, ["/x-news"]),
    ],
)
def test_addresses_are_chosen_by_paths_and_regular_expressions(
    options: dict[str, Any], paths: list[str], site: Site, desk: Callable[..., Desk]
) -> None:
    there = ("/news/a", "/news/b", "/sport/a", "/x-news")
    site.put(MAP, urls(*(url(site.url(path)) for path in there)), XML)
    assert sorted(desk(**options).paths()) == paths


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"only": "news"}, "neither the beginning of a path"),
        ({"only": "/(/"}, "not a regular expression"),
        ({"skip": "/a(b"}, "neither the beginning of a path"),
        ({"sites": "http://a.example/"}, "not the name of a host"),
        ({"per-look": 0}, "greater than or equal to 1"),
    ],
)
def test_options_that_mean_nothing_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        SOURCES["sitemap"].options(**{"type": "sitemap", "url": "http://a.example/"} | options)


def test_other_hosts_count_when_they_are_named() -> None:
    found = rules("http://www.city.co.uk/map", sites=["Press.example"])
    ours = ("news.city.co.uk", "city.co.uk", "press.example", "a.press.example")
    others = ("other.co.uk", "notpress.example", "city.co.uk.evil.example")
    assert all(found.ours(f"https://{host}/a") for host in ours)
    assert not any(found.ours(f"https://{host}/a") for host in others)


@pytest.mark.parametrize(
    ("home", "ours", "other"),
    [
        ("press.github.io", "press.github.io", "stranger.github.io"),
        ("www.press.ltd.uk", "news.press.ltd.uk", "stranger.ltd.uk"),
        ("press.kawasaki.jp", "press.kawasaki.jp", "stranger.kawasaki.jp"),
        ("www.press.example", "news.press.example", "stranger.example"),
        ("127.0.0.1", "127.0.0.1", "1.0.0.1"),
    ],
)
def test_a_neighbour_on_the_same_host_is_another_site(home: str, ours: str, other: str) -> None:
    found = rules(f"https://{home}/map")
    assert found.ours(f"https://{ours}/a")
    assert not found.ours(f"https://{other}/a")


# ---------------------------------------------------------------- first looks and later ones


def test_a_big_sitemap_is_usable_at_once_and_taken_in_little_by_little(
    site: Site, desk: Callable[..., Desk]
) -> None:
    many = (url(site.url(f"/{n}"), f"2025-{n % 12 + 1:02}-{n % 28 + 1:02}") for n in range(600))
    site.put(MAP, urls(*many), XML)
    city = desk(per_look=30)
    looks = [city.look() for _ in range(20)]
    assert [len(it.found) for it in looks] == [30] * 20
    assert all(one.old for it in looks for one in it.found)
    assert len(city.known) == 600
    assert len(looks[0].memory) < 5_000
    assert city.look().found == ()
    assert json.loads(city.memory)["old"] == ""
    assert not any(it.gap for it in looks)


def test_what_comes_after_the_first_look_is_news_though_older_ones_still_wait(
    site: Site, desk: Callable[..., Desk]
) -> None:
    old = [url(site.url(f"/old-{n}"), "2026-01-01") for n in range(3)]
    site.put(MAP, urls(*old), XML)
    city = desk(per_look=2)
    assert [it.old for it in city.look().found] == [True, True]
    site.put(MAP, urls(url(site.url("/new"), "2026-03-01"), *old), XML)
    assert [(path_of(it.key)[:4], it.old) for it in city.look().found] == [("/new", False), ("/old", True)]


def test_other_options_make_another_first_look(site: Site, desk: Callable[..., Desk]) -> None:
    site.put(MAP, stories(site, "news-a", "b"), XML)
    city, wider = desk(only="/news"), desk()
    city.look()
    wider.known, wider.memory = city.known, city.memory
    assert wider.look().found == (Found(site.url("/b"), "2026-01-14T00:00:00Z", old=True),)


@pytest.mark.parametrize("memory", ["nonsense", "[]", '{"of": 1}', '{"old": "?"}', "{}", '{"list": 3}'])
def test_memory_that_cannot_be_read_makes_another_first_look(
    memory: str, site: Site, desk: Callable[..., Desk]
) -> None:
    site.put(MAP, stories(site, "a"), XML)
    city = desk()
    city.memory = memory
    assert [it.old for it in city.look().found] == [True]


def test_a_sitemap_is_asked_for_news_only_once_everything_of_it_was_read(
    site: Site, desk: Callable[..., Desk]
) -> None:
    site.put(MAP, stories(site, "a", "b"), XML, (("ETag", '"1"'),))
    city = desk(per_look=1)
    for asked in (None, None, None, '"1"'):
        assert city.look().present is not None
        assert site.last.get("if-none-match") == asked
    site.behave(MAP, answer(304))
    assert city.look().present is None
    assert len(city.known) == 2


def test_what_is_gone_from_a_sitemap_is_not_gone(site: Site, desk: Callable[..., Desk]) -> None:
    site.put(MAP, stories(site, "a", "b"), XML)
    city = desk()
    city.look()
    site.put(MAP, stories(site, "b"), XML)
    look = city.look()
    assert (look.gone, look.missing, look.found, look.gap) == ((), (), (), False)
    site.put(MAP, stories(site, "c"), XML)
    assert city.look().gap


# ---------------------------------------------------------------- indexes


def test_an_index_is_followed_to_its_files_packed_or_not(site: Site, desk: Callable[..., Desk]) -> None:
    site.put(MAP, index((site.url("/a.xml"), ""), (site.url("/b.xml.gz"), ""), ("/deeper.xml", "")), XML)
    site.put("/a.xml", stories(site, "a"), XML)
    site.put("/b.xml.gz", gzip.compress(stories(site, "b").encode()), "application/x-gzip")
    site.put("/deeper.xml", index((site.url("/c.txt"), "")), XML)
    site.put("/c.txt", site.url("/c"), "text/plain")
    look = desk().look()
    assert sorted(path_of(it.key) for it in look.found) == ["/a", "/b", "/c"]
    assert (look.notes, len(look.present or ())) == ((), 3)


def test_indexes_that_lead_to_themselves_or_ever_deeper_end(site: Site, desk: Callable[..., Desk]) -> None:
    for depth in range(9):
        site.put(f"/{depth}.xml", index((site.url("/0.xml"), ""), (site.url(f"/{depth + 1}.xml"), "")), XML)
    look = desk("/0.xml").look()
    assert (look.found, site.asked) == ((), ["/0.xml", "/1.xml", "/2.xml", "/3.xml"])
    assert look.notes == ("sitemaps more than 3 indexes deep are not read",)


def test_an_index_of_thousands_costs_fifty_requests_a_look(site: Site, desk: Callable[..., Desk]) -> None:
    site.put(
        MAP, index(*((site.url(f"/{n}.xml"), f"20{n // 100:02}-01-{n % 28 + 1:02}") for n in range(3000))), XML
    )
    city = desk(per_look=1000)
    for n in range(3000):
        site.put(f"/{n}.xml", urls(url(site.url(f"/story-{n}"))), XML)
    assert len(city.look().found) == 49
    assert len(site.asked) == 50
    assert len(city.memory) < 100_000


def test_files_that_did_not_change_are_left_alone_and_those_that_did_come_first(
    site: Site, desk: Callable[..., Desk]
) -> None:
    files = {f"/{n}.xml": f"2026-01-{n:02}" for n in range(1, 10)}
    for n, path in enumerate(files):
        site.put(path, stories(site, f"story-{n}"), XML)
    site.put(MAP, index(*((site.url(path), day) for path, day in files.items())), XML)
    city = desk()
    assert len(city.look().found) == 9
    city.look()
    asked = len(site.asked)
    site.put("/4.xml", stories(site, "story-3", "story-new"), XML)
    files["/4.xml"] = "2026-03-01"
    site.put(MAP, index(*((site.url(path), day) for path, day in files.items())), XML)
    look = city.look()
    assert site.asked[asked:] == [MAP, "/4.xml"]
    assert [(path_of(it.key), it.old) for it in look.found] == [("/story-new", False)]
    assert not look.gap


def test_a_new_file_of_an_index_is_news_and_one_that_failed_before_is_not(
    site: Site, desk: Callable[..., Desk]
) -> None:
    site.put(MAP, index((site.url("/old.xml"), ""), (site.url("/a.xml"), "")), XML)
    site.put("/a.xml", stories(site, "a"), XML)
    city = desk()
    look = city.look()
    assert [path_of(it.key) for it in look.found] == ["/a"]
    assert look.notes == ("1 of 3 sitemaps could not be read: answered 404 Not Found",)
    site.put(MAP, index((site.url("/old.xml"), ""), (site.url("/a.xml"), ""), (site.url("/new.xml"), "")), XML)
    site.put("/old.xml", urls(url(site.url("/old")), url(site.url("/since"), "2026-03-02")), XML)
    site.put("/new.xml", stories(site, "new"), XML)
    assert {path_of(it.key): it.old for it in city.look().found} == {"/old": True, "/since": False, "/new": False}


def test_an_address_in_two_files_is_one_with_what_both_say(site: Site, desk: Callable[..., Desk]) -> None:
    site.put(MAP, index((site.url("/posts.xml"), ""), (site.url("/news.xml"), "")), XML)
    site.put("/posts.xml", urls(url(site.url("/a"), "2026-02-28T20:00:00Z")), XML)
    site.put("/news.xml", NEWS.format(site.url("/a")), XML)
    site.put("/a", PAGE)
    city = desk()
    (found,) = city.look().found
    assert found.stamp == "2026-02-28T20:00:00Z"
    document = city.source.read(found)
    assert document is not None
    assert dict(document.said)["title"] == "Council & mayor agree"
    site.drop("/posts.xml")
    assert city.look().found == ()


def test_an_index_leads_to_files_of_its_own_site_only(site: Site, desk: Callable[..., Desk]) -> None:
    site.put(MAP, index(("http://elsewhere.example/a.xml", ""), (site.url("/a.xml"), "")), XML)
    site.put("/a.xml", stories(site, "a"), XML)
    look = desk().look()
    assert [path_of(it.key) for it in look.found] == ["/a"]
    assert "sites: may name those" in look.notes[0]


def test_when_no_file_of_an_index_can_be_read_that_is_the_error(site: Site, desk: Callable[..., Desk]) -> None:
    site.put(MAP, index((site.url("/a.xml"), ""), (site.url("/b.xml"), "")), XML)
    with pytest.raises(SourceError, match="404"):
        desk().look()


def test_a_site_that_asks_for_rest_is_left_alone(site: Site, desk: Callable[..., Desk]) -> None:
    site.put(MAP, index((site.url("/a.xml"), "2026-02-02"), (site.url("/b.xml"), "2026-01-01")), XML)
    site.behave("/a.xml", answer(503, b"", (("Retry-After", "600"),)))
    with pytest.raises(SourceError, match="503") as caught:
        desk().look()
    assert caught.value.rest == timedelta(seconds=600)
    assert site.asked == [MAP, "/a.xml"]


# ---------------------------------------------------------------- the pages


def read(city: Desk) -> list[Document | str | None]:
    """What comes of each page that a look finds."""
    read: list[Document | str | None] = []
    for found in city.look().found:
        try:
            read.append(city.source.read(found))
        except Passing as trouble:
            read.append(f"passing: {trouble}")
        except Unreadable as trouble:
            read.append(str(trouble))
    return read


def test_a_page_that_cannot_be_had_says_why(site: Site, desk: Callable[..., Desk]) -> None:
    site.put(MAP, urls(url(site.url("/a-story"))), XML)
    cases = {
        "the page answered 404 Not Found": answer(404),
        "the page answered 410 Gone: it will not come back": answer(410),
        "the page answered 403 Forbidden": answer(403),
        "passing: the page answered 500 Internal Server Error": answer(500),
        "passing: the page cannot be fetched: ": lambda _: False,
        "it is image/png, not a page of HTML": answer(200, b"x", (("Content-Type", "image/png"),)),
        "the page is larger than 3,145,728 bytes": answer(200, b"x" * 3_200_000, (("Content-Type", "text/html"),)),
        "the site asks to log in": redirect("/login?next=/a-story"),
        "it leads to the home page": redirect("/"),
        "it leads to another site, localhost": redirect(site.url("/b").replace("127.0.0.1", "localhost")),
        "the page redirects in a circle": redirect("/a-story"),
    }
    for path in ("/login?next=/a-story", "/", "/b"):
        site.put(path, PAGE)
    for words, behaviour in cases.items():
        site.behave("/a-story", behaviour)
        (said,) = read(desk())
        assert str(said).startswith(words)


def test_a_redirect_to_a_private_address_is_one_unreadable_page(site: Site, desk: Callable[..., Desk]) -> None:
    site.put(MAP, urls(url(site.url("/a-story")), url(site.url("/b-story"))), XML)
    site.behave("/a-story", redirect("http://169.254.169.254/latest/meta-data"))
    site.put("/b-story", PAGE)
    said, document = read(desk())
    assert str(said).startswith("the page cannot be fetched: blocked: 169.254.169.254 is a private address")
    assert document is not None


def test_where_a_page_moved_to_is_its_address_and_its_key_stays(site: Site, desk: Callable[..., Desk]) -> None:
    site.put(MAP, stories(site, "a"), XML)
    site.behave("/a", redirect("/moved", 301))
    site.put("/moved", PAGE)
    (document,) = read(desk())
    assert document is not None
    assert not isinstance(document, str)
    assert (document.key, document.url) == (site.url("/a"), site.url("/moved"))


def test_when_the_site_asks_for_rest_nothing_is_asked_of_it_until_then(
    site: Site, desk: Callable[..., Desk]
) -> None:
    site.put(MAP, stories(site, "a", "b", "c"), XML)
    site.behave("/a", answer(429, b"", (("Retry-After", "120"),)))
    city = desk()
    assert read(city) == [None, None, None]
    asked = list(site.asked)
    look = city.look()
    assert (look.found, look.rest, site.asked) == ((), timedelta(seconds=120), asked)
    city.now += timedelta(seconds=120)
    city.known.clear()
    assert len(city.look().found) == 3


def test_a_site_that_is_away_costs_three_pages_a_look(site: Site, desk: Callable[..., Desk]) -> None:
    site.put(MAP, stories(site, *"abcde"), XML)
    for name in "abcde":
        site.behave(f"/{name}", lambda _: False)
    city = desk()
    assert [str(it)[:7] for it in read(city)] == ["passing"] * 3 + ["None"] * 2
    city.known = dict.fromkeys(city.known, "")
    site.put("/a", PAGE)
    assert len(city.look().found) == 5


def test_a_look_leaves_the_rest_to_the_next_when_its_time_is_up(site: Site, desk: Callable[..., Desk]) -> None:
    site.put(MAP, stories(site, "a", "b"), XML)
    city = desk()
    first, second = city.look().found
    assert city.source.read(first) is not None
    city.now += timedelta(minutes=11)
    assert city.source.read(second) is None


def test_single_pages_are_never_looked_for(site: Site, desk: Callable[..., Desk]) -> None:
    city = desk()
    look = city.source.look({}, [site.url("/a")], memory="m")
    assert (look.found, look.gone, site.asked) == ((), (), [])
    with pytest.raises(Unreadable, match="no address"):
        city.source.read(Found("javascript:alert(1)", "-"))


# ---------------------------------------------------------------- hostile ones


LAUGHS = """<!DOCTYPE urlset [<!ENTITY a "http://127.0.0.1/"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
<!ENTITY e SYSTEM "file:///etc/hostname">]>
<urlset><url><loc>&d;</loc></url><url><loc>&e;</loc></url><url><loc>http://127.0.0.1/a-story</loc></url></urlset>"""


def rules(address: str = "http://127.0.0.1/", **options: Any) -> Rules:
    return Options.model_validate({"type": "sitemap", "url": address} | options).rules


def test_entities_are_neither_expanded_nor_fetched() -> None:
    found = read_file(LAUGHS.encode(), "http://127.0.0.1/", rules())
    assert [it[0] for it in found.listed] == ["http://127.0.0.1/a-story"]


def test_a_gzip_bomb_is_one_error() -> None:
    bomb = gzip.compress(bytes(LARGEST + 1))
    with pytest.raises(Unreadable, match="unpacked, it is larger than 52,428,800 bytes"):
        read_file(bomb, "http://127.0.0.1/", rules())


def test_of_too_many_addresses_the_first_are_read() -> None:
    many = "".join(f"<url><loc>http://127.0.0.1/{n}</loc></url>" for n in range(MOST + 10))
    found = read_file(f"<urlset>{many}</urlset>".encode(), "http://127.0.0.1/", rules())
    assert (len(found.listed), found.cut) == (MOST, True)
    text = "\n".join(f"http://127.0.0.1/{n}" for n in range(MOST + 10))
    found = read_file(text.encode(), "http://127.0.0.1/", rules())
    assert (len(found.listed), found.cut) == (MOST, True)


@pytest.mark.parametrize(
    "body",
    [
        "<urlset>" + "<url>" * 100_000,
        f"<urlset><url a='{'x' * 5_000_000}'><loc>http://127.0.0.1/a</loc></url></urlset>",
        f"<urlset><url><loc>{'x' * 5_000_000}</loc></url></urlset>",
        "<urlset>" + "<x/>" * 100_000 + "</urlset>",
        "<urlset " + " ".join(f"a{n}=''" for n in range(100_000)) + "/>",
        "<urlset><url>" + "<news:news><news:title>" * 1000 + "</url></urlset>",
    ],
    ids=["nested", "attribute", "text", "elements", "attributes", "news"],
)
def test_what_is_monstrous_is_read_or_refused_in_bounded_time(body: str) -> None:
    try:
        found = read_file(body.encode(), "http://127.0.0.1/", rules())
    except Unreadable as trouble:
        assert trouble.reason  # noqa: PT017 - either is well
    else:
        assert len(found.listed) <= 1
