"""A sender that is killed at a point of its choosing: a real store, a real dispatcher, SIGKILL from within.

The seam is the store's own border: the database library tells of every statement and of every commit, and the
process ends in the middle of it. The product knows nothing of this.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from feeder.model.delivery import Answer, Request
    from feeder.store import Store
    from tests.pipeline.outside import Post

# Where: in the transaction after the statement that says so (its effects are not committed), or just before the
# first, in the midst, or after the last, byte of a request.
PUBLISH, CLAIM, ACK = "INSERT INTO delivery", "INSERT INTO flight", "INSERT INTO attempt"
CLAIMED, HALF, ANSWERED = "claimed", "half a request", "answered"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    threading.Event().wait()  # not a step further


def publish(url: str, folder: Path, target: str, point: str) -> None:
    """Take in one article, and die inside."""
    with _post(url, folder, target, point) as post:
        post.owe()


def deliver(url: str, folder: Path, target: str, point: str) -> None:
    """Send what is owed, and die inside."""
    with _post(url, folder, target, point) as post:
        post.round()


def replay(config: str) -> None:
    """`feeder deliveries replay`, and die inside its second step."""
    import sys

    from sqlalchemy import Engine, event

    from feeder.cli import main

    steps = 0

    def watch(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal steps
        steps += statement.startswith("UPDATE replay")
        if steps == 2:
            die()

    event.listen(Engine, "after_cursor_execute", watch)
    sys.argv = ["feeder", "deliveries", "replay", "--since", "1d", "--webhook", "partner", "--config", config]
    main()


def _post(url: str, folder: Path, target: str, point: str) -> Post:
    from feeder.net._deadline import PlainSocket
    from feeder.store import Store
    from tests.faults.scene import hurried
    from tests.pipeline.outside import Post, hook

    store = Store(url)
    client = hurried()
    post = Post(store, folder, hook("faulty", url=target), send=_sender(client.send, point))
    _arm(store, point)
    if point == HALF:
        PlainSocket.sendall = _half  # type: ignore[method-assign,assignment]
    return post


def _half(self: socket.socket, data: bytes) -> None:
    """All but the last byte leaves."""
    socket.socket.sendall(self, data[:-1])
    die()


def _arm(store: Store, point: str) -> None:
    from sqlalchemy import event

    def watch(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if point in statement:
            die()

    event.listen(store._writer, "after_cursor_execute", watch)


def _sender(send: Callable[[Request], Answer], point: str) -> Callable[[Request], Answer]:
    def deadly(request: Request) -> Answer:
        if point == CLAIMED:
            die()
        answer = send(request)
        if point == ANSWERED:
            die()
        return answer

    return deadly
