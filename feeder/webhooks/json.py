"""The signed JSON of Standard Webhooks 1.0: event -> POST.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated, cast

from pydantic import AfterValidator, Field

from feeder.config import HttpUrl, SecretField, WebhookOptions
from feeder.config.fields import OneOrMany
from feeder.model.delivery import Kind, Request
from feeder.model.item import item, timestamp
from feeder.net import signing
from feeder.secret import Secret  # noqa: TC001 - pydantic reads the annotations

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.model.delivery import Event
    from feeder.model.feed import Feed

LIMIT = 256 * 1024  # bytes; more is refused by many receivers
_NAMES = ("id", "url")
_THIN = (*_NAMES, "title", "summary")
_LONGEST = 4_000  # characters of a text in the thin form
_SURROGATE = re.compile("[\ud800-\udfff]")


def _signing(secret: Secret) -> Secret:
    signing.parse(secret.reveal())
    return secret


class Options(WebhookOptions):
    """`secret` may be a list while it is being changed: all of them sign, and the receiver needs to know one."""

    url: HttpUrl
    secret: Annotated[
        tuple[Annotated[SecretField, AfterValidator(_signing)], ...], OneOrMany, Field(min_length=1, max_length=10)
    ]


def request(event: Event, options: Options, now: datetime) -> Request:
    """The same bytes on every attempt; only time and signature are those of this one."""
    content = body(event)
    headers = (("Content-Type", "application/json"), *signing.sign(options.secret, event.id, now, content))
    return Request("POST", options.url, headers, content)


def body(event: Event) -> bytes:
    """In full, or where that would be too large, thin: the receiver can fetch the article from its address."""
    full = _encoded(event, _article(event))
    return full if len(full) <= LIMIT else _encoded(event, _thin(item(event.article, event.link)))


def _encoded(event: Event, article: dict[str, object]) -> bytes:
    message = {
        "type": f"article.{event.kind}",
        "timestamp": timestamp(event.at.replace(microsecond=0)),
        "data": {"article": article, "feeds": [_feed(feed) for feed in event.feeds]},
    }
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    return _SURROGATE.sub("\ufffd", text).encode()


def _article(event: Event) -> dict[str, object]:
    whole = item(event.article, event.link)
    if event.kind is Kind.WITHDRAWN:
        del whole["content_html"]
    return whole


def _thin(whole: dict[str, object]) -> dict[str, object]:
    kept = {key: value if key in _NAMES else _cut(value) for key, value in whole.items() if key in _THIN}
    extension = cast("dict[str, object]", whole["_feeder"])
    return kept | {"_feeder": {key: _cut(value) for key, value in extension.items()} | {"thin": True}}


def _cut(value: object) -> object:
    return value[:_LONGEST] if isinstance(value, str) else value


def _feed(feed: Feed) -> dict[str, str]:
    return {"name": feed.name, "title": feed.title} | dict(feed.addresses)
