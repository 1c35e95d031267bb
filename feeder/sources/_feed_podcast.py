"""What an entry of a podcast says of itself, beside its file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from feeder.sources._feed_parsed import address, pruned
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    Said = Mapping[str, Any]

_CLOCK = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,7})(?:\.\d+)?", re.ASCII)


def duration(said: Said) -> int | None:
    """Seconds: `1865`, `31:05` and `0:31:05` are the same."""
    found = _CLOCK.fullmatch(str(said.get("itunes_duration") or "").strip())
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return (3600 * hours + 60 * minutes + seconds) or None


def episode(said: Said, base: str) -> dict[str, Any]:
    kind = one_line(str(said.get("itunes_episodetype") or ""), 20).lower()
    return pruned(
        {
            "number": _number(said.get("itunes_episode") or said.get("podcast_episode")),
            "season": _number(said.get("itunes_season") or said.get("podcast_season")),
            "kind": kind if kind in {"trailer", "bonus"} else None,
            "explicit": said.get("itunes_explicit"),  # feedparser knows `yes` and `clean`, not `true`
            "transcript": _linked(said.get("podcast_transcript"), base),
            "chapters": _linked(said.get("podcast_chapters"), base),
        }
    )


def _linked(said: object, base: str) -> str | None:
    return address(said.get("url"), base) if isinstance(said, dict) else None


def _number(said: object) -> int | None:
    text = str(said or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
