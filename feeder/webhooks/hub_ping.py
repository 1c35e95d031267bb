"""A topic -> the form that tells a hub of others that it changed.

WebSub leaves its shape to publisher and hub. Some read `hub.url` (as in PubSubHubbub 0.4), some `hub.topic`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from feeder.model.delivery import Request
from feeder.webhooks._topic_kind import TopicOptions

if TYPE_CHECKING:
    from feeder.model.topic import Topic

FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


class Options(TopicOptions):
    """A hub takes the pings of several topics at once."""

    type: str = "hub-ping"
    concurrency: int = 2


def request(topic: Topic, options: Options) -> Request:
    said = {"hub.mode": "publish", "hub.url": topic.address, "hub.topic": topic.address}
    return Request("POST", options.url, FORM, urlencode(said).encode())
