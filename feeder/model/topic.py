"""Topic: a document of ours that others subscribe to, and are told of when it changes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.secret import Secret

# What subscribers and hubs are called among the webhooks: no name in a configuration holds a colon.
_MARK = ":"


class Protocol(StrEnum):
    """How a subscriber is told: the whole document (WebSub), or that there is something new (rssCloud)."""

    WEBSUB = "websub"
    RSSCLOUD = "rsscloud"


class Mode(StrEnum):
    """What a subscriber wants, or is told once; in the words of WebSub."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Topic:
    """What is sent of it: the document as it stands. `hub` is our own, as the document names it."""

    address: str
    media_type: str
    body: bytes
    hub: str


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody asks of a topic (its address). `lease` is in seconds; `token` is whose turn it is."""

    protocol: Protocol
    mode: Mode
    topic: str
    callback: str
    host: str
    lease: int
    secret: Secret | None = None
    reason: str = ""
    id: int = 0
    token: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """`name` is among the webhooks; `topic` is the address."""

    name: str
    protocol: Protocol
    topic: str
    callback: str
    secret: Secret | None
    until: datetime


def hub_name(url: str) -> str:
    """What a hub of others is called among the webhooks."""
    return f"hub{_MARK}{url.partition('//')[2].rstrip('/')}"


_SUBSCRIBERS = tuple(f"{it}{_MARK}" for it in Protocol)


def is_subscriber(name: str) -> bool:
    return name.startswith(_SUBSCRIBERS)


def is_configured(name: str) -> bool:
    """Whether it is a webhook of the configuration, and neither a subscriber nor a hub."""
    return _MARK not in name
