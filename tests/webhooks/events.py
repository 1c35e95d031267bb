"""Events for the tests of webhooks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from feeder.model.delivery import Event, Kind, Notice, NoticeKind
from tests.formats.samples import FEED, RICH, article

if TYPE_CHECKING:
    from feeder.model.article import Content

AT = datetime(2026, 1, 14, 9, 0, 0, 250_000, UTC)
LINK = "https://gazette.example/2026/fish?a=1&b=2"
NOTICE = Notice("ops_1", NoticeKind.WEBHOOK_DISABLED, AT, "partner", "webhook partner is disabled: 410 Gone")


def event(kind: Kind = Kind.PUBLISHED, content: Content = RICH, link: str = LINK) -> Event:
    return Event("msg_1", kind, AT, article(1, content), link, (FEED,))
