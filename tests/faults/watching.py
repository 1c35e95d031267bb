"""Python's audit events -> which addresses this process connects to, whatever code does it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_listening: list[set[str]] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _listening and isinstance(arguments[1], tuple):
        for addresses in _listening:
            addresses.add(str(arguments[1][0]))


@cache
def _begin() -> None:
    sys.addaudithook(_hear)  # for the life of the process: there is no way to take it back


@contextmanager
def connections() -> Iterator[set[str]]:
    _begin()
    addresses: set[str] = set()
    _listening.append(addresses)
    try:
        yield addresses
    finally:
        _listening.remove(addresses)
