"""JSON Feed 1.0 and 1.1 -> Parsed. https://www.jsonfeed.org/version/1.1/"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from feeder.errors import Unreadable
from feeder.sources._feed_charset import decoded
from feeder.sources._feed_parsed import MOST, Entry, Parsed, address, pruned, unescaped
from feeder.text import clean, one_line

_SPOILT = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def parse(body: bytes, url: str) -> Parsed:
    feed = _loaded(body)
    base = address(feed.get("feed_url"), url) or url
    about = _about(feed, base)
    entries, spoilt = [], []
    for number, item in enumerate(feed["items"][:MOST], 1):
        try:
            entries.append(_entry(item, base, about))
        except _SPOILT:
            spoilt.append(
                (f"entry {number}", "this entry of the feed cannot be read: it is no item of a JSON Feed")
            )
    older, own = address(feed.get("next_url"), base), address(feed.get("feed_url"), url)
    return Parsed("json", tuple(entries), tuple(spoilt), older, hub=_hub(feed, base), own=own)


def _hub(feed: dict[str, Any], base: str) -> str | None:
    hubs = feed.get("hubs")
    named = [it for it in hubs if isinstance(it, dict)] if isinstance(hubs, list) else []
    return next((address(it.get("url"), base) for it in named if it.get("type") == "WebSub"), None)


def _loaded(body: bytes) -> dict[str, Any]:
    try:
        feed, _ = json.JSONDecoder(strict=False).raw_decode(decoded(body, ""))
    except (ValueError, RecursionError):
        raise Unreadable("begins like JSON, but is broken") from None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list) or not _is_feed(feed):
        raise Unreadable("is JSON, but no JSON Feed (https://www.jsonfeed.org)")
    return feed


def _is_feed(feed: dict[str, Any]) -> bool:
    version = feed.get("version")
    return (isinstance(version, str) and "jsonfeed" in version) or not {
        "title",
        "home_page_url",
        "feed_url",
    }.isdisjoint(feed)


def _about(feed: dict[str, Any], base: str) -> dict[str, Any]:
    return pruned(
        {
            "title": _line(feed.get("title")),
            "url": address(feed.get("home_page_url"), base),
            "language": _line(feed.get("language")),
            "authors": _authors(feed, base),
            "feed_url": base,
        }
    )


def _entry(given: dict[str, Any], base: str, about: dict[str, Any]) -> Entry:
    link = address(given.get("url"), base)
    native = given.get("id")
    if isinstance(native, int | float) and not isinstance(native, bool):
        native = str(native)
    item = {
        "url": link,
        "external_url": address(given.get("external_url"), base),
        "title": _line(given.get("title")),
        "content_html": _text(given.get("content_html")),
        "content_text": _text(given.get("content_text")),
        "summary": _line(given.get("summary")),
        "image": address(given.get("image"), base),
        "banner_image": address(given.get("banner_image"), base),
        "date_published": _line(given.get("date_published")),
        "date_modified": _line(given.get("date_modified")),
        "authors": _authors(given, base),
        "tags": [line for tag in _list(given.get("tags")) if (line := _line(tag))],
        "language": _line(given.get("language")),
        "attachments": [it for one in _list(given.get("attachments")) if (it := _attachment(one, base))],
        "_feed": about,
    }
    date = _moment(given.get("date_published")) or _moment(given.get("date_modified"))
    return Entry(pruned(item), _text(native), date)


def _authors(given: dict[str, Any], base: str) -> list[dict[str, Any]]:
    """`authors`, and the one `author` of version 1.0."""
    people = [it for it in (*_list(given.get("authors")), given.get("author")) if isinstance(it, dict)]
    found = (pruned({"name": _line(it.get("name")), "url": address(it.get("url"), base)}) for it in people)
    return list({json.dumps(one): one for one in found if one}.values())


def _attachment(given: object, base: str) -> dict[str, Any] | None:
    if not isinstance(given, dict) or (url := address(given.get("url"), base)) is None:
        return None
    return pruned(
        {
            "url": url,
            "mime_type": _line(given.get("mime_type")),
            "title": _line(given.get("title")),
            "size_in_bytes": _whole(given.get("size_in_bytes")),
            "duration_in_seconds": _whole(given.get("duration_in_seconds")),
        }
    )


def _whole(value: object) -> int | None:
    """Python reads Infinity and NaN out of JSON."""
    return int(value) if isinstance(value, int | float) and 0 <= value < 1 << 53 else None


def _list(value: object) -> list[Any]:
    return value[:MOST] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return clean(value) if isinstance(value, str) else None


def _line(value: object) -> str | None:
    return unescaped(value) if isinstance(value, str) else None


def _moment(value: object) -> str:
    try:
        moment = datetime.fromisoformat(one_line(value, 40) if isinstance(value, str) else "")
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return ""
