"""Heads of HTTP/1.1: a request's as bytes, and an answer's as http.client has it, in a fraction of its time."""

from __future__ import annotations

import http.client
import io
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_INTERIM = 8
_LONGEST_LINE = 65_536  # as in http.client
_MOST_LINES = 100  # likewise; the empty line counts
_END = (b"\r\n", b"\n", b"")
# A field, and a whole head, as nearly all servers write it; whatever else there is, http.client reads.
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e]*)\r\n")
_STATUS = re.compile(r"HTTP/1\.1 ([2-9][0-9][0-9])(?: ([\x20-\x7e]*))?\r\n")
_FIELDS = re.compile(rf"(?:{_FIELD.pattern})*")


class Unfinished(http.client.HTTPException):
    """The receiver sends interim answers without end, or wants another protocol."""


def written(method: str, target: str, headers: Mapping[str, str]) -> bytes:
    """The head of a request. Raises ValueError for what would not stay in its line."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    flat = "".join(lines)
    if not (flat.isascii() and flat.isprintable()) or " " in target:
        raise ValueError("a head cannot be sent")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


class Fields:
    """Of http.client's message, what is asked of it here."""

    __slots__ = ("_all", "_first")

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._all = fields
        self._first = {name.lower(): value for name, value in reversed(fields)}

    def raw_items(self) -> list[tuple[str, str]]:
        return self._all

    def get(self, name: str) -> str | None:
        """The first of this name, which is in lower case."""
        return self._first.get(name)


class Response(http.client.HTTPResponse):
    """Interim answers are skipped: `http.client` knows only 100 of them, and would skip it for ever."""

    def begin(self) -> None:
        if not self._at_once():
            self._line_by_line()
        self._frame()
        if self.length == 0:
            self.close()  # as a read would do that finds nothing more to come

    def _at_once(self) -> bool:
        """Whether the head came in one piece, and is like nearly all."""
        data = self.fp.peek()
        end = data.find(b"\r\n\r\n") + 2
        text = data[:end].decode("latin-1")
        status = _STATUS.match(text)
        if status is None or not _FIELDS.fullmatch(text, status.end()) or text.count("\n") > _MOST_LINES:
            return False
        self.fp.read(end + 2)
        self.version, self.reason = 11, (status[2] or "").strip()
        self.code = self.status = int(status[1])
        self.headers = self.msg = Fields(_FIELD.findall(text, status.end()))  # type: ignore[assignment]
        return True

    def _line_by_line(self) -> None:
        version, status, reason = self._read_status()
        if not version.startswith("HTTP/1.") and version != "HTTP/0.9":
            raise http.client.UnknownProtocol(version)
        self.version = 10 if version in {"HTTP/1.0", "HTTP/0.9"} else 11
        self.code = self.status = status
        self.reason = reason.strip()
        self.headers = self.msg = fields(_lines(self.fp))

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(_INTERIM + 1):
            version, status, reason = super()._read_status()  # type: ignore[misc] # is not in typeshed
            if status >= 200:
                return version, status, reason
            if status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                raise Unfinished
            _lines(self.fp)
        raise Unfinished

    def _frame(self) -> None:
        """How long the body is, and whether the connection outlives it: as http.client's own `begin` has it."""
        self.chunked = (self.headers.get("transfer-encoding") or "").lower() == "chunked"
        self.chunk_left = None
        self.length = None if self.chunked else _length(self.headers.get("content-length"))
        if self.status in {204, 304} or self._method == "HEAD":  # type: ignore[attr-defined] # of http.client
            self.length = 0
        closing = self._check_close()  # type: ignore[attr-defined] # of http.client
        self.will_close = closing or not (self.chunked or self.length is not None)


def _length(text: str | None) -> int | None:
    try:
        length = int(text or "")
    except ValueError:
        return None
    return length if length >= 0 else None


def _lines(stream: Any) -> list[bytes]:
    """The lines up to the empty one, and with it; as many and as long as http.client takes."""
    lines: list[bytes] = []
    while True:
        line = stream.readline(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            raise http.client.LineTooLong("header line")
        lines.append(line)
        if len(lines) > _MOST_LINES:
            raise http.client.HTTPException
        if line in _END:
            return lines


def fields(lines: list[bytes]) -> http.client.HTTPMessage:
    """What http.client.parse_headers() makes of these lines."""
    message = http.client.HTTPMessage()
    for line in lines[:-1]:
        found = _FIELD.fullmatch(line.decode("latin-1"))
        if found is None:
            return http.client.parse_headers(io.BytesIO(b"".join(lines)))
        message.set_raw(found[1], found[2])
    return message
