"""What an answer makes of a delivery, and when it is tried again: pure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.model.delivery import Delivery, DeliveryState, Kind, Outcome, Verdict
from feeder.pipeline.retry import JITTER, POISON, SCHEDULE, becomes, next_attempt, unsent
from tests.pipeline.outside import options
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


def _leased(tries: int, crashes: int = 0) -> Delivery:
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
        crashes=crashes,
        created=NOW,
        began=NOW,
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
        (Outcome.REFUSED, 0, (DeliveryState.PENDING, 1, timedelta(seconds=5))),
        (Outcome.REFUSED, 9, (DeliveryState.DEAD, 10, None)),
        (Outcome.ABORTED, 0, (DeliveryState.DEAD, 1, None)),
        (Outcome.CONFIG, 3, (DeliveryState.DEAD, 4, None)),
        (Outcome.BLOCKED, 3, (DeliveryState.PENDING, 3, timedelta())),
        (Outcome.GONE, 0, (DeliveryState.PENDING, 0, timedelta())),
        (Outcome.GONE, 9, (DeliveryState.PENDING, 9, timedelta())),
    ],
)
def test_what_an_answer_makes_of_a_delivery(
    outcome: Outcome, tries: int, becoming: tuple[DeliveryState, int, timedelta | None]
) -> None:
    found = becomes(_leased(tries), Verdict(outcome, "why"), NOW, 0.5, options(), None)
    state, spent, wait = becoming
    assert (found.delivery, found.token, found.reason) == (7, "mine", "why")
    assert (found.state, found.tries, found.due) == (state, spent, None if wait is None else NOW + wait)


def test_a_webhook_may_have_a_schedule_of_its_own() -> None:
    own = options(retry=["1s", "2s"])
    dues = [becomes(_leased(tries), Verdict(Outcome.RETRY, "503"), NOW, 0.5, own, None).due for tries in range(3)]
    assert dues == [NOW + timedelta(seconds=1), NOW + timedelta(seconds=2), None]


@pytest.mark.parametrize(
    ("later", "resumed", "state"),
    [
        (timedelta(), None, DeliveryState.PENDING),
        (timedelta(days=4), None, DeliveryState.DEAD),
        (timedelta(days=4), timedelta(days=3), DeliveryState.PENDING),
    ],
)
def test_what_is_too_old_expires_but_the_time_before_it_was_resumed_does_not_count(
    later: timedelta, resumed: timedelta | None, state: DeliveryState
) -> None:
    enabled = None if resumed is None else NOW + resumed
    found = becomes(_leased(2), Verdict(Outcome.RETRY, "503"), NOW + later, 0.5, options(), enabled)
    assert found.state is state
    assert found.reason == ("503" if state is DeliveryState.PENDING else "503; it expired")


def test_a_crash_uses_up_no_try_and_who_was_there_at_many_waits_and_is_given_up_at_last() -> None:
    fates = [
        becomes(_leased(1, crashes), Verdict(Outcome.LOST, "lost"), NOW, 0.5, options(), None)
        for crashes in range(POISON)
    ]
    assert [it.tries for it in fates] == [1] * POISON
    assert [it.crashes for it in fates] == list(range(1, POISON + 1))
    assert [it.due for it in fates[:4]] == [NOW + timedelta(seconds=wait) for wait in (0, 4, 8, 16)]
    assert {it.state for it in fates[:-1]} == {DeliveryState.PENDING}
    assert (fates[-1].state, fates[-1].due) == (DeliveryState.DEAD, None)


def test_what_was_not_sent_after_all_is_as_it_was() -> None:
    found = unsent(_leased(3, 1))
    assert (found.state, found.tries, found.crashes, found.due) == (DeliveryState.PENDING, 3, 1, NOW)
