"""What a Maildir and an mbox have in common: mails by key, and what a source needs of their heads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parseaddr
from typing import TYPE_CHECKING, Protocol

from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from feeder.model.document import Found
    from feeder.sources._source import Look

_HEAD = 64 * 1024  # bytes
_NAME = 500


@dataclass(frozen=True, slots=True)
class Head:
    """`id` is the Message-ID without its brackets, `sender` the address in From; empty where there is none."""

    id: str
    sender: str


@dataclass(frozen=True, slots=True)
class Rules:
    """How large a mail may be. `of` says by which options a mail was judged, so that others judge it anew."""

    limit: int
    of: str


class Box(Protocol):
    def look(self, known: Mapping[str, str], only: Collection[str] | None, memory: str, *, final: bool) -> Look:
        """As Source.look."""

    def take(self, found: Found) -> tuple[bytes, datetime] | None:
        """The mail and when it came; None when it is not there any more. Raises OSError, Unreadable."""


def head_of(body: bytes) -> Head:
    ends = [at for mark in (b"\n\n", b"\n\r\n") if (at := body.find(mark, 0, _HEAD)) >= 0]
    message = BytesParser(policy=compat32).parsebytes(body[: min(ends, default=_HEAD)], headersonly=True)
    written = one_line(str(message.get("message-id", ""))).strip("<> ")
    return Head(written if len(written) <= _NAME else "", _address(one_line(str(message.get("from", ""))[:4000])))


def _address(written: str) -> str:
    try:
        return parseaddr(written)[1].lower()
    except (RecursionError, ValueError, IndexError):  # comments in comments, and whatever else it is made of
        return ""


def digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=20).hexdigest()
