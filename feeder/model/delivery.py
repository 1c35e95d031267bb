"""Event, delivery, attempt: one article event, owed to one webhook, tried until it is answered well."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

from feeder.model.noun import noun

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from feeder.model.article import Article
    from feeder.model.feed import Feed


class Kind(StrEnum):
    """What happened to the article; on the wire `article.published` and so on."""

    PUBLISHED = "published"
    UPDATED = "updated"
    WITHDRAWN = "withdrawn"


class NoticeKind(StrEnum):
    """What a webhook may ask to be told of the outbox itself, beside articles."""

    SOURCE_FAILING = "source.failing"
    SOURCE_RECOVERED = "source.recovered"
    SOURCE_HELD = "source.held"
    WEBHOOK_FAILING = "webhook.failing"
    WEBHOOK_DISABLED = "webhook.disabled"
    WEBHOOK_RECOVERED = "webhook.recovered"
    DELIVERY_DEAD = "delivery.dead"


class TopicKind(StrEnum):
    """What subscribers and hubs are told: a document of ours changed."""

    CONTENT = "websub.content"
    PING = "hub.publish"
    CLOUD = "rsscloud.notify"


class Lane(IntEnum):
    """What is replayed has a lane of its own, so that news never waits behind it."""

    NEWS = 0
    REPLAY = 1

    __hash__ = int.__hash__  # an enumeration's own looks up its name


class DeliveryState(StrEnum):
    PENDING = "pending"
    LEASED = "leased"
    DELIVERED = "delivered"
    DEAD = "dead"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What an answer means. The word stands in the log, the database and the output of commands alike.

    RETRY counts against the receiver as a whole, REFUSED against this one message. GONE: the receiver wants no
    more of anything; ABORTED: no more of this message. BLOCKED: our own guard did not let it out, so it was no
    try. CONFIG: it cannot be made or sent as it is configured, and nothing went out. LOST: its sender died, and
    whether it arrived is not known.
    """

    DELIVERED = "delivered"
    RETRY = "retry"
    REFUSED = "refused"
    GONE = "gone"
    ABORTED = "aborted"
    BLOCKED = "blocked"
    CONFIG = "config"
    LOST = "lost"


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


@noun(frozen=True, slots=True)
class Event:
    """What a webhook is told. `id` is the same whenever the same event is derived again; it holds no dot.

    `made` is where a kind keeps what it made of this event, under its own name, for the next webhook of that kind.
    """

    id: str
    kind: Kind
    at: datetime
    article: Article
    link: str
    feeds: tuple[Feed, ...] = ()
    # Not an argument: `replace` makes another event, of which nothing has been made yet.
    made: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a webhook is told of the outbox itself: `name` is the source or webhook that it is about.

    `kind` is what stands in `on:` and on the wire, as `webhook.disabled`; `text` says it to people in one line.
    """

    id: str
    kind: NoticeKind
    at: datetime
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Way:
    """How a receiver is reached, beside its address: files of PEM, and a proxy (which may hold a password).

    `certificate` shows who we are (with its `key`, where that is a file of its own); `authority` is trusted beside
    the public ones.
    """

    certificate: str | None = None
    key: str | None = None
    authority: str | None = None
    proxy: str | None = field(default=None, repr=False)


STRAIGHT = Way()


@noun(frozen=True, slots=True)
class Request:
    """What to send. Header values are printable ASCII."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    way: Way = STRAIGHT


@noun(frozen=True, slots=True)
class Answer:
    """What came back, or how far it came. Network trouble is an answer too, never an exception.

    `status` is None when no complete head was read; `error` is then one of our own words (it never holds an
    address, which may be a secret). `body` is at most what the client was told to keep; `address` is the IP that
    was really connected to; `took` is in seconds; `blocked` says that the guard let none of the addresses pass.
    """

    phase: Phase
    took: float
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    truncated: bool = False
    error: str | None = None
    address: str | None = None
    blocked: bool = False

    def header(self, name: str) -> str | None:
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@noun(frozen=True, slots=True)
class Verdict:
    """`pause`: the receiver asks to be left alone with everything, for `retry_after`."""

    outcome: Outcome
    reason: str
    retry_after: timedelta | None = None
    pause: bool = False


@noun(frozen=True, slots=True)
class Delivery:
    """`article` is None for a notice, whose id is `event`, and for a topic (see store.topics).

    `began` is when its retry schedule began; `behind` is the delivery that has to end before this one is sent.
    """

    id: int
    event: str
    webhook: str
    article: str | None
    revision: int
    kind: Kind | NoticeKind | TopicKind
    state: DeliveryState
    reason: str
    tries: int
    crashes: int
    created: datetime
    began: datetime
    due: datetime | None
    done: datetime | None
    behind: int | None = None
    lane: Lane = Lane.NEWS
    token: str | None = None


def owed(
    event: str,
    webhook: str,
    kind: Kind | NoticeKind,
    now: datetime,
    due: datetime,
    article: str | None = None,
    revision: int = 0,
) -> Delivery:
    """A delivery that is owed from `now` on; the store gives it its id."""
    pending = DeliveryState.PENDING
    return Delivery(0, event, webhook, article, revision, kind, pending, "", 0, 0, now, now, due, None)


@noun(frozen=True, slots=True)
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
