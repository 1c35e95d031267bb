"""What comes from outside does not steer the terminal of whoever looks at it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from feeder.model.article import Change, Content
from feeder.model.delivery import Attempt, DeliveryState, Lane, Outcome, Phase
from feeder.store import articles, deliveries, outcomes, sending, webhooks
from feeder.store.outcomes import Settled
from tests.cli.conftest import store_of
from tests.samples import NOW, article

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Said
    from tests.daemon.harness import Newsroom

# A title bar, a clipboard, a colour as one byte, a bell, and a line of our own made to look like another.
EVIL = "Rain \x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x1b\\ \x9b31m \r\nfeeder: forged"
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@pytest.fixture
def evil(newsroom: Newsroom) -> Newsroom:
    """With an article, an answer and a reason that hold what a terminal obeys."""
    it = article(9, content=Content(EVIL, f"<p>{EVIL}</p>", summary=EVIL, categories=(EVIL,)), slug="evil")
    with store_of(newsroom) as store, store.write() as tx:
        articles.write(tx, it, Change.PUBLISHED, NOW)
        owed = deliveries.listed(tx, 1)[0]
        deliveries.owe(tx, replace(owed, id=0, event="msg_evil", article=it.id, due=NOW))
        late = NOW + timedelta(days=1000)
        claimed = sending.claim(tx, {"partner": 9}, Lane.NEWS, late, late, "mine", 99)
        fates = [Settled(it.id, "mine", DeliveryState.PENDING, EVIL, 1, 0, NOW, NOW) for it in claimed]
        outcomes.settle(tx, fates, NOW)
        (mine,) = [it for it in claimed if it.event == "msg_evil"]
        deliveries.log_all(
            tx, [Attempt(mine.id, 1, NOW, 0.1, Phase.DONE, Outcome.RETRY, EVIL, 500, "192.0.2.1", EVIL)]
        )
        webhooks.set_status(tx, "partner", "disabled", EVIL)
    return newsroom


@pytest.mark.parametrize(
    "words",
    [
        "articles list",
        "articles show evil",
        "articles withdraw evil",
        "deliveries list",
        "deliveries show 3",
        "webhooks list",
        "webhooks test partner",
        "status",
        "why evil partner",
    ],
)
def test_a_command_for_people_prints_no_control_character(
    feeder: Callable[..., Said], evil: Newsroom, words: str
) -> None:
    said = feeder(*words.split(), "--config", evil.config)
    assert said.out
    assert not CONTROL.findall(said.out + said.err)
    assert not re.search(r"^feeder: forged", said.out, re.MULTILINE)


def test_a_headline_that_is_taken_in_is_printed_without_control_characters(
    feeder: Callable[..., Said], empty: Newsroom
) -> None:
    text = f"{EVIL}\n\nThe council met on Monday and agreed on nothing at all.\n"
    said = feeder("add", "-", "--config", empty.config, stdin=text.encode())
    assert said.out.startswith("published: Rain")
    assert not CONTROL.findall(said.out + said.err)


@pytest.mark.parametrize("words", ["articles list", "articles show evil", "why evil partner", "status"])
def test_json_carries_control_characters_escaped(feeder: Callable[..., Said], evil: Newsroom, words: str) -> None:
    said = feeder(*words.split(), "--json", "--config", evil.config)
    assert said.json
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", said.out)
