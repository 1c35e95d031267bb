"""Documents and hints for the tests of this room."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from feeder.model.document import Document, Hints

ARRIVED = datetime(2026, 1, 15, 9, tzinfo=UTC)


def document(body: bytes | str, media_type: str = "text/plain", key: str = "article.txt") -> Document:
    raw = body.encode() if isinstance(body, str) else body
    return Document("newsroom", key, "1", media_type, raw, ARRIVED, sha256(raw).hexdigest())


def hints(
    arrived: datetime = ARRIVED, zone: str = "UTC", language: str | None = None, publisher: str | None = None
) -> Hints:
    return Hints(ZoneInfo(zone), "https://post.example/", arrived, publisher, language)
