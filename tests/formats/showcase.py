"""Pages that are hard to show: long words, many names, both directions of writing, nothing at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from feeder.formats.page import article_page, feed_page, index_page, story
from feeder.model.article import Content, Enclosure, Person
from tests.formats.samples import FEED, PLAIN, RICH, SITE, article

_LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
ARABIC = Content(
    title="انقطاع التيار الكهربائي في المدينة القديمة",
    html="<p>قالت البلدية إن التيار سيعود مساء اليوم.</p><ul><li>أولا</li></ul>",
    summary="وقالت البلدية إن العمل مستمر",
    language="ar",
    place="القاهرة",
    authors=(Person("ليلى حسن"),),
    categories=("طقس",),
)
HEBREW = Content(title="ABC: החדשות של הבוקר", html="<p>הכנסת דנה הבוקר.</p>", language="he")
LONG = Content(title=_LONG, html=f"<p>{_LONG}</p>", summary=_LONG, language="de", place=_LONG, publisher=_LONG)
_BODY = """<h2>The night shift</h2><p>At eleven. <a href="https://a.example/">The keys</a> hang there.</p>
<blockquote><p>Nobody else would do it.</p></blockquote><ol><li>Doors at eleven</li></ol>
<figure><img src="{picture}?w=300"><figcaption>Within</figcaption></figure>
<table><tr><th>Year</th><th>Visitors</th><th>A long heading</th><th>More</th><th>And more of it</th></tr>
<tr><td>2024</td><td>12,000</td><td>x</td><td>y</td><td>zzzzzzzzzzzzzzzzzzzzzzzzzz</td></tr></table>
<pre>def a_line(with_many_arguments, and_more_of_them, until_it_is_too_wide_for_a_telephone): ...</pre>"""


def showcase(picture: str) -> dict[str, bytes]:
    """By the name of the file. `picture` is the address of one."""
    stem = "https://feeds.gazette.example/by-category/infrastructure-and-transport"
    feed = replace(FEED, addresses=tuple((form, f"{stem}.{form}") for form in ("atom", "json", "rss")))
    rich = replace(
        RICH,
        url=None,
        html=_BODY.format(picture=picture),
        authors=tuple(Person(f"Author {n} van der Long-Surname", None, RICH.url) for n in range(20)),
        categories=tuple(f"Category {number}" for number in range(12)),
        image=picture.replace(".png", "-lead.png"),
        enclosures=(*RICH.enclosures, Enclosure("https://gazette.example/v.mp4", "video/mp4", 98765432)),
    )
    stories = [article(9, rich), article(8, ARABIC), article(7, HEBREW), article(6, LONG), article(5)]
    listed = [story(it, SITE) for it in stories]
    edited = {"revision": 2, "updated": article(9).published + timedelta(hours=5)}
    return {
        "feed.html": feed_page(feed, listed * 10, more=True),
        "empty.html": feed_page(replace(FEED, description="", addresses=FEED.addresses[:1]), []),
        "articles/rich.html": article_page(replace(stories[0], **edited), SITE, [FEED]),  # type: ignore[arg-type]
        "articles/plain.html": article_page(article(1, PLAIN), SITE, []),
        "articles/arabic.html": article_page(stories[1], SITE, [FEED]),
        "articles/long.html": article_page(stories[3], SITE, [replace(FEED, title=_LONG)]),
        "index.html": index_page(SITE, [FEED, replace(feed, name="b", title=_LONG, description=_LONG)], listed),
        "none/index.html": index_page(SITE, []),
    }
