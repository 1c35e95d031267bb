"""How a webhook stands after what its receiver answered, and who is told: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.model.delivery import NoticeKind, Outcome, Verdict
from feeder.pipeline.health import ENOUGH, PATIENCE, after, pause, told
from feeder.store.webhooks import WebhookState
from tests.samples import NOW

FRESH = WebhookState("partner", NOW)
WELL = Verdict(Outcome.DELIVERED, "204 No Content")
BAD = Verdict(Outcome.RETRY, "503 Service Unavailable")
NO = Verdict(Outcome.REFUSED, "404 Not Found")


def busy(seconds: int, status: int = 429) -> Verdict:
    return Verdict(Outcome.RETRY, str(status), timedelta(seconds=seconds), pause=True)


def test_a_webhook_that_is_well_is_not_written_anew() -> None:
    assert after(FRESH, WELL, NOW, 4) == FRESH


def test_from_the_second_failure_in_a_row_it_is_left_alone_for_longer_each_time() -> None:
    state, rests = FRESH, []
    for _ in range(12):
        state = after(state, BAD, NOW, 4)
        rests.append(state.rest and (state.rest - NOW).total_seconds())
    assert rests == [None, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600]
    assert (state.fails, state.failures, state.failing_since, state.ramp) == (12, 12, NOW, 1)
    assert pause(10_000) == timedelta(minutes=10)


def test_after_trouble_it_is_given_one_more_with_each_success() -> None:
    state, ramps = after(after(FRESH, BAD, NOW, 4), BAD, NOW, 4), []
    for _ in range(4):
        state = after(state, WELL, NOW, 4)
        ramps.append(state.ramp)
    assert ramps == [2, 3, None, None]
    assert (state.fails, state.failures, state.failing_since, state.rest) == (0, 0, None, None)


def test_a_refused_message_does_not_count_against_the_receiver_but_against_its_patience() -> None:
    state = FRESH
    for _ in range(5):
        state = after(state, NO, NOW, 2)
    assert (state.fails, state.rest, state.ramp, state.failures) == (0, None, None, 5)


def test_who_asks_to_be_left_alone_is_for_an_hour_at_most() -> None:
    state = after(FRESH, busy(120), NOW, 4)
    assert (state.rest, state.fails, state.ramp) == (NOW + timedelta(minutes=2), 0, 1)
    assert after(state, busy(60), NOW, 4).rest == state.rest, "the longer wish stands"
    assert after(FRESH, busy(90_000), NOW, 4).rest == NOW + timedelta(hours=1)
    assert after(state, WELL, NOW, 4).rest == state.rest, "what was under way meanwhile does not undo the wish"


def test_410_disables_it_and_a_blocked_address_is_looked_at_again() -> None:
    gone = after(FRESH, Verdict(Outcome.GONE, "410 Gone"), NOW, 2)
    assert (gone.status, gone.reason) == ("disabled", "410 Gone")
    blocked = after(FRESH, Verdict(Outcome.BLOCKED, "private"), NOW, 2)
    assert (blocked.status, blocked.rest, blocked.failures) == ("blocked", NOW + timedelta(minutes=5), 0)
    assert after(blocked, WELL, NOW, 2) == FRESH
    assert after(blocked, BAD, NOW, 2).status == "active", "the address was allowed"


@pytest.mark.parametrize("outcome", [Outcome.ABORTED, Outcome.CONFIG, Outcome.LOST])
def test_what_says_nothing_of_the_receiver_changes_nothing(outcome: Outcome) -> None:
    assert after(FRESH, Verdict(outcome, "so"), NOW, 2) is FRESH


def test_after_five_days_of_failures_it_is_disabled_and_at_half_time_that_is_told() -> None:
    state, said, moment = FRESH, [], NOW
    while state.status == "active":
        before, state = state, after(state, BAD, moment, 2)
        if news := told(before, state, BAD):
            said.append((moment - NOW, news[0]))
        moment += timedelta(hours=6)
    assert said == [(PATIENCE / 2, NoticeKind.WEBHOOK_FAILING), (PATIENCE, NoticeKind.WEBHOOK_DISABLED)]
    assert state.reason == "failing for 5 days: 503 Service Unavailable"


def test_a_few_failures_in_a_long_time_disable_nobody() -> None:
    state = FRESH
    for nth in range(ENOUGH - 1):
        state = after(state, BAD, NOW + nth * timedelta(days=1), 2)
    assert state.status == "active"
    assert after(state, BAD, NOW + timedelta(days=30), 2).status == "disabled"


def test_who_was_warned_of_is_told_to_be_well_again_once() -> None:
    warned = replace(FRESH, warned=True, failing_since=NOW, failures=9, fails=9)
    well = after(warned, WELL, NOW, 2)
    assert told(warned, well, WELL) == (NoticeKind.WEBHOOK_RECOVERED, "webhook partner is well again")
    assert told(well, after(well, WELL, NOW, 2), WELL) is None


verdicts = st.builds(
    Verdict,
    st.sampled_from(Outcome),
    st.just("so"),
    st.none() | st.timedeltas(timedelta(), timedelta(hours=24)),
    st.booleans(),
)


@given(st.lists(st.tuples(verdicts, st.integers(0, 100_000)), max_size=40), st.integers(1, 64))
def test_whatever_is_answered_the_state_stays_within_its_bounds(
    answers: list[tuple[Verdict, int]], concurrency: int
) -> None:
    state, moment = FRESH, NOW
    for verdict, seconds in answers:
        moment += timedelta(seconds=seconds)
        state = after(state, verdict, moment, concurrency)
        assert state.ramp is None or 1 <= state.ramp < max(concurrency, 2)
        assert state.rest is None or state.rest <= moment + timedelta(hours=1)
        assert state.fails <= state.failures
