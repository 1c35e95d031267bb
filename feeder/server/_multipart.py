"""A multipart/form-data body -> its fields (RFC 7578). Small and bounded; no library comes with us for it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from feeder.server._refusal import Refusal

_PARTS = 200
_HEAD = 4096
_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s";,]{1,70}))', re.IGNORECASE)
_NAME = re.compile(r';\s*name=(?:"([^"\r\n]*)"|([^\s";]+))', re.IGNORECASE)
_FILE = re.compile(r';\s*filename\*?=(?:"([^"\r\n]*)"|([^\s";]+))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Field:
    """`file` says that it was sent as a file, whatever its name."""

    name: str
    value: bytes
    file: bool


def fields(content_type: str, body: bytes) -> tuple[Field, ...]:
    """Raises Refusal."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise Refusal(400, "multipart/form-data names no boundary")
    edge = b"\r\n--" + (found[1] or found[2]).encode("latin-1", "replace")
    _, *parts = (b"\r\n" + body).split(edge, _PARTS + 2)
    if not parts or not parts[-1].startswith(b"--"):
        reason = f"has more than {_PARTS} parts" if len(parts) > _PARTS else "is cut off"
        raise Refusal(400, f"the multipart body {reason}")
    return tuple(map(_field, parts[:-1]))


def _field(part: bytes) -> Field:
    head, blank, value = part.partition(b"\r\n\r\n")
    said = _disposition(head.decode("utf-8", "replace")) if len(head) <= _HEAD else ""
    name, file = _NAME.search(said), _FILE.search(said)
    if not blank or name is None:
        raise Refusal(400, "a part of the multipart body has no name")
    return Field(name[1] or name[2] or "", value, file is not None)


def _disposition(head: str) -> str:
    for line in head.split("\r\n"):
        label, _, value = line.partition(":")
        if label.strip().lower() == "content-disposition":
            return f";{value.partition(';')[2]}"
    return ""
