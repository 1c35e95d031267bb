"""What a server says of times -> how long to leave it alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]+")
_DATE = re.compile(r"[A-Z][a-z]{2,8},? [0-9A-Za-z -]{6,11} [0-9]{2}:[0-9]{2}:[0-9]{2}( GMT| [0-9]{4})")


def retry_after(value: str | None, now: datetime, longest: timedelta) -> timedelta | None:
    """The value of a Retry-After: seconds in ASCII digits or an HTTP date, from 0 to `longest`; else nothing.

    `int()` and `float()` would take `1_000`, `inf` and Arabic digits too.
    """
    text = (value or "").strip(" \t")
    if _SECONDS.fullmatch(text):
        return min(timedelta(seconds=int(text)), longest) if len(text) < 10 else longest
    until = http_date(text)
    return None if until is None else min(max(until - now, timedelta(0)), longest)


def http_date(text: str) -> datetime | None:
    """RFC 9110, section 5.6.7, in all three of its forms; None for anything else."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return parsedate_to_datetime(text).replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None
