"""Dates in a text -> a day, or a moment in UTC where a time is stated. A bad date is none, never an error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING

from feeder.extractors._months import WEEKDAYS, month, persian_day
from feeder.model.document import in_utc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feeder.model.document import Hints

_WORD = r"[^\s\d,;:()/<>\[\]|–—\"]{2,16}?"
_YEAR = r"(?P<year>\d{4})(?!\d)(?:\s?(?:г\.|r\.(?!\w)|года|р\.|року|m\.|г(?=\s)))?"
_PATTERNS = (
    re.compile(r"(?<!\d)(?P<year>\d{4})(?P<s>[-/.])(?P<month>\d{1,2})(?P=s)(?P<day>\d{1,2})(?!\d)"),
    re.compile(
        r"(?:(?P<year>\d{4})\s?[年년]\s?)?(?<!\d)(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일号號]"
    ),
    re.compile(
        r"(?<![\d.:])(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|ª|°|η|-?е|\.)?[\s\-./]{0,2}(?:(?:of|de|d'|d’|av|ngày)"
        r"\s?)?"
        rf"(?P<word>{_WORD})\.?(?:[\s,\-./]{{0,2}}(?:(?:de|del|of|năm)\s)?{_YEAR}|(?![^\W\d_]|[\u0900-\u0dff]))"
    ),
    re.compile(
        rf"(?<![^\W_])(?P<word>{_WORD})\.?[\s\-/]{{0,2}}(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?(?!:?\d)"
        rf"(?:[\s,/\-]{{1,2}}{_YEAR})?"
    ),
    re.compile(  # the Levant's names of two words
        rf"(?<!\d)(?P<day>\d{{1,2}})\s(?P<word>(?:كانون|تشرين)\s(?:الأول|الاول|الثاني))(?:[\s,،]{{1,2}}{_YEAR})?"
    ),
    re.compile(rf"(?<!\d)(?P<year>\d{{4}})\.?,?\s(?:m\.\s)?(?P<word>{_WORD})\.?\s(?P<day>\d{{1,2}})(?!\d)\.?"),
    re.compile(
        r"(?<![\d.])(?P<first>\d{1,2})(?P<s>[-/.]\s?)(?P<second>\d{1,2})(?P=s)(?P<year>\d{4}|\d{2})(?![\d])"
    ),
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?=T\d|\Z)"),
)
_WEEKDAYS = "|".join(sorted(map(re.escape, WEEKDAYS), key=len, reverse=True))
_TIME = re.compile(
    rf"(?:T|[\s,|·•–—-]{{0,3}}(?:(?:{_WEEKDAYS})\.?[\s,]{{1,2}})?"
    r"(?:(?:at|um|à|a las|às|alle|ore|kl\.?|om|klo|at:|o godz\.|в|об|о|saat|lúc|pukul|الساعة|ساعت)\s?){0,2})"
    r"(?P<half_first>午前|午後|上午|下午|오전|오후)?\s?"
    r"(?P<hour>\d{1,2})(?:(?:[:.h時时点點시]\s?(?P<minute>\d{2})[分분]?)(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?)?"
    r"\s?(?P<half>[ap]\.?\s?m\.?(?![a-z]))?(?:\s?Uhr)?\s?\(?(?P<zone>Z(?![a-z])|[A-Z]{2,4}(?![A-Za-z+-])|"
    r"(?:GMT|UTC)?[+-]\d{1,2}(?::?\d{2})?)?\)?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>\d{1,2}?):?(?P<minutes>\d{2})?\Z")
_ZONES = {  # abbreviations with one meaning in the news; hours east of Greenwich
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "TRT": 3,
    "JST": 9, "KST": 9, "HKT": 8, "SGT": 8,
    "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "ET": -5, "CT": -6, "PT": -8, "MEZ": 1, "MESZ": 2,
}  # fmt: skip
_AHEAD = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Stated:
    """A date as it stands in `text[start:end]`; `year` says whether it names one."""

    when: date | datetime
    year: bool
    start: int
    end: int

    @property
    def day(self) -> date:
        return self.when.date() if isinstance(self.when, datetime) else self.when


def parse(text: str, hints: Hints, language: str | None = None) -> date | datetime | None:
    """The first date that `text` states, None when it states none that exists."""
    found = find(text[:200], hints, language)
    return found[0].when if found else None


def find(text: str, hints: Hints, language: str | None = None) -> list[Stated]:
    """Every date in a short text, in its order, without overlaps."""
    found: list[Stated] = []
    for stated in sorted(_candidates(text[:400], hints, language), key=lambda s: (s.start, -s.end)):
        if not found or stated.start >= found[-1].end:
            found.append(stated)
    return found


def utc(when: datetime, zone: tzinfo) -> datetime:
    return in_utc(when if when.tzinfo else when.replace(tzinfo=zone))


def moment(when: date | datetime, zone: tzinfo) -> datetime:
    """When a stated date begins, in UTC."""
    return when if isinstance(when, datetime) else utc(datetime.combine(when, time()), zone)


def nearest(day: int, number: int, arrived: datetime) -> date | None:
    """The day of a date that names no year: nearest to the arrival, and at most two days after it."""
    latest = (arrived + _AHEAD).date()
    days = (_day(year, number, day) for year in (latest.year, latest.year - 1, latest.year - 4))
    return next((found for found in days if found is not None and found <= latest), None)


def _candidates(text: str, hints: Hints, language: str | None) -> Iterator[Stated]:
    for pattern in _PATTERNS:
        at = 0
        while found := pattern.search(text, at):
            day = _read(found, hints, language)
            at = found.end() if day else found.start() + 1
            if day:
                yield _timed(text, found, day, hints)


def _read(found: re.Match[str], hints: Hints, language: str | None) -> date | None:
    parts = found.groupdict()
    number = month(parts["word"], language) if parts.get("word") else int(parts.get("month") or 0)
    if parts.get("first"):
        return _numeric(parts, hints, language)
    day, year = int(parts["day"]), parts.get("year")
    if number is None:
        return persian_day(int(year), parts["word"] or "", day) if year and parts.get("word") else None
    if year is None:
        return nearest(day, number, hints.arrived)
    era = 543 if 2480 < int(year) < 2680 else 0  # the Thai calendar
    return _day(int(year) - era, number, day)


def _numeric(parts: dict[str, str | None], hints: Hints, language: str | None) -> date | None:
    """14/01/2026 and 01/14/2026; where both could be, English with slashes takes the one nearer to the arrival."""
    first, second, year = (int(parts[name] or 0) for name in ("first", "second", "year"))
    year += 2000 if year < 70 else 1900 if year < 100 else 0
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    slashes = parts["s"] != "." and not (parts["s"] or "").startswith(".")
    english = (language or hints.language or "en").startswith("en")
    if day_first and month_first and slashes and english:
        return min((month_first, day_first), key=lambda day: abs(day - hints.arrived.date()))
    return day_first or (month_first if slashes else None)


def _day(year: int, number: int, day: int) -> date | None:
    try:
        return date(year, number, day)
    except (ValueError, OverflowError):  # 31 February, year 0
        return None


def _timed(text: str, found: re.Match[str], day: date, hints: Hints) -> Stated:
    has_year = bool(found.groupdict().get("year"))
    clock = _TIME.match(text, found.end())
    if clock and (clock["minute"] or clock["half"]):
        when = _moment(day, clock, hints.zone)
        if when is not None:
            return Stated(when, has_year, found.start(), len(text[: clock.end()].rstrip()))
    return Stated(day, has_year, found.start(), found.end())


def _moment(day: date, clock: re.Match[str], zone: tzinfo) -> datetime | None:
    hour = int(clock["hour"])
    if half := (clock["half"] or clock["half_first"] or "").lower():
        hour = hour % 12 + (12 if half.startswith(("p", "午後", "下午", "오후")) else 0)
    try:
        naive = datetime.combine(day, time(hour, int(clock["minute"] or 0), int(clock["second"] or 0)))
        return utc(naive, _zone(clock["zone"]) or zone)
    except (ValueError, OverflowError):
        return None


def _zone(name: str | None) -> tzinfo | None:
    if not name:
        return None
    if offset := _OFFSET.search(name):
        gap = timedelta(hours=int(offset["hours"]) % 24, minutes=int(offset["minutes"] or 0) % 60)
        return timezone(-gap if offset["sign"] == "-" else gap)
    hours = _ZONES.get(name.upper())
    return None if hours is None else timezone(timedelta(hours=hours))
