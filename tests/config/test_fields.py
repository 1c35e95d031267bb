from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from feeder.config.fields import duration, http_url, size
from feeder.config.schedule import Cron, parse_cron

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
BYTES = {"B": 1, "kB": 1000, "KiB": 1024, "MB": 10**6, "MiB": 2**20, "GB": 10**9, "GiB": 2**30}


@given(st.integers(0, 36_500), st.sampled_from(sorted(SECONDS)))
def test_a_duration_is_a_number_and_a_unit(number: int, unit: str) -> None:
    assert duration(f"{number}{unit}") == timedelta(seconds=number * SECONDS[unit])


@given(st.integers(0, 10**9 - 1), st.sampled_from(sorted(BYTES)))
def test_a_size_is_a_number_and_a_unit(number: int, unit: str) -> None:
    assert size(f"{number}{unit}") == number * BYTES[unit]


@pytest.mark.parametrize("read", [duration, size])
@pytest.mark.parametrize(
    "text", ["", "10", "m", "-1m", "1.5h", "1h30m", "1 0s", "٣s", "1e3s", "9999999999d", "1XB", None, []]
)
def test_what_is_neither_is_refused(read: Callable[[object], object], text: object) -> None:
    with pytest.raises(PydanticCustomError):
        read(text)


@pytest.mark.parametrize(
    "address",
    ["https://host", "http://host:80/a?b=c#d", "https://[::1]:8/x", "https://münchen.example/ä", "HTTPS://h"],
)
def test_an_address_stays_as_it_was_written(address: str) -> None:
    assert http_url(address) == address


@pytest.mark.parametrize(
    "address",
    ["", "host", "//host", "https:", "https://", "https:///x", "ftp://h", "javascript:x", "https://h h", "https://h\n",
     "https://h\\@evil", "https://[::1", "https://h:99999", "https://h:0", "https://h:x", None, 1],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: object) -> None:
    with pytest.raises(ValueError, match="is not an http or https address"):
        http_url(address)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("*/15 * * * *", "0,15,30,45 * * * *"),
        ("0 6 * * mon-fri", "0 6 * * mon,tue,wed,thu,fri"),
        ("0 6 * * 0", "0 6 * * sun"),
        ("0 6 * * 7", "0 6 * * sun"),
        ("0 6 * * 1", "0 6 * * mon"),
        ("0 6 * * 5-7", "0 6 * * sun,fri,sat"),
        ("0 6 * * sat-sun", "0 6 * * sun,sat"),
        ("0 6 * * 0-7", "0 6 * * *"),
        ("0 6 * * */2", "0 6 * * sun,tue,thu,sat"),
        ("0-10/5,30 8-10 1 JAN,jul-SEP *", "0,5,10,30 8,9,10 1 1,7,8,9 *"),
        ("0 0 */40 * *", "0 0 1 * *"),
        ("@hourly", "0 * * * *"),
        ("@Daily", "0 0 * * *"),
        ("@weekly", "0 0 * * sun"),
        ("@monthly", "0 0 1 * *"),
    ],
)
def test_a_cron_line_names_its_days(line: str, read: str) -> None:
    assert str(parse_cron(line)) == read


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("* * * *", "needs five fields"),
        ("@reboot", "needs five fields"),
        ("60 * * * *", "has 60 as minute, which goes from 0 to 59"),
        ("* * 0 * *", "has 0 as day, which goes from 1 to 31"),
        ("* * * 13 *", "has 13 as month"),
        ("* * * * 8", "has 8 as day-of-week"),
        ("* * * foo *", 'has "foo" as month, which is no number or name'),
        ("mon * * * *", 'has "mon" as minute, which is no number'),
        ("5/10 * * * *", 'has "5/10" as minute; write'),
        ("*/0 * * * *", 'has "\\*/0" as minute; write'),
        ("1, * * * *", 'has "" as minute; write'),
        ("9-5 * * * *", "ends before it begins"),
        ("0 0 30 2 *", "a day that none of its months has"),
        ("0 0 1 * mon", "both a day of the month and a day of the week"),
    ],
)
def test_a_wrong_cron_line_says_what_is_wrong(line: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_cron(line)


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    numbers = st.integers(low, high)
    ranges = st.tuples(numbers, numbers).map(lambda pair: f"{min(pair)}-{max(pair)}")
    steps = st.tuples(ranges | st.just("*"), st.integers(1, 99)).map(lambda pair: f"{pair[0]}/{pair[1]}")
    return st.lists(numbers.map(str) | ranges | steps, min_size=1, max_size=3).map(",".join) | st.just("*")


lines = st.tuples(_field(0, 59), _field(0, 23), _field(1, 28), _field(1, 12), st.just("*")) | st.tuples(
    _field(0, 59), _field(0, 23), st.just("*"), _field(1, 12), _field(0, 7)
)


@given(lines)
def test_reading_a_cron_line_twice_changes_nothing(fields: tuple[str, ...]) -> None:
    once = parse_cron(" ".join(fields))
    assert parse_cron(str(once)) == once


@given(lines, st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)))  # noqa: DTZ001 - UTC comes below
def test_the_scheduler_comes_when_crontab_would(fields: tuple[str, ...], start: datetime) -> None:
    now = start.replace(tzinfo=UTC)
    comes = _trigger(parse_cron(" ".join(fields))).get_next_fire_time(None, now)
    assert _is_due(fields, comes)


def _trigger(cron: Cron) -> CronTrigger:
    return CronTrigger(
        minute=cron.minute,
        hour=cron.hour,
        day=cron.day,
        month=cron.month,
        day_of_week=cron.day_of_week,
        timezone=UTC,
    )


def _is_due(fields: tuple[str, ...], at: datetime) -> bool:
    """Crontab's own rules, written once more: Sunday is 0 and 7."""
    values = (at.minute, at.hour, at.day, at.month, at.isoweekday() % 7)
    lows = (0, 0, 1, 1, 0)
    due = [_fits(field, value, low) for field, value, low in zip(fields, values, lows, strict=True)]
    sunday_as_seven = values[4] == 0 and _fits(fields[4], 7, 0)
    return all(due[:4]) and (due[4] or sunday_as_seven)


def _fits(field: str, value: int, low: int) -> bool:
    return any(_part_fits(part, value, low) for part in field.split(","))


def _part_fits(part: str, value: int, low: int) -> bool:
    span, _, step = part.partition("/")
    first, _, last = span.partition("-")
    begin = low if span == "*" else int(first)
    end = 99 if span == "*" else int(last or first)
    return begin <= value <= end and (value - begin) % int(step or 1) == 0
