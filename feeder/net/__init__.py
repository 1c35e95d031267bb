"""The only way out to the network: the client, the guard over its addresses, addresses made fit to be shown."""

from __future__ import annotations

from feeder.net.client import Client
from feeder.net.guard import Guard
from feeder.net.urls import redact, scrub

__all__ = ["Client", "Guard", "redact", "scrub"]
