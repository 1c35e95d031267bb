"""Jobs -> bytes -> jobs, answers -> bytes -> answers, between us and a sender process.

Jobs go down as pickles. Answers come up as JSON with the body behind it, and every field is looked at: what talks
to receivers might have been taken over by one. A job has the number of a slot here, never its key.
"""

from __future__ import annotations

import json
import pickle
import struct
from dataclasses import astuple
from json.scanner import make_scanner
from typing import TYPE_CHECKING, Any

from feeder.model.delivery import STRAIGHT, Answer, Phase, Request, Way
from feeder.senders._job import Job, Landed

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable, Iterator

    Entry = tuple[float, Job]

_NONE = type(None)
_LENGTHS = struct.Struct("!II")
LARGEST_ANSWER = 64 << 20
_PIECE = 1 << 18
_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_scan = make_scanner(json.JSONDecoder())  # type: ignore[arg-type]  # as json itself calls it
_STR = frozenset({str})
# Of took, truncated, status, headers, error, address, blocked.
_KINDS: tuple[frozenset[object], ...] = tuple(
    frozenset(kinds) for kinds in ({float, int}, {bool}, {int, _NONE}, {list}, {str, _NONE}, {str, _NONE}, {bool})
)
_PHASES = {str(phase): phase for phase in Phase}


class Nonsense(ValueError):
    """The other side says what it never would."""


def message(head: bytes, body: bytes = b"") -> bytes:
    return _LENGTHS.pack(len(head), len(body)) + head + body


class Messages:
    """What comes out of a socket, many messages at a time."""

    def __init__(self, channel: socket.socket, largest: int = 1 << 32) -> None:
        self._channel, self._largest = channel, largest
        self._pending = b""

    def receive(self) -> list[tuple[bytes, bytes]]:
        """At least a part of one message is awaited, and the whole ones are given; EOFError after the last."""
        data = self._channel.recv(_PIECE)
        if not data:
            raise EOFError
        self._pending += data
        found = list(self._whole())
        self._pending = self._pending[sum(_LENGTHS.size + len(head) + len(body) for head, body in found) :]
        return found

    def _whole(self) -> Iterator[tuple[bytes, bytes]]:
        pending, at = self._pending, 0
        while len(pending) - at >= _LENGTHS.size:
            head, body = _LENGTHS.unpack_from(pending, at)
            start, end = at + _LENGTHS.size, at + _LENGTHS.size + head + body
            if end - at > self._largest:
                raise Nonsense
            if end > len(pending):
                return
            yield pending[start : start + head], pending[start + head : end]
            at = end


def jobs_down(entries: Iterable[tuple[int, float, Request]]) -> bytes:
    """Each with its slot, and since when it waits."""
    return message(pickle.dumps([_job_down(*entry) for entry in entries], pickle.HIGHEST_PROTOCOL))


def _job_down(slot: int, since: float, request: Request) -> tuple[Any, ...]:
    way = None if request.way == STRAIGHT else astuple(request.way)
    return slot, since, request.method, request.url, request.headers, request.body, way


def jobs_up(head: bytes) -> list[Entry]:
    return [_job_up(*fields) for fields in pickle.loads(head)]  # noqa: S301 - the parent wrote it


def _job_up(
    slot: int, since: float, method: str, url: str, headers: Any, body: bytes, way: tuple[Any, ...] | None
) -> Entry:
    return since, Job(slot, "", Request(method, url, headers, body, STRAIGHT if way is None else Way(*way)))


def landed_up(landed: Landed) -> bytes:
    answer = landed.answer
    if answer is None:
        return message(_encode((landed.key, landed.sent)).encode())
    flat = [text for pair in answer.headers for text in pair]
    how = (answer.phase, answer.took, answer.status, flat)
    told = (*how, answer.truncated, answer.error, answer.address, answer.blocked)
    return message(_encode((landed.key, landed.sent, *told)).encode(), answer.body)


def landed_down(head: bytes, body: bytes) -> tuple[int, Answer | None, bool]:
    """Slot, answer, whether it was sent; `Nonsense` for everything that `landed_up` did not write."""
    try:
        text = head.decode("ascii")
        (slot, sent, *told), end = _scan(text, 0)
        answer = _answer(body, *told) if told else None
    except (ValueError, TypeError, KeyError, RecursionError, StopIteration) as error:
        raise Nonsense from error
    if end < len(text) or type(slot) is not int or type(sent) is not bool or (answer is None and body):
        raise Nonsense
    return slot, answer, sent


def _answer(
    body: bytes,
    phase: Any,
    took: Any,
    status: Any,
    headers: Any,
    truncated: Any,
    error: Any,
    address: Any,
    blocked: Any,
) -> Answer:
    told = took, truncated, status, headers, error, address, blocked
    kinds = tuple(map(type, told))
    if not all(map(frozenset.__contains__, _KINDS, kinds)) or not _STR.issuperset(map(type, headers)):
        raise Nonsense
    pairs = tuple(zip(headers[::2], headers[1::2], strict=True))
    return Answer(_PHASES[phase], took, status, pairs, body, truncated, error, address, blocked)
