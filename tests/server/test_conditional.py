from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.server.conditional import byte_range, http_date, not_modified, range_holds


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None),
        ("bytes=0-", range(100)),
        ("bytes=0-0", range(1)),
        ("BYTES=2-4", range(2, 5)),
        ("bytes= 2-4 ", range(2, 5)),
        ("bytes=-5", range(95, 100)),
        ("bytes=-500", range(100)),
        ("bytes=99-200", range(99, 100)),
        ("bytes=100-", range(0)),
        ("bytes=-0", range(0)),
        ("bytes=4-2", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("bytes=a-b", None),
        ("bytes=٣-٤", None),
        ("bytes=" + "9" * 500 + "-", None),
        ("items=0-1", None),
    ],
)
def test_a_range_is_understood_or_ignored(header: str | None, span: range | None) -> None:
    assert byte_range(header, 100) == span


@given(st.text() | st.from_regex(r"bytes=[0-9]{0,19}-[0-9]{0,19}"), st.integers(0, 10**9))
def test_no_range_leads_outside_of_the_file(header: str, size: int) -> None:
    span = byte_range(header, size)
    assert not span or (span.start >= 0 and span.stop <= size and span.step == 1)


@given(st.none() | st.text(), st.none() | st.text())
def test_no_header_makes_the_judgement_fail(none_match: str | None, since: str | None) -> None:
    assert not_modified('"never-guessed"', 1_700_000_000, none_match, since) in {True, False}
    assert range_holds(since, '"never-guessed"', 1_700_000_000) in {True, False}


@given(st.integers(0, 4_000_000_000), st.integers(-2, 2))
def test_a_date_that_we_gave_is_understood_again(modified: int, later: int) -> None:
    assert not_modified('"x"', modified, None, http_date(modified + later)) == (later >= 0)


@given(st.lists(st.text(alphabet="ab,\\", max_size=4), max_size=5), st.text(alphabet="ab,\\", max_size=4))
def test_a_list_of_etags_holds_exactly_those_that_stand_in_it(known: list[str], mine: str) -> None:
    listed = ", ".join(f'W/"{one}"' for one in known)
    assert not_modified(f'"{mine}"', 0, listed, None) == (mine in known)
