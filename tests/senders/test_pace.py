"""How many threads would help."""

from __future__ import annotations

from feeder.senders._pace import TICK, Pace


def test_one_more_is_wanted_when_all_threads_wait() -> None:
    pace = Pace()
    pace.start(100.0, 0.0)
    assert pace.more(awake=3, waited=TICK, now=100.0 + TICK, cpu=0.0) == 1
    assert pace.more(awake=40, waited=2 * TICK, now=100.0 + 2 * TICK, cpu=0.0) > 1


def test_none_is_wanted_before_a_job_has_waited() -> None:
    pace = Pace()
    pace.start(100.0, 0.0)
    assert pace.more(awake=1, waited=0.0, now=100.0, cpu=0.0) == 0


def test_none_is_wanted_when_the_process_is_at_work_all_the_time() -> None:
    pace = Pace()
    pace.start(100.0, 0.0)
    for step in range(1, 100):
        pace.taken += 10
        assert pace.more(awake=2, waited=1.0, now=100.0 + step * TICK, cpu=step * TICK) == 0


def test_one_more_is_wanted_when_jobs_wait_long_and_the_process_hardly_works() -> None:
    pace = Pace()
    pace.start(100.0, 0.0)
    wanted = []
    for step in range(1, 10):
        pace.taken += 1
        wanted.append(pace.more(awake=2, waited=1.0, now=100.0 + step * TICK, cpu=step * TICK / 10))
    assert wanted[-1] == 1


def test_one_that_was_taken_meanwhile_shows_that_not_all_wait() -> None:
    pace = Pace()
    pace.start(100.0, 0.0)
    pace.taken += 1
    assert pace.more(awake=1, waited=TICK, now=100.0 + TICK, cpu=0.0) == 0
