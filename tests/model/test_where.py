"""What `where` chooses. How it is read from YAML: tests/config/test_where.py."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.model.article import Content, Person
from feeder.model.where import EVERYTHING, FIELDS, All, Any, Not, Pattern, Term, Value, Where
from tests.samples import article

STORY = article(
    content=Content(
        title="Monsoon reaches the coast",
        html="<p>Rain fell on <b>Chennai</b> &amp; nearby&nbsp;towns.</p>",
        language="en-GB",
        authors=(Person("Asha Rao"), Person("Newsroom")),
        categories=("Asia", "Weather"),
    )
)
BARE = article(content=Content(title="", html=""))


def term(field: str, *words: str) -> Term:
    return Term(field, tuple(map(Value, words)))


def pattern(field: str, regex: str, flags: re.RegexFlag = re.NOFLAG) -> Term:
    return Term(field, (Pattern(re.compile(regex, flags)),))


@pytest.mark.parametrize(
    "where",
    [
        EVERYTHING,
        term("category", "Asia"),
        term("category", "asia"),
        term("category", "Europe", "weather"),
        term("author", "ASHA RAO"),
        term("source", "newsroom"),
        term("language", "en"),
        term("language", "EN-gb"),
        term("title", "monsoon"),
        term("title", "REACHES THE"),
        term("text", "chennai"),
        term("text", "&"),
        pattern("title", "^Mon"),
        pattern("title", "MONSOON", re.IGNORECASE),
        pattern("category", "^Wea"),
        All((term("category", "Asia"), term("language", "en"))),
        Any((term("category", "Europe"), term("category", "Asia"))),
        Not(term("category", "Europe")),
        Not(Not(term("category", "Asia"))),
    ],
    ids=str,
)
def test_it_is_chosen(where: Where) -> None:
    assert where.matches(STORY)


@pytest.mark.parametrize(
    "where",
    [
        term("category", "As"),
        term("author", "Asha"),
        term("source", "news"),
        term("language", "e"),
        term("language", "en-US"),
        term("language", "en-GB-oxendict"),
        term("title", "drought"),
        term("text", "<b>"),
        term("text", "&amp;"),
        pattern("title", "^coast"),
        pattern("title", "MONSOON"),
        All((term("category", "Asia"), term("language", "fr"))),
        Any(()),
        Any((term("category", "Europe"),)),
        Not(term("category", "Asia")),
        Not(EVERYTHING),
    ],
    ids=str,
)
def test_it_is_not_chosen(where: Where) -> None:
    assert not where.matches(STORY)


def test_letter_case_is_that_of_every_script() -> None:
    german = article(content=Content(title="Die Straße", html="", categories=("ΝΈΑ",)))
    assert term("title", "STRASSE").matches(german)
    assert term("category", "νέα").matches(german)


@pytest.mark.parametrize("field", sorted(FIELDS.keys() - {"source"}))
def test_an_article_without_the_field_is_chosen_only_by_not(field: str) -> None:
    assert not term(field, "x").matches(BARE)
    assert Not(term(field, "x")).matches(BARE)


def test_text_is_searched_in_time_that_grows_with_it() -> None:
    hostile = article(content=Content(title="x", html="<" * 200_000 + "needle"))
    assert term("text", "needle").matches(hostile)


def test_where_says_itself_as_a_person_would_write_it() -> None:
    both = All((term("category", "Asia", "Europe"), pattern("title", "^M")))
    assert str(both) == "category: [Asia, Europe], title: [/^M/]"
    assert str(Any((term("author", "x"), term("text", "y")))) == "any: [author: [x]; text: [y]]"
    assert str(Not(term("author", "x"))) == "not: {author: [x]}"
    assert str(EVERYTHING) == ""


terms = st.builds(term, st.sampled_from(sorted(FIELDS)), st.sampled_from(["Asia", "en", "newsroom", "rain"]))
wheres = st.recursive(
    terms,
    lambda parts: (
        st.builds(All, st.tuples(parts, parts)) | st.builds(Any, st.tuples(parts, parts)) | st.builds(Not, parts)
    ),
    max_leaves=8,
)


@given(wheres, wheres)
def test_not_any_is_all_not(one: Where, other: Where) -> None:
    assert Not(Any((one, other))).matches(STORY) == All((Not(one), Not(other))).matches(STORY)
    assert Not(All((one, other))).matches(STORY) == Any((Not(one), Not(other))).matches(STORY)
