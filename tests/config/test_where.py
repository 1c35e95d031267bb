from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from feeder.config import WebhookOptions
from feeder.model.where import EVERYTHING, All, Any, Not, Pattern, Term, Value, Where
from tests.config.files import SITE, loaded, problems

if TYPE_CHECKING:
    from pathlib import Path


def _where(folder: Path, where: str) -> Where:
    sections = "sources: {desk: {type: push}}\nfeeds:\n  all:\n    where: "
    return loaded(folder, SITE + sections + where + "\n").feeds["all"].where


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{}", EVERYTHING),
        ("{category: Asia}", Term("category", (Value("Asia"),))),
        ("{category: [Asia, Europe]}", Term("category", (Value("Asia"), Value("Europe")))),
        ("{source: desk}", Term("source", (Value("desk"),))),
        ("{source: Desk}", Term("source", (Value("Desk"),))),
        ("{title: /^Asia/}", Term("title", (Pattern(re.compile("^Asia")),))),
        ("{title: /asia/ix}", Term("title", (Pattern(re.compile("asia", re.IGNORECASE | re.VERBOSE)),))),
        ("{title: a/b/c}", Term("title", (Value("a/b/c"),))),
        ("{title: /}", Term("title", (Value("/"),))),
        ("{not: {author: x}}", Not(Term("author", (Value("x"),)))),
        ("{any: [{author: x}, {text: y}]}", Any((Term("author", (Value("x"),)), Term("text", (Value("y"),))))),
        ("{all: [{author: x}]}", All((Term("author", (Value("x"),)),))),
        ("{language: en, title: x}", All((Term("language", (Value("en"),)), Term("title", (Value("x"),))))),
    ],
)
def test_where_is_read(tmp_path: Path, written: str, read: Where) -> None:
    assert _where(tmp_path, written) == read


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ("Asia", ': must be made of "key: value" lines'),
        ("{category: {a: b}}", ".category: must be a text or a /regex/"),
        ("{category: ''}", '.category: "" must be a text or a /regex/'),
        ("{title: /a/g}", '.title: "/a/g" has a flag that does not exist; the flags after /regex/ are i, m, s, x'),
        ('{title: "/a{99999999999}/"}', '.title: "/a{99999999999}/" is not a regular expression: the repetition'),
        ("{any: []}", ".any: is an empty list"),
        ("{any: {title: x}}", ".any: must be a list"),
        ("{not: [{title: x}]}", '.not: must be made of "key: value" lines'),
        ("{source: wire}", '.source: "wire" is no configured source; there are desk'),
    ],
)
def test_a_wrong_where_is_told(tmp_path: Path, where: str, problem: str) -> None:
    sections = "sources: {desk: {type: push}}\nfeeds:\n  all:\n    where: "
    (told,) = problems(tmp_path, SITE + sections + where + "\n")
    assert f"feeds.all.where{problem}" in told


def test_a_pattern_that_python_may_read_differently_one_day_is_no_mistake(tmp_path: Path) -> None:
    assert isinstance(_where(tmp_path, '{title: "/[[a]/"}'), Term)


def test_options_can_be_made_without_a_file() -> None:
    term = Term("title", (Value("x"),))
    assert WebhookOptions(type="hook", where=term).where is term
