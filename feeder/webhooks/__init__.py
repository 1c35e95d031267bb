"""Article event, or topic, + options -> request; answer -> verdict. A kind is one file and one line here."""

from __future__ import annotations

from typing import Any

from feeder.webhooks import hub_ping, json, rsscloud, websub
from feeder.webhooks._kind import Kind, way_of
from feeder.webhooks._topic_kind import TopicKind, TopicOptions

__all__ = ["TOPICS", "WEBHOOKS", "Kind", "TopicKind", "TopicOptions", "way_of"]

WEBHOOKS: dict[str, Kind[Any]] = {
    "json": Kind(json.Options, json.request, json.notice),
}

# Of receivers that no configuration names: subscribers; and hubs, of which it says no more than the address.
TOPICS: dict[str, TopicKind[Any]] = {
    "hub-ping": TopicKind(hub_ping.Options, hub_ping.request),
    "rsscloud": TopicKind(rsscloud.Options, rsscloud.request),
    "websub": TopicKind(websub.Options, websub.request),
}
