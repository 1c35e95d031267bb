"""`every:` and `cron:` -> Schedule. Crontab's rules are ours; its numbers never reach the scheduler.

Crontab counts days of the week from Sunday (0 or 7), APScheduler from Monday: days leave here by name.
With both a day of the month and a day of the week crontab means either, APScheduler both: we refuse the pair.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, NamedTuple

from pydantic import PlainValidator

from feeder.config.fields import wrong

_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_PART = re.compile(r"(\*|(?P<first>\w{1,4})(-(?P<last>\w{1,4}))?)(/(?P<step>\d{1,4}))?", re.ASCII)


class _Field(NamedTuple):
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()  # of `low` and the numbers after it


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day-of-week", 0, 7, (*_WEEKDAYS, "sun")),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """Five fields as APScheduler's CronTrigger takes them: numbers, but days of the week by name."""

    minute: str
    hour: str
    day: str
    month: str
    day_of_week: str

    def __str__(self) -> str:
        return f"{self.minute} {self.hour} {self.day} {self.month} {self.day_of_week}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often: one of the two, or neither."""

    every: timedelta | None = None
    cron: Cron | None = None


def parse_cron(text: str) -> Cron:
    """Raises ValueError with a predicate that says what is wrong."""
    fields = _NICKNAMES.get(text.strip().lower(), text).lower().split()
    if len(fields) != len(_FIELDS):
        known = ", ".join(_NICKNAMES)
        raise ValueError(f"needs five fields (minute hour day month day-of-week) or one of {known}")
    minutes, hours, days, months, weekdays = (
        _numbers(field, text) for field, text in zip(_FIELDS, fields, strict=True)
    )
    if len(days) < 31 and len({day % 7 for day in weekdays}) < 7:
        raise ValueError("names both a day of the month and a day of the week; write two entries, each with one")
    if min(days) > max(_MONTH_LENGTHS[month - 1] for month in months):
        raise ValueError("names a day that none of its months has")
    minute, hour, day, month = map(_listed, _FIELDS, (minutes, hours, days, months))
    return Cron(minute, hour, day, month, _named(weekdays))


def _numbers(field: _Field, text: str) -> set[int]:
    return {number for part in text.split(",") for number in _part(field, part)}


def _part(field: _Field, text: str) -> range:
    found = _PART.fullmatch(text)
    if not found or (found["step"] and found["first"] and not found["last"]) or found["step"] == "0":
        raise ValueError(f'has "{text}" as {field.name}; write a number, 1-5, 1,3,5, * or */15')
    if not found["first"]:
        return range(field.low, field.high + 1, int(found["step"] or 1))
    first = _number(field, found["first"])
    last = _number(field, found["last"]) if found["last"] else first
    if field.high == 7 and last == 0 < first:
        last = 7  # sat-sun
    if last < first:
        raise ValueError(f'has the range "{text}" as {field.name}, which ends before it begins')
    return range(first, last + 1, int(found["step"] or 1))


def _number(field: _Field, text: str) -> int:
    number = int(text) if text.isdecimal() else field.low + _index(field, text)
    if not field.low <= number <= field.high:
        raise ValueError(f"has {number} as {field.name}, which goes from {field.low} to {field.high}")
    return number


def _index(field: _Field, text: str) -> int:
    if text not in field.names:
        raise ValueError(f'has "{text}" as {field.name}, which is no number{" or name" * bool(field.names)}')
    return field.names.index(text)


def _listed(field: _Field, found: set[int]) -> str:
    return "*" if len(found) == field.high - field.low + 1 else ",".join(map(str, sorted(found)))


def _named(weekdays: set[int]) -> str:
    days = {day % 7 for day in weekdays}
    return "*" if len(days) == 7 else ",".join(_WEEKDAYS[day] for day in sorted(days))


def _cron(value: object) -> Cron:
    if isinstance(value, Cron):
        return value
    if not isinstance(value, str):
        raise wrong('is not a cron line; write one as "0 6 * * mon-fri"')
    try:
        return parse_cron(value)
    except ValueError as error:
        raise wrong(str(error)) from None


CronField = Annotated[Cron, PlainValidator(_cron)]


# ---------------------------------------------------------------- how many in a time


_SECONDS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in a time. `interval` is the time of one; `burst` is how many may come at once."""

    interval: timedelta
    burst: int
    text: str

    def __str__(self) -> str:
        return self.text


def _rate(value: object) -> Rate:
    if isinstance(value, Rate):
        return value
    found = re.fullmatch(r"([1-9][0-9]{0,5})\s?/\s?([smh])", str(value), re.ASCII)
    if not found:
        raise wrong("is not a rate; write one as 10/s, 100/m or 1000/h")
    number, seconds = int(found[1]), _SECONDS[found[2]]
    return Rate(timedelta(seconds=seconds) / number, max(1, number // seconds), str(value))


RateField = Annotated[Rate, PlainValidator(_rate)]
