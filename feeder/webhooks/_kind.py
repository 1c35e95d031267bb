"""What a kind of webhook is: options, how an event becomes a request, what an answer means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from feeder.webhooks._verdict import verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from feeder.config import WebhookOptions
    from feeder.model.delivery import Answer, Event, Request, Verdict

O = TypeVar("O", bound="WebhookOptions")  # noqa: E741 - Options


@dataclass(frozen=True, slots=True)
class Kind(Generic[O]):
    """`request` gets the time of the attempt, `verdict` the time at which the answer came (both aware)."""

    options: type[O]
    request: Callable[[Event, O, datetime], Request]
    verdict: Callable[[Answer, datetime], Verdict] = verdict
