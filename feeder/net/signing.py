"""Signatures of Standard Webhooks 1.0, and of GitHub: keys, id, time and body in, headers out, and back.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING

from feeder.errors import RequestError
from feeder.net.keys import Form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from feeder.net.keys import Key

Headers = tuple[tuple[str, str], ...]

_SECONDS = re.compile(r"[0-9]{1,12}")
_GITHUB = "X-Hub-Signature-256"
_FOREIGN = "no signature fits: the secret is another one, or the body was changed"


def sign(keys: Sequence[Key], id: str, timestamp: datetime, body: bytes) -> Headers:  # noqa: A002 - the standard's word
    """The three headers of the standard; while a secret is being changed, one signature for each of them.

    Raises RequestError when none of the keys may sign any more.
    """
    seconds = str(int(timestamp.timestamp()))
    signed = _signed(id, seconds, body)
    signatures = [_versioned(key, signed) for key in _valid(keys, timestamp)]
    return (
        ("webhook-id", id),
        ("webhook-timestamp", seconds),
        ("webhook-signature", " ".join(signatures)),
    )


def sign_as_github(keys: Sequence[Key], id: str, event: str, timestamp: datetime, body: bytes) -> Headers:  # noqa: A002
    """GitHub's headers. One key signs, the first that may: GitHub has one signature, and so do its receivers.

    Raises RequestError when none of the keys may sign any more.
    """
    return (
        (_GITHUB, _of_github(_valid(keys, timestamp)[0], body)),
        ("X-GitHub-Event", event),
        ("X-GitHub-Delivery", id),
        ("webhook-id", id),
    )


def _valid(keys: Sequence[Key], now: datetime) -> Sequence[Key]:
    found = [key for key in keys if key.not_after is None or now <= key.not_after]
    if not found:
        raise RequestError("every secret of this webhook has expired (see not-after); give it a new one")
    return found


def _versioned(key: Key, signed: bytes) -> str:
    return f"{key.form},{b64encode(key.sign(signed)).decode()}"


def _signed(id: str, seconds: str, body: bytes) -> bytes:  # noqa: A002 - the standard's word
    return _bytes(f"{id}.{seconds}.") + body


def _of_github(key: Key, body: bytes) -> str:
    return f"sha256={key.sign(body).hex()}"


def verify(
    key: Key,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    tolerance: timedelta = timedelta(minutes=5),
) -> str | None:
    """None when the signature is right, otherwise what is wrong with it."""
    if key.expired(now):
        return "the secret has expired (see not-after)"
    given = {name.lower(): value for name, value in headers.items()}
    if key.form is Form.GITHUB:
        return _unlike_github(key, given, body)
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        if not given.get(name):
            return f"the header {name} is missing"
    return _stale(given["webhook-timestamp"], now, tolerance) or _foreign(key, given, body)


def _unlike_github(key: Key, given: Mapping[str, str], body: bytes) -> str | None:
    if not (signature := given.get(_GITHUB.lower())):
        return f"the header {_GITHUB} is missing"
    return None if _same(_of_github(key, body), signature) else _FOREIGN


def _stale(seconds: str, now: datetime, tolerance: timedelta) -> str | None:
    if not _SECONDS.fullmatch(seconds):
        return "webhook-timestamp is not a number of seconds"
    off = now.timestamp() - int(seconds)
    if abs(off) <= tolerance.total_seconds():
        return None
    return f"webhook-timestamp is {abs(off):.0f} s {'old' if off > 0 else 'ahead'}: is the clock right?"


def _foreign(key: Key, given: Mapping[str, str], body: bytes) -> str | None:
    # Ed25519 gives the same signature for the same bytes (RFC 8032), so both forms can be compared with ours.
    right = _versioned(key, _signed(given["webhook-id"], given["webhook-timestamp"], body))
    fits = [_same(right, one) for one in given["webhook-signature"].split(" ")]
    return None if any(fits) else _FOREIGN


def _same(right: str, given: str) -> bool:
    return hmac.compare_digest(right.encode(), _bytes(given))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
