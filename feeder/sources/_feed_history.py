"""The older documents of a feed, one by one: `prev-archive` and `next` of RFC 5005, `next_url` of JSON Feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from feeder.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from feeder.sources._feed_parsed import Entry, Parsed

MOST = 10_000  # entries
_PAGES = 200
_PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Earlier:
    """`note` says why the way ended early, `rest` for how long the server wants to be left alone."""

    entries: tuple[Entry, ...] = ()
    spoilt: tuple[tuple[str, str], ...] = ()
    note: str | None = None
    rest: timedelta | None = None


def earlier(
    page_at: Callable[[str], Parsed],
    start: Parsed,
    far_enough: Callable[[tuple[Entry, ...]], bool],
    now: Callable[[], datetime],
    most: int = MOST,
) -> Earlier:
    """What stands behind `start`, newest first: at most so many entries, and none twice."""
    been: set[str] = set()
    had = {_name(it) for it in start.entries}
    found: list[Entry] = []
    spoilt: list[tuple[str, str]] = []
    end, page = now() + _PATIENCE, start
    while page.older and page.older not in been and len(found) < most:
        if len(been) >= _PAGES or now() > end:
            return Earlier(tuple(found), tuple(spoilt), note=_said(len(found), "it goes back too far"))
        been.add(page.older)
        try:
            page = page_at(page.older)
        except SourceError as error:
            return Earlier(tuple(found), tuple(spoilt), note=_said(len(found), error.reason), rest=error.rest)
        fresh = [it for it in page.entries if _name(it) not in had]
        had.update(map(_name, fresh))
        found += fresh[: most - len(found)]
        spoilt += page.spoilt
        if not fresh or far_enough(page.entries):
            break
    return Earlier(tuple(found), tuple(spoilt))


def _name(it: Entry) -> str:
    return it.native or it.item.get("url") or it.item.get("title") or it.date


def _said(count: int, reason: str) -> str:
    return f"its history ends after {count:,} entries: {reason}"
