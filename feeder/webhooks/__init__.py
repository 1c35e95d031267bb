"""Article event + options -> request; answer -> verdict. A kind is one file and one line here."""

from __future__ import annotations

from typing import Any

from feeder.webhooks import json
from feeder.webhooks._kind import Kind, way_of

__all__ = ["WEBHOOKS", "Kind", "way_of"]

WEBHOOKS: dict[str, Kind[Any]] = {
    "json": Kind(json.Options, json.request, json.notice),
}
