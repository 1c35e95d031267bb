"""Secret of a webhook -> key that signs: decoded once, kept in memory with the options it stands in, never shown.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable  # noqa: TC003 - pydantic reads the annotations of what options hold
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003
from enum import StrEnum

from feeder.secret import Secret  # noqa: TC001

SYMMETRIC, PRIVATE, PUBLIC = "whsec_", "whsk_", "whpk_"
_MAKE = (
    """make one with: python3 -c 'import base64,secrets;"""
    """print("%s"+base64.b64encode(secrets.token_bytes(32)).decode())'"""
)
_FORM = f"a secret is {SYMMETRIC} and the base64 of 24 to 64 random bytes; {_MAKE % SYMMETRIC}"
_PRIVATE_FORM = (
    f"a private key is {PRIVATE} and the base64 of its 32 bytes, or of 64 with the public key; {_MAKE % PRIVATE}"
)
_NO_LIBRARY = "is an Ed25519 key, which needs a library; install it with: pip install 'newsfeeder[ed25519]'"


class Form(StrEnum):
    """What a signature is made like; of the standard's two it is the version in front of the signature."""

    V1 = "v1"
    V1A = "v1a"
    GITHUB = "github"


@dataclass(frozen=True, slots=True)
class Key:
    """`sign` gives the bare signature of bytes; `public` is what a receiver of v1a needs to know, and no secret.

    `not_after` (aware) is the last moment at which it may sign.
    """

    form: Form
    secret: Secret
    not_after: datetime | None = None
    sign: Callable[[bytes], bytes] = field(kw_only=True, repr=False, compare=False)
    public: str | None = field(default=None, kw_only=True)

    def expired(self, now: datetime) -> bool:
        return self.not_after is not None and now > self.not_after


def standard(secret: Secret, not_after: datetime | None = None) -> Key:
    """The key in `whsec_…` (v1) or `whsk_…` (v1a); a ValueError says what is wrong without showing it."""
    text = secret.reveal()
    if text.startswith(PRIVATE):
        sign, public = _ed25519(_decoded(text, PRIVATE, _PRIVATE_FORM))
        return Key(Form.V1A, secret, not_after, sign=sign, public=public)
    if text.startswith(PUBLIC):
        raise ValueError(f"begins with {PUBLIC}: that is the public key, which receivers need; {PRIVATE} signs")
    if not text.startswith(SYMMETRIC):
        raise ValueError(f"does not begin with {SYMMETRIC}; {_FORM}")
    raw = _decoded(text, SYMMETRIC, _FORM)
    if not 24 <= len(raw) <= 64:
        raise ValueError(f"holds {len(raw)} bytes; {_FORM}")
    return Key(Form.V1, secret, not_after, sign=_hmac(raw))


def github(secret: Secret, not_after: datetime | None = None) -> Key:
    """GitHub takes any text, as it is."""
    raw = secret.reveal().encode("utf-8", "surrogatepass")
    return Key(Form.GITHUB, secret, not_after, sign=_hmac(raw))


def _hmac(key: bytes) -> Callable[[bytes], bytes]:
    begun = hmac.new(key, digestmod="sha256")  # the half of the work that is the same for every message

    def sign(message: bytes) -> bytes:
        made = begun.copy()
        made.update(message)
        return made.digest()

    return sign


def _decoded(text: str, prefix: str, form: str) -> bytes:
    try:
        return b64decode(text[len(prefix) :], validate=True)
    except (NotBase64, ValueError):
        raise ValueError(f"is not base64 after {prefix}; {form}") from None


def _ed25519(raw: bytes) -> tuple[Callable[[bytes], bytes], str]:
    """From the private key alone (32 bytes), or with the public one behind it (64), as many libraries write it."""
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError:
        raise ValueError(_NO_LIBRARY) from None
    if len(raw) not in {32, 64}:
        raise ValueError(f"holds {len(raw)} bytes; {_PRIVATE_FORM}")
    key = Ed25519PrivateKey.from_private_bytes(raw[:32])
    public = key.public_key().public_bytes_raw()
    if raw[32:] not in {b"", public}:
        raise ValueError("holds a private and a public key that do not belong together")
    return key.sign, PUBLIC + b64encode(public).decode()
