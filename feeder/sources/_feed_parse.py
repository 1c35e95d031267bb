"""A feed's bytes -> Parsed, whatever the format: a function of its arguments alone, for a process of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from feeder.errors import Unreadable
from feeder.sources import _feed_json, _feed_xml

if TYPE_CHECKING:
    from collections.abc import Callable

    from feeder.sources._feed_parsed import Parsed

_NOTHING = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"


def parse(
    body: bytes, content_type: str = "", url: str = "", encoding: str | None = None, number: int = 0
) -> Parsed:
    """The piece of this number. Raises Unreadable when it is no feed, and nothing else."""
    start = body.lstrip(_NOTHING)[:1]
    if not start:
        raise Unreadable("is empty")
    if start in {b"{", b"["}:
        return _feed_json.parse(body, url)
    return _feed_xml.parse(body, content_type, url, encoding, number)


def whole(call: Callable[..., Parsed], *arguments: Any) -> Parsed:
    """All pieces; `call` is `parse`, or has it done elsewhere."""
    first = call(*arguments, 0)
    others = [call(*arguments, number) for number in range(1, first.pieces)]
    return replace(
        first,
        entries=tuple(it for one in (first, *others) for it in one.entries),
        spoilt=tuple(it for one in (first, *others) for it in one.spoilt),
    )


def items(body: bytes, content_type: str = "", url: str = "") -> list[dict[str, Any]]:
    """Each entry as an item of JSON Feed with the id that it states, in the feed's order. Raises Unreadable."""
    entries = whole(parse, body, content_type, url, None).entries
    return [{"id": it.native, **it.item} if it.native else it.item for it in entries]
