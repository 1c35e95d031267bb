"""Where jobs land: remembers what became of each, and waits."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from feeder.model.delivery import Request
from feeder.senders import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from feeder.model.delivery import Answer
    from feeder.senders import Landed

LOOPBACK = ("127.0.0.0/8",)


class Landing:
    def __init__(self) -> None:
        self.all: list[Landed] = []
        self._told = threading.Condition()

    def __call__(self, landed: Sequence[Landed]) -> None:
        with self._told:
            self.all += landed
            self._told.notify_all()

    def wait(self, count: int, seconds: float = 60.0) -> None:
        self.until(lambda: len(self.all) >= count, seconds)

    def until(self, true: Callable[[], bool], seconds: float = 60.0) -> None:
        """Looked at when something lands."""
        with self._told:
            assert self._told.wait_for(true, seconds), f"{len(self.all)} landed: {self.all[-3:]}"

    @property
    def keys(self) -> list[int]:
        return [one.key for one in self.all]

    @property
    def unsent(self) -> set[int]:
        return {one.key for one in self.all if not one.sent}

    @property
    def lost(self) -> set[int]:
        return {one.key for one in self.all if one.sent and one.answer is None}

    @property
    def answers(self) -> dict[int, Answer]:
        return {one.key: one.answer for one in self.all if one.answer is not None}


def request(url: str = "http://127.0.0.1:9/", body: bytes = b"x") -> Request:
    return Request("POST", url, (("webhook-id", "msg_1"),), body)


def jobs(
    keys: Iterable[int], url: str = "http://127.0.0.1:9/", webhook: str = "one", body: bytes = b"x"
) -> list[Job]:
    return [Job(key, webhook, request(url, body)) for key in keys]
