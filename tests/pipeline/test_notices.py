"""What operators are told of sources, by the webhooks that ask for it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from feeder.model.delivery import NoticeKind, Outcome, Verdict
from feeder.pipeline import health
from feeder.pipeline.rhythm import Rhythm, looked
from feeder.store import deliveries, documents, webhooks
from feeder.store.webhooks import WebhookState
from tests.pipeline.wire import Agency, Wire, entry
from tests.samples import NOW, webhook

if TYPE_CHECKING:
    from feeder.model.delivery import Notice
    from feeder.store import Store

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
RHYTHM = Rhythm(lambda now: now + MINUTE, lambda: 1.0, patient=True)
ASKING = {
    "ops": webhook(on=["source.failing", "source.recovered", "source.held"]),
    "partner": webhook(),
    "off": webhook(on=["source.failing"], enabled=False),
}


def told(store: Store) -> list[tuple[str, Notice]]:
    """Every notice that is owed, oldest first, and to whom."""
    with store.read() as tx:
        owed = [it for it in reversed(deliveries.listed(tx, 100)) if it.article is None]
        found = [(it.webhook, deliveries.get_notice(tx, it.event)) for it in owed]
    return [(name, it) for name, it in found if it is not None]


def look(store: Store, minutes: int, error: str = "") -> None:
    with store.write() as tx:
        documents.register(tx, ["wire"], NOW)
        webhooks.register(tx, ASKING, NOW)
        looked(tx, "wire", RHYTHM, ASKING, NOW + minutes * MINUTE, error)


def test_the_third_failure_of_a_source_in_a_row_is_told_once(store: Store) -> None:
    look(store, 0, "answered 503")
    look(store, 1, "answered 503")
    assert told(store) == []
    for minute in range(2, 200, 40):
        look(store, minute, "answered 503")
    ((name, notice),) = told(store)
    assert (name, notice.kind, notice.name) == ("ops", NoticeKind.SOURCE_FAILING, "wire")
    assert notice.text == "source wire failed 3 times in a row: answered 503; it is asked again at 12:06:00 UTC"


def test_a_source_that_was_told_of_is_told_of_when_it_is_well(store: Store) -> None:
    for minute in range(3):
        look(store, minute, "answered 503")
    look(store, 9)
    look(store, 10)
    assert [it.kind for _, it in told(store)] == [NoticeKind.SOURCE_FAILING, NoticeKind.SOURCE_RECOVERED]
    assert told(store)[1][1].text == "source wire is well again, after 3 failures"


def test_a_source_that_failed_only_twice_is_told_of_to_nobody(store: Store) -> None:
    for error in ("answered 503", "answered 503", "", "answered 503", "answered 503", ""):
        look(store, 0, error)
    assert told(store) == []


def test_who_asks_is_told_that_a_source_s_articles_are_held(store: Store) -> None:
    agency = Agency(store, Wire(entries=[entry(n, NOW - n * HOUR) for n in range(40)]), webhooks=ASKING)
    agency.look()
    agency.wires["wire"].entries = [
        entry(n + 5000, NOW - n * HOUR, id=f"urn:moved:{n}", content_html=f"<p>{n}</p>") for n in range(40)
    ]
    assert agency.look().counts == {"held": 40}
    assert not agency.look().counts
    ((name, notice),) = told(store)
    assert (name, notice.kind, notice.name) == ("ops", NoticeKind.SOURCE_HELD, "wire")
    assert notice.text.startswith("source wire: 40 of 40 look new")
    assert notice.text.endswith("; they are held: feeder articles release wire")


@pytest.mark.parametrize("status", ["paused", "disabled"])
def test_what_was_stopped_is_not_set_going_by_an_answer_that_comes_late(status: str) -> None:
    """A blocked webhook is asked again by itself; one that was paused or disabled meanwhile must not be."""
    blocked = Verdict(Outcome.BLOCKED, "blocked: 10.0.0.7 is a private address")
    state = WebhookState("partner", NOW, status=status, reason="so")
    assert health.after(state, blocked, NOW, 2) == state
    assert health.after(WebhookState("partner", NOW), blocked, NOW, 2).status == "blocked"
