"""Simple pages: what they declare, what they show, and what is left of them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from feeder.errors import Unreadable
from feeder.extractors import read
from feeder.model.article import Person
from feeder.model.document import Reading  # noqa: TC001 - a function of the test returns it
from tests.extractors.paper import document, hints

TEXT = "<p>The library lends drills from this week, just as it lends novels, and asks for no deposit.</p>"
PAGE = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8">
<title>Library lends tools as well as books | The Square Courier</title>
<link rel="canonical" href="/2026/tools.html">
<meta property="og:site_name" content="The Square Courier">
<meta property="og:image" content="/img/drill.jpg">
<meta name="description" content="Drills stand beside the novels.">
<meta property="article:published_time" content="2026-01-14T09:00:00+01:00">
<meta name="author" content="Nellie Bly">
<meta property="article:tag" content="Tools"><meta property="article:section" content="Town">
</head><body><nav><a href="/">Home</a></nav><header>Masthead</header>
<article><header><h1>Library lends tools as well as books</h1><p>By Nellie Bly</p></header>
@TEXT@<p>See <a href="list.html" class="x" onclick="y()">the list</a>.</p>
<figure><img data-src="saw.jpg" alt="A saw"><figcaption>A saw</figcaption></figure>
<img src="data:image/gif;base64,R0">
<script>alert(1)</script><form><input></form><aside>Buy now</aside></article>
<footer>Imprint</footer></body></html>""".replace("@TEXT@", TEXT)


def page(text: str | bytes, key: str = "page.html") -> Reading:
    return read(document(text, "text/html", key), hints())


def test_a_page_is_what_it_declares_and_its_article() -> None:
    reading = page(PAGE)
    content = reading.content
    assert content.title == "Library lends tools as well as books"
    assert content.url == "https://post.example/2026/tools.html"
    assert content.publisher == "The Square Courier"
    assert content.image == "https://post.example/img/drill.jpg"
    assert content.summary == "Drills stand beside the novels."
    assert content.language == "en-GB"
    assert content.authors == (Person("Nellie Bly"),)
    assert content.categories == ("Town", "Tools")
    assert reading.published == datetime(2026, 1, 14, 8, tzinfo=UTC)
    assert dict(reading.origins)["title"] == "h1"
    assert dict(reading.origins)["url"] == "canonical"


def test_only_the_article_is_left_and_its_addresses_are_absolute() -> None:
    html = page(PAGE).content.html
    assert 'href="https://post.example/2026/list.html"' in html
    assert 'src="https://post.example/2026/saw.jpg"' in html
    assert "<figcaption>A saw</figcaption>" in html
    assert html.count("<img") == 1
    for gone in ("Home", "Masthead", "Imprint", "Buy now", "alert", "class=", "onclick", "<h1", "input"):
        assert gone not in html


def test_linked_data_is_read_where_the_head_says_nothing() -> None:
    data = (
        '{"@graph":[{"@type":"WebSite","name":"x"},{"@type":["NewsArticle"],"headline":"A title from data",'
        '"datePublished":"2026-01-14","author":[{"name":"Nellie Bly"},{"name":"Ida B. Wells"}],'
        '"publisher":{"name":"Courier"}}]}'
    )
    reading = page(f'<script type="application/ld+json">{data}</script><main>{TEXT}</main>')
    assert reading.content.title == "A title from data"
    assert reading.published == date(2026, 1, 14)
    assert [person.name for person in reading.content.authors] == ["Nellie Bly", "Ida B. Wells"]
    assert reading.content.publisher == "Courier"


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>Short title | Site</title>", "Short title"),
        ("<title>A long title of a page - Site</title><h1>A long title of a page</h1>", "A long title of a page"),
        (
            "<meta property=og:title content='Shared title'><meta property=og:site_name content=S><h1>S</h1>",
            "Shared title",
        ),
        ("<h1>Hi</h1>", "Hi"),
        ("", "Night train"),
    ],
)
def test_the_title_is_found_wherever_it_stands(head: str, title: str) -> None:
    assert page(f"{head}{TEXT}", key="night-train.html").content.title == title


def test_a_time_and_a_byline_that_readers_see_are_found() -> None:
    reading = page(
        f"<h1>A title</h1><p class=byline>By Nellie Bly</p><time datetime=2026-01-14>Wednesday</time>{TEXT}"
    )
    assert reading.published == date(2026, 1, 14)
    assert reading.content.authors == (Person("Nellie Bly"),)


def test_a_bad_date_is_a_warning() -> None:
    reading = page(f"<meta property=article:published_time content=2026-02-31><h1>A title</h1>{TEXT}")
    assert reading.published is None
    assert "2026-02-31" in reading.warnings[0]


def test_a_page_in_an_old_character_set_is_read_as_it_declares() -> None:
    body = f"<meta charset=windows-1252><h1>Caf\u00e9 \u2013 \u201copen\u201d</h1>{TEXT}".encode("cp1252")
    assert page(body).content.title == "Café – “open”"


def test_html_in_a_text_file_is_read_as_html() -> None:
    reading = read(document(PAGE, "text/plain"), hints())
    assert reading.content.title == "Library lends tools as well as books"


def test_pages_without_an_article_are_refused() -> None:
    with pytest.raises(Unreadable, match="no text"):
        page("<html><body><nav>Home</nav></body></html>")
    with pytest.raises(Unreadable, match="robots"):
        page("<title>Just a moment...</title><body>Enable JavaScript and cookies to continue</body>")
