"""kill -9 at any moment: nothing is missing, and what is repeated carries the same id."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import postgres
from tests.daemon.harness import Newsroom, Partner, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOOKS = ("/one", "/two", "/three")
# Deliveries that can be under way when it is killed: each webhook's concurrency.
IN_FLIGHT = 2 * len(HOOKS)
LOSSY = str(Path(__file__).with_name("lossy.py"))


def _newsroom(folder: Path, partner: Partner, **more: object) -> Newsroom:
    webhooks = {path.strip("/"): {"url": partner.url + path} for path in HOOKS}
    return Newsroom(folder, webhooks, more=dict(more))


@pytest.fixture
def sometimes_failing() -> Iterator[Partner]:
    """Refuses one request in fifty, and none twice: a second refusal would put it off for five minutes."""
    with Partner(answer=lambda _path, nth, times: 503 if nth % 50 == 0 and times == 1 else 204) as partner:
        yield partner


def _killed(newsroom: Newsroom, articles: int, kills: int, seed: int, pause: tuple[float, float]) -> None:
    """Let articles come while the daemon is killed again and again; it runs at the end."""
    chance = random.Random(seed)  # noqa: S311 - moments to kill at
    newsroom.start()
    until(
        lambda: newsroom.titles("all") == [] and (newsroom.feeds / "all.json").exists(), what="for the first look"
    )
    writer = threading.Thread(target=_write, args=(newsroom, articles))
    writer.start()
    try:
        for _ in range(kills):
            threading.Event().wait(chance.uniform(*pause))
            newsroom.kill()
            newsroom.start()
    finally:
        writer.join()


def _write(newsroom: Newsroom, articles: int) -> None:
    for number in range(articles):
        newsroom.story(f"{number % 7}/{number}.txt", f"Story number {number} of the day")
        if number % 40 == 0:
            threading.Event().wait(0.3)


def _missing(partner: Partner, articles: int) -> int:
    return sum(articles - len(partner.ids(path)) for path in HOOKS)


def _repeats(partner: Partner) -> int:
    return sum(partner.ids(path).total() - len(partner.ids(path)) for path in HOOKS)


@pytest.mark.slow
def test_twenty_kills_lose_nothing_and_repeat_no_more_than_was_under_way(
    tmp_path: Path, sometimes_failing: Partner, record_property: Callable[[str, object], None]
) -> None:
    partner, articles, kills = sometimes_failing, 2000, 20
    with _newsroom(tmp_path, partner) as newsroom:
        _killed(newsroom, articles, kills, seed=7, pause=(0.2, 1.8))
        until(lambda: _missing(partner, articles) == 0, 120, "for the rest to be delivered")
        assert newsroom.stop() == 0
        states = newsroom.json("webhooks", "list")
    record_property("repeats", _repeats(partner))
    assert _repeats(partner) <= kills * IN_FLIGHT
    assert partner.wrong == []
    assert {len(partner.ids(path)) for path in HOOKS} == {articles}
    assert [(it["delivered"], it["waiting"], it["dead"]) for it in states] == [(articles, 0, 0)] * len(HOOKS)
    assert "Traceback" not in newsroom.log()


@pytest.mark.slow
def test_the_same_test_sees_the_loss_when_delivered_is_written_before_the_send(
    tmp_path: Path, sometimes_failing: Partner
) -> None:
    partner, articles = sometimes_failing, 400
    with _newsroom(tmp_path, partner) as newsroom:
        newsroom.program = (LOSSY,)
        _killed(newsroom, articles, kills=4, seed=7, pause=(0.5, 1.0))
        until(lambda: _all_said_delivered(newsroom, articles), 60, "for it to believe that all is delivered")
        newsroom.stop()
    assert _missing(partner, articles) > 0


def _all_said_delivered(newsroom: Newsroom, articles: int) -> bool:
    return [it["delivered"] for it in newsroom.json("webhooks", "list")] == [articles] * len(HOOKS)


@pytest.mark.slow
def test_kills_lose_nothing_on_postgresql(
    tmp_path: Path, sometimes_failing: Partner, postgres_server: str
) -> None:
    partner, articles, kills = sometimes_failing, 300, 4
    with _newsroom(tmp_path, partner, store=postgres.new_database(postgres_server)) as newsroom:
        _killed(newsroom, articles, kills, seed=11, pause=(0.3, 1.0))
        # What was under way comes back when its lease has run out.
        until(lambda: _missing(partner, articles) == 0, 120, "for the rest to be delivered")
        assert newsroom.stop() == 0
    assert _repeats(partner) <= kills * IN_FLIGHT
    assert partner.wrong == []
