"""Answer -> verdict, as Standard Webhooks has it; for kinds whose service says nothing else.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from feeder.model.delivery import Outcome, Verdict
from feeder.net import redact

if TYPE_CHECKING:
    from feeder.model.delivery import Answer

_LONGEST = timedelta(hours=24)
_SECONDS = re.compile(r"[0-9]+")
_DATE = re.compile(r"[A-Z][a-z]{2,8},? [0-9A-Za-z -]{6,11} [0-9]{2}:[0-9]{2}:[0-9]{2}( GMT| [0-9]{4})")


def verdict(answer: Answer, now: datetime) -> Verdict:
    """Only 2xx is success, and it is whatever became of the body; only 410 is final."""
    status = answer.status
    if status is None:
        return Verdict(Outcome.RETRY, answer.error or "no answer")
    if 200 <= status <= 299:
        return Verdict(Outcome.DELIVERED, named(status))
    if status == HTTPStatus.GONE:
        return Verdict(Outcome.GONE, "410 Gone: the receiver wants no more")
    return Verdict(Outcome.RETRY, _failure(answer, status), retry_after(answer.header("Retry-After"), now))


def named(status: int) -> str:
    """The status with the standard's name for it; the receiver's own may be anything."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _failure(answer: Answer, status: int) -> str:
    location = answer.header("Location")
    if 300 <= status <= 399 and location:
        return f"{status} to another address is not followed ({redact(location)})"
    return named(status)


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """How long the receiver asks to wait: seconds in ASCII digits or an HTTP date, between 0 and 24 hours.

    Anything else is nothing. `int()` and `float()` would take `1_000`, `inf` and Arabic digits too.
    """
    text = (value or "").strip(" \t")
    if _SECONDS.fullmatch(text):
        return timedelta(seconds=min(int(text), 86_400)) if len(text) < 20 else _LONGEST
    until = _date(text)
    return None if until is None else min(max(until - now, timedelta(0)), _LONGEST)


def _date(text: str) -> datetime | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return parsedate_to_datetime(text).replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None
