"""What was served last, by its path; the least used goes when there is too much."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, Protocol, TypeVar


class Weighty(Protocol):
    @property
    def weight(self) -> int:
        """Bytes, about."""


T = TypeVar("T", bound=Weighty)


class Memory(Generic[T]):
    """At most `most` bytes of it. For one thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, tuple[T, int]] = OrderedDict()
        self._weight = 0

    def get(self, path: str) -> T | None:
        found = self._kept.get(path)
        if found is None:
            return None
        self._kept.move_to_end(path)
        return found[0]

    def put(self, path: str, it: T) -> None:
        """Also again, when it has become heavier."""
        self.drop(path)
        self._kept[path] = (it, it.weight)
        self._weight += it.weight
        while self._weight > self._most:
            self._weight -= self._kept.popitem(last=False)[1][1]

    def drop(self, path: str) -> None:
        self._weight -= self._kept.pop(path, (None, 0))[1]
