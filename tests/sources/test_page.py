"""A page that lists articles -> the articles it links to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from feeder.errors import SourceError, Unreadable
from feeder.sources import SOURCES
from feeder.sources._page_links import MOST, read_links
from feeder.sources.page import Options
from tests.net.receivers import answer, redirect
from tests.sources.site import Site, means

if TYPE_CHECKING:
    from contextlib import ExitStack

    from feeder.sources import Source

HOME = "https://www.post.example/news/"
FRONT = """<!DOCTYPE html><html><head><title>The Post</title></head><body>
<header><a href="/"><img alt="The Post"></a>
  <nav class="main-nav"><ul>
    <li><a href="/news/">News</a></li><li><a href="/news/politics/">Politics at home and abroad, every day</a></li>
    <li><a href="/news/politics/2026/01/14/opinion-of-the-week">Opinion</a></li></ul></nav></header>
<main>
  <article class="teaser"><a href="/news/politics/council-agrees-on-nothing-123456"><img src="a.jpg"></a>
    <h2><a href="/news/politics/council-agrees-on-nothing-123456#comments">Council agrees on nothing</a></h2>
    <p class="byline">By <a href="/author/jane-doe">Jane Doe, our correspondent in the city hall</a></p></article>
  <div class="card"><a href="https://www.post.example/2026/01/13/flood/"><h3>Flood</h3>Water at the gates</a></div>
  <div><a href="/sport/match-report-city-wins-again?ref=front-3">City wins again after long winter</a></div>
  <a href="/sport/match-report-city-wins-again?ref=front-9"><img src="b.jpg"></a>
  <div><a href="/story.php?id=4711">The mayor explains why the bridge will stay closed until spring</a></div>
  <a href="/tag/council">All about the council, the mayor and the city hall</a>
  <a href="/news/page/2/">Older news from all parts of the city and the country</a>
  <a href="https://elsewhere.example/2026/01/14/a-story-of-somebody-else">A story of somebody else entirely</a>
  <a href="https://user:secret@www.post.example/2026/01/14/with-a-password">A story behind a password</a>
  <a href="javascript:open('/2026/01/14/x')">A script that would open the story of the day</a>
  <a href="/files/report-of-the-council-2026.pdf">The report of the council as a document</a>
