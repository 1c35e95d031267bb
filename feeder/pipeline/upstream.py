"""A feed of others that names a hub -> subscribed to there; what the hub sends goes the way of what is fetched.

The side of the subscriber in https://www.w3.org/TR/websub/. The feed is still polled, only less often: a hub that
falls silent costs time, and nothing else.
"""

from __future__ import annotations

import hmac
import logging
import re
from dataclasses import replace
from datetime import timedelta
from functools import reduce
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from feeder.secret import Secret
from feeder.store import upstreams
from feeder.store.upstreams import Upstream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from feeder.model.delivery import Answer
    from feeder.pipeline.rhythm import Rhythm
    from feeder.store import Store, Tx

log = logging.getLogger(__name__)

# So many times less often is a feed polled whose hub tells us.
SELDOM = 5
_LEASE = timedelta(days=10)
# A hub that has not asked us by then, or refused, is asked again after so long.
_AGAIN, _REFUSED = timedelta(hours=1), timedelta(days=1)
# Renewed when so much of the lease is over.
_RENEWED = 0.7
_LEAST, _MOST = timedelta(minutes=1), timedelta(days=60)
# How long we wait to be asked whether we meant it.
_WAITING = timedelta(hours=1)
_SIGNED = re.compile(r"(sha1|sha256|sha384|sha512)=([0-9a-f]{40,128})", re.IGNORECASE)
_CHALLENGE = 2048  # characters
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


def noted(tx: Tx, source: str, named: tuple[str, str] | None, now: datetime, word: Callable[[int], str]) -> None:
    """What a look has said of the hub. Another hub, or another name there, is another subscription."""
    if named is None:
        return
    hub, topic = named
    before = upstreams.get(tx, source)
    if not hub:
        if before is not None:
            upstreams.drop(tx, source)
    elif before is None or (before.hub, before.topic) != named:
        upstreams.put(tx, Upstream(source, hub, topic, word(24), Secret(word(32)), due=now))


def seldom(rhythm: Rhythm) -> Rhythm:
    """Of a source whose hub tells us: of its moments every fifth."""
    return replace(rhythm, due=lambda now: reduce(lambda at, _: rhythm.due(at), range(SELDOM), now))


def ask(store: Store, callback: str, post: Callable[[Upstream, bytes], Answer], limit: int = 4) -> None:
    """Subscribe where that is due, or renew it. `callback` is the address before the path of each. StoreError."""
    with store.read() as tx:
        waiting = upstreams.due(tx, store.now(tx), limit)
    for it in waiting:
        with store.write() as tx:
            now = store.now(tx)
            if not upstreams.claim(tx, it, now, now + _AGAIN):
                continue
        answer = post(it, _form(it, callback))
        if answer.status is None or not 200 <= answer.status <= 299:
            reason = answer.error or f"its hub answered {answer.status}"
            log.warning("source %s: not subscribed: %s", it.source, reason)


def _form(it: Upstream, callback: str) -> bytes:
    said = {
        "hub.mode": "subscribe",
        "hub.topic": it.topic,
        "hub.callback": callback + it.path,
        "hub.secret": it.secret.reveal(),
        "hub.lease_seconds": str(int(_LEASE.total_seconds())),
    }
    return urlencode(said).encode()


# ---------------------------------------------------------------- what a hub says


def verify(store: Store, path: str, said: Mapping[str, str]) -> str | None:
    """What to answer a hub that asks whether we mean it: its challenge, only where we do. StoreError."""
    with store.write() as tx:
        now, it = store.now(tx), upstreams.at_path(tx, path)
        if it is None or said.get("hub.topic") != it.topic:
            return None
        if said.get("hub.mode") == "denied":
            log.warning(
                "source %s: its hub denies the subscription: %.200r", it.source, said.get("hub.reason", "")
            )
            upstreams.put(tx, replace(it, asked=None, until=None, due=now + _REFUSED))
            return ""
        challenge = said.get("hub.challenge", "")
        if not _is_meant(it, said, now) or not 0 < len(challenge) <= _CHALLENGE:
            return None
        lease = _lease(said.get("hub.lease_seconds", ""))
        upstreams.put(tx, replace(it, asked=None, until=now + lease, due=now + lease * _RENEWED))
    log.info("source %s: its hub tells us from now on", it.source)
    return challenge


def _is_meant(it: Upstream, said: Mapping[str, str], now: datetime) -> bool:
    return said.get("hub.mode") == "subscribe" and it.asked is not None and now - it.asked < _WAITING


def _lease(text: str) -> timedelta:
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
    return min(max(timedelta(seconds=seconds), _LEAST), _MOST) if seconds else _LEASE


def sent_to(tx: Tx, path: str, now: datetime) -> Upstream | None:
    """Whose callback this is, while its hub may use it."""
    it = upstreams.at_path(tx, path)
    return it if it is not None and it.until is not None and it.until > now else None


def is_signed(it: Upstream, header: str, body: bytes) -> bool:
    """Section 7.1: whether whoever sent this knows the secret that we gave the hub."""
    found = _SIGNED.fullmatch(header.strip())
    if found is None:
        return False
    wanted = hmac.new(it.secret.reveal().encode(), body, found[1].lower()).hexdigest()
    return hmac.compare_digest(wanted, found[2].lower())
