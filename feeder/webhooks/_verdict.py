"""Answer -> verdict, as Standard Webhooks has it; for kinds whose service says nothing else.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
The header webhook-delivery: https://docs.svix.com/retries
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING

from feeder.model.delivery import Outcome, Phase, Verdict
from feeder.net import redact, retry_after

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.model.delivery import Answer

_LONGEST = timedelta(hours=24)
_BUSY = {408, 429}  # among 4xx, those that say nothing about the message
_THROTTLED = {429, 502, 503, 504}


def verdict(answer: Answer, now: datetime) -> Verdict:
    """Only 2xx is success, and it is whatever became of the body."""
    status = answer.status
    if status is None:
        return Verdict(_unanswered(answer), answer.error or "no answer")
    if 200 <= status <= 299:
        return Verdict(Outcome.DELIVERED, named(status))
    return _wanted_no_more(answer, status) or _failed(answer, status, now)


@cache
def named(status: int) -> str:
    """The status with the standard's name for it; the receiver's own may be anything."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _unanswered(answer: Answer) -> Outcome:
    if answer.blocked:
        return Outcome.BLOCKED
    # It never came as far as looking up the host: the request itself is what cannot be sent.
    return Outcome.CONFIG if answer.phase is Phase.GUARD else Outcome.RETRY


def _wanted_no_more(answer: Answer, status: int) -> Verdict | None:
    """What the receiver says with 410, or in a header of its own, for good."""
    if status == HTTPStatus.GONE:
        return Verdict(Outcome.GONE, "410 Gone: the receiver wants no more")
    asked = (answer.header("webhook-delivery") or "").strip().lower()
    if asked == "disable":
        return Verdict(Outcome.GONE, f"{named(status)}, webhook-delivery: disable: the receiver wants no more")
    if asked == "abort-message":
        return Verdict(Outcome.ABORTED, f"{named(status)}, webhook-delivery: abort-message: never again")
    return None


def _failed(answer: Answer, status: int, now: datetime) -> Verdict:
    outcome = Outcome.REFUSED if 400 <= status <= 499 and status not in _BUSY else Outcome.RETRY
    asked = retry_after(answer.header("Retry-After"), now, _LONGEST)
    return Verdict(outcome, _failure(answer, status), asked, pause=asked is not None and status in _THROTTLED)


def _failure(answer: Answer, status: int) -> str:
    location = answer.header("Location")
    if 300 <= status <= 399 and location:
        return f"{status} to another address is not followed ({redact(location)})"
    return named(status)
