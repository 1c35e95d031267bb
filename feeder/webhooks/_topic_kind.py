"""What a kind is that tells of topics: the receiver is a subscriber or a hub, and no part of the configuration."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from pydantic import Field

from feeder.config import WebhookOptions
from feeder.config.options import Told
from feeder.model.delivery import STRAIGHT
from feeder.webhooks._kind import way_of
from feeder.webhooks._verdict import verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from feeder.model.delivery import Answer, Request, Verdict
    from feeder.model.topic import Topic
    from feeder.secret import Secret


class TopicOptions(WebhookOptions):
    """It gets neither articles nor notices, and one delivery at a time: an older document never comes last."""

    type: str = "topic"
    url: str
    on: Annotated[tuple[Told, ...], Field(max_length=0)] = ()
    concurrency: int = 1


O = TypeVar("O", bound=TopicOptions)  # noqa: E741 - Options


@dataclass(frozen=True, slots=True)
class TopicKind(Generic[O]):
    """As Kind, of a topic; the same arguments make the same request."""

    options: type[O]
    request: Callable[[Topic, O], Request]
    verdict: Callable[[Answer, datetime], Verdict] = verdict

    def whole_request(self, it: Any, options: O, _now: datetime, proxy: Secret | None = None) -> Request:
        bare, way = self.request(it, options), way_of(options, proxy)
        return bare if way == STRAIGHT else replace(bare, way=way)
