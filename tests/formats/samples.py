"""Articles and feeds for the tests of formats."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from feeder.model.article import Article, Bar, Content, Enclosure, Person, State
from feeder.model.feed import Feed, Site

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

SITE = Site(
    title="The Harbour Gazette",
    url="https://gazette.example/",
    language="en",
    author=Person("Newsroom", "desk@gazette.example", "https://gazette.example/about"),
    pages="https://feeds.gazette.example/articles/",
)
FEED = Feed(
    name="all",
    id="urn:uuid:5e6f1a52-0d0c-4b0e-9f5a-2f4b8f0f7a01",
    title="All the news",
    site=SITE,
    addresses=tuple((form, f"https://feeds.gazette.example/all.{form}") for form in ("atom", "json", "rss")),
    updated=NOON + timedelta(hours=2),
    hubs=("https://hub.example/", "https://feeds.gazette.example/hub"),
    description="Everything that happens along the quay.",
)
PLAIN = Content(title="The ferry is back", html="<p>After nine weeks in dock the ferry sails again.</p>")
RICH = Content(
    title="Fish & chips: 3 < 4, says the “mayor”",
    html='<p>One <b>two</b> &amp; three ]]&gt; four.</p>\n<p><a href="https://gazette.example/x?a=1&amp;b=2">More</a></p>',
    summary="Why cod & haddock <both> matter ]]> today",
    language="en-GB",
    url="https://gazette.example/2026/fish?a=1&b=2",
    authors=(Person("Ann Ødegård", "ann@gazette.example", "https://gazette.example/ann"), Person("Bo & Co")),
    categories=("Food", "R&D <new>", "Økonomi"),
    place="Harbourtown",
    publisher="The Harbour Gazette",
    tagline="News with salt",
    caption="The mayor at the counter",
    image="https://gazette.example/img/fish.jpg",
    enclosures=(
        Enclosure("https://gazette.example/fish.mp3", "audio/mpeg", 123456, "Listen"),
        Enclosure("https://gazette.example/menu.pdf", "application/pdf"),
    ),
)


def article(number: int, content: Content = PLAIN) -> Article:
    """The `number`-th article: higher is newer."""
    published = NOON + timedelta(minutes=number)
    return Article(
        id=f"urn:uuid:00000000-0000-4000-8000-{number:012d}",
        slug=f"article-{number}",
        source="newsroom",
        revision=1,
        state=State.LIVE,
        published=published,
        updated=published + timedelta(seconds=30),
        taken_in=published,
        position=published,
        bar=Bar.NONE,
        content=content,
    )


def many(count: int) -> list[Article]:
    """`count` articles of about 3 KB each, newest first."""
    body = "".join(
        f"<p>Paragraph {n} &amp; what came of it: {'the tide turned again. ' * 12}</p>" for n in range(10)
    )
    content = replace(RICH, html=body)
    return [article(n, replace(content, title=f"Number {n}")) for n in range(count, 0, -1)]
