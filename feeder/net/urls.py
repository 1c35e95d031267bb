"""Addresses as they may be shown: many of them (chat webhooks) are secrets as a whole."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import urlsplit

from feeder.text import one_line

_SHOWN = 3
_LIMIT = 200


def redact(url: str) -> str:
    """Scheme, host and the first characters of the path; for the rest a hash, so that two can be told apart."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is none
    except ValueError:
        return f"(not an address)…{_digest(url)}"
    host = parts.netloc.rpartition("@")[2]
    start = (f"{parts.scheme}:" if parts.scheme else "") + (f"//{host}" if host else "")
    shown = parts.path[: _SHOWN + parts.path.startswith("/")]
    hidden = parts.path != shown or parts.query or parts.fragment
    return one_line(start + shown, _LIMIT) + (f"…{_digest(url)}" if hidden else "")


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
