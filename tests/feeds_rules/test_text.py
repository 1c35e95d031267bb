"""Rules 1 to 8: XML and text."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from html import escape, unescape

import atoma
import feedparser
import pytest
from lxml import etree

from feeder.formats import FORMATS
from feeder.model.article import Content
from tests.feeds_rules.corpus import ALL, CONTENTS, FEEDS
from tests.feeds_rules.documents import body, each_feed, each_format
from tests.formats.reading import ids_of, items, titles_of, xml
from tests.formats.samples import FEED, PLAIN, article

every_xml = pytest.mark.parametrize("form", ["atom", "rss"])


@each_feed
@every_xml
def test_rule_01_documents_are_well_formed_xml_in_utf_8_without_bom_doctype_or_entities(
    form: str, name: str
) -> None:
    made = body(form, name)
    assert made.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<")
    assert b"<!DOCTYPE" not in made
    assert set(re.findall(rb"&([a-z]+);", made)) <= {b"amp", b"lt", b"gt", b"quot", b"apos"}
    assert xml(made.decode().encode()).getroottree().docinfo.encoding == "UTF-8"


@every_xml
def test_rule_02_every_character_of_the_basic_plane_is_carried_or_deleted(form: str) -> None:
    """One by one: what a parser reads is what went in, or nothing."""
    legal = {chr(it) for it in range(0x10000) if it in {9, 10} or 0x20 <= it < 0x7F or 0xA0 <= it < 0xD800}
    legal |= {chr(it) for it in range(0xE000, 0xFFFD) if not 0xFDD0 <= it <= 0xFDEF}
    every = "".join(map(chr, range(0x10000)))
    made = FORMATS[form].build(FEED, [article(1, Content("T", f"<p>{escape(every)}</p>"))]).body
    (read,) = xml(made).xpath("//*[local-name()='content' or local-name()='description']")[-1:]
    # A carriage return, alone, is a line's end, and so is U+0085.
    wanted = every.replace("\r", "\n").replace("\x85", "\n")
    assert unescape(read.text) == f"<p>{''.join(c for c in wanted if c in legal)}</p>"


@each_format
@each_feed
def test_rule_03_no_control_no_replacement_character_and_no_carriage_return_comes_out(
    form: str, name: str
) -> None:
    text = body(form, name).decode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffd-\uffff]", text)
    assert not re.search(
        "[" + "".join(f"{chr((p << 16) + 0xFFFE)}-{chr((p << 16) + 0xFFFF)}" for p in range(1, 17)) + "]", text
    )
    assert not re.search(r"&#(?:x0*d|0*13);|\\r|\\u00[01]|\\ufff", text, re.IGNORECASE)


def test_rule_04_the_end_of_cdata_survives_in_any_field() -> None:
    content = Content("]]>", "<p>]]&gt;</p>", "a ]]> b", categories=("]]>",), credit="]]>", rights="]]>")
    for form in ("atom", "rss"):
        made = FORMATS[form].build(FEED, [article(1, content)]).body
        read = feedparser.parse(made).entries[0]
        assert (read.title, read.tags[0].term, unescape(read.summary)) == ("]]>", "]]>", "a ]]> b")
        assert read.content[0].value == "<p>]]&gt;</p>"
        assert titles_of(form, made) == ["]]>"]
    assert (
        atoma.parse_atom_bytes(FORMATS["atom"].build(FEED, [article(1, content)]).body).entries[0].title.value
        == "]]>"
    )
    assert items(FORMATS["json"].build(FEED, [article(1, content)]).body)[0]["title"] == "]]>"


@each_format
@pytest.mark.parametrize("title", ["3 < 4 & 5 > 2", "R&D <new>", "a && b", "&c", "<- left", 'say "no"', "it's"])
def test_rule_05_signs_in_a_title_come_out_as_they_went_in(form: str, title: str) -> None:
    made = FORMATS[form].build(FEED, [article(1, replace(PLAIN, title=title))]).body
    assert titles_of(form, made) == [title]
    if form != "json":
        assert feedparser.parse(made, sanitize_html=False).entries[0].title == title


def test_rule_06_two_processes_with_other_hash_seeds_build_the_same_bytes() -> None:
    code = (
        "import hashlib; from feeder.formats import FORMATS; from tests.feeds_rules.corpus import *\n"
        "for form in FORMATS.values():\n"
        "    for feed in FEEDS.values(): print(hashlib.sha256(form.build(feed, ALL).body).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": name},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for seed, zone, name in (("1", "UTC", "C"), ("4242", "Pacific/Apia", "C.UTF-8"))
    }
    assert len(runs) == 1
    assert len(set(runs.pop().split())) == len(FORMATS) * len(FEEDS)


@each_feed
@every_xml
def test_rule_07_namespaces_stand_on_the_root_with_their_usual_prefixes_and_all_are_used(
    form: str, name: str
) -> None:
    made = body(form, name)
    root = xml(made)
    names = {it for node in root.iter() for it in (node.tag, *node.attrib) if it.startswith("{")}
    used = {it[1:].partition("}")[0] for it in names} - {"http://www.w3.org/XML/1998/namespace"}
    assert set(root.nsmap.values()) == used
    assert made.count(b"xmlns") == made[:2000].count(b"xmlns") == len(used)
    assert set(root.nsmap) <= {None, "atom", "content", "dc", "fh", "itunes", "media", "podcast"}


@each_format
def test_rule_08_a_poisoned_article_is_left_out_and_named_and_the_rest_is_served(form: str) -> None:
    poisoned = replace(article(9), content=replace(PLAIN, categories=(7,)))  # type: ignore[arg-type]  # the fault
    built = FORMATS[form].build(FEEDS["full"], [*ALL[:5], poisoned, *ALL[5:]])
    assert [error.article for error in built.skipped] == [poisoned.id]
    assert built.body == FORMATS[form].build(FEEDS["full"], ALL).body
    assert ids_of(form, built.body) == [it.id for it in ALL]


def test_the_corpus_holds_what_plain_xml_cannot() -> None:
    """Otherwise the rules above would be kept by accident."""
    with pytest.raises(ValueError, match="XML compatible"):
        etree.Element("a").text = CONTENTS["controls"].title
