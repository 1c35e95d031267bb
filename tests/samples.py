"""Articles, audiences and moments for tests that need one and do not care which."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from feeder.config import FeedOptions, WebhookOptions
from feeder.model.article import Article, Bar, Content, State
from feeder.pipeline.identity import article_id, article_slug
from feeder.pipeline.owing import Audience

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def article(number: int = 1, **changes: Any) -> Article:
    """An article as `ingest` makes it; the higher the number the newer."""
    key = article_id("newsroom", "path", f"{number}.txt")
    title = changes.pop("title", f"Story number {number}")
    content = changes.pop(
        "content", Content(title=title, html=f"<p>Text of {title}.</p>", **changes.pop("fields", {}))
    )
    values: dict[str, Any] = {
        "id": key,
        "slug": article_slug(title, key),
        "source": "newsroom",
        "revision": 1,
        "state": State.LIVE,
        "published": NOW + timedelta(minutes=number),
        "updated": NOW + timedelta(minutes=number),
        "taken_in": NOW + timedelta(minutes=number),
        "position": NOW + timedelta(minutes=number),
        "bar": Bar.NONE,
        "content": content,
    }
    return Article(**(values | changes))


def webhook(**options: Any) -> WebhookOptions:
    return WebhookOptions(**({"type": "json"} | options))


def feed(**options: Any) -> FeedOptions:
    return FeedOptions(**options)


def audience(
    feeds: Mapping[str, FeedOptions] | None = None, webhooks: Mapping[str, WebhookOptions] | None = None
) -> Audience:
    return Audience(
        site="https://post.example/",
        feeds={"all": feed(title="All")} if feeds is None else feeds,
        webhooks={"partner": webhook()} if webhooks is None else webhooks,
        due=lambda _options, now: now,
    )
