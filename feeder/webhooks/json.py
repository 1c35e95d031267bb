"""The signed JSON of Standard Webhooks 1.0: event or notice -> POST.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
or with the headers of GitHub's webhooks, for receivers that know only those:
https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal, cast

from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo

from feeder.config import HttpUrl, WebhookOptions
from feeder.config.fields import OneOrMany, dated
from feeder.model.delivery import Kind, Request
from feeder.model.item import item, timestamp
from feeder.net import keys, signing
from feeder.net.keys import Key

if TYPE_CHECKING:
    from feeder.model.delivery import Event, Notice
    from feeder.model.feed import Feed

LIMIT = 256 * 1024  # bytes; more is refused by many receivers
_NAMES = ("id", "url")
_THIN = (*_NAMES, "title", "summary")
_LONGEST = 4_000  # characters of a text in the thin form
_CONTENT = ("Content-Type", "application/json")
_SURROGATE = re.compile("[\ud800-\udfff]")


def _key(value: object, info: ValidationInfo) -> Key:
    if isinstance(value, Key):
        return value
    found = dated(value, info)
    # Where signature itself is wrong, that is told, and no secret is wrong for it.
    made = keys.standard if info.data.get("signature") == "standard" else keys.github
    return made(found.secret, found.not_after)


def _good(several: tuple[Key, ...]) -> tuple[Key, ...]:
    if all(key.expired(datetime.now(UTC)) for key in several):
        raise ValueError("holds only secrets whose not-after is over; put a new one first")
    return several


class Options(WebhookOptions):
    """`secret` may be a list while it is being changed: all of them sign, and the receiver needs to know one.

    With `signature: github` only the first that has not expired signs.
    """

    url: HttpUrl
    signature: Literal["standard", "github"] = "standard"
    secret: Annotated[
        tuple[Annotated[Key, PlainValidator(_key)], ...],
        OneOrMany,
        Field(min_length=1, max_length=10),
        AfterValidator(_good),
    ]


def request(event: Event, options: Options, now: datetime) -> Request:
    """The same bytes on every attempt; only time and signature are those of this one. Raises RequestError."""
    return _post(options, event.id, f"article.{event.kind}", now, body(event))


def notice(told: Notice, options: Options, now: datetime) -> Request:
    """Raises RequestError."""
    content = _encoded(told.kind, told.at, {"name": told.name, "text": told.text})
    return _post(options, told.id, told.kind, now, content)


def _post(options: Options, id_: str, type_: str, now: datetime, content: bytes) -> Request:
    if options.signature == "github":
        headers = signing.sign_as_github(options.secret, id_, type_, now, content)
    else:
        headers = signing.sign(options.secret, id_, now, content)
    return Request("POST", options.url, (_CONTENT, *headers), content)


def body(event: Event) -> bytes:
    """In full, or where that would be too large, thin: the receiver can fetch the article from its address.

    Encoded once for all webhooks that are told of the event.
    """
    made: bytes | None = event.made.get("json")
    if made is None:
        made = _told(event, _article(event))
        if len(made) > LIMIT:
            made = _told(event, _thin(item(event.article, event.link)))
        event.made["json"] = made
    return made


def _told(event: Event, article: dict[str, object]) -> bytes:
    data: dict[str, object] = {"article": article, "feeds": [_feed(feed) for feed in event.feeds]}
    return _encoded(f"article.{event.kind}", event.at, data)


def _encoded(type_: str, at: datetime, data: dict[str, object]) -> bytes:
    message = {"type": type_, "timestamp": timestamp(at.replace(microsecond=0)), "data": data}
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
