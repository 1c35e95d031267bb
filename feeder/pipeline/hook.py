"""A receiver with the options and the kind by which it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from feeder.config import WebhookOptions
    from feeder.webhooks import Kind, TopicKind


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook as it stands in the configuration; or a hub, or a subscriber as it stands in the store."""

    name: str
    options: WebhookOptions
    kind: Kind[Any] | TopicKind[Any]
