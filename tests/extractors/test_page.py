"""Pages of the web: title, author, day, address, images and the end of the article, where pages say them badly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from feeder.extractors import read
from feeder.extractors._images import largest
from feeder.model.document import Reading  # noqa: TC001 - hypothesis looks at it
from tests.extractors.paper import document, hints

URL = "https://www.courier.example/town/2026/01/night-ferry"
TEXT = "".join(
    f"<p>The night ferry crosses the river again from Monday, {number} years after the last one was sold, "
    "and the town council has set aside enough money for two winters of crossings.</p>"
    for number in range(3, 11)
)
GRAPH = (
    '<script type="application/ld+json">{"@graph":[{"@type":"Person","@id":"#n","name":"Nellie Bly"},'
    '{"@type":"BlogPosting","author":{"@id":"#n"}}]}</script>'
)
MICRODATA = (
    "<div itemscope itemtype='https://schema.org/NewsArticle'><span itemprop=author itemscope>By "
    "<b itemprop=name>Nellie Bly</b></span></div>"
)
MENU = "".join(f"<li class='menu-item'><a href='/s{number}'>Section {number}</a></li>" for number in range(30))


def page(body: str, head: str = "", url: str | None = URL, said: tuple[tuple[str, str], ...] = ()) -> Reading:
    """As programs write them: a menu, a sidebar, classes everywhere."""
    html = (
        f"<html><head>{head}</head><body class='post'><div class='top'><ul class='menu'>{MENU}</ul></div>"
        f"<div class='wrap'><div class='content'>{body}</div><div class='side'><ul class='menu'>{MENU}</ul></div>"
        f"</div><div class='foot'><p class='legal'>All of this is made up</p></div></body></html>"
    )
    return read(replace(document(html, "text/html", "page"), url=url, said=said), hints())


@pytest.mark.parametrize(
    ("head", "heading", "title"),
    [
        (
            "<title>Night ferry returns | The Courier</title>",
            "<h1>Night ferry returns</h1>",
            "Night ferry returns",
        ),
        (
            "<title>Night ferry returns | Courier</title>",
            "<h1><a href='/'>The Courier</a></h1>",
            "Night ferry returns",
        ),
        ("<title>Courier - Night ferry returns</title>", "<h1>The Courier</h1>", "Night ferry returns"),
        (
            "<title>The Courier » Night ferry returns</title><meta property=og:site_name content='The Courier'>",
            "<h1>The Courier</h1><h2>Night ferry returns</h2>",
            "Night ferry returns",
        ),
        (
            "<meta property=og:title content='Night ferry returns - courier.example'>",
            "<h1>News</h1>",
            "Night ferry returns",
        ),
        (
            "<meta property=og:title content='River: Night ferry returns to the town'>",
            "<h1><span class='article-kicker'>River</span> Night ferry returns to the town</h1>",
            "Night ferry returns to the town",
        ),
        (
            "<title>Town Notes: Night ferry returns</title><meta property=og:title content='Night ferry returns'>",
            "<h1>Town Notes: Night</h1>",
            "Night ferry returns",
        ),
        ("<title>Courier</title>", "<h1>Night ferry returns</h1>", "Night ferry returns"),
        ("<title>Night ferry returns · Some blog</title>", "", "Night ferry returns"),
        ("<title>渡し船が復活｜クーリエ</title>", "<h1>渡し船が復活</h1>", "渡し船が復活"),
    ],
)
def test_the_title_is_that_of_the_article_and_not_of_the_site(head: str, heading: str, title: str) -> None:
    assert page(heading + TEXT, head).content.title == title


@pytest.mark.parametrize(
    ("markup", "names"),
    [
        ("<meta name=author content='Nellie Bly'>", ["Nellie Bly"]),
        ("<meta name=author content='By Nellie Bly and Ida B. Wells'>", ["Nellie Bly", "Ida B. Wells"]),
        (
            "<meta name=author content='https://social.example/nellie'><p class=byline>By Nellie Bly</p>",
            ["Nellie Bly"],
        ),
        ("<meta name=author content='The Courier'><a rel=author href='/n'>Nellie Bly</a>", ["Nellie Bly"]),
        ("<meta name=author content='admin'><span class='author-name'>Nellie Bly</span>", ["Nellie Bly"]),
        ("<meta name=author content='courier.example'>", ["courier.example"]),
        ("<span class='vcard author'><a class='url fn n'>Nellie</a></span>", ["Nellie"]),
        ("<div class='comment author'><b class='fn author'>A reader</b></div>", []),
        ("<div class='meta'><span>Von Nellie Bly</span></div>", ["Nellie Bly"]),
        (GRAPH, ["Nellie Bly"]),
        (MICRODATA, ["Nellie Bly"]),
    ],
)
def test_authors_are_people_where_a_page_names_any(markup: str, names: list[str]) -> None:
    site = "<meta property=og:site_name content='The Courier'>"
    found = page(f"<h1>Night ferry returns</h1>{markup}{TEXT}", site).content.authors
    assert [person.name for person in found] == names


def test_the_day_of_a_web_page_is_found_and_its_time_kept() -> None:
    stated = "<meta property=article:published_time content='2026-01-14T23:30:00-05:00'>"
    assert page(TEXT, stated).published == datetime(2026, 1, 15, 4, 30, tzinfo=UTC)
    linked = (
        '<script type="application/ld+json">{"@type":"Article","datePublished":"2026-01-14T09:00+01:00"}</script>'
    )
    assert page(linked + TEXT).published == datetime(2026, 1, 14, 8, tzinfo=UTC)
    assert page(
        f"<h1>Night ferry</h1><p class='date'>14 January 2026</p>{TEXT}", url="https://x.example/a"
    ).published == (date(2026, 1, 14))


def test_a_day_that_a_text_only_speaks_of_is_not_the_day_of_a_file() -> None:
    spoken = f"<h1>Night ferry</h1><p>On 3 May 1998 the last ferry was sold.</p>{TEXT}"
    assert page(spoken, url=None).published is None


def test_a_page_is_its_own_address_unless_it_names_a_usable_one_of_the_same_site() -> None:
    canonical = "<link rel=canonical href='{}'>"
    assert page(TEXT).content.url == URL
    for stated, expected in {
        "https://courier.example/ferry": "https://courier.example/ferry",
        "/ferry": "https://www.courier.example/ferry",
        "https://amp.courier.example/ferry": "https://amp.courier.example/ferry",
        "https://other.example/ferry": URL,
        "https://www.courier.example/": URL,
        "javascript:x": URL,
    }.items():
        assert page(TEXT, canonical.format(stated)).content.url == expected, stated


def test_relative_addresses_hang_where_the_page_was_fetched() -> None:
    html = page(
        f"<h1>Night ferry</h1>{TEXT}<p>See <a href='map.html'>the map</a> of it, which is new.</p>{TEXT}"
    ).content.html
    assert 'href="https://www.courier.example/town/2026/01/map.html"' in html
    based = page(
        f"{TEXT}<p>See <a href='map.html'>the map</a> of it.</p>{TEXT}", "<base href='/maps/'>"
    ).content.html
    assert 'href="https://www.courier.example/maps/map.html"' in based


def test_what_the_source_says_wins_over_guesses() -> None:
    said = (
        ("title", "The ferry is back"),
        ("published", "2026-01-13"),
        ("language", "en-IE"),
        ("publisher", "Courier of the Town"),
        ("image", "/ferry.jpg"),
        ("summary", "It sails again."),
    )
    reading = page(f"<h1>Night ferry returns</h1>{TEXT}", "<title>Night ferry returns</title>", said=said)
    content = reading.content
    assert (content.title, content.publisher, content.language) == (
        "The ferry is back",
        "Courier of the Town",
        "en-IE",
    )
    assert (content.image, content.summary) == ("https://www.courier.example/ferry.jpg", "It sails again.")
    assert reading.published == date(2026, 1, 13)
    assert dict(reading.origins)["title"] == "source"


def test_the_page_may_say_the_time_of_the_day_that_its_source_says() -> None:
    stated = "<meta property=article:published_time content='2026-01-14T09:00:00Z'>"
    assert page(TEXT, stated, said=(("published", "2026-01-14"),)).published == datetime(
        2026, 1, 14, 9, tzinfo=UTC
    )
    assert page(TEXT, stated, said=(("published", "2026-01-12"),)).published == date(2026, 1, 12)


PICTURES = {
    "<img src='a.jpg'>": "a.jpg",
    "<img src='blank.gif' data-src='a.jpg'>": "a.jpg",
    "<img src='data:image/gif;base64,R0' data-lazy-src='a.jpg'>": "a.jpg",
    "<img data-srcset='s.jpg 300w, a.jpg 1200w, huge.jpg 4000w'>": "a.jpg",
    "<picture><source srcset='a.jpg 1200w'><img src='placeholder.png'></picture>": "a.jpg",
    "<figure><img src='a.jpg' width=40 height=40></figure>": "",
    "<figure class='author-avatar'><img src='a.jpg'></figure>": "",
    "<img src='/pixel.gif'>": "",
}


@pytest.mark.parametrize("markup", PICTURES)
def test_images_stay_where_they_stood_however_they_are_loaded(markup: str) -> None:
    html = page(f"<h1>Night ferry</h1>{TEXT}<h2>On board</h2>{markup}{TEXT.replace('ferry', 'boat')}").content.html
    if not PICTURES[markup]:
        assert "<img" not in html
        return
    assert html.count("<img") == 1
    place = html.index(f'src="https://www.courier.example/town/2026/01/{PICTURES[markup]}"')
    assert html.index("On board") < place < html.index("night boat")


def test_a_caption_belongs_to_its_image() -> None:
    figure = (
        "<figure><img src='a.jpg' alt='A ferry'><figcaption>The ferry in May. Photo: N. Bly</figcaption></figure>"
    )
    html = page(f"<h1>Night ferry</h1>{TEXT}{figure}{TEXT.replace('ferry', 'boat')}").content.html
    assert (
        '<img src="https://www.courier.example/town/2026/01/a.jpg" alt="A ferry"><figcaption>The ferry in May.'
        in html
    )
    assert html.count("Photo: N. Bly") == 1


def test_images_of_other_articles_stay_away() -> None:
    teasers = "".join(
        f"<div class='box'><a href='/t{n}'><img src='t{n}.jpg'></a><h3>{'Another story ' * 9}</h3></div>"
        for n in range(8)
    )
    assert "t5.jpg" not in page(f"<h1>Night ferry</h1>{TEXT}<div class='more'>{teasers}</div>").content.html


@pytest.mark.parametrize(
    "rest",
    [
        "<h3>Related articles</h3><p>A bridge was closed last week.</p>",
        "<h3>Weitere Artikel zum Thema</h3><p>Eine Brücke wurde gesperrt.</p>",
        "<p><a href='/bridge'>A bridge was closed last week and will not open before the summer</a></p>",
        "<p>© The Courier, all rights reserved</p>",
        "<p>Read more: A bridge was closed last week</p><p>It said so on Monday, and again on Tuesday.</p>",
    ],
)
def test_what_stands_behind_the_end_is_cut(rest: str) -> None:
    html = page(f"<h1>Night ferry</h1>{TEXT}{rest}").content.html
    assert "10 years" in html
    assert "bridge" not in html.lower()
    assert "Brücke" not in html
    assert "rights" not in html


def test_tables_lists_quotes_and_code_of_a_web_page_are_kept() -> None:
    parts = (
        "<ol><li>First the rope is thrown to the pier.</li><li>Then the ramp is let down.</li></ol>"
        "<table><tr><th>Month</th><th>Crossings</th></tr><tr><td>January</td><td>62</td></tr></table>"
        "<blockquote><p>Nobody swims across any more, said the captain.</p></blockquote>"
        "<p>It runs <code>ferry --night</code> and <em>nothing</em> else, says the <b>engineer</b>.</p>"
    )
    html = page(f"<h1>Night ferry</h1>{TEXT}{parts}{TEXT.replace('ferry', 'boat')}").content.html
    for kept in (
        "<ol>",
        "<th>Crossings",
        "<td>62",
        "<blockquote>",
        "<code>ferry --night</code>",
        "<em>nothing</em>",
    ):
        assert kept in html


BY_HAND = """<h1>Minutes of the ferry club</h1>
<p>Three of us came.</p><h2>Money</h2><p>None.</p>
<ul><li>Rope</li><li>Paint <a href="paint.html">(blue)</a></li></ul>
<table><tr><th>Who</th><th>Brings</th></tr><tr><td>Ada</td><td>rope</td></tr></table>
<dl><dt>Ramp</dt><dd>What cars drive over</dd></dl>
<blockquote>Ahoy.</blockquote><pre>ferry --night
ferry --day</pre><img src="boat.png" alt="Our boat"><p>Read more</p>
<h3>Related news</h3><p>Next time at six.</p>"""


@pytest.mark.parametrize(
    "frame", ["{}", "<html><body>{}</body></html>", "<article>{}</article>", "<main><div>{}</div></main>"]
)
def test_a_page_that_a_person_wrote_keeps_all_that_is_in_it(frame: str) -> None:
    html = read(document(frame.format(BY_HAND), "text/html", "minutes.html"), hints()).content.html
    for kept in (
        "Three of us came", "<h2>Money", "None.", "<li>Rope", "paint.html", "<td>Ada", "<dd>What cars", "Ahoy.",
        "ferry --day", "boat.png", "Read more", "Related news", "Next time at six.",
    ):  # fmt: skip
        assert kept in html


def test_an_article_that_a_template_marks_clearly_is_not_thinned_out() -> None:
    notes = "".join(
        f"<section class='n'><h2 class='t'>Day {n}</h2><p class='x'>Fog.</p></section>" for n in range(1, 40)
    )
    body = f"<article class='log'><h1 class='h'>A log of the night ferry</h1>{notes}</article>"
    html = page(body, "<title>A log of the night ferry</title>").content.html
    assert all(f"Day {n}<" in html for n in range(1, 40))


@pytest.mark.parametrize(
    ("srcset", "found"),
    [
        ("", ""),
        ("a.jpg", "a.jpg"),
        ("a.jpg 1x, b.jpg 2x", "b.jpg"),
        ("a.jpg 300w,b.jpg 900w", "b.jpg"),
        ("a,b.jpg 300w, c.jpg 200w", "a,b.jpg"),
        ("a.jpg, b.jpg 0.5x", "a.jpg"),
        ("a.jpg 5000w, b.jpg 2500w", "b.jpg"),
    ],
)
def test_the_largest_picture_for_a_screen_is_taken(srcset: str, found: str) -> None:
    assert largest(srcset) == found
