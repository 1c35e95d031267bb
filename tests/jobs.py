"""What the tests of the workshop have done in another process."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feeder.errors import Claimed

if TYPE_CHECKING:
    from collections.abc import Mapping


def same(value: Any) -> Any:
    return value


def process() -> int:
    return os.getpid()


def environment() -> Mapping[str, str]:
    return dict(os.environ)


def loop() -> None:
    while True:
        pass


def loop_in_c() -> None:
    re.match(r"(a|a)*\Z", "a" * 100 + "b")


def fill_memory() -> int:
    return sum(map(len, [bytes(1 << 20) for _ in range(1 << 20)]))


def leave(status: int) -> None:
    os._exit(status)


def crash() -> None:
    ctypes.string_at(0)


def killed_by(name: str) -> None:
    os.kill(os.getpid(), getattr(signal, name))


def shrug_off(name: str) -> str:
    os.kill(os.getpid(), getattr(signal, name))
    return name


def refuse() -> None:
    raise Claimed("tag:x", "other.md")


def blunder() -> int:
    return int("no number")


def unspeakable() -> object:
    return threading.Lock()


def too_deep(depth: int) -> Any:
    value: Any = ()
    for _ in range(depth):
        value = (value,)
    return value


def speak_nonsense(text: str) -> None:
    """What a child that has been taken over might answer."""
    body = text.encode()
    for number in range(3, 10):
        try:
            channel = socket.socket(fileno=os.dup(number))
        except OSError:
            continue
        channel.sendall(len(body).to_bytes(8) + body)


def open_sockets_and_files() -> list[str]:
    found = []
    for number in range(64):
        try:
            found.append(str(Path(f"/proc/self/fd/{number}").readlink()))
        except OSError:
            continue
    return found


def modules() -> list[str]:
    return sorted(sys.modules)
