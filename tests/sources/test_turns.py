"""A list and what is known of it -> what is read now, with nothing lost and no flood."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.model.document import Found
from feeder.sources import _turns
from feeder.sources._turns import ONCE, Listed, Past, mark, packed, stamp_of, turn

SINCE = "2026-03-01T12:00:00Z"


def dated(*days: int) -> tuple[Listed, ...]:
    return tuple(Listed(f"http://site.example/{day}", f"2026-01-{day:02}", f"2026-01-{day:02}") for day in days)


def later(*listed: Listed) -> Past:
    return Past(SINCE, shown=True, old=frozenset(mark(it.key) for it in listed))


def days(found: tuple[Found, ...]) -> list[int]:
    return [int(it.key.rpartition("/")[2]) for it in found]


def test_the_first_look_reads_the_newest_and_remembers_all_that_was_there() -> None:
    listed = dated(*range(1, 21))
    first = turn(listed, {}, Past(), 5, "")
    assert days(first.found) == [20, 19, 18, 17, 16]
    assert all(it.old for it in first.found)
    assert first.old == {mark(it.key) for it in listed}
    assert not first.gap


def test_what_was_there_at_the_first_look_is_old_whenever_it_is_read_and_then_forgotten() -> None:
    listed, past = dated(*range(1, 21)), Past()
    known: dict[str, str] = {}
    read: list[Found] = []
    for _ in range(4):
        found = turn(listed, known, past, 5, "")
        read += found.found
        past = Past(SINCE, shown=True, old=found.old)
        known |= {it.key: it.stamp for it in found.found}
    assert days(tuple(read)) == list(range(20, 0, -1))
    assert all(it.old for it in read)
    last = turn(listed, known, past, 5, "")
    assert (last.found, last.old, last.parts) == ((), frozenset(), frozenset())


def test_what_is_new_goes_first_and_the_oldest_of_it_before_all() -> None:
    old = dated(1, 2, 3)
    found = turn(dated(11, 12, 10) + old, {}, later(*old), 4, "").found
    assert days(found) == [10, 11, 12, 3]
    assert [it.old for it in found] == [False, False, False, True]


def test_new_ones_without_a_date_are_read_from_the_bottom_of_the_list() -> None:
    listed = tuple(Listed(f"http://site.example/{n}") for n in range(4))
    assert days(turn(listed, {}, later(), 10, "").found) == [3, 2, 1, 0]
    assert days(turn(listed, {}, Past(), 10, "").found) == [0, 1, 2, 3]


def test_what_failed_is_tried_again_takes_turns_and_leaves_half_of_the_look_to_others() -> None:
    failed, old = dated(*range(1, 13)), dated(*range(21, 29))
    known = dict.fromkeys((it.key for it in failed), "")
    chosen = [turn(failed + old, known, later(*old), 8, str(look)) for look in range(40)]
    assert all(len(it.found) == 8 for it in chosen)
    assert all(sum(one.old for one in it.found) == 4 for it in chosen)
    assert {day for it in chosen for day in days(it.found)} >= set(range(1, 13))


def test_what_was_there_at_the_first_look_and_failed_is_old_when_it_is_read_at_last() -> None:
    (one,) = dated(1)
    found = turn((one,), {one.key: ""}, later(one), 5, "")
    assert found.found == (Found(one.key, one.stamp, old=True),)
    assert found.old == {mark(one.key)}


def test_an_edit_is_a_later_stamp_and_not_only_another() -> None:
    (one,) = dated(10)
    assert not turn((one,), {one.key: "2026-01-11"}, later(), 5, "").found
    assert not turn((replace(one, stamp=ONCE),), {one.key: one.stamp}, later(), 5, "").found
    assert turn((one,), {one.key: ONCE}, later(), 5, "").found == (Found(one.key, one.stamp),)


def test_a_site_that_dates_everything_anew_costs_a_fifth_of_a_look() -> None:
    listed = dated(*range(10, 30))
    known = {it.key: "2026-01-01" for it in listed}
    chosen = [turn(listed, known, later(), 10, str(look)).found for look in range(60)]
    assert {len(it) for it in chosen} == {2}
    assert {day for it in chosen for day in days(it)} == set(range(10, 30))


def test_nothing_known_where_something_was_before_is_a_gap() -> None:
    one, other = dated(1, 2)
    assert turn((one,), {}, later(), 5, "").gap
    assert not turn((one,), {}, Past(SINCE, shown=False), 5, "").gap
    assert not turn((one, other), {other.key: other.stamp}, later(), 5, "").gap
    assert not turn((one, other), {}, later(other), 5, "").gap
    assert not turn((), {}, later(), 5, "").gap


def test_of_a_file_that_is_first_read_late_only_what_is_dated_after_the_first_look_is_new() -> None:
    before, after = Listed("a", late=True, date="2026-02-28"), Listed("b", late=True, date="2026-03-02T00:00:00Z")
    undated = Listed("c", late=True)
    found = {it.key: it.old for it in turn((before, after, undated), {}, later(), 5, "").found}
    assert found == {"a": True, "b": False, "c": True}


def test_what_a_look_did_not_show_stays_remembered() -> None:
    one, other = dated(1, 2)
    assert turn((one,), {one.key: one.stamp}, later(one, other), 5, "").old == {mark(other.key)}


def test_a_store_is_asked_for_all_keys_at_once() -> None:
    class Store(dict[str, str]):
        asked = 0

        def among(self, keys: list[str]) -> dict[str, str]:
            self.asked += 1
            return {key: self[key] for key in keys if key in self}

    listed = dated(1, 2)
    store = Store({listed[0].key: listed[0].stamp})
    assert days(turn(listed, store, later(), 5, "").found) == [2]
    assert store.asked == 1


@given(st.sets(st.text()), st.integers(1, 40))
def test_each_look_reads_no_more_than_it_may_and_in_the_end_everything_once(keys: set[str], most: int) -> None:
    listed, known, past = tuple(map(Listed, sorted(keys))), dict[str, str](), Past()
    for _ in range(len(keys) // most + 1):
        found = turn(listed, known, past, most, "")
        assert len(found.found) <= most
        assert not known.keys() & {it.key for it in found.found}
        known |= {it.key: it.stamp for it in found.found}
        past = Past(SINCE, shown=True, old=_turns.unpacked(packed(found.old)))
    assert known.keys() == keys


@pytest.mark.parametrize("text", [None, 3, "not base 64!", "ÄÖ"])
def test_marks_that_were_never_packed_are_an_error(text: object) -> None:
    with pytest.raises(ValueError, match=r"marks|base64|ASCII|padding"):
        _turns.unpacked(text)


def test_stamps_sort_as_their_moments_do() -> None:
    moments = [datetime(year, 1, 14, 9, 30, tzinfo=UTC) for year in (1, 999, 1605, 2026, 9999)]
    stamps = list(map(stamp_of, moments))
    assert stamps == sorted(stamps)
    assert min(stamps) > ONCE
    assert stamp_of(datetime.fromisoformat("2026-01-14T10:30:00.5+01:00")) == "2026-01-14T09:30:00Z"
