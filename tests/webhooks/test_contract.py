"""What every kind of webhook keeps."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from feeder.config import WebhookOptions
from feeder.model.delivery import Answer, Kind, Outcome, Phase, Request
from feeder.webhooks import WEBHOOKS
from tests.webhooks.events import AT, event

# The least that each kind asks of its options.
LEAST: dict[str, dict[str, Any]] = {
    "json": {"url": "https://partner.example/hook", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
}
KINDS = sorted(WEBHOOKS)


def requested(name: str, kind: Kind) -> Request:
    options = WEBHOOKS[name].options.model_validate({"type": name} | LEAST[name])
    return WEBHOOKS[name].request(event(kind), options, AT)


def test_the_shelf_is_sorted() -> None:
    assert list(WEBHOOKS) == KINDS


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_a_file_that_says_where_its_service_is_documented(name: str) -> None:
    module = importlib.import_module(f"feeder.webhooks.{name}")
    assert "https://" in (module.__doc__ or "")
    assert issubclass(WEBHOOKS[name].options, WebhookOptions)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("name", KINDS)
def test_a_request_can_be_sent_and_is_the_same_when_asked_again(name: str, kind: Kind) -> None:
    request = requested(name, kind)
    assert request == requested(name, kind)
    assert request.url.startswith("http")
    assert request.method in {"POST", "PUT", "PATCH", "DELETE"}
    assert all(f"{key}{value}".isascii() and f"{key}{value}".isprintable() for key, value in request.headers)
    request.body.decode()


@pytest.mark.parametrize("name", KINDS)
def test_any_answer_has_a_verdict(name: str) -> None:
    verdict = WEBHOOKS[name].verdict
    answers = [Answer(Phase.DONE, 0.1, status, (), b"\xff{") for status in range(100, 1000)]
    told = [verdict(answer, AT) for answer in [*answers, Answer(Phase.DNS, 0.1, error="no such host")]]
    assert all(one.reason for one in told)
    assert told[-1].outcome is Outcome.RETRY
    assert not any(one.outcome is Outcome.DELIVERED for one in told[200:])
