"""Answer -> verdict, as Standard Webhooks has it; for kinds whose service says nothing else.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from feeder.model.delivery import Outcome, Verdict
from feeder.net import redact, retry_after

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.model.delivery import Answer

_LONGEST = timedelta(hours=24)


def verdict(answer: Answer, now: datetime) -> Verdict:
    """Only 2xx is success, and it is whatever became of the body; only 410 is final."""
    status = answer.status
    if status is None:
        return Verdict(Outcome.RETRY, answer.error or "no answer")
    if 200 <= status <= 299:
        return Verdict(Outcome.DELIVERED, named(status))
    if status == HTTPStatus.GONE:
        return Verdict(Outcome.GONE, "410 Gone: the receiver wants no more")
    asked = retry_after(answer.header("Retry-After"), now, _LONGEST)
    return Verdict(Outcome.RETRY, _failure(answer, status), asked)


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
