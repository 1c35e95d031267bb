"""The page of an entry, for feeds that show only the beginnings of articles."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feeder.errors import FetchError
from feeder.sources._feed_charset import decoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from feeder.sources._source import Get

log = logging.getLogger(__name__)

ACCEPT = "text/html,application/xhtml+xml;q=0.9"
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_LARGEST = 3 * 1024 * 1024  # what is larger takes extractors seconds, and is no article
_MOST = 20  # pages of one look
_FAILURES = 3  # in a row: the site is away, or does not want to be read
_PATIENCE = timedelta(minutes=3)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)


class Pages:
    """One page after the other, at most so many for a look; after a few failures the others are let alone."""

    def __init__(self, name: str, get: Get, now: Callable[[], datetime]) -> None:
        self._name, self._get, self._now = name, get, now
        self._left, self._failures, self._enough = 0, 0, False
        self._until = datetime.min.replace(tzinfo=UTC)

    def begin(self) -> None:
        self._left, self._failures, self._enough = _MOST, 0, False
        self._until = self._now() + _PATIENCE

    def page(self, url: str) -> dict[str, str] | None:
        """Address and HTML; None (and a line in the log) where there is no page to be had."""
        if self._failures >= _FAILURES or self._left <= 0 or self._now() > self._until:
            self._say_enough()
            return None
        self._left -= 1
        found = self._fetched(url)
        if not isinstance(found, str):
            self._failures = 0
            return found
        self._failures += 1
        log.warning("%s: an entry is taken in as the feed has it: its page %s", self._name, found)
        return None

    def _say_enough(self) -> None:
        if not self._enough:
            reason = "others failed" if self._failures >= _FAILURES else "a look asks for so many only"
            log.warning("%s: entries are taken in as the feed has them: %s", self._name, reason)
        self._enough = True

    def _fetched(self, url: str) -> dict[str, str] | str:
        """The page, or what is wrong with it."""
        try:
            answer = self._get(url, accept=ACCEPT, limit=_LARGEST)
        except FetchError as error:
            return error.reason
        stated = answer.header("content-type") or "text/html"
        if stated.partition(";")[0].strip().lower() not in _HTML:
            return "is no HTML"
        if urlsplit(answer.url).path in {"", "/"} and urlsplit(url).path not in {"", "/"}:
            return "leads to the home page"
        return {"url": answer.url, "html": _markup(answer.body, stated)}


def _markup(body: bytes, stated: str) -> str:
    found = _CHARSET.search(body[:4096])
    return decoded(body, stated if "charset" in stated.lower() or not found else f"charset={found[1].decode()}")
