"""Addresses as they may be shown: many of them (chat webhooks) are secrets as a whole."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from feeder.text import one_line

_SHOWN = 3
_LIMIT = 200
_SECRET = 8  # a shorter word is no secret, and may well be an ordinary one


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


def scrub(text: str, url: str) -> str:
    """`text` without the parts of `url` that may be secret: receivers like to repeat what they were asked."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return text
    whole = (f"{parts.path}?{parts.query}", parts.path, parts.query, parts.netloc.rpartition("@")[0])
    pieces = (*parts.path.split("/"), *(value for _, value in parse_qsl(parts.query)))
    secret = {word for word in whole if len(word) > _SHOWN} | {word for word in pieces if len(word) >= _SECRET}
    for word in sorted(secret, key=len, reverse=True):
        for form in (word, unquote(word), quote(word, safe="")):
            text = text.replace(form, "…")
    return text


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
