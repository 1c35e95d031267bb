"""Many rows at once are the same as one after the other, whatever some or all of them have in common."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest

from feeder.model.delivery import Attempt, Outcome, Phase
from feeder.store import bulk, deliveries, webhooks
from feeder.store.schema_deliveries import attempt
from feeder.store.webhooks import WebhookState
from tests.samples import NOW
from tests.store.test_sending import owed

if TYPE_CHECKING:
    from feeder.store import Store

LATER = NOW + timedelta(hours=1)
HOSTILE = 'it\'s "so", {a}\\b\n\u2028 é%s :x NULL'


def attempts(key: int, size: int, common: tuple[bool, ...]) -> list[Attempt]:
    """So many; `common` are the groups of columns that are the same in all of them."""
    words, moments, numbers = common
    return [
        Attempt(
            delivery=key,
            number=1 if numbers else number + 1,
            at=NOW if moments else NOW + timedelta(seconds=number),
            took=0.5 if numbers else number / 4,
            phase=Phase.DONE,
            outcome=Outcome.DELIVERED,
            reason=HOSTILE if words else f"{HOSTILE}{number}",
            status=None if numbers or number % 2 else 200 + number,
            address=None if words else f"192.0.2.{number}",
            body=HOSTILE if words else HOSTILE * number,
            truncated=not numbers and bool(number % 3),
        )
        for number in range(size)
    ]


@pytest.mark.parametrize("common", list(product([False, True], repeat=3)))
@pytest.mark.parametrize("size", [1, 31, 32, 70])
def test_what_is_added_comes_back(store: Store, size: int, common: tuple[bool, ...]) -> None:
    with store.write() as tx:
        given = attempts(owed(tx), size, common)
        deliveries.log_all(tx, given)
        assert deliveries.attempts(tx, given[0].delivery) == tuple(given)


@pytest.mark.parametrize("size", [32, 70])
def test_rows_that_are_all_the_same_are_as_many_as_were_given(store: Store, size: int) -> None:
    with store.write() as tx:
        one = attempts(owed(tx), 1, (True, True, True))[0]
        deliveries.log_all(tx, [one] * size)
        assert deliveries.attempts(tx, one.delivery) == (one,) * size


def states(size: int) -> list[WebhookState]:
    rests = (None, NOW, LATER)
    return [
        WebhookState(
            f"hook{number}",
            NOW,
            "disabled",
            HOSTILE,
            fails=number,
            failures=7,
            failing_since=rests[number % 3],
            warned=True,
            rest=LATER,
            address=f"192.0.2.{number}",
        )
        for number in range(size)
    ]


@pytest.mark.parametrize("size", [1, 31, 32, 70])
def test_what_is_changed_comes_back_and_nothing_else_is(store: Store, size: int) -> None:
    given = states(size)
    with store.write() as tx:
        webhooks.register(tx, [*(it.name for it in given), "another"], NOW)
        webhooks.put_all(tx, given)
        assert webhooks.states(tx) == {it.name: it for it in [*given, WebhookState("another", NOW)]}
        webhooks.put_all(tx, [replace(it, fails=0, rest=None) for it in given])
        assert {it.rest for it in webhooks.states(tx).values()} == {None}


def test_what_is_the_same_in_many_rows_is_given_once(store: Store) -> None:
    columns = bulk.named(attempt, ("number", "reason"))
    with store.read() as tx:
        few, each = bulk.given(tx, columns, rows(31))
        many, once = bulk.given(tx, columns, rows(32))
    assert few == frozenset()
    assert "so" in "".join(map(str, each.values()))
    assert many == {attempt.c.reason}
    assert once.pop("all_reason") == "so"
    assert "so" not in "".join(map(str, once.values()))


def rows(size: int) -> list[tuple[int, str]]:
    return [(number, "so") for number in range(size)]
