"""The only way out to the network: the client, the guard over its addresses, addresses made fit to be shown."""

from __future__ import annotations

from feeder.net.client import Client
from feeder.net.fetch import Fetched, Fetcher
from feeder.net.guard import Guard
from feeder.net.urls import SECRET, hide, redact, scrub, secrets_of
from feeder.net.waiting import http_date, retry_after

__all__ = [
    "SECRET",
    "Client",
    "Fetched",
    "Fetcher",
    "Guard",
    "hide",
    "http_date",
    "redact",
    "retry_after",
    "scrub",
    "secrets_of",
]
