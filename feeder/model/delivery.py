"""Event, delivery, attempt: one article event, owed to one webhook, tried until it is answered well."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from feeder.model.article import Article
    from feeder.model.feed import Feed


class Kind(StrEnum):
    """What happened to the article; on the wire `article.published` and so on."""

    PUBLISHED = "published"
    UPDATED = "updated"
    WITHDRAWN = "withdrawn"


class DeliveryState(StrEnum):
    PENDING = "pending"
    LEASED = "leased"
    DELIVERED = "delivered"
    DEAD = "dead"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What an answer means. The word stands in the log, the database and the output of commands alike."""

    DELIVERED = "delivered"
    RETRY = "retry"
    GONE = "gone"


class Phase(StrEnum):
    """How far an attempt came."""

    GUARD = "guard"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    SEND = "send"
    HEAD = "head"
    BODY = "body"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Event:
    """What a webhook is told. `id` is the same whenever the same event is derived again; it holds no dot."""

    id: str
    kind: Kind
    at: datetime
    article: Article
    link: str
    feeds: tuple[Feed, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What to send. Header values are printable ASCII."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, or how far it came. Network trouble is an answer too, never an exception.

    `status` is None when no complete head was read; `error` is then one of our own words (it never holds an
    address, which may be a secret). `body` is at most what the client was told to keep; `address` is the IP that
    was really connected to; `took` is in seconds.
    """

    phase: Phase
    took: float
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    truncated: bool = False
    error: str | None = None
    address: str | None = None

    def header(self, name: str) -> str | None:
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Outcome
    reason: str
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    id: int
    event: str
    webhook: str
    article: str
    revision: int
    kind: Kind
    state: DeliveryState
    reason: str
    tries: int
    crashes: int
    created: datetime
    due: datetime | None
    done: datetime | None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a delivery; never edited. `fenced` says that its answer came after the lease was lost."""

    delivery: int
    number: int
    at: datetime
    took: float
    phase: Phase
    outcome: Outcome
    reason: str
    status: int | None = None
    address: str | None = None
    body: str = ""
    truncated: bool = False
    fenced: bool = False
