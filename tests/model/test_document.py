"""What a document says of time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from feeder.model.document import moment

FAR_EAST = timezone(timedelta(hours=14))
EAST, WEST = ZoneInfo("Pacific/Kiritimati"), timezone(-timedelta(hours=12))


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        (date(2026, 1, 14), datetime(2026, 1, 13, 22, tzinfo=UTC)),
        (datetime(2026, 1, 14, 9, tzinfo=WEST), datetime(2026, 1, 14, 21, tzinfo=UTC)),
        (datetime(1, 1, 1, 1, tzinfo=FAR_EAST), datetime(1, 1, 1, tzinfo=UTC)),
        (datetime(9999, 12, 31, 23, tzinfo=WEST), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_day_is_noon_of_it_and_no_date_leaves_the_calendar(stated: date, found: datetime) -> None:
    assert moment(stated, EAST) == found
