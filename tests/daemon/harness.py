"""A real `feeder run` in a process of its own, and receivers that remember what they heard."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from standardwebhooks import Webhook

from tests.daemon import nursery
from tests.daemon.loopback import Handler, Loopback

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "whsec_dGVzdHMgb25seTsgbm90IGEgc2VjcmV0IGF0IGFsbA=="
PATIENCE = 30.0


def until(true: Callable[[], Any], seconds: float = PATIENCE, what: str = "") -> Any:
    """What `true` returns once it is; AssertionError when that does not happen in time."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        if found := true():
            return found
        assert time.monotonic() < end, f"waited {seconds:.0f} s in vain {what or 'for ' + true.__name__}"
        pause.wait(0.01)


def newest_thread(pid: int) -> int:
    """Of that process; a signal sent to this number comes to that thread."""
    return max(int(it.name) for it in Path(f"/proc/{pid}/task").iterdir())


@dataclass(frozen=True)
class Told:
    """One request as it came, verified."""

    path: str
    id: str
    at: float
    event: dict[str, Any]


@dataclass
class Partner(Loopback):
    """A receiver on loopback.

    `answer(path, nth, times)` gives the status for the nth request to that path, whose id came `times` times.
    """

    answer: Callable[[str, int, int], int] = lambda _path, _nth, _times: 204
    told: list[Told] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def begin(self) -> None:
        self._lock = threading.Lock()
        self._nth: Counter[str] = Counter()
        self._times: Counter[tuple[str, str]] = Counter()

    def handler(self) -> type[Handler]:
        return _handler(self)

    def hear(self, path: str, headers: Any, body: bytes) -> int:
        try:
            event = Webhook(SECRET).verify(body, dict(headers.items()))
        except Exception as error:  # noqa: BLE001 - whatever the library says, the test is told
            self.wrong.append(f"{path}: {type(error).__name__} {error}")
            return 401
        with self._lock:
            self._nth[path] += 1
            self._times[path, headers["webhook-id"]] += 1
            nth, times = self._nth[path], self._times[path, headers["webhook-id"]]
        status = self.answer(path, nth, times)
        if status < 300:
            with self._lock:
                self.told.append(Told(path, headers["webhook-id"], time.time(), event))
        return status

    def ids(self, path: str) -> Counter[str]:
        """How often each id was accepted there."""
        return Counter(told.id for told in list(self.told) if told.path == path)

    def of(self, path: str) -> list[tuple[str, str]]:
        """(type, title) of what was accepted there, in order."""
        return [
            (it.event["type"], it.event["data"]["article"]["title"]) for it in list(self.told) if it.path == path
        ]


def _handler(partner: Partner) -> type[Handler]:
    class Hearing(Handler):
        def do_POST(self) -> None:  # noqa: N802 - the name that the library calls
            wanted = int(self.headers["content-length"])
            body = self.rfile.read(wanted)
            if len(body) < wanted:  # the sender was killed meanwhile
                self.close_connection = True
                return
            status = partner.hear(self.path, self.headers, body)
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

    return Hearing


@dataclass
class Newsroom:
    """A folder with a configuration, and the daemon on it; `beside` makes another daemon on the same.

    `fresh`: by an interpreter of its own, as a shell starts it, not as a child of one that has all imported.
    """

    folder: Path
    webhooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    store: str = "sqlite:///feeder.db"
    listen: str = "off"
    more: dict[str, Any] = field(default_factory=dict)
    program: str = "feeder"
    process: subprocess.Popen[bytes] | nursery.Running | None = None
    fresh: bool = False
    roles: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    name: str = ""
    environ: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.articles.mkdir(parents=True, exist_ok=True)
        self.configure()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def articles(self) -> Path:
        return self.folder / "articles"

    @property
    def feeds(self) -> Path:
        return self.folder / "feeds"

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    def configure(self, **changes: Any) -> None:
        """JSON is YAML."""
        config: dict[str, Any] = {
            "site": {"title": "The Test Post", "url": "https://post.example/"},
            "store": self.store,
            "output": {"path": "feeds/", "url": "https://feeds.post.example/"},
            "server": {"listen": self.listen},
            "network": {"allow": ["127.0.0.0/8"]},
            "sources": {"newsroom": {"type": "folder", "path": "articles/", "every": "2s"}},
            "feeds": {"all": {"title": "All"}},
            "webhooks": {
                name: {"type": "json", "secret": SECRET, **options} for name, options in self.webhooks.items()
            },
        }
        self.config.write_text(json.dumps(config | self.more | changes, indent=1), encoding="utf-8")

    def start(self) -> Self:
        """Returns when it serves; its log goes to a file beside."""
        roles = [word for role in self.roles for word in ("--role", role)]
        words = ["run", "--config", str(self.config), *roles, *self.flags]
        if self.fresh or self.environ:
            self.process = self._fresh(words)
        else:
            self.process = nursery.Running(self.program, words, self._log)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(b"Stop with"):
                return self
        raise AssertionError(f"it did not start: {self.log()[-2000:]}")

    def _fresh(self, words: list[str]) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", self.program, *words],
                stdout=subprocess.PIPE,
                stderr=log,
                env=os.environ | self.environ,
                start_new_session=True,
            )

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self._reap()

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self, seconds: float = 25) -> int:
        """SIGTERM; its exit status."""
        self.signal(signal.SIGTERM)
        return self.ended(seconds)

    def ended(self, seconds: float = 25) -> int:
        """Wait for its end; its exit status."""
        assert self.process is not None
        status = self.process.wait(seconds)
        self._reap()
        return status

    def _reap(self) -> None:
        if self.process is not None:
            self.process.wait()
            if self.process.stdout is not None:
                self.process.stdout.close()
            self.process = None

    @property
    def _log(self) -> Path:
        return self.folder / f"log{self.name}"

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def beside(self, name: str, *roles: str, **changes: Any) -> Newsroom:
        return replace(self, name=name, roles=roles, process=None, **changes)

    def command(self, *words: str, status: int | None = 0, stdin: bytes = b"") -> str:
        """A command of the command line; its stdout."""
        done = nursery.done([*words, "--config", str(self.config)], self.folder, stdin)
        if status is not None:
            assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
        return done.stdout.decode()

    def json(self, *words: str, status: int | None = 0) -> Any:
        return json.loads(self.command(*words, "--json", status=status))

    def write(self, name: str, text: str) -> Path:
        path = self.articles / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def story(
        self, name: str, title: str, words: str = "The council met on Monday and agreed on nothing."
    ) -> Path:
        return self.write(name, f"{title}\n\n{words}\n")

    def titles(self, name: str = "all") -> list[str]:
        """Of the JSON feed, newest first; empty while there is none."""
        try:
            return [item["title"] for item in json.loads((self.feeds / f"{name}.json").read_bytes())["items"]]
        except FileNotFoundError:
            return []

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """From the daemon's own server."""
        host, port = self.listen.split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): it for name, it in headers.items()})
            answer = connection.getresponse()
            return answer.status, {name.lower(): it for name, it in answer.getheaders()}, answer.read()
        finally:
            connection.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def by_path(partner: Partner) -> dict[str, list[Told]]:
    found: dict[str, list[Told]] = defaultdict(list)
    for told in list(partner.told):
        found[told.path].append(told)
    return found
