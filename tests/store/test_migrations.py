"""A store of every older version becomes one of today, with all that is in it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import inspect, text

from feeder.errors import StoreError
from feeder.model.article import Bar
from feeder.model.delivery import DeliveryState, Lane
from feeder.store import articles, deliveries, documents, losses, migrations, outcomes, sending
from feeder.store.instant import moment as _moment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from feeder.store import Store, Tx

SHAPES = Path(__file__).parent / "shapes"
OLDER = sorted({int(file.name.partition(".")[0]) for file in SHAPES.glob("*.sql")})
NEXT = migrations.VERSION + 1


def moment(number: int) -> datetime:
    found = _moment(number)
    assert found is not None
    return found


def _older(store: Store, version: int) -> None:
    """Take the store back to the shape that it had then."""
    backend = "sqlite" if store.embedded else "postgresql"
    with store.write() as tx:
        for table in _tables(tx):
            tx.execute(text(f"DROP TABLE {table}" + ("" if store.embedded else " CASCADE")))
        for statement in (SHAPES / f"{version}.{backend}.sql").read_text().split(";\n"):
            if statement.strip():
                tx.execute(text(statement))
        tx.execute(text("INSERT INTO meta (key, value) VALUES ('version', :version)"), {"version": str(version)})


def _tables(tx: Tx) -> list[str]:
    # Those that others refer to come last.
    found = inspect(tx).get_sorted_table_and_fkc_names()
    return [name for name, _ in reversed(found) if name]


def _shape(store: Store) -> dict[str, Any]:
    with store.read() as tx:
        seen = inspect(tx)
        return {
            name: (
                {column["name"]: (str(column["type"]), column["nullable"]) for column in seen.get_columns(name)},
                sorted((str(it["name"]), tuple(it["column_names"])) for it in seen.get_indexes(name)),
                seen.get_pk_constraint(name)["constrained_columns"],
            )
            for name in seen.get_table_names()
        }


@pytest.mark.parametrize("version", OLDER)
def test_an_older_store_gets_the_shape_of_a_new_one(store: Store, version: int) -> None:
    today = _shape(store)
    _older(store, version)
    assert _shape(store) != today
    assert migrations.migrate(store) == migrations.VERSION
    assert _shape(store) == today


ARTICLE = text(
    "INSERT INTO article (id, slug, source, revision, state, published, updated, taken_in, position, first_look)"
    " VALUES (:id, :id, 'wire', 1, 'live', 1, 1, 1, 1, :first)"
)
REVISION = text(
    "INSERT INTO revision (article, number, kind, at, content, origins)"
    " VALUES (:id, 1, 'published', 1, :content, '{}')"
)
SOURCE = text(
    "INSERT INTO source (name, since, looked, due, error, identity) VALUES ('wire', 1, :looked, 1, '', '')"
)


def test_what_a_store_of_version_1_held_is_there_afterwards(store: Store) -> None:
    _older(store, 1)
    with store.write() as tx:
        for key, first in (("a0", True), ("a1", False)):
            tx.execute(ARTICLE, {"id": key, "first": first})
            tx.execute(REVISION, {"id": key, "content": json.dumps({"title": "T", "html": ""})})
        tx.execute(SOURCE, {"looked": True})
    migrations.migrate(store)
    with store.read() as tx:
        bars = {it.id: it.bar for it in articles.get_many(tx, ["a0", "a1"])}
        state = documents.state_of(tx, "wire")
    assert bars == {"a0": Bar.FIRST_LOOK, "a1": Bar.NONE}
    assert state is not None
    assert (state.memory, state.failures, state.rest) == ("", 0, None)


DELIVERY = text(
    "INSERT INTO delivery (id, event, webhook, article, revision, kind, state, reason, tries, crashes, created,"
    " due, token, lease_until)"
    " VALUES (:id, :event, 'partner', 'a1', 1, 'published', :state, '', 2, 1, 7, 9, :token, :lease)"
)
ATTEMPT = text(
    "INSERT INTO attempt (id, delivery, number, at, took, phase, outcome, reason, status, body, truncated, fenced)"
    " VALUES (4, 2, 1, 8, 1, 'done', 'retry', '500', 500, :body, :yes, :no)"
)


def test_what_a_store_of_version_2_owed_is_owed_and_ids_go_on(store: Store) -> None:
    _older(store, 2)
    with store.write() as tx:
        tx.execute(text(str(ARTICLE).replace("first_look", "bar")), {"id": "a1", "first": ""})
        tx.execute(text("INSERT INTO webhook (name, since, status, reason) VALUES ('partner', 1, 'active', '')"))
        for key, state in ((1, "delivered"), (2, "leased"), (3, "pending")):
            given = {"id": key, "event": f"msg_{key}", "state": state}
            tx.execute(
                DELIVERY, given | ({"token": "t", "lease": 8} if key == 2 else {"token": None, "lease": None})
            )
        tx.execute(ATTEMPT, {"body": b"\xc3\xbc", "yes": True, "no": False})
    migrations.migrate(store)
    with store.write() as tx:
        first, second, third = (deliveries.get(tx, key) for key in (1, 2, 3))
        assert first is not None
        assert second is not None
        assert third is not None
        assert [it.behind for it in (first, second, third)] == [None, None, 2]
        assert (second.state.value, second.token, second.tries, second.crashes) == ("leased", "t", 2, 1)
        assert second.began == second.created
        (tried,) = deliveries.attempts(tx, 2)
        assert (tried.status, tried.body, tried.truncated, tried.fenced) == (500, "ü", True, False)
        assert deliveries.owe(tx, replace(third, event="msg_4"))
        assert deliveries.newest(tx) == 4
        deliveries.log_all(tx, [replace(tried, delivery=4)])


FLYING = text(
    "INSERT INTO delivery (id, event, webhook, article, revision, kind, state, reason, tries, crashes, created,"
    " began, due, lane, token, lease_until)"
    " VALUES (:id, :event, 'partner', 'a1', 1, 'published', :state, '', 2, 1, 7, 7, 9, 1, :token, :lease)"
)


def test_what_a_store_of_version_5_had_under_way_is_counted_and_lost_when_its_lease_runs_out(store: Store) -> None:
    _older(store, 5)
    with store.write() as tx:
        tx.execute(text(str(ARTICLE).replace("first_look", "bar")), {"id": "a1", "first": ""})
        tx.execute(text("INSERT INTO webhook (name, since, status, reason) VALUES ('partner', 1, 'active', '')"))
        tx.execute(FLYING, {"id": 1, "event": "msg_1", "state": "leased", "token": "t", "lease": 8})
        tx.execute(FLYING, {"id": 2, "event": "msg_2", "state": "pending", "token": None, "lease": None})
    migrations.migrate(store)
    with store.write() as tx:
        found = [it for key in (1, 2) if (it := deliveries.get(tx, key))]
        assert [(it.state.value, it.token) for it in found] == [("leased", "t"), ("pending", None)]
        assert deliveries.count(tx) == {"partner": {"leased": 1, "pending": 1}}
        assert sending.under_way(tx, ["partner"]) == {("partner", Lane.REPLAY): 1}
        assert not losses.any_lost(tx, moment(8))
        assert [it.id for it in losses.lost(tx, moment(9), 10)] == [1]


def test_what_a_store_of_version_6_had_under_way_still_is_and_is_settled_under_its_token(store: Store) -> None:
    _older(store, 6)
    flying = str(FLYING).replace(", lease_until", "").replace(", :lease", "")
    with store.write() as tx:
        tx.execute(text(str(ARTICLE).replace("first_look", "bar")), {"id": "a1", "first": ""})
        tx.execute(text("INSERT INTO webhook (name, since, status, reason) VALUES ('partner', 1, 'active', '')"))
        for key, token in ((1, "t"), (2, "u"), (3, None)):
            tx.execute(text(flying), {"id": key, "event": f"msg_{key}", "state": "pending", "token": token})
        for key, until in ((1, 8), (2, 20)):
            tx.execute(text("INSERT INTO flight VALUES (:id, 'partner', 1, :until)"), {"id": key, "until": until})
    migrations.migrate(store)
    with store.write() as tx:
        assert sending.under_way(tx, ["partner"]) == {("partner", Lane.REPLAY): 2}
        assert sending.ready(tx, ["partner"], moment(9), 3, 9) == {Lane.REPLAY: ["partner"]}
        assert [it.id for it in losses.lost(tx, moment(9), 10)] == [1]
        late, mine = (
            outcomes.Settled(2, token, DeliveryState.DELIVERED, "204", 1, 0, None, moment(7))
            for token in ("t", "u")
        )
        assert outcomes.settle(tx, [late, mine], moment(9)) == {(2, "u")}
        assert sending.under_way(tx, ["partner"]) == {("partner", Lane.REPLAY): 1}


def _add_a_column(tx: Tx) -> None:
    tx.execute(text("ALTER TABLE article ADD COLUMN extra INTEGER"))


def _fail_half_way(tx: Tx) -> None:
    tx.execute(text("CREATE TABLE half (x INTEGER)"))
    raise ZeroDivisionError


def _nothing(_tx: Tx) -> None:
    return None


def test_steps_are_taken_one_by_one_and_a_failed_one_leaves_the_last_version(store: Store) -> None:
    steps: dict[int, Callable[[Tx], None]] = {NEXT: _add_a_column, NEXT + 1: _fail_half_way}
    with pytest.raises(ZeroDivisionError):
        migrations.migrate(store, steps, target=NEXT + 1)
    assert migrations.version(store) == NEXT
    assert migrations.migrate(store, {NEXT: _add_a_column, NEXT + 1: _nothing}, target=NEXT + 1) == NEXT + 1
    with store.read() as tx:
        tx.execute(text("SELECT extra FROM article"))
    with pytest.raises(StoreError), store.read() as tx:
        tx.execute(text("SELECT x FROM half"))


def test_a_store_of_a_newer_feeder_is_refused(store: Store) -> None:
    migrations.migrate(store, {NEXT: _nothing}, target=NEXT)
    with pytest.raises(StoreError, match="newer feeder"):
        migrations.migrate(store)
