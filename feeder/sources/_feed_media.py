"""Pictures, sound and files that an entry brings along."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from feeder.sources._feed_parsed import address, pruned
from feeder.sources._feed_podcast import duration
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Said = Mapping[str, Any]

_PICTURE = re.compile(r"\.(?:avif|gif|jpe?g|png|webp)(?:$|\?)", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]{1,15}", re.ASCII)
_MOST = 100


def attachments(said: Said, base: str) -> list[dict[str, Any]]:
    """Enclosures, and what Media RSS has beside pictures."""
    files = [it for it in said.get("links") or [] if it.get("rel") == "enclosure"]
    media = [it for it in said.get("media_content") or [] if not _is_picture(it)]
    found: dict[str, dict[str, Any]] = {}
    for it in (*files, *media)[:_MOST]:
        url = address(it.get("href") or it.get("url"), base)
        if url is not None:
            found[url] = _attachment(it, url) | found.get(url, {})
    if found and (length := duration(said)):
        first = next(iter(found.values()))
        first.setdefault("duration_in_seconds", length)
    return list(found.values())


def _attachment(it: Said, url: str) -> dict[str, Any]:
    return pruned(
        {
            "url": url,
            "mime_type": one_line(str(it.get("type") or ""), 100),
            "size_in_bytes": number(it.get("length") or it.get("filesize")),
            "duration_in_seconds": number(it.get("duration")),
        }
    )


def credit(said: Said) -> str | None:
    """Who made the picture."""
    for it in said.get("media_credit") or []:
        if found := one_line(str(it.get("content") or ""), 300):
            return found
    return None


def image(said: Said, base: str) -> str | None:
    """The largest picture of Media RSS; else a thumbnail, a podcast's picture, an enclosed one."""
    return next((found for it in _pictures(said) if (found := address(it, base))), None)


def _pictures(said: Said) -> Iterator[object]:
    media = [it for it in said.get("media_content") or [] if _is_picture(it)]
    for them in (media, said.get("media_thumbnail") or []):
        for it in sorted(them[:_MOST], key=_width, reverse=True):
            yield it.get("url")
    yield (said.get("image") or {}).get("href")
    for it in said.get("links") or []:
        if it.get("rel") == "enclosure" and _is_picture(it):
            yield it.get("href")


def _is_picture(it: Said) -> bool:
    kind = str(it.get("medium") or it.get("type") or "").lower()
    if kind:
        return kind.startswith("image")
    return bool(_PICTURE.search(str(it.get("url") or it.get("href") or "")))


def _width(it: Said) -> int:
    return number(it.get("width")) or 0


def number(text: object) -> int | None:
    """`int()` would take signs, underscores and the digits of all scripts."""
    found = _DIGITS.fullmatch(str(text).strip())
    return int(found[0]) if found else None
