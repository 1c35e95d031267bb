"""What strangers ask of our topics -> intents in the store -> verified -> subscriptions; and what ends them.

WebSub, sections 5 and 6 (https://www.w3.org/TR/websub/), and the walk-through of rssCloud
(http://home.rsscloud.co/walkthrough). Whoever is named as a callback is asked, through the guard, whether that is
meant; nothing else is ever sent to an address that a stranger named.
"""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlencode, urlsplit

from feeder.model.delivery import Request
from feeder.model.topic import Intent, Mode, Protocol
from feeder.pipeline.announce import media_type
from feeder.store import feeds, forgetting, subscriptions, topics

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from feeder.config import FeedOptions
    from feeder.model.delivery import Answer
    from feeder.pipeline.announce import Spread
    from feeder.store import Store, Tx

log = logging.getLogger(__name__)

# A lease is as long as was asked for, within these bounds (section 5.1: the hub decides).
LEAST, USUAL, MOST = timedelta(minutes=5), timedelta(days=10), timedelta(days=30)
# Of an rssCloud subscription, which is renewed once a day.
CLOUD = timedelta(hours=25)
# How long a node may take to verify before another one does; longer than the client's total deadline.
_TURN = timedelta(seconds=60)
_FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
_BITS = 32  # of a challenge, in bytes
# How long it is known what a subscriber was told. Subscribers that are looked at together, and their deliveries.
REMEMBERED = timedelta(days=7)
_SOME, _MANY = 200, 2000


@dataclass(frozen=True, slots=True)
class Limits:
    """How many subscriptions there may be: in all, of one host, of one topic; and how many may wait.

    `posts` is how often one address may ask at once, `each` after how many seconds once more.
    """

    subscriptions: int = 50_000
    host: int = 2_000
    topic: int = 20_000
    waiting: int = 2_000
    waiting_of_host: int = 1_100
    posts: int = 100
    each: float = 0.5


