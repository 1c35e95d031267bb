"""What the sources that fetch other people's addresses have in common."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from feeder.config import Duration, HttpUrl, Size, SourceOptions
from feeder.errors import FetchError, SourceError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from feeder.net import Fetched
    from feeder.sources._source import Get


class PulledOptions(SourceOptions):
    """`max-age`: webhooks are not told of what is older when it is first seen; feeds always have everything."""

    url: HttpUrl
    every: Duration | None = timedelta(minutes=10)
    max_age: Duration = timedelta(days=7)
    max_size: Size = 8 * 1024 * 1024


def fetched(
    name: str, get: Get, url: str, *, accept: str, limit: int, headers: tuple[tuple[str, str], ...] = ()
) -> Fetched:
    """As `get`; what goes wrong is the source's error."""
    try:
        return get(url, accept=accept, limit=limit, headers=headers)
    except FetchError as error:
        raise SourceError(name, error.reason, error.rest) from None


def among(known: Mapping[str, str], keys: Collection[str]) -> Mapping[str, str]:
    """What is known of these keys: a store is asked for many at once."""
    many = getattr(known, "among", None)
    return many(keys) if many else known


def conditions(memory: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The headers that ask for news only: RFC 9110, section 13.1."""
    said = (("If-None-Match", memory.get("etag")), ("If-Modified-Since", memory.get("modified")))
    return tuple((name, value) for name, value in said if isinstance(value, str) and value)


def validators(answer: Fetched) -> dict[str, str]:
    """What `conditions` wants to know at the next look."""
    said = {"etag": answer.header("etag"), "modified": answer.header("last-modified")}
    return {name: value for name, value in said.items() if value and value.isprintable() and value.isascii()}


def remembered(memory: str) -> dict[str, Any]:
    """What the last look left; nothing where it cannot be read, since the worst of that is one fetch too many."""
    try:
        found = json.loads(memory or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def digest_of(*parts: bytes) -> str:
    """Of several parts as of one document: a page's address belongs to it, or two walls would be one article."""
    found = hashlib.blake2b(digest_size=20)
    for part in parts:
        found.update(len(part).to_bytes(8, "big") + part)
    return found.hexdigest()
