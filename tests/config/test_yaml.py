from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.config import yaml_strings


def test_every_scalar_is_a_string() -> None:
    text = "title: 2026\ndate: 2026-01-14\ndraft: no\nempty:\nnull: ~\ntime: 08:30\ntags: [on, 1.0, {a: 010}]\n"
    assert yaml_strings(text) == {
        "title": "2026",
        "date": "2026-01-14",
        "draft": "no",
        "empty": "",
        "null": "~",
        "time": "08:30",
        "tags": ["on", "1.0", {"a": "010"}],
    }


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_nothing_is_an_empty_mapping(text: str) -> None:
    assert yaml_strings(text) == {}


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("- a\n", 'is not made of "name: value" lines'),
        ("word", 'is not made of "name: value" lines'),
        ("a: b: c", "line 1, column 5: a .:. stands where none can"),
        ("a: 1\nb: 2\na: 3", "line 3, column 1: is given a second time; the first is in line 1"),
        ("a: &b [*b]", "line 1, column 8: this names nothing above"),
        ("a: !!python/name:os.system x", "line 1, column 4: a tag"),
        ('a: "\\UFFFFFFFF"', "names no character"),
        ('a: "\\ud800"', "holds a control character"),
        ("a: " + "{b: " * 5000, "nested more than 24 levels deep"),
        ("- " * 5000, "nested more than 24 levels deep"),
        ("a: " + "b" * 70_000, "is longer than 64 KiB"),
        (BOMB, "aliases repeat too often"),
    ],
)
def test_what_cannot_be_read_says_why_in_one_line(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        yaml_strings(text)
    assert "\n" not in str(caught.value)


@given(st.text(alphabet="ab:-[]{},&*!|>'\"%@#?~\\ \n\t\r\x00\x85\ud800é") | st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = yaml_strings(text)
    except ValueError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017 - any text may be right or wrong
    else:
        assert isinstance(found, dict)
