"""What search engines and other sites read in the page of an article."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from lxml import html

from feeder.extractors._sanitise import sanitise
from feeder.formats.page import article_page
from feeder.model.address import link_of
from feeder.model.article import Content, Enclosure, Episode, Origin, Person
from tests.formats.hostile import contents
from tests.formats.samples import FEED, PLAIN, RICH, SITE, article

if TYPE_CHECKING:
    from feeder.model.feed import Feed

PAGED = replace(RICH, url=None)


def page(content: Content = PAGED, feed: Feed = FEED, **changes: Any) -> Any:
    return html.document_fromstring(article_page(replace(article(1, content), **changes), SITE, [feed]).decode())


def data(made: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(made.find(".//script[@type='application/ld+json']").text)
    return found


def text(node: Any) -> str:
    return " ".join(node.text_content().split())


def test_rule_94_a_page_has_all_that_search_engines_ask_of_a_news_article() -> None:
    link = link_of(article(1, PAGED), SITE)
    assert data(page(feed=replace(FEED, logo="https://gazette.example/logo.png"))) == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": RICH.title,
        "description": RICH.summary,
        "url": link,
        "mainEntityOfPage": {"@type": "WebPage", "@id": link},
        "datePublished": "2026-03-01T12:01:00Z",
        "dateModified": "2026-03-01T12:01:30Z",
        "inLanguage": "en-GB",
        "image": [RICH.image],
        "keywords": list(RICH.categories),
        "author": [
            {"@type": "Person", "name": "Ann Ødegård", "url": "https://gazette.example/ann"},
            {"@type": "Person", "name": "Bo & Co"},
        ],
        "publisher": {
            "@type": "Organization",
            "name": SITE.title,
            "url": SITE.url,
            "logo": {"@type": "ImageObject", "url": "https://gazette.example/logo.png"},
        },
        "contentLocation": {"@type": "Place", "name": "Harbourtown"},
        "associatedMedia": [
            {
                "@type": "AudioObject",
                "contentUrl": "https://gazette.example/fish.mp3",
                "encodingFormat": "audio/mpeg",
                "name": "Listen",
                "contentSize": "123456 B",
            },
            {
                "@type": "MediaObject",
                "contentUrl": "https://gazette.example/menu.pdf",
                "encodingFormat": "application/pdf",
            },
        ],
    }


def test_rule_94_the_page_is_canonical_and_its_address_does_not_hang_on_its_title() -> None:
    made, renamed = page(), page(replace(PAGED, title="Another title"))
    address = made.find(".//link[@rel='canonical']").get("href")
    assert address == link_of(article(1, PAGED), SITE)
    assert renamed.find(".//link[@rel='canonical']").get("href") == address


def test_an_article_without_authors_is_the_houses_and_anothers_is_named() -> None:
    made = data(page(replace(PLAIN, publisher="Wire Service")))
    assert made["author"] == [{"@type": "Organization", "name": SITE.title, "url": SITE.url}]
    assert made["publisher"] == {"@type": "Organization", "name": "Wire Service"}


def test_markup_in_a_title_does_not_end_the_data() -> None:
    title = "</script><script>alert(1)</script><!-- & \u2028"
    made = page(replace(PAGED, title=title))
    assert len(made.findall(".//script")) == 1
    assert data(made)["headline"] == " ".join(title.split())


@given(content=contents)
@settings(max_examples=30, deadline=None)
def test_the_data_of_hostile_articles_is_json_and_says_what_the_page_says(content: Content) -> None:
    made = page(replace(content, url=None, html="<p>Body</p>"))
    assert data(made)["headline"] == made.find(".//h1").text


def test_other_sites_are_told_what_to_show_of_it() -> None:
    made = page(revision=2)
    said = {it.get("property"): it.get("content") for it in made.findall(".//meta[@property]")}
    assert said == {
        "og:type": "article",
        "og:title": RICH.title,
        "og:url": link_of(article(1, PAGED), SITE),
        "og:site_name": SITE.title,
        "og:description": RICH.summary,
        "og:image": RICH.image,
        "article:published_time": "2026-03-01T12:01:00Z",
        "article:modified_time": "2026-03-01T12:01:30Z",
    }


# ---------------------------------------------------------------- what people see beside the text


def test_a_correction_is_seen_with_its_time() -> None:
    made = page(revision=3, updated=article(1).published + timedelta(days=1))
    assert text(made.find(".//strong")) == "(updated 2 March 2026, 12:01 UTC)"
    assert data(made)["dateModified"] == "2026-03-02T12:01:00Z"


def test_the_lead_image_stands_above_the_text_with_its_caption_unless_it_is_there_already() -> None:
    made = page()
    assert made.find(".//figure/img").get("src") == RICH.image
    assert text(made.find(".//figure/figcaption")) == RICH.caption
    there = replace(PAGED, html='<figure><img src="https://cdn.example/900/fish.jpg?w=900" alt="Fish"></figure>')
    assert [it.get("src") for it in page(there).findall(".//img")] == ["https://cdn.example/900/fish.jpg?w=900"]


def test_sound_and_films_can_be_played_and_every_file_be_fetched() -> None:
    film = Enclosure("https://gazette.example/film.mp4?x=1", "video/mp4", 98_765_432)
    made = page(replace(PAGED, enclosures=(*RICH.enclosures, film)))
    audio, video = made.find(".//audio"), made.find(".//video")
    assert (audio.get("src"), audio.get("aria-label"), audio.get("preload")) == (
        "https://gazette.example/fish.mp3",
        "Listen",
        "none",
    )
    assert video.get("src") == film.url
    assert [text(it) for it in made.findall(".//ul[@class='files']/li")] == [
        "Listen MPEG, 123.5 kB",
        "menu.pdf PDF",
        "film.mp4 MP4, 98.8 MB",
    ]


def test_an_episode_says_how_long_it_is_and_where_it_can_be_read() -> None:
    sound = Enclosure("https://gazette.example/one.mp3", "audio/mpeg", 1_000_000, "One", 3723)
    written = Episode(transcript="https://gazette.example/one.vtt")
    made = page(replace(PAGED, enclosures=(sound,), episode=written))
    assert text(made.find(".//ul[@class='files']/li")) == "One MPEG, 1.0 MB, 1:02:03"
    assert made.xpath("//section/p/a/@href") == [written.transcript]
    assert data(made)["associatedMedia"][0]["duration"] == "PT3723S"


def test_who_made_the_picture_who_has_the_rights_and_where_it_came_from_is_said() -> None:
    said = replace(PAGED, credit="Photo: Bo", rights="© The Gazette", origin=Origin("The Wire"))
    made = page(said)
    assert text(made.find(".//figcaption")) == "The mayor at the counter. Photo: Bo"
    assert text(made.find(".//article/p[@class='meta rights']")) == "© The Gazette"
    assert "From The Wire" in text(made.find(".//article/header"))
    assert data(made)["copyrightNotice"] == "© The Gazette"


def test_rule_90_links_of_users_are_no_hubs_and_no_topics() -> None:
    body = (
        '<link rel="hub" href="https://evil.example/"><p><a rel="self hub" href="https://evil.example/">x</a></p>'
    )
    made = page(replace(PAGED, html=sanitise(body, SITE.url)))
    assert not made.xpath("//*[contains(@rel, 'hub') or contains(@rel, 'self')]")
    assert made.find(".//div[@class='body']//a").get("href") == "https://evil.example/"


def test_pictures_and_tables_are_made_handy_and_attributes_that_look_like_tags_are_left_alone() -> None:
    sly = "x=<img> onerror=alert(1) <pre  onclick=alert(1) <table> y="
    body = (
        f"<p><a href='https://a.example/' title='{sly}'>a</a><img src='https://a.example/a.png' alt='{sly}'></p>"
    )
    made = page(replace(PAGED, image=None, html=sanitise(f"{body}<img src='/b.png'><pre>x</pre>", SITE.url)))
    first, second = made.findall(".//div[@class='body']//img")
    assert (first.get("alt"), first.get("loading")) == (sly, "lazy")
    assert (second.get("alt"), second.get("loading")) == ("", "lazy")
    assert made.find(".//div[@class='body']//a").get("title") == sly
    assert made.find(".//pre").get("tabindex") == "0"
    assert not made.xpath("//@onerror | //@onclick")


def test_twenty_authors_are_all_named() -> None:
    people = tuple(Person(f"Author {number}") for number in range(20))
    assert text(page(replace(PAGED, authors=people)).find(".//article/header")).count("Author ") == 20
