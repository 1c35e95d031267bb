"""Documents that changed -> what is owed of them to subscribers and hubs, in one statement for all of them.

The event of such a delivery is `topic_ID_VERSION`: its document is read when it is sent, as it stands then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, bindparam, case, cast, func, insert, literal, select, update

from feeder.model.delivery import TopicKind
from feeder.model.topic import Protocol
from feeder.store import bulk, dialect, hints
from feeder.store._rows import waits
from feeder.store.instant import Instant
from feeder.store.schema_deliveries import delivery, webhook
from feeder.store.schema_topics import subscription, topic

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from feeder.store.engine import Tx

_EVENT = re.compile(r"topic_([0-9]+)_[0-9]+")
_OWED = ("event", "webhook", "kind", "due", "state", "reason", "revision", "tries", "crashes", "created", "began")
_KIND = {Protocol.WEBSUB: TopicKind.CONTENT, Protocol.RSSCLOUD: TopicKind.CLOUD}


@dataclass(frozen=True, slots=True)
class Known:
    """A topic as it was last announced; `etag` is None when that was never. `wanted`: somebody gets its bytes."""

    id: int
    etag: str | None
    wanted: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """A topic as it is to be announced; `body` where somebody gets it."""

    id: int
    etag: str
    body: bytes | None = None


def known(tx: Tx, addresses: Iterable[str], now: datetime) -> dict[str, Known]:
    """Those of these addresses that are topics."""
    rows = tx.execute(_known(tx.dialect.name), {"addresses": bulk.words(addresses), "now": now})
    return {address: Known(key, etag, bool(asked)) for address, key, etag, asked in rows}


@cache
def _known(name: str) -> Any:
    mine = (subscription.c.topic == topic.c.id) & (subscription.c.protocol == Protocol.WEBSUB)
    wanted = select(subscription.c.name).where(mine, subscription.c.until > _now()).exists()
    each = bulk.each(name, "addresses")
    query = select(topic.c.address, topic.c.id, topic.c.etag, wanted)
    return query.where(topic.c.address.in_(select(each.c.value)))


def add_all(tx: Tx, new: Iterable[tuple[str, str, str | None]], now: datetime) -> None:
    """Address, media type and etag of documents that were no topics before."""
    for address, media_type, etag in new:
        values = {"address": address, "media_type": media_type, "etag": etag, "version": 0, "at": now}
        dialect.add(tx, topic, values, ("address",))


def first(tx: Tx, found: Mapping[int, str]) -> None:
    """These were topics before they were ever announced: nothing has changed yet."""
    for key, etag in found.items():
        tx.execute(update(topic).where(topic.c.id == key, topic.c.etag.is_(None)).values(etag=etag))


def change(tx: Tx, changed: Sequence[Changed], now: datetime) -> list[int]:
    """Write it; returns those that another node has not announced meanwhile."""
    mine = []
    for it in changed:
        given = {"key": it.id, "new_etag": it.etag, "new_body": it.body, "now": now}
        mine += [it.id] if tx.execute(_CHANGE, given).rowcount else []
    return mine


_CHANGE = (
    update(topic)
    .where(topic.c.id == bindparam("key"), topic.c.etag != bindparam("new_etag"))
    .values(
        etag=bindparam("new_etag"),
        body=bindparam("new_body"),
        version=topic.c.version + 1,
        at=bindparam("now", type_=Instant),
    )
)


# ---------------------------------------------------------------- owing


def owe_subscribers(tx: Tx, topics: Collection[int], now: datetime) -> int:
    """Owe these topics to all who have subscribed and to whom none is still waiting; returns how many."""
    given = {"topics": bulk.numbers(tx, topics), "now": now}
    number = tx.execute(_owing_subscribers(tx.dialect.name), given).rowcount
    if number:
        hints.hint(tx, hints.DELIVERIES)
    return number


def owe_hubs(tx: Tx, topics: Collection[int], names: Collection[str], now: datetime) -> int:
    """The same to hubs of others, which are told of each topic by itself."""
    if not names:
        return 0
    given = {"topics": bulk.numbers(tx, topics), "names": bulk.words(names), "now": now}
    number = tx.execute(_owing_hubs(tx.dialect.name), given).rowcount
    if number:
        hints.hint(tx, hints.DELIVERIES)
    return number


@cache
def _owing_subscribers(name: str) -> Any:
    kinds = case(*((subscription.c.protocol == key.value, literal(it.value)) for key, it in _KIND.items()))
    waiting = select(delivery.c.id).where(delivery.c.webhook == subscription.c.name, waits())
    query = (
        select(*_columns(subscription.c.name, kinds))
        .select_from(subscription.join(topic).join(webhook, webhook.c.name == subscription.c.name))
        .where(bulk.among(name, topic.c.id, "topics"), subscription.c.until > _now())
        .where(webhook.c.status.in_(("active", "blocked")), ~waiting.exists())
        # Who subscribed after its bytes were put down was verified after that, and can have read them.
        .where((subscription.c.protocol != Protocol.WEBSUB.value) | topic.c.body.is_not(None))
    )
    return _counted(insert(delivery).from_select([*_OWED, "lane"], query))


@cache
def _owing_hubs(name: str) -> Any:
    each = bulk.each(name, "names")
    prefix = literal("topic_") + cast(topic.c.id, String) + literal("_")
    waiting = select(delivery.c.id).where(
        delivery.c.webhook == each.c.value,
        waits(),
        func.substr(delivery.c.event, 1, func.length(prefix)) == prefix,
    )
    query = (
        select(*_columns(each.c.value, literal(TopicKind.PING.value)))
        .select_from(each.join(topic, bulk.among(name, topic.c.id, "topics")))
        .where(~waiting.exists())
    )
    return _counted(insert(delivery).from_select([*_OWED, "lane"], query))


def _counted(statement: Any) -> Any:
    """Says how many rows it has made."""
    return statement.execution_options(preserve_rowcount=True)


def _columns(name: Any, kind: Any) -> list[Any]:
    event = literal("topic_") + cast(topic.c.id, String) + literal("_") + cast(topic.c.version, String)
    nothing = [literal(0)] * 3
    return [event, name, kind, _now(), literal("pending"), literal(""), *nothing, _now(), _now(), literal(0)]


def _now() -> Any:
    return bindparam("now", type_=Instant)


# ---------------------------------------------------------------- sending


@dataclass(frozen=True, slots=True)
class Kept:
    address: str
    media_type: str
    body: bytes


def id_of(event: str) -> int | None:
    """The topic of a delivery's event; None for another event."""
    found = _EVENT.fullmatch(event)
    return int(found[1]) if found else None


def get(tx: Tx, key: int) -> Kept | None:
    row = tx.execute(_GET, {"key": key}).first()
    return None if row is None else Kept(row.address, row.media_type, row.body or b"")


_GET = select(topic.c.address, topic.c.media_type, topic.c.body).where(topic.c.id == bindparam("key"))


def id_at(tx: Tx, address: str) -> int | None:
    return tx.execute(select(topic.c.id).where(topic.c.address == address)).scalar()
