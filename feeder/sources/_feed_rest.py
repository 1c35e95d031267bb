"""What a server and a feed say of their times -> for how long to leave them alone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from feeder.net import http_date, retry_after

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.net import Fetched

_LONGEST = timedelta(days=1)
_MAX_AGE = re.compile(
    r"(?:^|[\s,])(s-maxage|max-age)\s*=\s*\"?([0-9]{1,9})\"?(?=$|[\s,;])", re.IGNORECASE | re.ASCII
)
_NEVER_KEPT = re.compile(r"(?:^|[\s,])no-(?:store|cache)(?=$|[\s,;=])", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


def rest_of(answer: Fetched, ttl: int | None, now: datetime) -> timedelta | None:
    """The longest of what is asked for, at most a day; None where nothing is."""
    asked = [retry_after(answer.header("retry-after"), now, _LONGEST), _fresh(answer, now)]
    if ttl:
        asked.append(timedelta(seconds=ttl))
    longest = max((it for it in asked if it is not None), default=timedelta(0))
    return min(longest, _LONGEST) if longest > timedelta(0) else None


def _fresh(answer: Fetched, now: datetime) -> timedelta | None:
    """RFC 9111, section 4.2: how long the answer stays as it is. A cache on the way has had it for a while."""
    control = answer.header("cache-control") or ""
    if _NEVER_KEPT.search(control):
        return None
    ages = {name.lower(): int(value) for name, value in _MAX_AGE.findall(control)}
    if "max-age" in ages:
        return timedelta(seconds=max(0, ages["max-age"] - _age(answer)))
    expires = http_date(answer.header("expires") or "")
    return expires - (http_date(answer.header("date") or "") or now) if expires else None


def _age(answer: Fetched) -> int:
    said = (answer.header("age") or "").strip()
    return int(said) if _SECONDS.fullmatch(said) else 0
