"""Addresses as they may be shown: many of them (chat webhooks) are secrets as a whole."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 3
_LIMIT = 200
SECRET = 8  # a shorter word is no secret, and may well be an ordinary one


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
    return hide(text, secrets_of(url))


@lru_cache(maxsize=1024)  # every answer is looked through
def secrets_of(url: str) -> frozenset[str]:
    """The parts of an address that may be secret, and its login as it stands in a header."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return frozenset()
    login = parts.netloc.rpartition("@")[0]
    whole = (f"{parts.path}?{parts.query}", parts.path, parts.query, login, *_logins(login))
    pieces = (*parts.path.split("/"), *(value for _, value in parse_qsl(parts.query)), login.partition(":")[2])
    found = {word for word in whole if len(word) > _SHOWN} | {word for word in pieces if len(word) >= SECRET}
    return frozenset(found)


def hide(text: str, secrets: Iterable[str], *, cut: bool = False) -> str:
    """`text` without these words, in the spellings in which a receiver may repeat them.

    `cut`: the text goes on, and may end within one of them.
    """
    for word in sorted(set(secrets), key=len, reverse=True):
        for form in _spellings(word):
            text = text.replace(form, "…")
            text = _without_end(text, form) if cut else text
    return text


@lru_cache(maxsize=8192)
def _spellings(word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((word, unquote(word), quote(word, safe=""), json.dumps(word)[1:-1])))


def _without_end(text: str, word: str) -> str:
    """`text` without the beginning of this word at its end."""
    size = next((size for size in range(len(word), SECRET - 1, -1) if text.endswith(word[:size])), 0)
    return f"{text[:-size]}…" if size else text


def _logins(login: str) -> set[str]:
    """As a login stands in a header: requests encodes one way, our proxies the other."""
    plain = unquote(login)
    return {b64encode(plain.encode(way, "replace")).decode() for way in ("latin-1", "utf-8") if plain}


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
