"""What is owed to whom, and every attempt. How it is sent is in `sending`, sent again in `again`."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, func, literal, select, update

from feeder.model.delivery import Attempt, DeliveryState, Kind, Notice, NoticeKind, Outcome, Phase
from feeder.store import bulk, dialect
from feeder.store._rows import FIELDS, conditions, from_row, is_open, undelivered, waits
from feeder.store.instant import Instant
from feeder.store.schema_deliveries import attempt, delivery, flight, notice, webhook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

    from feeder.model.delivery import Delivery
    from feeder.store.engine import Tx

MICROSECONDS = 1_000_000
_GIVEN = {"id", "behind", "token"}  # by the store


# ---------------------------------------------------------------- owing


def owe(tx: Tx, it: Delivery, *, ordered: bool = False, first: bool = False) -> bool:
    """Owe this event to this webhook; False when it is owed already (`it.id` is given by the store).

    It is sent after what is still open of the same article, so that a withdrawal does not overtake what it
    withdraws; `ordered`: after all that is open to this webhook; `first`: nothing was ever owed of the article.
    """
    values = {name: getattr(it, name) for name in it.__slots__ if name not in _GIVEN}
    if ordered or (it.article is not None and not first):
        values["behind"] = _newest_open(tx, it.webhook, None if ordered else it.article)
    return dialect.add(tx, delivery, values, ("event", "webhook"))


def _newest_open(tx: Tx, name: str, article: str | None) -> int | None:
    """The newest delivery that is still open to a webhook, of one article or of all."""
    found: int | None = tx.execute(_newest(of_all=article is None), {"name": name, "of": article}).scalar()
    return found


@cache
def _newest(*, of_all: bool) -> Any:
    query = select(func.max(delivery.c.id)).where(delivery.c.webhook == bindparam("name"), is_open())
    return query if of_all else query.where(delivery.c.article == bindparam("of"))


def put_notice(tx: Tx, it: Notice) -> bool:
    """Keep it; False when it was there."""
    return dialect.add(tx, notice, {name: getattr(it, name) for name in it.__slots__}, ("id",))


def cancel_pending(tx: Tx, article: str, reason: str, now: datetime) -> None:
    """What waits of this article is not sent any more; what is under way is left alone."""
    cancel(tx, _waiting(tx, delivery.c.article == article), reason, now)


def cancel(tx: Tx, ids: Sequence[int], reason: str, now: datetime) -> None:
    """These are not sent any more; what stood behind one stands behind what that stood behind."""
    followed = select(delivery.c.behind).where(delivery.c.behind.in_(ids)).distinct().order_by(delivery.c.behind)
    for key in tx.execute(followed).scalars().all():
        before = select(delivery.c.behind).where(delivery.c.id == key).scalar_subquery()
        tx.execute(update(delivery).where(delivery.c.behind == key).values(behind=before))
    values = {"state": DeliveryState.CANCELLED, "reason": reason, "done": now, "due": None, "behind": None}
    tx.execute(update(delivery).where(delivery.c.id.in_(ids)).values(values))


def cancel_of_left(tx: Tx, names: Sequence[str], reason: str, now: datetime, limit: int) -> int:
    """Cancel so many of what waits for these webhooks; returns how many there were."""
    ids = _waiting(tx, delivery.c.webhook.in_(names), limit)
    cancel(tx, ids, reason, now)
    return len(ids)


def _waiting(tx: Tx, which: ColumnElement[bool], limit: int | None = None) -> Sequence[int]:
    """Locked: what another node claims at this moment is under way, and nobody claims the others meanwhile."""
    query = select(delivery.c.id).where(which, waits()).order_by(delivery.c.id)
    return tx.execute(query.limit(limit).with_for_update(key_share=True)).scalars().all()


def hurry(tx: Tx, name: str, now: datetime) -> int:
    """What waits for another try to this webhook is due at once, as of old before new; returns how many."""
    again = (delivery.c.webhook == name) & waits() & (delivery.c.tries > 0)
    due = case((delivery.c.created < now, delivery.c.created), else_=literal(now, Instant))
    return tx.execute(update(delivery).where(again, delivery.c.due > due).values(due=due)).rowcount


# ---------------------------------------------------------------- looking


def newest(tx: Tx) -> int:
    """The id of the newest delivery; 0 when there is none."""
    return tx.execute(_NEWEST).scalar() or 0


_NEWEST = select(func.max(delivery.c.id))


def get(tx: Tx, key: int) -> Delivery | None:
    row = tx.execute(select(*FIELDS).where(delivery.c.id == key)).first()
    return None if row is None else from_row(row)


def withdrawn_since(tx: Tx, it: Delivery) -> bool:
    """Whether its webhook is owed the withdrawal of what this delivery tells of."""
    query = select(delivery.c.id).where(
        delivery.c.article == it.article,
        delivery.c.webhook == it.webhook,
        delivery.c.id > it.id,
        delivery.c.kind == Kind.WITHDRAWN,
        waits(),
    )
    return it.article is not None and tx.execute(query.limit(1)).first() is not None


def any_open(tx: Tx) -> bool:
    """Whether anything waits, or is under way."""
    return tx.execute(select(delivery.c.id).where(is_open()).limit(1)).first() is not None


def newest_of_topic(tx: Tx, name: str, key: int) -> Delivery | None:
    """The newest delivery of this topic to this receiver."""
    mine = (delivery.c.webhook == name) & delivery.c.event.startswith(f"topic_{key}_", autoescape=True)
    row = tx.execute(select(*FIELDS).where(mine).order_by(delivery.c.id.desc()).limit(1)).first()
    return None if row is None else from_row(row)


def of_article(tx: Tx, article: str) -> tuple[Delivery, ...]:
    """Everything that was ever owed of this article, oldest first."""
    rows = tx.execute(select(*FIELDS).where(delivery.c.article == article).order_by(delivery.c.id)).all()
    return tuple(map(from_row, rows))


def tried(tx: Tx, article: str) -> frozenset[int]:
    """Which deliveries of this article were ever attempted."""
    mine = select(delivery.c.id).where(delivery.c.article == article)
    return frozenset(tx.execute(select(attempt.c.delivery).where(attempt.c.delivery.in_(mine))).scalars())


def listed(
    tx: Tx,
    limit: int,
    *,
    name: str | None = None,
    among: Collection[str] | None = None,
    state: DeliveryState | None = None,
    article: str | None = None,
    since: datetime | None = None,
) -> tuple[Delivery, ...]:
    """The newest deliveries that fit, newest first. `among`: to one of these webhooks."""
    query = select(*FIELDS).order_by(delivery.c.id.desc()).limit(limit)
    if among is not None:
        query = query.where(delivery.c.webhook.in_(among))
    return tuple(map(from_row, tx.execute(query.where(*conditions(name, state, article, since))).all()))


def get_notice(tx: Tx, key: str) -> Notice | None:
    row = tx.execute(select(notice).where(notice.c.id == key)).first()
    if row is None:
        return None
    values = dict(row._mapping)  # noqa: SLF001  the documented way to a row's names
    return Notice(**values | {"kind": NoticeKind(values["kind"])})


def attempts(tx: Tx, key: int) -> tuple[Attempt, ...]:
    rows = tx.execute(select(attempt).where(attempt.c.delivery == key).order_by(attempt.c.id)).all()
    return tuple(map(_attempt, rows))


_TRIED = ("delivery", "number", "at", "took", "phase", "outcome", "reason", "status", "address", "body")
LOGGED = (*_TRIED, "truncated", "fenced")


def log_all(tx: Tx, attempts: Iterable[Attempt]) -> None:
    bulk.add_all(tx, attempt, LOGGED, [logged(it) for it in attempts])


def logged(it: Attempt) -> tuple[Any, ...]:
    """Its row, of the columns LOGGED."""
    took, body = round(it.took * MICROSECONDS), it.body.encode("utf-8", "replace")
    said = (str(it.phase), str(it.outcome), it.reason, it.status, it.address, body)
    return (it.delivery, it.number, it.at, took, *said, it.truncated, it.fenced)


def _attempt(row: Row[tuple[object, ...]]) -> Attempt:
    values = {name: row._mapping[name] for name in Attempt.__slots__}  # noqa: SLF001  the documented way
    values.update(
        took=values["took"] / MICROSECONDS,
        body=values["body"].decode("utf-8", "replace"),
        phase=Phase(values["phase"]),
        outcome=Outcome(values["outcome"]),
    )
    return Attempt(**values)


def count(tx: Tx) -> dict[str, dict[str, int]]:
    """How many deliveries by webhook and state."""
    name, number = delivery.c.webhook, func.count()
    leased = literal(DeliveryState.LEASED)
    # Each of these is answered by an index alone: all, what is not delivered, and of that what is under way.
    every = select(literal(DeliveryState.DELIVERED), name, number).group_by(name)
    others = select(delivery.c.state, name, number).where(undelivered()).group_by(delivery.c.state, name)
    flying = select(leased, flight.c.webhook, number).group_by(flight.c.webhook)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for query, among in ((every, None), (others, DeliveryState.DELIVERED), (flying, DeliveryState.PENDING)):
        for state, one, many in tx.execute(query):
            found[one][state] += many
            if among is not None:
                found[one][among] -= many
    return {one: dict(+states) for one, states in found.items()}


def oldest_waiting(tx: Tx) -> dict[str, datetime]:
    """When the oldest delivery that is not yet answered well was created, by webhook."""
    # Of each webhook: one look at an index, whatever the backlog.
    mine = is_open() & (delivery.c.webhook == webhook.c.name)
    oldest = select(delivery.c.created).where(mine).order_by(delivery.c.id).limit(1).scalar_subquery()
    return {name: moment for name, moment in tx.execute(select(webhook.c.name, oldest)) if moment is not None}


def failed_since(tx: Tx, moment: datetime) -> tuple[tuple[str, str], ...]:
    """(webhook, reason) of each delivery whose newest attempt, made since then, did not end well."""
    query = (
        select(delivery.c.webhook, delivery.c.reason)
        .where(delivery.c.state != DeliveryState.DELIVERED)
        .where(delivery.c.id.in_(select(attempt.c.delivery).where(attempt.c.at >= moment)))
        .order_by(delivery.c.id)
    )
    return tuple((name, reason) for name, reason in tx.execute(query))


def lost_since(tx: Tx, moment: datetime, limit: int = 10_000) -> int:
    """How many of the newest attempts, made since then, were lost with their sender or answered too late."""
    newest = select(attempt.c.at, attempt.c.outcome, attempt.c.fenced).order_by(attempt.c.id.desc()).limit(limit)
    found = newest.subquery()
    lost = (found.c.outcome == Outcome.LOST) | found.c.fenced
    return tx.execute(select(func.count()).select_from(found).where(found.c.at >= moment, lost)).scalar() or 0
