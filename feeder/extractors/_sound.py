"""Front matter -> the files of an article, and what it is in a podcast.

audio: https://post.example/7.mp3       # also video, enclosure, enclosures, attachments; one, or a list
audio: {url: …, type: audio/mpeg, length: 9314112, duration: "31:05", title: Listen}
duration: "31:05"                       # of the first file, where it says none itself
episode: 7                              # also season, episode_type, explicit, transcript, chapters
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from feeder.extractors._draft import absolute
from feeder.extractors._item_facts import media_type
from feeder.model.article import Enclosure, Episode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feeder.extractors._draft import Draft
    from feeder.model.document import Hints

_FILES = ("audio", "video", "enclosure", "enclosures", "attachments")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:\.\d+)?", re.ASCII)
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_MOST = 100
_ORIGIN = "front matter"


def take_sound(values: dict[str, Any], draft: Draft, hints: Hints) -> None:
    base = draft.url or hints.base
    found = (it for name in _FILES for it in _files(values.get(name), values, base))
    draft.put("enclosures", tuple({it.url: it for it in found}.values())[:_MOST], _ORIGIN)
    draft.put("episode", _episode(values, base), _ORIGIN)


def seconds(written: str) -> int | None:
    """`1865`, `31:05` and `0:31:05` are the same."""
    if _NUMBER.fullmatch(written):
        return int(written)
    clock = _CLOCK.fullmatch(written)
    if clock is None:
        return None
    hours, minutes, rest = (int(part or 0) for part in clock.groups())
    return 3600 * hours + 60 * minutes + rest


def _files(said: Any, values: dict[str, Any], base: str) -> Iterator[Enclosure]:
    if isinstance(said, list):
        for it in said[:_MOST]:
            yield from _files(it, values, base)
        return
    one = said if isinstance(said, dict) else {"url": said}
    written = _text(one, "url", "src", "href", "file")
    if written and (url := absolute(written, base)):
        yield Enclosure(
            url,
            _text(one, "type", "mime_type")[:100] or media_type(url),
            number(_text(one, "length", "size", "bytes", "size_in_bytes")),
            _text(one, "title", "name") or None,
            seconds(_text(one, "duration") or _text(values, "duration")),
        )


def _episode(values: dict[str, Any], base: str) -> Episode | None:
    transcript, chapters, explicit = (_text(values, it) for it in ("transcript", "chapters", "explicit"))
    made = Episode(
        number=number(_text(values, "episode", "episode_number")),
        season=number(_text(values, "season", "season_number")),
        kind=_text(values, "episode_type", "episodetype").lower() or "full",
        explicit=explicit.lower() in {"true", "yes", "on", "1"} if explicit else None,
        transcript=absolute(transcript, base) if transcript else None,
        chapters=absolute(chapters, base) if chapters else None,
    )
    return made if made != Episode() else None


def number(written: str) -> int | None:
    return int(written) if _NUMBER.fullmatch(written) else None


def _text(values: dict[str, Any], *keys: str) -> str:
    return next((value.strip() for key in keys if isinstance(value := values.get(key), str) and value.strip()), "")
