"""Request headers and a file's validators -> is it 304, which bytes (RFC 9110, sections 13 and 14). Pure."""

from __future__ import annotations

import re
from email.utils import formatdate, parsedate_to_datetime

_ETAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


def http_date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


def listed(if_none_match: str) -> list[str]:
    """The entity tags of a list, with their quotes and without what marks the weak ones."""
    return _ETAG.findall(if_none_match)


def not_modified(etag: str, modified: int, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """If-None-Match, weakly compared, beats If-Modified-Since (13.2.2)."""
    if if_none_match is not None:
        return if_none_match.strip() == "*" or etag in listed(if_none_match)
    return unchanged_since(modified, if_modified_since)


def unchanged_since(modified: int, if_modified_since: str | None) -> bool:
    since = _seconds(if_modified_since)
    return since is not None and modified <= since


def byte_range(header: str | None, size: int) -> range | None:
    """The bytes that are asked for: None for all of them, an empty range for 416.

    Several ranges at once are answered with the whole (14.2 allows it).
    """
    found = _RANGE.fullmatch(header or "")
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None  # invalid, so ignored
    return range(int(first), min(int(last) + 1, size) if last else size)


def range_holds(if_range: str | None, etag: str, modified: int) -> bool:
    """Whether If-Range (absent, a strong ETag, or the exact date) lets the range be answered."""
    if if_range is None:
        return True
    return if_range == etag or _seconds(if_range) == modified


def _seconds(date: str | None) -> int | None:
    """Seconds since 1970 of an HTTP date; anything else is as if it were absent."""
    try:
        return int(parsedate_to_datetime(date or "").timestamp())
    except (ValueError, OverflowError):
        return None
