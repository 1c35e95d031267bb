"""Signatures of Standard Webhooks 1.0 (`v1`: HMAC-SHA256): secret, id, time and body in, headers out, and back.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from feeder.secret import Secret

PREFIX = "whsec_"
_SECONDS = re.compile(r"[0-9]{1,12}")
_FORM = (
    f"a secret is {PREFIX} and the base64 of 24 to 64 random bytes; make one with: "
    f"""python3 -c 'import base64,secrets;print("{PREFIX}"+base64.b64encode(secrets.token_bytes(32)).decode())'"""
)


def parse(secret: str) -> bytes:
    """The key in `whsec_…`; a ValueError says what is wrong without showing it."""
    if not secret.startswith(PREFIX):
        raise ValueError(f"does not begin with {PREFIX}; {_FORM}")
    try:
        key = b64decode(secret[len(PREFIX) :], validate=True)
    except (NotBase64, ValueError):
        raise ValueError(f"is not base64 after {PREFIX}; {_FORM}") from None
    if not 24 <= len(key) <= 64:
        raise ValueError(f"holds {len(key)} bytes; {_FORM}")
    return key


def sign(secrets: Sequence[Secret], id: str, timestamp: datetime, body: bytes) -> tuple[tuple[str, str], ...]:  # noqa: A002 - the standard's word
    """The three headers; while a secret is being changed, one signature for each of them."""
    seconds = str(int(timestamp.timestamp()))
    signatures = (_signature(secret, id, seconds, body) for secret in secrets)
    return (
        ("webhook-id", id),
        ("webhook-timestamp", seconds),
        ("webhook-signature", " ".join(signatures)),
    )


def _signature(secret: Secret, id: str, seconds: str, body: bytes) -> str:  # noqa: A002 - the standard's word
    signed = b".".join((_bytes(id), seconds.encode(), body))
    return "v1," + b64encode(hmac.digest(parse(secret.reveal()), signed, sha256)).decode()


def verify(
    secret: Secret,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    tolerance: timedelta = timedelta(minutes=5),
) -> str | None:
    """None when the signature is right, otherwise what is wrong with it."""
    given = {name.lower(): value for name, value in headers.items()}
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        if not given.get(name):
            return f"the header {name} is missing"
    return _stale(given["webhook-timestamp"], now, tolerance) or _foreign(secret, given, body)


def _stale(seconds: str, now: datetime, tolerance: timedelta) -> str | None:
    if not _SECONDS.fullmatch(seconds):
        return "webhook-timestamp is not a number of seconds"
    off = now.timestamp() - int(seconds)
    if abs(off) <= tolerance.total_seconds():
        return None
    return f"webhook-timestamp is {abs(off):.0f} s {'old' if off > 0 else 'ahead'}: is the clock right?"


def _foreign(secret: Secret, given: Mapping[str, str], body: bytes) -> str | None:
    right = _signature(secret, given["webhook-id"], given["webhook-timestamp"], body).encode()
    fits = [hmac.compare_digest(right, _bytes(one)) for one in given["webhook-signature"].split(" ")]
    return None if any(fits) else "no signature fits: the secret is another one, or the body was changed"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
