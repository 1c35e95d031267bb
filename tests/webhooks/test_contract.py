"""What every kind of webhook keeps."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any

import pytest

from feeder.config import WebhookOptions
from feeder.model.delivery import Answer, Kind, Notice, Outcome, Phase, Request
from feeder.webhooks import WEBHOOKS
from tests.webhooks.events import AT, NOTICE, event

# The least that each kind asks of its options.
LEAST: dict[str, dict[str, Any]] = {
    "json": {"url": "https://partner.example/hook", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
}
KINDS = sorted(WEBHOOKS)


# What a webhook may be told: the article events, and a notice of the outbox itself.
TOLD: list[Kind | Notice] = [*Kind, NOTICE]


def requested(name: str, told: Kind | Notice) -> Request:
    options = WEBHOOKS[name].options.model_validate({"type": name} | LEAST[name])
    if isinstance(told, Notice):
        return WEBHOOKS[name].notice(told, options, AT)
    return WEBHOOKS[name].request(event(told), options, AT)


def test_the_shelf_is_sorted() -> None:
    assert list(WEBHOOKS) == KINDS


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_a_file_that_says_where_its_service_is_documented(name: str) -> None:
    module = importlib.import_module(f"feeder.webhooks.{name}")
    assert "https://" in (module.__doc__ or "")
    assert issubclass(WEBHOOKS[name].options, WebhookOptions)


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.kind if isinstance(told, Notice) else told)
@pytest.mark.parametrize("name", KINDS)
def test_a_request_can_be_sent_and_is_the_same_when_asked_again(name: str, told: Kind | Notice) -> None:
    request = requested(name, told)
    assert request == requested(name, told)
    assert request.url.startswith("http")
    assert request.method in {"POST", "PUT", "PATCH", "DELETE"}
    assert all(f"{key}{value}".isascii() and f"{key}{value}".isprintable() for key, value in request.headers)
    request.body.decode()


@pytest.mark.parametrize("name", KINDS)
def test_a_notice_says_what_happened_to_people(name: str) -> None:
    body = requested(name, NOTICE).body.decode()
    assert NOTICE.text in body
    assert NOTICE.name in body


@pytest.mark.parametrize("name", KINDS)
def test_webhooks_of_one_kind_that_are_told_of_the_same_event_get_the_same_body(name: str) -> None:
    """What a kind keeps in `made` belongs to no webhook, and nothing of it outlives a change of the event."""
    options = WEBHOOKS[name].options.model_validate({"type": name} | LEAST[name])
    told = event()
    bodies = [WEBHOOKS[name].request(told, options, AT).body for _ in range(2)]
    assert bodies == [requested(name, Kind.PUBLISHED).body] * 2
    changed = replace(told, kind=Kind.WITHDRAWN)
    assert WEBHOOKS[name].request(changed, options, AT).body == requested(name, Kind.WITHDRAWN).body


@pytest.mark.parametrize("name", KINDS)
def test_any_answer_has_a_verdict(name: str) -> None:
    verdict = WEBHOOKS[name].verdict
    answers = [Answer(Phase.DONE, 0.1, status, (), b"\xff{") for status in range(100, 1000)]
    told = [verdict(answer, AT) for answer in [*answers, Answer(Phase.DNS, 0.1, error="no such host")]]
    assert all(one.reason for one in told)
    assert told[-1].outcome is Outcome.RETRY
    assert not any(one.outcome is Outcome.DELIVERED for one in told[200:])
