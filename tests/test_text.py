from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.text import character_set, clean, nearest, one_line, slug

# XML 1.0, production 2
XML = re.compile("[\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
EVERY_CHARACTER = "".join(map(chr, range(sys.maxunicode + 1)))

texts = st.text(st.characters(exclude_categories=[]))  # lone surrogates too


# ---------------------------------------------------------------- clean


def test_of_all_characters_only_those_are_left_that_xml_and_json_can_carry() -> None:
    left = clean(EVERY_CHARACTER)
    assert XML.fullmatch(left)
    assert left.encode().decode() == left
    assert {character for character in left if unicodedata.category(character) == "Cc"} == {"\t", "\n"}
    assert not set(left) & {"\ufffd", "\ufeff\ufffe"[1], "\uffff", "\U0001ffff", "\ufdd0", "\x7f"}


def test_of_all_characters_every_letter_mark_number_and_sign_is_left() -> None:
    left = set(clean(EVERY_CHARACTER))
    lost = {it for it in EVERY_CHARACTER if unicodedata.category(it)[0] in "LMNPSZ"} - left
    assert lost == {"\ufffd"}


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x85"])
def test_every_end_of_line_becomes_the_same(end: str) -> None:
    assert clean(f"one{end}two") == "one\ntwo"


@given(texts)
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)


# ---------------------------------------------------------------- one_line


@given(texts, st.none() | st.integers(1, 50))
def test_one_line_is_one_clean_line_within_its_limit(text: str, limit: int | None) -> None:
    line = one_line(text, limit)
    assert len(line.splitlines()) <= 1
    assert line == clean(line) == line.strip()
    assert not re.search(r"\s\s", line)
    assert limit is None or len(line) <= limit
    assert one_line(line, limit) == line


def test_what_is_cut_ends_in_an_ellipsis_and_what_fits_does_not() -> None:
    assert one_line("The council met", 15) == "The council met"
    assert one_line("The council met", 14) == "The council m…"
    assert one_line("The council met", 12) == "The council…"


def test_white_space_of_every_kind_is_folded() -> None:
    assert one_line(" The\u00a0council\u2028met \t\n on\u3000Monday ") == "The council met on Monday"


# ---------------------------------------------------------------- slug


@given(texts, st.integers(1, 80))
def test_a_slug_is_words_joined_by_hyphens_within_its_limit(text: str, limit: int) -> None:
    made = slug(text, limit)
    for word in made.split("-") if made else ():
        assert any(letter.isalnum() for letter in word)
        assert all(unicodedata.category(letter)[0] in "LNM" for letter in word)
    assert len(made) <= limit
    assert len(made.encode()) <= 3 * limit


@given(texts)
def test_a_slug_can_be_a_file_name_everywhere(text: str) -> None:
    made = slug(text)
    assert len(made.encode()) <= 200
    assert not set(made) & set('/\\:*?"<>|.\0')


@given(st.text(st.characters(codec="ascii")))
def test_a_slug_of_ascii_is_the_slug_of_itself(text: str) -> None:
    assert slug(slug(text)) == slug(text) == slug(text.upper())


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("The council met; nothing was agreed!", "the-council-met-nothing-was-agreed"),
        ("Éric à l'école", "eric-a-l-ecole"),
        ("Éric à l’école", "eric-a-l-ecole"),
        ("Rain—and more", "rain-and-more"),
        ("Łódź", "lodz"),
        ("Ørsted", "orsted"),
        ("Größe", "grosse"),
        ("हिन्दी समाचार", "हिन्दी-समाचार"),
        ("北京 会议", "北京-会议"),
        ("Заседание совета", "заседание-совета"),
        ("snake_case and 2 numbers", "snake-case-and-2-numbers"),
        ("***", ""),
        ("", ""),
    ],
)
def test_a_slug_keeps_the_words(text: str, made: str) -> None:
    assert slug(text) == made


def test_a_slug_ends_at_a_word_unless_there_is_but_one() -> None:
    assert slug("one two three four", 12) == "one-two"
    assert slug("x" * 100, 12) == "x" * 12


# ---------------------------------------------------------------- nearest


def test_the_nearest_word_is_asked_for() -> None:
    assert nearest("catgory", ["author", "category", "title"]) == '; did you mean "category"?'


def test_nothing_is_said_where_nothing_is_near() -> None:
    assert nearest("zebra", ["author", "category"]) == ""
    assert nearest("zebra", []) == ""


@given(st.text(), st.lists(st.text(), max_size=5))
def test_only_a_known_word_is_asked_for(word: str, known: list[str]) -> None:
    said = nearest(word, known)
    assert said == "" or said in {f'; did you mean "{it}"?' for it in known}


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("UTF-8", "utf-8"),
        (" latin1 ", "iso8859-1"),
        ("shift_jis", "shift_jis"),
        *((name, None) for name in ("punycode", "idna", "unicode_escape", "raw-unicode-escape", "undefined")),
        *((name, None) for name in ("", "base64", "rot13", "nothing", "a\0b", "\u00e9")),
    ],
)
def test_a_character_set_is_one_of_texts(name: str, codec: str | None) -> None:
    assert character_set(name) == codec
