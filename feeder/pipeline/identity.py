"""Names that are given once and derived from nothing that changes."""

from __future__ import annotations

import base64
import hashlib
import uuid
from typing import TYPE_CHECKING

from feeder.text import slug

if TYPE_CHECKING:
    from feeder.model.delivery import Kind, NoticeKind

# Random, ours, and for ever: all ids hang from it.
_ROOT = uuid.UUID("0f3c6b5e-54f6-4d0b-9a39-6f2f1d1f4c55")


def article_id(source: str, kind: str, key: str, nth: int = 0) -> str:
    """The public id of the article that `source` first knew by this key, the `nth` of those that it served."""
    parts = ("article", source, kind, key, *([str(nth)] if nth else []))
    return uuid.uuid5(_ROOT, "\0".join(parts)).urn


def feed_id(site: str, name: str) -> str:
    return uuid.uuid5(_ROOT, f"feed\0{site}\0{name}").urn


def article_slug(words: str, key: str) -> str:
    """Words for people, and the head of the id, which makes it unique."""
    head = key.rpartition(":")[2].replace("-", "")[:10]
    text = slug(words)
    return f"{text}-{head}" if text else head


def event_id(article: str, kind: Kind | NoticeKind, revision: int) -> str:
    """The `webhook-id`: the same whenever the same event is derived again, so that a receiver can tell."""
    digest = hashlib.sha256(f"{article}\0{kind}\0{revision}".encode()).digest()
    return "msg_" + base64.b32encode(digest).decode().lower()[:26]
