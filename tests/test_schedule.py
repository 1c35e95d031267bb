from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.config import Schedule
from feeder.config.schedule import parse_cron
from feeder.schedule import Tick, next_run

BRUSSELS = ZoneInfo("Europe/Brussels")  # 2026: forward on 29 March at 2:00, back on 25 October at 3:00
ZONES = (
    "UTC",
    "Europe/Brussels",
    "America/St_Johns",
    "America/Havana",  # changes at midnight
    "Africa/Cairo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # changes by half an hour
)
CRONS = (
    "* * * * *",
    "*/15 * * * *",
    "0 * * * *",
    "30 2 * * *",
    "0 0 * * *",
    "30 1 * * sun",
    "59 23 31 12 *",
    "30 6 * * mon-fri",
)

moments = st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def cron(line: str) -> Schedule:
    return Schedule(cron=parse_cron(line))


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS, fold=fold).astimezone(UTC)


def runs(schedule: Schedule, after: datetime, until: datetime) -> list[datetime]:
    found = []
    while (after := next_run(schedule, after, BRUSSELS)) < until:
        found.append(after)
    return found


# ---------------------------------------------------------------- cron


def test_a_cron_line_is_read_in_the_zone_of_the_site() -> None:
    assert next_run(cron("30 6 * * *"), local("2026-01-14 05:00"), BRUSSELS) == local("2026-01-14 06:30")
    assert next_run(cron("30 6 * * *"), local("2026-07-14 05:00"), BRUSSELS) == local("2026-07-14 06:30")


def test_the_moment_of_a_run_is_not_its_next_one() -> None:
    first = local("2026-01-14 06:30")
    assert next_run(cron("30 6 * * *"), first, BRUSSELS) == first + timedelta(days=1)
    assert next_run(cron("30 6 * * *"), first - timedelta(microseconds=1), BRUSSELS) == first


def test_days_of_the_week_are_those_of_crontab() -> None:
    saturday = local("2026-01-17 12:00")
    assert next_run(cron("0 6 * * 0"), saturday, BRUSSELS) == local("2026-01-18 06:00")
    assert next_run(cron("0 6 * * mon-fri"), saturday, BRUSSELS) == local("2026-01-19 06:00")


def test_on_the_day_that_has_no_half_past_two_it_is_done_once_all_the_same() -> None:
    (run,) = runs(cron("30 2 * * *"), local("2026-03-29 00:00"), local("2026-03-30 00:00"))
    assert local("2026-03-29 01:59") < run < local("2026-03-29 04:00")


def test_on_the_day_that_has_half_past_two_twice_it_is_not_forgotten() -> None:
    found = runs(cron("30 2 * * *"), local("2026-10-25 00:00"), local("2026-10-26 00:00"))
    assert local("2026-10-25 02:30") in found
    assert set(found) <= {local("2026-10-25 02:30"), local("2026-10-25 02:30", fold=1)}


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)])
def test_every_hour_means_every_hour_also_when_the_clocks_change(day: str, hours: int) -> None:
    midnight = local(f"{day} 00:00")
    found = runs(cron("0 * * * *"), midnight - timedelta(seconds=1), midnight + timedelta(hours=hours))
    assert found == [midnight + timedelta(hours=hour) for hour in range(hours)]


def test_a_leap_day_is_waited_for() -> None:
    assert next_run(cron("0 0 29 2 *"), local("2026-03-01 00:00"), BRUSSELS) == local("2028-02-29 00:00")


@given(st.sampled_from(CRONS), moments, st.sampled_from(ZONES))
def test_the_next_run_of_a_cron_line_is_always_after_now(line: str, now: datetime, zone: str) -> None:
    found = next_run(cron(line), now, ZoneInfo(zone))
    assert found > now
    assert found.tzinfo is UTC


@given(
    st.sampled_from(CRONS),
    st.datetimes(datetime(2026, 10, 24, 22), datetime(2026, 10, 25, 4), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["Europe/Brussels", "Africa/Cairo"]),
)
def test_also_while_the_clocks_go_back(line: str, now: datetime, zone: str) -> None:
    assert next_run(cron(line), now, ZoneInfo(zone)) > now


# ---------------------------------------------------------------- every

intervals = st.timedeltas(timedelta(seconds=1), timedelta(days=3660))


@given(intervals, moments)
def test_the_next_run_of_an_interval_is_after_now_and_within_it(every: timedelta, now: datetime) -> None:
    found = next_run(Schedule(every=every), now, UTC)
    assert now < found <= now + every


@given(intervals, moments, st.floats(0, 1, exclude_max=True))
def test_all_nodes_and_all_starts_count_intervals_alike(every: timedelta, now: datetime, part: float) -> None:
    schedule = Schedule(every=every)
    first = next_run(schedule, now, UTC)
    meanwhile = now + (first - now) * part
    assert next_run(schedule, min(meanwhile, first - timedelta(microseconds=1)), BRUSSELS) == first
    assert next_run(schedule, first, UTC) == first + every


def test_an_interval_falls_on_round_times() -> None:
    now = datetime(2026, 1, 14, 9, 7, 31, tzinfo=UTC)
    assert next_run(Schedule(every=timedelta(minutes=15)), now, BRUSSELS) == now.replace(minute=15, second=0)


def test_without_a_schedule_it_is_now() -> None:
    now = datetime(2026, 1, 14, 9, tzinfo=UTC)
    assert next_run(Schedule(), now, BRUSSELS) == now


# ---------------------------------------------------------------- tick


def test_a_tick_calls_at_once_and_again_one_call_at_a_time_and_stops_after_the_last() -> None:
    third, calls, under_way = threading.Event(), 0, 0

    def work() -> None:
        nonlocal calls, under_way
        under_way += 1
        assert under_way == 1
        calls += 1
        if calls >= 3:
            third.set()
        under_way -= 1

    tick = Tick(work, 0.02)
    tick.start()
    assert third.wait(10)
    tick.stop()
    assert (calls >= 3, under_way) == (True, 0)
    ended = calls
    assert not threading.Event().wait(0.06)
    assert calls == ended


def test_stopping_waits_for_the_call_under_way() -> None:
    began, go, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        began.set()
        go.wait(10)
        ended.set()

    tick = Tick(work, 60)
    tick.start()
    assert began.wait(10)
    threading.Timer(0.05, go.set).start()
    tick.stop()
    assert ended.is_set()
