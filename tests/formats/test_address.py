from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from feeder.model.address import link_of, needs_page, uri
from feeder.model.article import Content, Enclosure, Person
from feeder.model.cleaned import cleaned, language_tag, people
from tests.formats.hostile import contents, hostile
from tests.formats.samples import PLAIN, SITE, article


@pytest.mark.parametrize(
    ("given_address", "wanted"),
    [
        ("https://a.example/x?y=1&z=%20#f", "https://a.example/x?y=1&z=%20#f"),
        (" HTTP://A.Example:8080 ", "http://a.example:8080/"),
        ("https://a.example/é b/ü?q=ö|[1]", "https://a.example/%C3%A9%20b/%C3%BC?q=%C3%B6%7C%5B1%5D"),
        ("https://a.example/100%", "https://a.example/100%25"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("http://[::1]:8000/x", "http://[::1]:8000/x"),
        ("https://a.example/\x07x\ud800", "https://a.example/x"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//a.example/x", None),
        ("/x", None),
        ("http://", None),
        ("http://a b/", None),
        ("http://a.example:99999/", None),
        ("http://[oops/", None),
        ("http://name:word@a.example/", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_is_an_ascii_http_address_or_none(given_address: str | None, wanted: str | None) -> None:
    assert uri(given_address) == wanted


@given(text=hostile | hostile.map("https://a.example/".__add__) | hostile.map("http://".__add__))
def test_any_text_makes_an_ascii_address_or_none(text: str) -> None:
    found = uri(text)
    assert found is None or (found.isascii() and found.isprintable() and " " not in found)
    assert uri(found) == found


def test_an_article_links_to_its_own_address_or_to_its_page() -> None:
    assert link_of(article(1, replace(PLAIN, url="https://a.example/é")), SITE) == "https://a.example/%C3%A9"
    assert link_of(article(1), SITE) == "https://feeds.gazette.example/articles/article-1.html"
    assert link_of(replace(article(1), slug="東京/x"), SITE).endswith("/articles/%E6%9D%B1%E4%BA%AC%2Fx.html")


def test_an_article_needs_a_page_when_its_address_is_of_no_use() -> None:
    assert needs_page(article(1))
    assert needs_page(article(1, replace(PLAIN, url="ftp://a.example/")))
    assert not needs_page(article(1, replace(PLAIN, url="https://a.example/")))


@pytest.mark.parametrize("tag", ["en", "en-GB", "zh-Hant", "sr-Latn-RS", "es-419", "x-klingon", "i-navajo"])
def test_a_language_tag_is_kept(tag: str) -> None:
    assert language_tag(tag) == tag


@pytest.mark.parametrize("tag", ["", "english", "en_GB", "x", "e", "en-", "en GB", "日本"])
def test_what_is_no_language_tag_is_dropped(tag: str) -> None:
    assert language_tag(tag) is None


def test_people_need_a_name_and_a_real_address() -> None:
    assert people([Person(" "), Person("Ann", "ann at sea", "mailto:x"), Person("Bo", "bo@a.example")]) == (
        Person("Ann"),
        Person("Bo", "bo@a.example"),
    )


def test_enclosures_are_said_once_with_a_media_type_and_a_possible_length() -> None:
    files = (
        Enclosure("https://a.example/x", "Audio/MPEG; codecs=x", -1),
        Enclosure("https://a.example/x", "audio/mpeg", 5),
        Enclosure("https://a.example/y", "nonsense", 5),
        Enclosure("file:///etc/passwd", "text/plain", 5),
    )
    assert cleaned(article(1, replace(PLAIN, enclosures=files))).content.enclosures == (
        Enclosure("https://a.example/x", "audio/mpeg"),
        Enclosure("https://a.example/y", "application/octet-stream", 5),
    )


@given(content=contents)
def test_cleaning_twice_changes_nothing_more(content: Content) -> None:
    once = cleaned(article(1, content))
    assert cleaned(once) == once
    assert once.content.title
