"""Where a feed can be subscribed to: its Link headers, else its own links (WebSub, section 4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder.sources._feed_parsed import address

if TYPE_CHECKING:
    from feeder.net import Fetched
    from feeder.sources._feed_parsed import Parsed

_LONGEST = 8192
# A link and its parameters, of which values may be quoted (RFC 8288, section 3).
_LINK = re.compile(r"""<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~-]+\*?\s*(?:=\s*(?:"[^"]*"|[^",;\s]*))?)*)""")
_RELATION = re.compile(r""";\s*rel\s*=\s*(?:"([^"]*)"|([^",;\s]+))""", re.IGNORECASE)


def hub_of(answer: Fetched, parsed: Parsed) -> tuple[str, str]:
    """The hub, and the address that the feed has there; empty where it names no hub."""
    linked = links(answer)
    hub = address(linked.get("hub"), answer.url) or parsed.hub or ""
    own = address(linked.get("self"), answer.url) or parsed.own or answer.url
    return (hub, own) if hub else ("", "")


def links(answer: Fetched) -> dict[str, str]:
    """The first link of each relation."""
    lines = [value[:_LONGEST] for name, value in answer.headers if name.lower() == "link"]
    found: dict[str, str] = {}
    for target, parameters in _LINK.findall(", ".join(lines)):
        said = _RELATION.search(parameters)
        for relation in (said[1] or said[2]).lower().split() if said else ():
            found.setdefault(relation, target)
    return found
