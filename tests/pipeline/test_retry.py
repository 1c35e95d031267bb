"""What an answer makes of a delivery, and when it is tried again: pure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.model.delivery import Delivery, DeliveryState, Kind, Outcome, Verdict
from feeder.pipeline.deliver import becomes
from feeder.pipeline.retry import JITTER, SCHEDULE, next_attempt
from tests.samples import NOW

HOUR = timedelta(hours=1)

chances = st.floats(0, 1)
waits = st.none() | st.timedeltas(timedelta(0), timedelta(hours=24))
tries = st.integers(1, len(SCHEDULE))


def test_ten_tries_take_three_days_and_a_good_three_hours() -> None:
    assert len(SCHEDULE) + 1 == 10
    assert timedelta(days=3, hours=3) < sum(SCHEDULE, timedelta()) < timedelta(days=3, hours=4)
    assert list(SCHEDULE) == sorted(SCHEDULE)


@pytest.mark.parametrize(("number", "pause"), list(enumerate(SCHEDULE, start=1)))
def test_in_the_middle_of_chance_lies_the_schedule(number: int, pause: timedelta) -> None:
    assert next_attempt(number, NOW, None, 0.5) == NOW + pause


def test_chance_spreads_by_a_fifth_either_way() -> None:
    assert next_attempt(4, NOW, None, 0) == NOW + 2 * HOUR * 0.8
    assert next_attempt(4, NOW, None, 1) == NOW + 2 * HOUR * 1.2


@given(tries, waits, chances)
def test_the_next_attempt_is_within_the_jitter_or_as_late_as_was_asked(
    number: int, wait: timedelta | None, chance: float
) -> None:
    found = next_attempt(number, NOW, wait, chance)
    assert found is not None
    pause, asked = SCHEDULE[number - 1], wait or timedelta()
    assert found >= NOW + asked
    assert found == NOW + asked or NOW + pause * (1 - JITTER) <= found <= NOW + pause * (1 + JITTER)


@given(st.integers(len(SCHEDULE) + 1, 10_000), waits, chances)
def test_after_the_last_try_there_is_none_whatever_the_receiver_asks(
    number: int, wait: timedelta | None, chance: float
) -> None:
    assert next_attempt(number, NOW, wait, chance) is None


@given(tries, chances, chances)
def test_the_later_the_chance_the_later_the_attempt(number: int, one: float, other: float) -> None:
    first, last = sorted((one, other))
    early, late = next_attempt(number, NOW, None, first), next_attempt(number, NOW, None, last)
    assert early is not None
    assert late is not None
    assert early <= late


# ---------------------------------------------------------------- becomes


def _leased(tries: int) -> Delivery:
    return Delivery(
        id=7,
        event="msg_7",
        webhook="partner",
        article="urn:uuid:7",
        revision=1,
        kind=Kind.PUBLISHED,
        state=DeliveryState.LEASED,
        reason="",
        tries=tries,
        crashes=0,
        created=NOW,
        due=NOW,
        done=None,
        token="mine",
    )


@pytest.mark.parametrize(
    ("outcome", "tries", "becoming"),
    [
        (Outcome.DELIVERED, 0, (DeliveryState.DELIVERED, 1, None)),
        (Outcome.DELIVERED, 9, (DeliveryState.DELIVERED, 10, None)),
        (Outcome.RETRY, 0, (DeliveryState.PENDING, 1, timedelta(seconds=5))),
        (Outcome.RETRY, 8, (DeliveryState.PENDING, 9, timedelta(hours=24))),
        (Outcome.RETRY, 9, (DeliveryState.DEAD, 10, None)),
        (Outcome.GONE, 0, (DeliveryState.PENDING, 0, timedelta())),
        (Outcome.GONE, 9, (DeliveryState.PENDING, 9, timedelta())),
    ],
)
def test_what_an_answer_makes_of_a_delivery(
    outcome: Outcome, tries: int, becoming: tuple[DeliveryState, int, timedelta | None]
) -> None:
    found = becomes(_leased(tries), Verdict(outcome, "why"), NOW, 0.5)
    state, spent, wait = becoming
    assert (found.delivery, found.token, found.reason) == (7, "mine", "why")
    assert (found.state, found.tries, found.due) == (state, spent, None if wait is None else NOW + wait)
