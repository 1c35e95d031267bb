"""A topic -> the form that tells an rssCloud subscriber that it changed. http://home.rsscloud.co/rest"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from feeder.model.delivery import Request
from feeder.webhooks._topic_kind import TopicOptions

if TYPE_CHECKING:
    from feeder.model.topic import Topic

_FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


class Options(TopicOptions):
    type: str = "rsscloud"


def request(topic: Topic, options: Options) -> Request:
    return Request("POST", options.url, _FORM, urlencode({"url": topic.address}).encode())