</main>
<footer><a href="/imprint">Imprint</a><a href="/terms-of-use">Terms of use</a></footer></body></html>"""


def links(body: str | bytes, address: str = HOME, charset: str | None = "utf-8", **options: Any) -> list[str]:
    data = body if isinstance(body, bytes) else body.encode()
    chosen = Options.model_validate({"type": "page", "url": address} | options)
    found, _ = read_links(data, charset, address, chosen.rules)
    return [it.replace("https://www.post.example", "") for it in found]


# ---------------------------------------------------------------- which links are articles


def test_a_front_page_leads_to_its_articles_and_to_nothing_else() -> None:
    assert links(FRONT) == [
        "/news/politics/council-agrees-on-nothing-123456",
        "/2026/01/13/flood/",
        "/sport/match-report-city-wins-again",
        "/story.php?id=4711",
    ]


def test_the_operator_may_say_which_addresses_are_articles() -> None:
    assert links(FRONT, only="/tag/") == ["/tag/council"]
    assert links(FRONT, only=r"/\bid=\d+$/") == ["/story.php?id=4711"]
    assert links(FRONT, skip=["/sport/", "/2026/"]) == [
        "/news/politics/council-agrees-on-nothing-123456",
        "/story.php?id=4711",
    ]


@pytest.mark.parametrize(
    ("base", "href", "found"),
    [
        ("", "../2026/01/14/a-long-story", "/2026/01/14/a-long-story"),
        ("", "//www.post.example/2026/01/14/a-long-story", "/2026/01/14/a-long-story"),
        ("", "?id=12345", "/news/?id=12345"),
        ("<base href='/en/'>", "2026/01/14/a-long-story", "/en/2026/01/14/a-long-story"),
        ("<base href='javascript:1'>", "/2026/01/14/a-long-story", "/2026/01/14/a-long-story"),
        ("", "/2026/01/14/größe des ortes", "/2026/01/14/gr%C3%B6%C3%9Fe%20des%20ortes"),
    ],
)
def test_addresses_are_made_absolute(base: str, href: str, found: str) -> None:
    body = f"<head>{base}</head><h2><a href='{href}'>A long story about a very small thing</a></h2>"
    assert links(body) == [found]


def test_headlines_without_spaces_count_by_their_letters() -> None:
    body = "<h3><a href='/articles/c4g8xyz123'>市议会就大桥的未来再次没有达成一致</a></h3>"
    assert links(body) == ["/articles/c4g8xyz123"]


def test_the_page_is_read_in_the_charset_of_its_header() -> None:
    body = "<h2><a href='/новости/2026/01/14/мост'>Мост останется закрытым</a></h2>".encode("cp1251")
    (found,) = links(body, charset="windows-1251")
    assert found.startswith("/%D0%BD%D0%BE")
    assert links(body, charset="no-such-charset")


# ---------------------------------------------------------------- hostile ones


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 100_000 + "<a href='/2026/01/14/a-story'>A story</a>",
        f"<a href='/x' title='{'x' * 5_000_000}'>x</a>",
        f"<a href='/{'x' * 5_000_000}'>x</a>",
        f"<p class='{'nav ' * 1_000_000}'><a href='/2026/01/14/a-story'>A story</a>",
        "<a href='/2026/01/14/a'>" * 20_000,
        f"<a href='/a'>{'x' * 5_000_000}</a>" * 2,
        "<table><tr><td>" * 20_000,
        "<base href='" + "/" * 1_000_000 + "'>",
        "\0" * 1000,
        "<",
        " ",
    ],
    ids=["nested", "title", "address", "class", "unclosed", "text", "tables", "base", "nul", "less-than", "blank"],
)
def test_what_is_monstrous_is_read_or_refused_in_bounded_time(body: str) -> None:
    try:
        assert len(links(body)) <= 1
    except Unreadable as trouble:
        assert trouble.reason == "the page is empty"  # noqa: PT017 - either is well


def test_of_sixty_thousand_links_the_first_are_articles() -> None:
    many = "".join(
        f"<h2><a href='/2026/01/14/story-{n}'>Story number {n} of this page</a></h2>" for n in range(60_000)
    )
    assert len(links(many)) == MOST


# ---------------------------------------------------------------- looks


def page(site: Site, stack: ExitStack, **options: Any) -> Source:
    kind = SOURCES["page"]
    chosen = kind.options(**{"type": "page", "url": site.url("/news/")} | options)
    return kind.open("post", chosen, stack.enter_context(means()))


def front(*names: str) -> str:
    return "<h1>News</h1>" + "".join(f"<h2><a href='/2026/01/14/{it}'>Of {it} and others</a></h2>" for it in names)


def test_an_article_is_read_once_and_new_ones_are_news(site: Site, stack: ExitStack) -> None:
    site.put("/news/", front("one", "two"))
    post = page(site, stack)
    first = post.look({})
    assert [(it.key, it.stamp, it.old) for it in first.found] == [
        (site.url("/2026/01/14/one"), "-", True),
        (site.url("/2026/01/14/two"), "-", True),
    ]
    known = {it.key: it.stamp for it in first.found}
    assert post.look(known, memory=first.memory).found == ()
    site.put("/news/", front("three", "four", "one"))
    second = post.look(known, memory=first.memory)
    assert [(it.key[-5:], it.old) for it in second.found] == [("/four", False), ("three", False)]
    assert (second.gap, second.gone, len(second.present or ())) == (False, (), 3)
    site.put("/news/", front("five"))
    assert post.look(known, memory=second.memory).gap


def test_a_page_that_did_not_change_is_not_read_again(site: Site, stack: ExitStack) -> None:
    site.put("/news/", front("one"), headers=(("Last-Modified", "Wed, 14 Jan 2026 09:00:00 GMT"),))
    post = page(site, stack)
    look = post.look({})
    known = {it.key: it.stamp for it in look.found}
    look = post.look(known, memory=look.memory)
    assert "if-modified-since" not in site.last
    site.behave("/news/", answer(304))
    look = post.look(known, memory=look.memory)
    assert site.last["if-modified-since"] == "Wed, 14 Jan 2026 09:00:00 GMT"
    assert (look.found, look.present) == ((), None)


def test_a_page_on_which_nothing_looks_like_an_article_says_so(site: Site, stack: ExitStack) -> None:
    site.put("/news/", "".join(f"<a href='/{n}'>{n}</a>" for n in range(30)))
    look = page(site, stack).look({})
    assert look.found == ()
    assert look.notes == (
        "of 30 links on the page none looks like an article's; say which are, as only: [/news/]",
    )


def test_a_page_that_has_moved_says_so(site: Site, stack: ExitStack) -> None:
    site.behave("/news/", redirect("/latest/", 301))
    site.put("/latest/", front("one"))
    look = page(site, stack).look({})
    assert len(look.found) == 1
    assert look.notes == (f"it has moved to {site.url('/latest/')}; write the new address into the configuration",)


def test_a_page_that_leads_to_another_site_says_so(site: Site, stack: ExitStack) -> None:
    site.behave("/news/", redirect(site.url("/latest/").replace("127.0.0.1", "localhost")))
    site.put("/latest/", front("one"))
    (note,) = page(site, stack).look({}).notes
    assert "leads to another site" in note
    assert len(page(site, stack, sites="localhost").look({}).found) == 1


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (answer(404), "404"),
        (
            answer(200, b"<rss/>", (("Content-Type", "application/rss+xml"),)),
            "application/rss.xml, not a page of HTML",
        ),
        (answer(200, b"", (("Content-Type", "text/html"),)), "empty"),
        (redirect("/consent?next=/news/"), "asks to log in or to agree"),
    ],
)
def test_what_is_no_listing_is_one_error(behaviour: Any, words: str, site: Site, stack: ExitStack) -> None:
    site.behave("/news/", behaviour)
    site.put("/consent?next=/news/", "<p>We value your privacy.</p>")
    with pytest.raises(SourceError, match=words):
        page(site, stack).look({})
