"""What an answer means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.model.delivery import Answer, Outcome, Phase, Verdict
from feeder.net import retry_after
from feeder.webhooks._verdict import verdict

NOW = datetime(2026, 1, 14, 9, 0, tzinfo=UTC)
DAY = timedelta(hours=24)


def told(status: int, *headers: tuple[str, str]) -> Verdict:
    return verdict(Answer(Phase.DONE, 0.1, status, headers), NOW)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 226, 299])
def test_2xx_is_delivered(status: int) -> None:
    assert told(status).outcome is Outcome.DELIVERED


def test_2xx_is_delivered_whatever_became_of_the_body() -> None:
    answer = Answer(
        Phase.BODY, 2.0, 200, truncated=True, error="timeout after 2 s while reading the answer's body"
    )
    assert verdict(answer, NOW) == Verdict(Outcome.DELIVERED, "200 OK")


def test_410_is_gone() -> None:
    assert told(410) == Verdict(Outcome.GONE, "410 Gone: the receiver wants no more")


@pytest.mark.parametrize("status", [100, 199, 300, 304, 399, 408, 429, 500, 503, 599, 999])
def test_what_concerns_the_receiver_as_a_whole_is_tried_again(status: int) -> None:
    verdict = told(status)
    assert verdict.outcome is Outcome.RETRY
    assert verdict.reason.startswith(str(status))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 415, 422, 425, 451, 499])
def test_what_concerns_one_message_is_refused(status: int) -> None:
    verdict = told(status)
    assert verdict.outcome is Outcome.REFUSED
    assert verdict.reason.startswith(str(status))


@pytest.mark.parametrize("status", [302, 400, 503])
def test_a_receiver_may_ask_for_no_more_in_a_header(status: int) -> None:
    assert told(status, ("Webhook-Delivery", " Disable ")).outcome is Outcome.GONE
    assert told(status, ("webhook-delivery", "abort-message")).outcome is Outcome.ABORTED
    assert "abort-message" in told(status, ("webhook-delivery", "abort-message")).reason
    assert told(status, ("webhook-delivery", "later")) == told(status)


def test_what_the_header_asks_does_not_count_on_success_and_410_is_more() -> None:
    for word in ("disable", "abort-message"):
        assert told(204, ("webhook-delivery", word)).outcome is Outcome.DELIVERED
        assert told(410, ("webhook-delivery", word)) == told(410)


def test_what_the_guard_refused_is_blocked() -> None:
    answer = Answer(Phase.GUARD, 0.0, error="blocked: 10.1.2.3 is a private address", blocked=True)
    assert verdict(answer, NOW) == Verdict(Outcome.BLOCKED, "blocked: 10.1.2.3 is a private address")


def test_what_cannot_be_sent_is_a_matter_of_configuration() -> None:
    answer = Answer(Phase.GUARD, 0.0, error="the address cannot be read")
    assert verdict(answer, NOW) == Verdict(Outcome.CONFIG, "the address cannot be read")


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.GUARD])
def test_trouble_with_the_network_is_tried_again(phase: Phase) -> None:
    assert verdict(Answer(phase, 1.0, error="timeout"), NOW).outcome is Outcome.RETRY


def test_a_receiver_that_says_how_long_is_left_alone_with_everything() -> None:
    wait = ("Retry-After", "120")
    assert [told(status, wait).pause for status in (429, 502, 503, 504)] == [True] * 4
    assert [told(status, wait).pause for status in (400, 408, 500, 302)] == [False] * 4
    assert not told(429).pause
    assert not told(503, ("Retry-After", "soon")).pause


def test_a_reason_names_the_status() -> None:
    assert told(503).reason == "503 Service Unavailable"
    assert told(599).reason == "599"


def test_no_answer_is_tried_again_for_its_reason() -> None:
    answer = Answer(Phase.HEAD, 15.0, error="timeout after 15 s while waiting for the answer")
    assert verdict(answer, NOW) == Verdict(Outcome.RETRY, "timeout after 15 s while waiting for the answer")


def test_a_redirect_says_where_to_without_showing_it_whole() -> None:
    reason = told(302, ("location", "https://elsewhere.example/login?token=canary")).reason
    assert reason.startswith("302 to another address is not followed (https://elsewhere.example/log…")
    assert "canary" not in reason


def test_the_wait_that_is_asked_for_is_told() -> None:
    assert told(429, ("retry-after", "120")).retry_after == timedelta(seconds=120)
    assert told(200, ("Retry-After", "120")).retry_after is None


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("0", timedelta(0)),
        ("120", timedelta(seconds=120)),
        (" 007 ", timedelta(seconds=7)),
        ("86399", timedelta(seconds=86_399)),
        ("86400", DAY),
        ("99999999999999999999", DAY),
        ("9" * 60_000, DAY),
        ("Wed, 14 Jan 2026 09:00:30 GMT", timedelta(seconds=30)),
        ("Wednesday, 14-Jan-26 09:00:30 GMT", timedelta(seconds=30)),
        ("Wed Jan 14 09:00:30 2026", timedelta(seconds=30)),
        ("Tue, 13 Jan 2026 09:00:00 GMT", timedelta(0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
        *(
            (garbage, None)
            for garbage in ("", " ", "-5", "+5", "1.5", "inf", "nan", "1_000", "١٢٠", "120, 60", "0x10")
        ),
        *((garbage, None) for garbage in ("soon", "2026-01-14", "Wed, 99 Jan 2026 09:00:30 GMT", "120 seconds")),
        *(
            (garbage, None)
            for garbage in ("Wed, 14 Jan 2026 29:00:30 GMT", "Wed, 14 Foo 2026 09:00:30 GMT", "1e3")
        ),
        ("00000120", timedelta(seconds=120)),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_nothing_else(value: str, wait: timedelta | None) -> None:
    assert retry_after(value, NOW, DAY) == wait


@given(st.text() | st.text("0123456789:, GMTJanWed-") | st.integers().map(str))
def test_no_retry_after_raises_or_leaves_its_bounds(value: str) -> None:
    wait = retry_after(value, NOW, DAY)
    assert wait is None or timedelta(0) <= wait <= DAY


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_any_http_date_is_understood(moment: datetime) -> None:
    wait = retry_after(format_datetime(moment.replace(tzinfo=UTC), usegmt=True), NOW, DAY)
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    assert wait == min(max(whole - NOW, timedelta(0)), DAY)
