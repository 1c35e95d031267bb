"""What every kind in FORMATS keeps."""

from __future__ import annotations

import locale
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from html import escape

import pytest
from hypothesis import given, settings

from feeder.formats import FORMATS
from feeder.formats._plain import unmarked
from feeder.model.article import Content, Person
from tests.formats.hostile import contents, hostile
from tests.formats.reading import ids_of, titles_of
from tests.formats.samples import FEED, PLAIN, RICH, article, many

every_format = pytest.mark.parametrize("form", sorted(FORMATS))


def test_the_formats_are_sorted_and_named_after_their_extension() -> None:
    assert list(FORMATS) == sorted(FORMATS)
    assert all(form.extension == name for name, form in FORMATS.items())


@every_format
def test_articles_stay_in_the_order_they_come_in(form: str) -> None:
    articles = [article(3), article(1, RICH), article(2)]
    assert ids_of(form, FORMATS[form].build(FEED, articles).body) == [a.id for a in articles]


@every_format
def test_a_feed_without_articles_is_a_feed(form: str) -> None:
    built = FORMATS[form].build(FEED, [])
    assert ids_of(form, built.body) == []
    assert built.skipped == ()


@every_format
def test_an_edited_article_keeps_its_id(form: str) -> None:
    first = article(1)
    second = replace(first, revision=2, updated=first.updated + timedelta(days=1), content=RICH)
    build = FORMATS[form].build
    assert ids_of(form, build(FEED, [first]).body) == ids_of(form, build(FEED, [second]).body)


@every_format
def test_a_title_comes_back_as_it_went_in(form: str) -> None:
    assert titles_of(form, FORMATS[form].build(FEED, [article(1, RICH)]).body) == [RICH.title]


@every_format
def test_an_article_without_a_title_is_named_by_its_first_words(form: str) -> None:
    built = FORMATS[form].build(FEED, [article(1, Content(title=" \x07", html="<p>The quay &amp; the sea.</p>"))])
    assert titles_of(form, built.body) == ["The quay & the sea."]


@every_format
def test_a_summary_feed_holds_no_full_text(form: str) -> None:
    feed = replace(FEED, content="summary")
    articles = [article(2, RICH), article(1, replace(PLAIN, html="<p>Quay.</p>" * 200))]
    body = FORMATS[form].build(feed, articles).body
    assert b"More" not in body
    assert body.count(b"Quay.") < 100


@every_format
@pytest.mark.parametrize("content", ["full", "summary"])
def test_an_article_of_nothing_but_a_title_says_it_as_its_text(form: str, content: str) -> None:
    bare = article(1, Content(title="The ferry is back", html=" "))
    body = FORMATS[form].build(replace(FEED, content=content), [bare]).body
    assert body.count(b"The ferry is back") == 2


@every_format
def test_one_article_that_cannot_be_written_costs_nobody_else(form: str) -> None:
    naive = datetime(2026, 3, 1)  # noqa: DTZ001  the fault under test
    broken = [
        replace(article(4), published=naive),
        replace(article(5), id="urn:x:\ud800"),
        replace(article(6), content=replace(PLAIN, authors=(None,))),  # type: ignore[arg-type]  # the fault
    ]
    built = FORMATS[form].build(FEED, [article(9), *broken, article(1)])
    assert ids_of(form, built.body) == [article(9).id, article(1).id]
    assert [error.article for error in built.skipped] == [a.id for a in broken]


@every_format
def test_characters_that_no_format_can_carry_are_deleted(form: str) -> None:
    every = "".join(map(chr, [*range(0x10000), 0x1F600, 0x1FFFE, 0x10FFFF]))
    poisoned = Content(title=f"Start{every}end", html=f"<p>{escape(every)}</p>", summary=every)
    built = FORMATS[form].build(FEED, [article(2, poisoned), article(1)])
    assert built.skipped == ()
    assert len(ids_of(form, built.body)) == 2
    assert not re.search("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ufffd-\\uffff]", built.body.decode())


@every_format
@given(content=contents, name=hostile)
@settings(max_examples=60, deadline=None)
def test_no_text_whatever_costs_a_feed_or_an_article(form: str, content: Content, name: str) -> None:
    site = replace(FEED.site, title=name, language=name, author=Person(name, name, name))
    feed = replace(FEED, title=name, description=name, site=site)
    built = FORMATS[form].build(feed, [article(2, content), article(1)])
    assert built.skipped == ()
    assert ids_of(form, built.body) == [article(2).id, article(1).id]


@every_format
def test_every_process_writes_the_same_bytes(form: str) -> None:
    code = (
        "import sys; from feeder.formats import FORMATS; from tests.formats.samples import *;"
        f"sys.stdout.buffer.write(FORMATS[{form!r}].build(FEED, [article(2, RICH), article(1)]).body)"
    )
    bodies = {_run(code, PYTHONHASHSEED=seed, LC_ALL=name, TZ=zone) for seed, name, zone in ENVIRONMENTS}
    assert bodies == {FORMATS[form].build(FEED, [article(2, RICH), article(1)]).body}


ENVIRONMENTS = [("1", "C", "UTC"), ("2", "C.UTF-8", "Asia/Tokyo")]


def _run(code: str, **environment: str) -> bytes:
    return subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, stdout=subprocess.PIPE, check=True
    ).stdout


@every_format
def test_threads_that_build_at_once_agree_and_leave_the_locale_alone(form: str) -> None:
    articles, before = many(20), locale.setlocale(locale.LC_ALL)
    with ThreadPoolExecutor(8) as pool:
        bodies = set(pool.map(lambda _: FORMATS[form].build(FEED, articles).body, range(40)))
    assert len(bodies) == 1
    assert locale.setlocale(locale.LC_ALL) == before


@every_format
def test_a_feed_of_both_has_the_text_and_a_summary_that_nobody_wrote(form: str) -> None:
    body = (
        FORMATS[form].build(replace(FEED, content="both"), [article(1, replace(PLAIN, html="<p>Quay.</p>"))]).body
    )
    assert body.count(b"Quay.") == 2
    assert FORMATS[form].build(FEED, [article(1, replace(PLAIN, html="<p>Quay.</p>"))]).body.count(b"Quay.") == 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("3 < 4 & <new>", "3 < 4 & <new>"),
        ("AT&T &copy 2026", "AT&T &copy 2026"),
        ("How to use <b>", "How to use <b>"),
        ("<b>Bold</b> news", "Bold news"),
        ("Fish &amp; chips", "Fish & chips"),
        ("&lt;b&gt;x&lt;/b&gt;", "x"),
        ("&amp;amp;", "&"),
        ("</b>", "</b>"),
        ("&unknown; </madeup>", "&unknown; </madeup>"),
    ],
)
def test_what_can_only_be_meant_as_markup_is_taken_out_of_plain_text(text: str, wanted: str) -> None:
    assert unmarked(text) == wanted
