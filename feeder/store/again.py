"""What ended -> owed again under the same id: by hand, or a whole time of it step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from feeder.model.article import State
from feeder.model.delivery import DeliveryState, Kind, Lane
from feeder.store._rows import is_open, waits
from feeder.store.schema import article
from feeder.store.schema_deliveries import delivery, replay

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

    from feeder.store.engine import Tx


STEP = 500  # deliveries of a replay that are owed again in one transaction


@dataclass(frozen=True, slots=True)
class Replay:
    """Deliveries of a webhook that ended in `states` and were created since then, being sent again.

    Those up to `cursor` have been looked at, those up to `upto` will be; `number` were owed again so far.
    """

    id: int
    webhook: str
    states: tuple[DeliveryState, ...]
    since: datetime
    upto: int
    cursor: int
    number: int
    at: datetime
    done: datetime | None


def again(tx: Tx, now: datetime, ids: Iterable[int]) -> int:
    """Send these once more under the same id, with the whole retry schedule before them; returns how many.

    What is under way is left alone, and so is the news of an article that has been withdrawn since.
    """
    where = delivery.c.id.in_(list(ids)) & delivery.c.token.is_(None) & _still_true()
    # Locked: what another node claims at this moment is under way, too.
    query = select(delivery.c.id).where(where).order_by(delivery.c.id).with_for_update(key_share=True)
    return _owe_again(tx, tx.execute(query).scalars().all(), Lane.NEWS, now)


def _still_true() -> ColumnElement[bool]:
    """Nobody is told again that an article is there which has been taken away since."""
    gone = select(article.c.id).where(article.c.id == delivery.c.article, article.c.state != State.LIVE)
    return (delivery.c.kind == Kind.WITHDRAWN) | ~gone.exists()


def _owe_again(tx: Tx, ids: Sequence[int], lane: Lane, now: datetime) -> int:
    values = {
        "state": DeliveryState.PENDING,
        "reason": "sent again by hand",
        "tries": 0,
        "crashes": 0,
        "began": now,
        "due": now,
        "done": None,
        "lane": lane,
    }
    changed = tx.execute(update(delivery).where(delivery.c.id.in_(ids)).values(values)).rowcount
    _queue(tx, ids)
    return changed


def _queue(tx: Tx, ids: Sequence[int]) -> None:
    """These, and what waits after them, stand behind what is still open of the same article before them."""
    older, touched = delivery.alias(), delivery.alias()
    same = (older.c.article == delivery.c.article) & (older.c.webhook == delivery.c.webhook)
    before = select(func.max(older.c.id)).where(same, older.c.id < delivery.c.id, is_open(older))
    near = (touched.c.article == delivery.c.article) & (touched.c.webhook == delivery.c.webhook)
    after = select(touched.c.id).where(touched.c.id.in_(ids), near, touched.c.id <= delivery.c.id)
    articles = select(touched.c.article).where(touched.c.id.in_(ids))
    waiting = waits() & delivery.c.article.in_(articles) & after.exists()
    # What stands behind something already (of an ordered webhook) stays there.
    free = delivery.c.behind.is_(None)
    tx.execute(update(delivery).where(waiting, free).values(behind=before.scalar_subquery()))


# ---------------------------------------------------------------- a whole time of it


def begin(tx: Tx, name: str, states: Collection[DeliveryState], since: datetime, now: datetime) -> int:
    """Note what is to be replayed; one that is interrupted is gone on with. Returns its id."""
    if (found := interrupted(tx, name, states, since)) is not None:
        return found.id
    values = {
        "webhook": name,
        "states": ",".join(sorted(states)),
        "since": since,
        "upto": tx.execute(select(func.max(delivery.c.id))).scalar() or 0,
        "cursor": 0,
        "number": 0,
        "at": now,
    }
    key = tx.execute(replay.insert().values(values)).inserted_primary_key
    assert key is not None  # noqa: S101 - both databases tell it
    return int(key[0])


def under_way(tx: Tx) -> tuple[Replay, ...]:
    """The replays that are not done, oldest first."""
    return tuple(map(_replay, tx.execute(select(replay).where(replay.c.done.is_(None)).order_by(replay.c.id))))


def interrupted(tx: Tx, name: str, states: Collection[DeliveryState], since: datetime) -> Replay | None:
    """One of the same that is not done, and goes back as far or farther: to begin anew would send some twice."""
    found = (it for it in under_way(tx) if it.webhook == name and set(it.states) == set(states))
    return next((it for it in found if it.since <= since), None)


def go_on(tx: Tx, key: int, now: datetime, size: int) -> Replay | None:
    """Owe the next `size` of them again; the replay as it stands then, None when there is no such one.

    What it owes and how far it is are one transaction: it may be killed anywhere, and sends each once.
    """
    row = tx.execute(select(replay).where(replay.c.id == key).with_for_update()).first()
    if row is None:
        return None
    it = _replay(row)
    ids = _next(tx, it, size) if it.done is None else []
    number = it.number + _owe_again(tx, ids, Lane.REPLAY, now) if ids else it.number
    done = it.done or (None if len(ids) == size else now)
    values = {"cursor": ids[-1] if ids else it.upto, "number": number, "at": now, "done": done}
    tx.execute(update(replay).where(replay.c.id == key).values(values))
    return _replay(tx.execute(select(replay).where(replay.c.id == key)).one())


def _next(tx: Tx, it: Replay, size: int) -> list[int]:
    query = (
        select(delivery.c.id)
        .where(delivery.c.webhook == it.webhook, delivery.c.id > it.cursor, delivery.c.id <= it.upto)
        .where(delivery.c.state.in_(it.states), delivery.c.token.is_(None), delivery.c.created >= it.since)
        .where(_still_true())
    )
    return list(tx.execute(query.order_by(delivery.c.id).limit(size)).scalars())


def unfinished(tx: Tx, idle_since: datetime) -> int | None:
    """A replay that nobody has gone on with since then."""
    query = select(replay.c.id).where(replay.c.done.is_(None), replay.c.at < idle_since)
    return tx.execute(query.order_by(replay.c.id).limit(1)).scalar()


def _replay(row: Row[tuple[object, ...]]) -> Replay:
    values = dict(row._mapping)  # noqa: SLF001  the documented way to a row's names
    values["states"] = tuple(map(DeliveryState, values["states"].split(",")))
    return Replay(**values)
