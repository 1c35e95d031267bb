"""Rules 9 to 30: Atom, RFC 4287."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from lxml import etree

from feeder.formats import FORMATS
from feeder.model.article import Content, Enclosure, Origin, Person
from tests.feeds_rules.corpus import ALL, ARTICLES, CONTENTS, FEEDS, MEDIATOPIC
from tests.feeds_rules.documents import LANG, MEDIA, A, atom, body, each_feed, entry, grammar
from tests.feeds_rules.hostile_page import HOSTILE_PAGE, Balance, taken_in
from tests.feeds_rules.judge_atom import objections
from tests.formats.hostile import contents
from tests.formats.reading import xml
from tests.formats.samples import FEED, PLAIN, RICH, SITE, article

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def of(node: Any, name: str) -> list[Any]:
    return list(node.iterfind(A + name))


@each_feed
def test_rule_09_a_feed_has_one_id_title_and_updated_and_nothing_twice(name: str) -> None:
    root = atom(name)
    assert all(len(of(root, it)) == 1 for it in ("id", "title", "updated", "generator", "author"))
    assert all(len(of(root, it)) <= 1 for it in ("icon", "logo", "rights", "subtitle"))
    assert (atom().findtext(f"{A}rights"), atom().findtext(f"{A}icon")) == (
        FEEDS["full"].rights,
        FEEDS["full"].icon,
    )
    assert atom().findtext(f"{A}logo") == FEEDS["full"].logo


def test_rule_10_the_feed_has_an_author_whatever_the_entries_say() -> None:
    nobody = replace(FEED, site=replace(SITE, author=Person("", None, None)))
    root = xml(FORMATS["atom"].build(nobody, [article(1)]).body)
    assert root.findtext(f"{A}author/{A}name") == SITE.title


@each_feed
def test_rule_11_self_is_the_address_of_the_document_with_its_type(name: str) -> None:
    own = [dict(it.attrib) for it in of(atom(name), "link") if it.get("rel") == "self"]
    assert own == [{"rel": "self", "href": FEED.address("atom"), "type": "application/atom+xml"}]


def test_rule_12_there_is_one_alternate_of_a_type_and_language() -> None:
    for node in (atom(), *of(atom(), "entry")):
        pairs = [(it.get("type"), it.get("hreflang")) for it in of(node, "link") if it.get("rel") == "alternate"]
        assert len(pairs) == len(set(pairs)) == 1


def test_rule_13_the_feed_is_as_new_as_it_says_whenever_it_is_built() -> None:
    feed = replace(FEED, updated=max(it.updated for it in ALL))
    root = xml(FORMATS["atom"].build(feed, ALL).body)
    changes = [datetime.fromisoformat(it.findtext(f"{A}updated")) for it in of(root, "entry")]
    assert datetime.fromisoformat(root.findtext(f"{A}updated")) == max(changes)


@each_feed
def test_rule_14_an_entry_has_one_of_each(name: str) -> None:
    for it in of(atom(name), "entry"):
        assert all(len(of(it, one)) == 1 for one in ("id", "title", "updated", "published"))
        assert all(len(of(it, one)) <= 1 for one in ("content", "rights", "source", "summary"))


def test_rule_15_ids_are_absolute_ascii_normal_unique_and_stay_with_an_edit() -> None:
    ids = [it.findtext(f"{A}id") for it in of(atom(), "entry")]
    assert len(set(ids)) == len(ids) == len(ALL)
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", it) for it in ids)
    edited = replace(article(1, RICH), slug="moved", source="other", revision=9)
    assert ids_in(FORMATS["atom"].build(FEED, [edited]).body) == ids_in(
        FORMATS["atom"].build(FEED, [article(1)]).body
    )


def ids_in(made: bytes) -> list[str]:
    return [it.findtext(f"{A}id") for it in of(xml(made), "entry")]


@pytest.mark.parametrize("name", sorted({"first press", "Nepal", "Amsterdam before 1937", "far east", "fraction"}))
def test_rule_16_dates_are_rfc_3339_and_the_same_moment_whatever_their_zone(name: str) -> None:
    it = ARTICLES[name]
    (made,) = of(xml(FORMATS["atom"].build(FEED, [it]).body), "entry")
    for tag, moment in (("published", it.published), ("updated", it.updated)):
        written = made.findtext(A + tag)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?\+00:00", written)
        assert datetime.fromisoformat(written) == moment


def test_rule_17_updated_moves_with_an_edit_and_published_never() -> None:
    before = article(1)
    after = replace(before, revision=2, updated=before.updated + timedelta(hours=3), content=RICH)
    root = xml(FORMATS["atom"].build(FEED, [after]).body)
    assert datetime.fromisoformat(root.findtext(f"{A}entry/{A}updated")) == after.updated
    assert datetime.fromisoformat(root.findtext(f"{A}entry/{A}published")) == before.published
    changes = [it.findtext(f"{A}updated") for it in of(atom(), "entry")]
    assert len(set(changes)) == len(changes)


@each_feed
def test_rule_18_an_entry_without_content_has_an_alternate_and_a_summary(name: str) -> None:
    for it in of(atom(name), "entry"):
        assert it.find(f"{A}content") is not None or (it.findtext(f"{A}summary") or "").strip()
        assert any(link.get("rel") == "alternate" for link in of(it, "link"))
        assert all(node.get("src") is None for node in of(it, "content"))


@each_feed
def test_rule_19_markup_stands_only_under_type_html(name: str) -> None:
    assert [it for it in objections(body("atom", name)) if "HTML" in it or "Type" in it] == []
    marked = entry(CONTENTS["markup in a title"], name)
    assert marked.findtext(f"{A}title") == "Bold & alert(1)"
    assert {it.get("type") for it in of(marked, "content")} <= {"html"}


def test_rule_20_content_is_a_fragment_whose_elements_are_closed() -> None:
    balance = Balance()
    balance.feed(entry(taken_in(HOSTILE_PAGE)).findtext(f"{A}content"))
    assert (balance.open, balance.stray) == ([], [])


def test_rule_21_addresses_in_a_text_are_absolute() -> None:
    html = entry(taken_in(HOSTILE_PAGE)).findtext(f"{A}content")
    assert re.findall(r'(?:href|src)="([^"]*)"', html) == [
        "https://wire.example/there?x=1&amp;y=2",
        "https://wire.example/i.png",
    ]


def test_rule_22_the_language_stands_on_the_feed_and_on_entries_that_differ() -> None:
    assert atom().get(LANG) == "en"
    assert entry(CONTENTS["right to left"]).get(LANG) == "ar"
    assert entry(CONTENTS["languages"]).get(LANG) == "zh-Hant-x-private"
    assert entry(CONTENTS["no language"]).get(LANG) is None
    assert entry(replace(PLAIN, language="en")).get(LANG) is None


def test_rule_23_an_enclosure_has_its_address_its_type_and_its_true_length() -> None:
    read_back = feedparser.parse(FORMATS["atom"].build(FEED, [article(1, CONTENTS["thirty enclosures"])]).body)
    wanted = [(it.url, it.media_type, it.length) for it in CONTENTS["thirty enclosures"].enclosures]
    found = [
        (it.href, it.type, int(it.length) if "length" in it else None) for it in read_back.entries[0].enclosures
    ]
    assert found == wanted


def test_rule_24_a_category_has_a_term_a_vocabulary_and_a_label_in_plain_text() -> None:
    found = [dict(it.attrib) for it in of(entry(CONTENTS["vocabulary"]), "category")]
    assert found == [
        {"term": "medtop:04000000", "scheme": MEDIATOPIC, "label": "Economy"},
        {"term": "Sea", "scheme": "https://gazette.example/topics"},
        {"term": "Local"},
    ]


def test_rule_25_a_person_has_one_name_and_at_most_one_address_of_each_kind() -> None:
    odd = (
        Person(" Ann\n Lee ", "no address", "javascript:x"),
        Person("", "a@b.example"),
        Person("Bo", "b@b.example"),
    )
    people = of(entry(replace(PLAIN, authors=odd)), "author")
    assert [[(it.tag.removeprefix(A), it.text) for it in person] for person in people] == [
        [("name", "Ann Lee")],
        [("name", "Bo"), ("email", "b@b.example")],
    ]
    assert len(of(entry(CONTENTS["twenty authors"]), "author")) == 20


def test_rule_26_a_republished_article_names_the_feed_it_was_taken_from() -> None:
    made = entry(CONTENTS["republished"])
    source = made.find(f"{A}source")
    assert source.findtext(f"{A}id") == "urn:wire"
    assert source.findtext(f"{A}title") == "The Wire & <sons>"
    assert source.findtext(f"{A}updated") == "2026-02-01T00:00:00+00:00"
    assert dict(source.find(f"{A}link").attrib) == {"href": "https://wire.example/atom", "rel": "self"}
    assert made.findtext(f"{A}rights") == "© Wire & sons"


def test_an_origin_that_says_little_is_completed() -> None:
    source = entry(CONTENTS["republished from nowhere"]).find(f"{A}source")
    assert source.findtext(f"{A}id") == f"{article(1).id}#source"
    assert source.findtext(f"{A}updated") == article(1).updated.isoformat()
    assert entry(replace(PLAIN, origin=Origin(" "))).find(f"{A}source") is None


@each_feed
def test_rule_27_relations_are_registered_ones(name: str) -> None:
    rels = {it.get("rel") for it in atom(name).iter(f"{A}link")}
    assert rels <= {"self", "alternate", "hub", "related", "enclosure", "current", "prev-archive"}
    generator = atom(name).find(f"{A}generator")
    assert (generator.text, bool(generator.get("version"))) == ("feeder", True)


def test_rule_28_articles_stand_in_the_order_they_are_given_newest_first() -> None:
    days = [it.findtext(f"{A}published") for it in of(atom(), "entry")]
    assert [datetime.fromisoformat(day) for day in days] == sorted((it.published for it in ALL), reverse=True)


def test_rule_29_nothing_in_a_text_is_active() -> None:
    made = FORMATS["atom"].build(FEED, [article(1, taken_in(HOSTILE_PAGE))]).body
    assert objections(made) == []
    text = xml(made).findtext(f"{A}entry/{A}content")
    assert not re.search(r"script|iframe|object|embed|style|\son\w+=|<form|<svg", text, re.IGNORECASE)


@each_feed
def test_rule_30_the_corpus_is_valid_by_the_grammar_of_rfc_4287(name: str) -> None:
    grammar().assertValid(atom(name))


@given(content=contents)
@settings(max_examples=25, deadline=None)
def test_rule_30_articles_nobody_thought_of_are_valid_by_the_grammar_too(content: Content) -> None:
    content = replace(content, html="<p>Body</p>")
    for name in FEEDS:
        made = FORMATS["atom"].build(FEEDS[name], [article(1, content)]).body
        grammar().assertValid(xml(made))
        assert objections(made, FEED.address("atom")) == []


@each_feed
def test_nothing_in_the_corpus_draws_an_objection(name: str) -> None:
    assert objections(body("atom", name), FEED.address("atom")) == []


def test_the_lead_picture_is_named_with_what_it_shows_and_who_made_it() -> None:
    made = entry(CONTENTS["picture"])
    (picture,) = made.iterfind(f"{MEDIA}content")
    assert dict(picture.attrib) == {"url": RICH.image, "type": "image/jpeg", "medium": "image"}
    assert picture.findtext(f"{MEDIA}description") == "Quay </b> at dawn"
    assert picture.findtext(f"{MEDIA}credit") == "Bo & <Beach>"
    assert made.find(f"{MEDIA}thumbnail").get("url") == RICH.image


SPOILT = {
    "a second title": ("<title>", "<title>x</title><title>"),
    "an id that is no IRI": ("<id>urn:uuid:0", "<id>no iri 0"),
    "a date without a zone": ("+00:00</published>", "</published>"),
    "a second alternate": (
        'rel="alternate"/>',
        'rel="alternate"/><link href="https://a.example/" rel="alternate"/>',
    ),
    "markup in a title": ("<title>The ferry", "<title>&lt;b&gt;x&lt;/b&gt;"),
    "another address": ("all.atom", "other.atom"),
    "a script": ("&lt;p&gt;After", "&lt;script&gt;&lt;p&gt;After"),
    "a relation nobody knows": ('rel="alternate"/>', 'rel="blogroll"/>'),
    "no author": ("<author>", "<contributor>"),
}


@pytest.mark.parametrize(("old", "new"), SPOILT.values(), ids=list(SPOILT))
def test_the_judge_objects_to(old: str, new: str) -> None:
    text = FORMATS["atom"].build(FEED, [article(1)]).body.decode()
    assert objections(text.encode(), FEED.address("atom")) == []
    spoilt = text.replace(old, new)
    spoilt = spoilt.replace("</author>", "</contributor>") if "<contributor>" in new else spoilt
    assert spoilt != text
    assert objections(spoilt.encode(), FEED.address("atom"))


def test_an_unknown_length_is_left_out_and_never_made_up() -> None:
    (link,) = [
        it
        for it in of(entry(replace(PLAIN, enclosures=(Enclosure("https://a.example/x", "a/b", -1),))), "link")
        if it.get("rel") == "enclosure"
    ]
    assert "length" not in link.attrib


def test_the_grammar_refuses_what_is_no_atom() -> None:
    assert not grammar().validate(etree.fromstring(f'<feed xmlns="{A[1:-1]}"><title>no id</title></feed>'))
