"""An item of a JSON Feed -> Reading; and whatever it holds instead, one plain reason."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeder.errors import NotYet, Unreadable
from feeder.extractors import read
from feeder.model.article import Article, Bar, Content, Enclosure, Person, State
from feeder.model.document import ITEM, Reading
from feeder.model.item import item as exported
from tests.extractors.paper import ARRIVED, document, hints

URL = "https://wire.example/2026/fog-lifts"
TEXT = "<p>The fog lifted on Wednesday, and the ferries sailed again.</p>"
WHOLE = "".join(
    f"<p>Paragraph {number} of the whole article tells more of the harbour and its fog.</p>" for number in range(9)
)


def reading(**fields: Any) -> Reading:
    return read(document(json.dumps(fields), ITEM, "key"), hints())


def refusal(body: bytes | str) -> str:
    with pytest.raises(Unreadable) as caught:
        read(document(body, ITEM, "key"), hints())
    return caught.value.reason


# ---------------------------------------------------------------- a whole one


def test_every_field_of_the_standard_is_read() -> None:
    found = reading(
        id="fog-1",
        url=URL,
        title="Fog lifts",
        summary="Ferries sail again.",
        content_html=TEXT,
        image="/fog.jpg",
        date_published="2026-01-14T09:00:00.25+01:00",
        date_modified="2026-01-14T12:00:00Z",
        authors=[
            {"name": "Ida Wells", "url": "https://wire.example/ida"},
            {"name": "N. Bly", "url": "mailto:n@p.example"},
        ],
        tags=["Harbour", "harbour", " Weather "],
        language="en_GB",
        attachments=[{"url": "fog.mp3", "mime_type": "audio/mpeg", "title": "Foghorn", "size_in_bytes": 1234}],
        _feeder={"place": "Oban", "publisher": "Wire", "tagline": "At last", "caption": "A ferry", "slug": "fog"},
    )
    assert found.content == Content(
        title="Fog lifts",
        html=TEXT,
        summary="Ferries sail again.",
        language="en-GB",
        url=URL,
        authors=(Person("Ida Wells", None, "https://wire.example/ida"), Person("N. Bly", "n@p.example")),
        categories=("Harbour", "Weather"),
        place="Oban",
        publisher="Wire",
        tagline="At last",
        caption="A ferry",
        image="https://wire.example/fog.jpg",
        enclosures=(Enclosure("https://wire.example/2026/fog.mp3", "audio/mpeg", 1234, "Foghorn"),),
    )
    assert found.published == datetime(2026, 1, 14, 8, 0, 0, 250_000, tzinfo=UTC)
    assert (found.native, found.slug, found.warnings) == ("fog-1", "fog", ())
    assert {origin for _, origin in found.origins} == {"item"}


def test_our_own_feed_read_back_is_the_same_article() -> None:
    content = Content(
        title="Fog <lifts> & goes",
        html=f'{TEXT}\n<figure><img src="https://wire.example/a.png?b=1&amp;c=2" alt="&quot;Fog&quot;"></figure>',
        summary="Ferries sail again.",
        language="pt-BR",
        url=URL,
        authors=(
            Person("Ida Wells", None, "https://wire.example/ida"),
            Person("N. Bly", "n@p.example"),
            Person("Staff"),
        ),
        categories=("Harbour", "Weather"),
        place="Oban",
        publisher="The Wire",
        image="https://wire.example/fog.jpg",
        enclosures=(Enclosure("https://wire.example/fog.mp3", "audio/mpeg", 1234, "Foghorn"),),
    )
    at = datetime(2026, 1, 14, 8, 0, 0, 250_000, tzinfo=UTC)
    article = Article("urn:uuid:1", "fog", "wire", 3, State.LIVE, at, ARRIVED, ARRIVED, at, Bar.NONE, content)
    again = reading(**exported(article, URL))
    assert again.content == content
    assert (again.published, again.native, again.warnings) == (at, "urn:uuid:1", ())
    twice = reading(**exported(replace(article, content=again.content), URL))
    assert twice.content == content


# ---------------------------------------------------------------- the text


def test_html_is_made_safe_and_its_addresses_absolute() -> None:
    links = "<a href='../b'>lifts</a> <a href='javascript:x'>now</a>"
    markup = f"<p onclick=x>Fog {links}.<script>x</script><img src=/a.png></p>"
    html = reading(url=URL, title="Fog", content_html=markup).content.html
    assert 'href="https://wire.example/b"' in html
    assert 'src="https://wire.example/a.png"' in html
    assert "javascript" not in html
    assert "script" not in html
    assert "onclick" not in html


def test_without_an_address_of_its_own_relative_ones_hang_on_the_feeds() -> None:
    markup = "<p>Fog <a href='b'>lifts</a>.</p>"
    feed = {"url": "https://wire.example/news/"}
    assert "https://wire.example/news/b" in reading(title="F", content_html=markup, _feed=feed).content.html
    other = reading(title="F", content_html=markup, _feed=feed, external_url="https://other.example/x/")
    assert "https://wire.example/news/b" in other.content.html
    assert "https://post.example/b" in reading(title="F", content_html=markup).content.html


def test_text_becomes_paragraphs_and_breaks_and_is_no_markup() -> None:
    text = "Fog <lifts> & goes.\nSee https://a.example/?b&c\r\n\r\n \n Ferries sail."
    found = reading(title="Fog", content_text=text).content
    assert found.html == (
        "<p>Fog &lt;lifts&gt; &amp; goes.<br>See https://a.example/?b&amp;c</p>\n<p>Ferries sail.</p>"
    )
    assert found.summary == "Fog <lifts> & goes. See https://a.example/?b&c"


def test_of_html_and_text_the_html_counts_unless_it_shows_nothing() -> None:
    assert reading(title="F", content_html=TEXT, content_text="Other.").content.html == TEXT
    empty = "<script>x</script><p> </p><iframe src='https://video.example/1'></iframe>"
    assert reading(title="F", content_html=empty, content_text="Other.").content.html == "<p>Other.</p>"


def test_a_summary_alone_is_the_text_too() -> None:
    found = reading(title="F", summary="Ferries sail again.").content
    assert (found.html, found.summary) == ("<p>Ferries sail again.</p>", "Ferries sail again.")


def test_what_wordpress_puts_below_every_article_goes() -> None:
    credit = "<p>The post <a href='/a'>Fog</a> appeared first on <a href='/'>The Wire</a>.</p>"
    assert reading(title="Fog", url=URL, content_html=TEXT + credit).content.html == TEXT


def test_a_picture_or_a_file_alone_is_an_article() -> None:
    picture = reading(image="https://a.example/night-ferry.jpg")
    assert picture.content.html == '<figure><img src="https://a.example/night-ferry.jpg"></figure>'
    assert picture.content.title == "Night ferry"
    sound = reading(title="Foghorn", attachments=[{"url": "https://a.example/1.mp3"}])
    assert sound.content.html == '<p><a href="https://a.example/1.mp3">Foghorn</a></p>'
    assert sound.content.enclosures[0].media_type == "audio/mpeg"


def test_a_title_with_an_address_is_an_article_and_says_so() -> None:
    found = reading(title="Fog & ferries", url=URL)
    assert found.content.html == f'<p><a href="{URL}">Fog &amp; ferries</a></p>'
    assert found.warnings == ("it has no text; its title serves as one",)


@pytest.mark.parametrize("fields", [{}, {"title": "Fog"}, {"content_html": "<p></p>"}, {"id": "1", "url": URL}])
def test_what_has_nothing_to_read_is_no_article(fields: dict[str, str]) -> None:
    assert refusal(json.dumps(fields)) == "it has no text; an article needs at least one sentence"


# ---------------------------------------------------------------- the page


def page(markup: str, **fields: Any) -> Reading:
    html = (
        f"<html><head><meta name=author content='Una Ward'></head><body><article>{markup}</article></body></html>"
    )
    return reading(url=URL, **fields, _page={"url": URL, "html": html})


def test_the_page_has_the_whole_text_and_what_the_item_leaves_open() -> None:
    found = page(f"<h1>Fog lifts at last</h1>{WHOLE}", title="Fog lifts", content_html=TEXT)
    assert "Paragraph 8" in found.content.html
    assert found.content.title == "Fog lifts"
    assert found.content.authors == (Person("Una Ward"),)
    assert dict(found.origins)["html"] == "page"
    assert dict(found.origins)["authors"].startswith("page")


def test_a_page_with_less_text_than_the_item_is_not_used() -> None:
    found = page("<p>Log in to read on, dear reader of these pages.</p>", title="Fog", content_html=WHOLE)
    assert found.content.html == WHOLE
    assert found.content.authors == ()
    assert found.warnings == ("its page is not used: it has less text than the feed",)


def test_a_page_that_keeps_robots_out_is_not_used() -> None:
    wall = "<h1>Just a moment...</h1><p>Enable JavaScript and cookies to continue</p>"
    found = page(wall, title="Fog", content_html=TEXT)
    assert found.content.html == TEXT
    assert found.warnings[0].startswith("its page is not used: it is a page that keeps robots out")


# ---------------------------------------------------------------- title, address, names


def test_without_a_title_the_first_sentence_is_one_and_says_so() -> None:
    found = reading(content_html="<p>Fog lifts.<br>Ferries sail. More follows.</p>")
    assert found.content.title == "Fog lifts."
    assert found.warnings == ("it has no title; its first sentence serves as one",)
    assert dict(found.origins)["title"] == "first sentence"


def test_a_page_elsewhere_is_the_address_only_where_there_is_no_other() -> None:
    other = "https://other.example/a?b&c"
    both = reading(title="F", url=URL, external_url=other, content_html=TEXT).content
    assert both.url == URL
    assert both.html.endswith('\n<p><a href="https://other.example/a?b&amp;c">other.example/a</a></p>')
    assert reading(title="F", external_url=other, content_html=TEXT).content.url == other
    linked = reading(title="F", url=URL, external_url=other, content_html=f"<p><a href='{other}'>There</a></p>")
    assert linked.content.html.count("other.example") == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        *(
            (7, "7"),
            (12345678901234567890123, "12345678901234567890123"),
            (" a\n b ", "a b"),
            ("x" * 2000, "x" * 2000),
        ),
        *(("", None), (" ", None), ("x" * 2001, None), ("霧" * 700, None), ([], None), (True, None), ({}, None)),
    ],
)
def test_an_id_is_a_text_or_a_number_and_a_name_that_every_store_can_hold(
    given: Any, expected: str | None
) -> None:
    assert reading(id=given, title="F", content_html=TEXT).native == expected


def test_people_are_named_in_many_ways() -> None:
    feed = {"authors": [{"name": "The Desk"}]}
    assert reading(title="F", content_html=TEXT, author={"name": "Ida"}).content.authors == (Person("Ida"),)
    many = [
        {"url": "mailto:ida.wells@p.example?subject=x"},
        {"url": "https://ida.example/"},
        {"name": "By Una and Ada"},
    ]
    found = reading(title="F", content_html=TEXT, authors=many, _feed=feed).content.authors
    assert found == (Person("ida.wells", "ida.wells@p.example"), Person("Una"), Person("Ada"))
    with_mail = [{"name": "Ida <ida@p.example>"}, {"name": "Una", "email": "una@p.example"}]
    found = reading(title="F", content_html=TEXT, authors=with_mail).content.authors
    assert found == (Person("Ida", "ida@p.example"), Person("Una", "una@p.example"))


def test_what_the_item_leaves_open_its_feed_says() -> None:
    feed = {"title": "The Wire", "language": "fr-CA", "authors": [{"name": "The Desk"}]}
    found = reading(title="F", content_html=TEXT, _feed=feed)
    assert (found.content.publisher, found.content.authors) == ("The Wire", (Person("The Desk"),))
    assert dict(found.origins)["publisher"] == dict(found.origins)["authors"] == "feed"
    short = reading(title="F", content_html="<p>Brouillard.</p>", _feed=feed)
    assert (short.content.language, dict(short.origins)["language"]) == ("fr-CA", "feed")


def test_a_text_in_another_language_than_its_feed_claims_is_in_its_own() -> None:
    german = (
        "<p>Der Nebel hat sich gelichtet, und die Fähren fahren wieder zu den Inseln, die auf das Öl warten.</p>"
    )
    found = reading(title="F", content_html=german, _feed={"language": "en-US"})
    assert (found.content.language, dict(found.origins)["language"]) == ("de", "detected")


# ---------------------------------------------------------------- dates, and those to come


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-01-14T09:00:00Z", datetime(2026, 1, 14, 9, tzinfo=UTC)),
        ("2026-01-14t09:00:00.5z", datetime(2026, 1, 14, 9, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-01-14 09:00:00-05:30", datetime(2026, 1, 14, 14, 30, tzinfo=UTC)),
        ("2026-06-30T23:59:60Z", datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)),
        ("2026-01-14T09:00:00", datetime(2026, 1, 14, 8, tzinfo=UTC)),  # the site's zone
        ("2026-01-14", date(2026, 1, 14)),
        ("Wed, 14 Jan 2026 09:00:00 GMT", datetime(2026, 1, 14, 9, tzinfo=UTC)),
        ("14 janvier 2026", date(2026, 1, 14)),
    ],
)
def test_dates_are_read_however_they_are_written(written: str, expected: date) -> None:
    body = json.dumps({"title": "F", "content_html": TEXT, "date_published": written})
    found = read(document(body, ITEM), replace(hints(), zone=ZoneInfo("Europe/Brussels")))
    assert found.published == expected


def test_a_bad_date_is_a_warning_and_the_date_of_change_stands_in() -> None:
    found = reading(title="F", content_html=TEXT, date_published="soon", date_modified="2026-01-14T09:00:00Z")
    assert found.published == datetime(2026, 1, 14, 9, tzinfo=UTC)
    assert found.warnings == ("its date_published cannot be read: 'soon'",)
    assert dict(found.origins)["published"] == "date_modified"


def test_a_draft_waits_for_ever_and_a_date_to_come_for_itself_if_asked_to() -> None:
    later = {"title": "F", "content_html": TEXT, "date_published": "2026-01-16T09:00:00Z"}
    with pytest.raises(NotYet, match="draft") as draft:
        reading(**later, _feeder={"draft": True, "wait": True})
    assert draft.value.until is None
    with pytest.raises(NotYet, match="to come") as waits:
        reading(**later, _feeder={"wait": True})
    assert waits.value.until == datetime(2026, 1, 16, 9, tzinfo=UTC)
    assert reading(**later).warnings == ("its date is to come",)
    with pytest.raises(Unreadable):  # what will be no article then is refused now
        reading(title="F", date_published="2026-01-16T09:00:00Z", _feeder={"wait": True})


# ---------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(
    "field",
    [
        *(
            "url",
            "external_url",
            "summary",
            "image",
            "banner_image",
            "date_published",
            "authors",
            "author",
            "tags",
        ),
        *("language", "attachments", "_feeder", "_feed", "_page"),
    ],
)
@pytest.mark.parametrize("value", [3, {"a": [1]}, [[1], {"b": 2}, None], True])
def test_one_wrong_field_is_left_out_with_a_warning(field: str, value: Any) -> None:
    found = reading(**{"title": "Fog", "content_html": TEXT, field: value})
    assert (found.content.title, found.content.html) == ("Fog", TEXT)
    objects = {"author", "_feeder", "_feed", "_page"}
    assert found.warnings or (field in objects and isinstance(value, dict))


@pytest.mark.parametrize("size", [-1, 1.5, "12", True, None, 10**30, [], 1e300])
def test_a_bad_size_is_ignored(size: Any) -> None:
    found = reading(
        title="F", content_html=TEXT, attachments=[{"url": "https://a.example/b", "size_in_bytes": size}]
    )
    assert found.content.enclosures == (Enclosure("https://a.example/b", "application/octet-stream"),)
    assert found.warnings == ()


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:image/png;base64,AA", "ftp://a.example/b", "http://[x"]
)
def test_only_addresses_of_the_web_are_kept(address: str) -> None:
    files = [{"url": address}]
    fields = {
        "url": address,
        "external_url": address,
        "image": address,
        "banner_image": address,
        "attachments": files,
    }
    found = reading(title="F", content_html=f"<p>Fog.<img src='{address}'></p>", **fields).content
    assert (found.url, found.image, found.enclosures, found.html) == (None, None, (), "<p>Fog.</p>")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "it is not JSON"),
        (b"[]", "no object"),
        (b'"text"', "no object"),
        (b"NaN", "no object"),
        (b'{"a": ', "it is not JSON"),
        (b'{"title": "\xff"}', "not in UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 200_000, "nested too deeply"),
    ],
)
def test_what_is_no_item_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    assert reason in refusal(body)


def test_numbers_and_characters_that_break_others_break_nothing() -> None:
    body = (
        '{"id": '
        + "9" * 100_000
        + ', "title": "Fog\\ud800 \\u0000lifts", "content_text": "Ferries\\udfff\\u0000 sail.",'
        ' "attachments": [{"url": "https://a.example/b", "size_in_bytes": 1e999}], "tags": [Infinity]}'
    )
    found = read(document(body, ITEM), hints())
    assert (found.content.title, found.content.html, found.native) == ("Fog lifts", "<p>Ferries sail.</p>", None)


def test_long_lists_are_cut_and_say_so() -> None:
    found = reading(title="F", content_html=TEXT, tags=[str(number) for number in range(5000)])
    assert len(found.content.categories) == 100
    assert found.warnings == ("of its 5,000 tags 100 are kept",)


def test_a_text_beyond_all_bounds_is_refused() -> None:
    assert "characters" in refusal(json.dumps({"title": "F", "content_html": "x" * 3_000_001}))


KEYS = st.sampled_from([
    "id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image",
    "tags", "date_published", "date_modified", "authors", "author", "language", "attachments", "_feeder", "_feed",
    "_page", "name", "email", "html", "draft", "wait", "slug", "place", "size_in_bytes",
])  # fmt: skip
WORDS = st.sampled_from([
    URL, "mailto:a@b.example", "javascript:x", "2026-01-14T09:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31",
    "<p>Fog</p>", "<img src=x>", "<base href=//x>", "Ferries sail again today.", "en", "\ud800", "\0", "//[", "",
])  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORDS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=20
)


@given(fields=st.dictionaries(KEYS, VALUES, max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_object_is_an_article_or_is_refused_and_twice_the_same(fields: dict[str, Any]) -> None:
    body = json.dumps(fields)

    def outcome() -> Reading | str:
        try:
            return read(document(body, ITEM), hints(zone="Pacific/Auckland"))
        except (Unreadable, NotYet) as error:
            return str(error)

    found = outcome()
    assert found == outcome()
    assert not isinstance(found, str) or "breaks its reader" not in found