class Full(Exception):
    """There is no room for one more; `reason` says of what. It may be asked for again later."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def medium(tx: Tx, spread: Spread, options: Mapping[str, FeedOptions], address: str) -> str | None:
    """The media type of a topic; None where no feed of ours has this address."""
    path = unquote(address.removeprefix(spread.url)) if address.startswith(spread.url) else ""
    name, _, form = path.rpartition(".")
    feed = options.get(name.partition("/")[0])
    if feed is None or form not in feed.formats or "\0" in name or spread.address(path) != address:
        return None
    state = feeds.state_of(tx, name)
    return media_type(form) if state is not None and not state.ended else None


def lease_of(asked: timedelta | None) -> int:
    """In seconds."""
    return int(min(max(asked or USUAL, LEAST), MOST).total_seconds())


def accept(store: Store, it: Intent, limits: Limits) -> None:
    """Keep what was asked until it is verified. Raises Full."""
    with store.read() as tx:
        _check(tx, it, limits)
    with store.write() as tx:
        subscriptions.ask(tx, it, store.now(tx))


def _check(tx: Tx, it: Intent, limits: Limits) -> None:
    waiting, of_host = subscriptions.asked(tx, it.host)
    if waiting >= limits.waiting or of_host >= limits.waiting_of_host:
        raise Full("too many requests wait to be verified")
    if it.mode is not Mode.SUBSCRIBE or subscriptions.among(
        tx, [subscriptions.name_of(it.protocol, it.topic, it.callback)]
    ):
        return
    every, of_host, of_topic = subscriptions.counted(tx, it.host, it.topic)
    if every >= limits.subscriptions or of_host >= limits.host or of_topic >= limits.topic:
        raise Full("there are as many subscriptions as this hub can serve")


# ---------------------------------------------------------------- verifying


@dataclass(frozen=True, slots=True)
class Verifier:
    """`send` is the door to the network, with its guard; it follows no redirect.

    `word` makes random words of so many bytes; `medium` is the media type of a topic, while its address is ours.
    """

    store: Store
    send: Callable[[Request], Answer]
    word: Callable[[int], str]
    medium: Callable[[Tx, str], str | None]

    def take(self, limit: int, busy: Collection[str]) -> tuple[Intent, ...]:
        """What is to be verified now, one of each host that is not `busy`; it is ours alone for a while."""
        with self.store.read() as tx:
            waiting, _ = subscriptions.asked(tx, "")
        if not waiting or limit <= 0:
            return ()
        with self.store.write() as tx:
            now = self.store.now(tx)
            return subscriptions.take(tx, now, now + _TURN, self.word(16), limit, busy)

    def verify(self, it: Intent) -> bool:
        """Ask the callback whether that is meant, and do it if so; whether it was. For any thread. StoreError."""
        if it.mode is Mode.DENIED:
            self.send(Request("GET", denial(it), (), b""))
            return self._done(it, meant=False)
        challenge = self.word(_BITS)
        answer = self.send(_question(it, challenge))
        meant = answer.status is not None and 200 <= answer.status <= 299
        meant = meant and not answer.truncated and _repeats(it, answer.body, challenge)
        if not meant:
            log.info("%s of %s is not verified: %s", it.mode, it.host, _why(answer))
        return self._done(it, meant=meant)

    def _done(self, it: Intent, *, meant: bool) -> bool:
        with self.store.write() as tx:
            now = self.store.now(tx)
            # Somebody may have asked for something else meanwhile.
            meant = subscriptions.done(tx, it) and meant
            if meant and it.mode is Mode.UNSUBSCRIBE:
                name = subscriptions.name_of(it.protocol, it.topic, it.callback)
                subscriptions.end(tx, [name], "it unsubscribed", now)
            elif meant:
                meant = self._subscribe(tx, it, now)
        if meant:
            log.info("%s of %s, %s: %s", it.mode, it.host, it.protocol, it.topic)
        return meant

    def _subscribe(self, tx: Tx, it: Intent, now: datetime) -> bool:
        """False when its topic has ended meanwhile."""
        medium = self.medium(tx, it.topic)
        if medium is None:
            return False
        topics.add_all(tx, [(it.topic, medium, None)], now)
        key = topics.id_at(tx, it.topic)
        if key is not None:
            subscriptions.subscribe(tx, it, key, now)
        return key is not None


def _repeats(it: Intent, body: bytes, challenge: str) -> bool:
    """Whether the answer is the challenge; who asks for rssCloud without a domain is only told of the topic."""
    if it.protocol is Protocol.RSSCLOUD and it.reason != "domain":
        return True
    return hmac.compare_digest(body.strip() if it.protocol is Protocol.RSSCLOUD else body, challenge.encode())


def _question(it: Intent, challenge: str) -> Request:
    if it.protocol is Protocol.WEBSUB:
        lease = {"hub.lease_seconds": str(it.lease)} if it.mode is Mode.SUBSCRIBE else {}
        asked = {"hub.mode": it.mode.value, "hub.topic": it.topic, "hub.challenge": challenge, **lease}
        return Request("GET", _with(it.callback, asked), (), b"")
    if it.reason == "domain":
        return Request("GET", _with(it.callback, {"url": it.topic, "challenge": challenge}), (), b"")
    return Request("POST", it.callback, _FORM, urlencode({"url": it.topic}).encode())


def denial(it: Intent) -> str:
    """Section 5.2."""
    return _with(it.callback, {"hub.mode": "denied", "hub.topic": it.topic, "hub.reason": it.reason})


def _with(callback: str, said: dict[str, str]) -> str:
    """The callback exactly as it was given, its own query too, with what is said behind it (section 5.3)."""
    return f"{callback}{'&' if urlsplit(callback).query else '?'}{urlencode(said)}"


def _why(answer: Answer) -> str:
    if answer.status is None:
        return answer.error or "no answer"
    return "the answer is not the challenge" if 200 <= answer.status <= 299 else f"answered {answer.status}"


# ---------------------------------------------------------------- ending


def tidy(
    store: Store,
    medium: Callable[[Tx, str], str | None],
    moved: Callable[[str], str | None],
    limit: int = 500,
) -> int:
    """End what has expired, what its subscriber wants no more, and what is no topic any more; returns how many.

    `medium` knows whether an address is a topic of ours; who had subscribed to another one is told (section 5.2),
    and where its feed is now, which `moved` knows, so that nobody waits for the end of a lease (section 6.1).
    """
    with store.read() as tx:
        old = subscriptions.expired(tx, store.now(tx), limit)
        gone = subscriptions.gone(tx, limit)
        lost = [it for it in subscriptions.topics(tx) if medium(tx, it) is None]
        denied = [it for address in lost for it in subscriptions.of_topic(tx, address)][:limit]
    if not (old or gone or denied):
        return 0
    with store.write() as tx:
        now = store.now(tx)
        subscriptions.end(tx, old, "its lease ended", now)
        subscriptions.end(tx, gone, "410 Gone: it wants no more", now)
        subscriptions.end(tx, [it.name for it in denied], "its feed ended", now)
        for it in denied:
            if it.protocol is Protocol.WEBSUB:
                subscriptions.ask(tx, _farewell(it.topic, it.callback, moved(it.topic)), now)
    return len(old) + len(gone) + len(denied)


def forget(store: Store, after: str) -> str:
    """Forget what some were told long ago, and who has gone; begins behind this name, and returns the last one."""
    with store.read() as tx:
        names = forgetting.some(tx, after, _SOME)
        told = forgetting.told(tx, names, store.now(tx) - REMEMBERED, _MANY)
        gone = forgetting.gone(tx, names)
    if told or gone:
        with store.write() as tx:
            forgetting.forget(tx, told, gone)
    if len(told) == _MANY:  # there may be more of the same
        return after
    return names[-1] if len(names) == _SOME else ""


def _farewell(address: str, callback: str, now_at: str | None) -> Intent:
    told = Intent(Protocol.WEBSUB, Mode.DENIED, address, callback, urlsplit(callback).hostname or "", 0)
    return replace(told, reason=f"this feed is now at {now_at}" if now_at else "this feed has ended")
