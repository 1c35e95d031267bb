"""Who has subscribed to our topics, and what strangers ask of us that is not verified yet.

Secrets of subscribers are kept as they are: they sign what is sent. Nothing prints them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, select, update

from feeder.model.delivery import Outcome
from feeder.model.topic import Intent, Mode, Protocol, Subscription, hub_name
from feeder.net import redact
from feeder.secret import Secret
from feeder.store import bulk, deliveries, dialect, hints
from feeder.store._rows import waits
from feeder.store.instant import Instant
from feeder.store.schema_deliveries import attempt, delivery, webhook
from feeder.store.schema_topics import intent, subscription, topic
from feeder.store.webhooks import WebhookState, put_all, states

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from feeder.store.bulk import Query
    from feeder.store.engine import Tx

_COLUMNS = (
    *(subscription.c[name] for name in ("name", "protocol", "callback", "secret", "until")),
    topic.c.address,
)

# Looking them up takes a fraction of the time in which an enumeration finds its member.
_PROTOCOLS = {it.value: it for it in Protocol}


def name_of(protocol: Protocol, address: str, callback: str) -> str:
    """A subscription among the webhooks: the same whenever it is made again."""
    digest = sha256(f"{address}\0{callback}".encode()).hexdigest()
    return f"{protocol}:{digest[:16]}"


def _subscription(row: Row[Any]) -> Subscription:
    secret = Secret(row.secret) if row.secret else None
    return Subscription(row.name, Protocol(row.protocol), row.address, row.callback, secret, row.until)


# ---------------------------------------------------------------- intents


def ask(tx: Tx, it: Intent, now: datetime) -> None:
    """Keep it until it is verified; what was asked before of the same is forgotten."""
    values = {
        **{name: getattr(it, name) for name in ("callback", "host", "lease", "reason", "topic")},
        "protocol": it.protocol.value,
        "mode": it.mode.value,
        "secret": it.secret.reveal() if it.secret else None,
        "at": now,
        "token": None,
        "token_until": None,
    }
    dialect.put(tx, intent, values, ("protocol", "mode", "topic", "callback"))
    hints.hint(tx, hints.HUB)


def asked(tx: Tx, host: str) -> tuple[int, int]:
    """How many intents wait: in all, and of this host."""
    mine = select(func.count()).select_from(intent)
    return tx.execute(mine).scalar() or 0, tx.execute(mine.where(intent.c.host == host)).scalar() or 0


def take(
    tx: Tx, now: datetime, until: datetime, token: str, limit: int, busy: Collection[str] = ()
) -> tuple[Intent, ...]:
    """The oldest of each host that nobody is at just now, but for these hosts; they are ours until then."""
    free = intent.c.token.is_(None) | (intent.c.token_until < now)
    first = select(func.min(intent.c.id)).where(free, intent.c.host.not_in(list(busy))).group_by(intent.c.host)
    query = select(intent).where(intent.c.id.in_(first)).order_by(intent.c.id).limit(limit)
    rows = tx.execute(query.with_for_update(skip_locked=True)).all()
    if rows:
        mine = intent.c.id.in_([row.id for row in rows])
        tx.execute(update(intent).where(mine).values(token=token, token_until=until))
    return tuple(replace(_intent(row), token=token) for row in rows)


def _intent(row: Row[Any]) -> Intent:
    secret = Secret(row.secret) if row.secret else None
    protocol, mode = Protocol(row.protocol), Mode(row.mode)
    return Intent(protocol, mode, row.topic, row.callback, row.host, row.lease, secret, row.reason, row.id)


def done(tx: Tx, it: Intent) -> bool:
    """It is verified, or is not; False when somebody asked for something else meanwhile."""
    return tx.execute(delete(intent).where(intent.c.id == it.id, intent.c.token == it.token)).rowcount > 0


# ---------------------------------------------------------------- subscriptions


def subscribe(tx: Tx, it: Intent, key: int, now: datetime) -> Subscription:
    """It is verified: from now on it is told of the topic with this key, until its lease ends."""
    name, until = name_of(it.protocol, it.topic, it.callback), now + timedelta(seconds=it.lease)
    before = states(tx, [name]).get(name)
    state = WebhookState(name, before.since if before else now, address=redact(it.callback))
    if before is None:
        dialect.add(tx, webhook, {slot: getattr(state, slot) for slot in state.__slots__}, ("name",))
    elif before.status != "paused":
        put_all(tx, [replace(state, resumed=before.resumed)])
    values = {
        "name": name,
        "protocol": it.protocol.value,
        "topic": key,
        "callback": it.callback,
        "host": it.host,
        "secret": it.secret.reveal() if it.secret else None,
        "verified": now,
        "until": until,
    }
    changed = {column: value for column, value in values.items() if column != "name"}
    if not tx.execute(update(subscription).where(subscription.c.name == name).values(changed)).rowcount:
        dialect.add(tx, subscription, {**values, "since": now}, ("name",))
    return Subscription(name, it.protocol, it.topic, it.callback, it.secret, until)


def end(tx: Tx, names: Collection[str], reason: str, now: datetime) -> None:
    """They are told no more."""
    waiting = select(delivery.c.id).where(delivery.c.webhook.in_(names), waits())
    deliveries.cancel(tx, tx.execute(waiting.with_for_update(key_share=True)).scalars().all(), reason, now)
    tx.execute(delete(subscription).where(subscription.c.name.in_(names)))


def expired(tx: Tx, now: datetime, limit: int) -> tuple[str, ...]:
    query = select(subscription.c.name).where(subscription.c.until <= now).limit(limit)
    return tuple(tx.execute(query).scalars())


def gone(tx: Tx, limit: int) -> tuple[str, ...]:
    """Those that have answered, since they were verified, that they want no more."""
    said = (
        select(attempt.c.id)
        .join(delivery, delivery.c.id == attempt.c.delivery)
        .where(delivery.c.webhook == subscription.c.name, attempt.c.outcome == Outcome.GONE)
        .where(attempt.c.at >= subscription.c.verified)
    )
    query = select(subscription.c.name).join(webhook, webhook.c.name == subscription.c.name)
    return tuple(tx.execute(query.where(webhook.c.status == "disabled", said.exists()).limit(limit)).scalars())


def counted(tx: Tx, host: str, address: str) -> tuple[int, int, int]:
    """How many there are: in all, of this host, of this topic."""
    every = select(func.count()).select_from(subscription)
    of_topic = every.join(topic).where(topic.c.address == address)
    found = (every, every.where(subscription.c.host == host), of_topic)
    return tuple(tx.execute(query).scalar() or 0 for query in found)  # type: ignore[return-value]


def topics(tx: Tx) -> tuple[str, ...]:
    """The addresses that anybody has subscribed to."""
    return tuple(tx.execute(select(topic.c.address).join(subscription).distinct()).scalars())


def of_topic(tx: Tx, address: str) -> tuple[Subscription, ...]:
    query = select(*_COLUMNS).join(topic).where(topic.c.address == address).order_by(subscription.c.name)
    return tuple(map(_subscription, tx.execute(query).all()))


def among(tx: Tx, names: Sequence[str]) -> dict[str, Subscription]:
    query = select(*_COLUMNS).join(topic).where(subscription.c.name.in_(names))
    return {row.name: _subscription(row) for row in tx.execute(query)}


def reckoned(tx: Tx, now: datetime) -> dict[str, int]:
    """How many are alive, by protocol."""
    query = select(subscription.c.protocol, func.count()).where(subscription.c.until > now)
    return dict(tx.execute(query.group_by(subscription.c.protocol)).all())


def most(tx: Tx, now: datetime) -> int:
    """How many are told of the topic that has the most of them."""
    number = func.count()
    query = select(number).where(subscription.c.until > now).group_by(subscription.c.topic)
    return tx.execute(query.order_by(number.desc()).limit(1)).scalar() or 0


def due(tx: Tx, now: datetime, limit: int) -> dict[str, Subscription]:
    """Some of those that have something due and are not left alone just now; first those that bear up well."""
    rows = bulk.rows(tx, _due(tx.dialect.name), {"now": now, "most": limit})
    found = {}
    for name, protocol, callback, secret, until, address in rows:
        key = Secret(secret) if secret else None
        found[name] = Subscription(name, _PROTOCOLS[protocol], address, callback, key, until)
    return found


# To build a statement costs more than to run it on an embedded store; and many rows come as one.


@cache
def _due(name: str) -> Query:
    now = bindparam("now", type_=Instant)
    due = waits() & delivery.c.behind.is_(None) & delivery.c.article.is_(None) & (delivery.c.due <= now)
    told = webhook.c.status.in_(("active", "blocked")) & (webhook.c.rest.is_(None) | (webhook.c.rest <= now))
    tables = delivery.join(webhook).join(subscription, subscription.c.name == delivery.c.webhook).join(topic)
    query = (
        select(*_COLUMNS)
        .select_from(tables)
        .where(due, told, subscription.c.until > now)
        .order_by(webhook.c.fails > 0, delivery.c.due)
    )
    return bulk.query(name, query.limit(bindparam("most")))


# ---------------------------------------------------------------- hubs of others


def register_hubs(tx: Tx, urls: Collection[str], now: datetime) -> None:
    """Each hub that we ping has a row among the webhooks; those that are not named any more have left."""
    names = {hub_name(url): redact(url) for url in urls}
    have = {it.name: it for it in states(tx, like="hub:%").values()}
    for name, shown in names.items():
        if name not in have:
            state = WebhookState(name, now, address=shown)
            dialect.add(tx, webhook, {slot: getattr(state, slot) for slot in state.__slots__}, ("name",))
    back = [replace(it, left=None) for it in have.values() if it.name in names and it.left]
    left = [replace(it, left=now) for it in have.values() if it.name not in names and not it.left]
    put_all(tx, [*back, *left])
