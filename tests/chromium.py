"""Chromium without a window, told what to do over a pipe: https://chromedevtools.github.io/devtools-protocol/"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from itertools import count
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tests.programs import require_program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FLAGS: tuple[str, ...] = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
)
_FLAGS += ("--disable-background-networking", "--disable-component-update", "--hide-scrollbars")
# The pipes are to be descriptors 3 and 4 of the browser; ours may be any.
_START = """
import fcntl, os, sys
there, back = (fcntl.fcntl(int(it), fcntl.F_DUPFD, 10) for it in sys.argv[1:3])
os.dup2(there, 3)
os.dup2(back, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
Answer = dict[str, Any]


class Tab:
    """One page. `said` is what its console and the browser had to complain about."""

    def __init__(self, ours: int, theirs: int) -> None:
        self._ours, self._theirs, self._read = ours, theirs, b""
        self._numbers = count(1)
        self._session: str | None = None
        self.said: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> Answer:
        number = next(self._numbers)
        session = {"sessionId": self._session} if self._session else {}
        words = json.dumps({"id": number, "method": method, "params": params} | session)
        os.write(self._ours, words.encode() + b"\0")
        while (message := self._next()).get("id") != number:
            self._hear(message)
        assert "error" not in message, message
        result: Answer = message["result"]
        return result

    def open(self, address: str, width: int = 1280, *, dark: bool = False) -> None:
        """Returns when everything has loaded."""
        self.said.clear()
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=True)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Page.navigate", url=address)
        while self._next_of("Page.loadEventFired"):
            pass

    def ask(self, script: str) -> Any:
        """The value of an expression of JavaScript, or what its promise brings."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def picture(self, path: Path) -> None:
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(answer["data"]))

    def _next_of(self, method: str) -> bool:
        message = self._next()
        self._hear(message)
        return message.get("method") != method

    def _hear(self, message: Answer) -> None:
        method, params = message.get("method"), message.get("params", {})
        if method == "Log.entryAdded":
            self.said.append(params["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.said.append(str(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled":
            self.said.append(" ".join(str(it.get("value")) for it in params["args"]))

    def _next(self) -> Answer:
        while b"\0" not in self._read:
            more = os.read(self._theirs, 1 << 20)
            assert more, "the browser has ended"
            self._read += more
        line, _, self._read = self._read.partition(b"\0")
        message: Answer = json.loads(line)
        return message


@contextmanager
def chromium(home: Path) -> Iterator[Tab]:
    """A browser of its own, with an empty profile under `home`."""
    program = require_program("chromium")
    inner_in, ours = os.pipe()
    theirs, inner_out = os.pipe()
    start = [sys.executable, "-c", _START, str(inner_in), str(inner_out), program]
    command = [*start, *_FLAGS, f"--user-data-dir={home}", "--remote-debugging-pipe"]
    with TemporaryDirectory() as passing:  # a browser leaves things there, and needs a short path
        process = subprocess.Popen(
            command,
            pass_fds=(inner_in, inner_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"TMPDIR": passing},
        )
        os.close(inner_in)
        os.close(inner_out)
        try:
            yield Tab(ours, theirs)
        finally:
            process.terminate()
            process.wait(30)
            os.close(ours)
            os.close(theirs)
