"""A topic -> POST of the whole document to a subscriber of our hub. https://www.w3.org/TR/websub/#content-distribution"""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from feeder.model.delivery import Request
from feeder.secret import Secret
from feeder.webhooks._topic_kind import TopicOptions

if TYPE_CHECKING:
    from feeder.model.topic import Topic

# Of a subscriber's secret, in bytes (section 5.1).
SECRET = 200


class Options(TopicOptions):
    """`secret` is the subscriber's, and signs what it gets (section 7)."""

    type: str = "websub"
    secret: Secret | None = None


def request(topic: Topic, options: Options) -> Request:
    """The callback is used exactly as it was given."""
    headers = [("Content-Type", topic.media_type), ("Link", links(topic))]
    if options.secret:
        headers.append(("X-Hub-Signature", f"sha256={signature(options.secret, topic.body)}"))
    return Request("POST", options.url, tuple(headers), topic.body)


def links(topic: Topic) -> str:
    return _links(topic.hub, topic.address)


@lru_cache(maxsize=64)  # a thousand subscribers are told of one topic
def _links(hub: str, address: str) -> str:
    return f'<{_ascii(hub)}>; rel="hub", <{_ascii(address)}>; rel="self"'


def signature(secret: Secret, body: bytes) -> str:
    return hmac.new(secret.reveal().encode("utf-8", "surrogatepass"), body, hashlib.sha256).hexdigest()


def _ascii(address: str) -> str:
    return quote(address, safe="!#$%&'()*+,/:;=?@[]~")
