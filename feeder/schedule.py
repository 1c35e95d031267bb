"""When something is to be done next (APScheduler), and the one tick by which the daemon asks what is due."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from feeder.config import Cron, Schedule

# Every node, and every start, counts intervals from here.
_GRID = datetime(2000, 1, 1, tzinfo=UTC)


def next_run(schedule: Schedule, now: datetime, zone: tzinfo) -> datetime:
    """The next moment of the schedule after `now`; `now` itself when there is none. `cron:` is read in `zone`."""
    if schedule.cron is not None:
        return _cron(schedule.cron, now, zone)
    if schedule.every is None:
        return now
    return now + schedule.every - (now - _GRID) % schedule.every


def _cron(cron: Cron, now: datetime, zone: tzinfo) -> datetime:
    from apscheduler.triggers.cron import CronTrigger

    fields = {name: getattr(cron, name) for name in ("minute", "hour", "day", "month", "day_of_week")}
    moment = CronTrigger(**fields, timezone=zone).get_next_fire_time(None, now + timedelta(microseconds=1))
    # A date that never comes (31 February): a year from now somebody may have mended it.
    return moment.astimezone(UTC) if moment else now + timedelta(days=365)


class Tick:
    """Calls `work`, which never raises, every `seconds` in a thread of its own; a late call is not made up for.

    APScheduler's own loop goes by the wall clock: set back by a day, it would not call for a day.
    """

    def __init__(self, work: Callable[[], None], seconds: float) -> None:
        self._work, self._seconds = work, seconds
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tick", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when a call under way has ended."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._work()
            self._ending.wait(self._seconds)
