"""Real `feeder run`: the hub and the events of one daemon, and of three nodes with a role each."""

from __future__ import annotations

import threading
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests import postgres
from tests.daemon.harness import Newsroom, free_port, until
from tests.hub.scene import Subscriber, yes

if TYPE_CHECKING:
    from pathlib import Path


def _subscribe(port: int, callback: str) -> None:
    said = {"hub.mode": "subscribe", "hub.callback": callback, "hub.topic": _topic(port)}
    with closing(urllib.request.urlopen(f"http://127.0.0.1:{port}/hub", urlencode(said).encode())) as reply:
        assert reply.status == 202


def _topic(port: int) -> str:
    return f"http://127.0.0.1:{port}/feeds/all.atom"


def _listen(port: int) -> list[bytes]:
    lines: list[bytes] = []
    stream: Any = urllib.request.urlopen(f"http://127.0.0.1:{port}/events")

    def read() -> None:
        with closing(stream):
            lines.extend(iter(stream.readline, b""))

    threading.Thread(target=read, daemon=True).start()
    return lines


def test_a_daemon_verifies_tells_and_is_heard_and_goes_on_after_it_was_killed(tmp_path: Path) -> None:
    port = free_port()
    more = {"output": {"path": "feeds/"}}
    with Subscriber(yes) as reader, Newsroom(tmp_path, listen=f"127.0.0.1:{port}", more=more) as newsroom:
        newsroom.start()
        until((newsroom.feeds / "all.atom").exists)
        until(lambda: newsroom.get("/health/ready")[0] == 200)
        _subscribe(port, f"{reader.url}/cb")
        until(lambda: newsroom.json("status", status=None)["subscribers"] == {"websub": 1})
        lines = _listen(port)
        newsroom.story("a.txt", "A story for all")
        until(lambda: any(b"A story for all" in it.body for it in reader.sent))
        until(lambda: any(line.startswith(b"data:") and b"A story for all" in line for line in lines))
        newsroom.kill()
        newsroom.story("b.txt", "A story in the dark")
        newsroom.start()
        until(lambda: any(b"A story in the dark" in it.body for it in reader.sent))
        assert newsroom.stop() == 0


def test_one_node_is_asked_another_publishes_and_a_third_one_sends(tmp_path: Path, postgres_server: str) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    more = {"output": {"path": "feeds/", "url": f"{url}feeds/"}, "server": {"listen": "off"}}
    store = postgres.new_database(postgres_server)
    with Subscriber(yes) as reader, Newsroom(tmp_path, store=store, more=more, roles=("ingest",)) as ingest:
        served = {"listen": f"127.0.0.1:{port}", "url": url, "hub": True}
        ingest.configure(server=served)
        serve, deliver = ingest.beside("serve", "serve"), ingest.beside("deliver", "deliver")
        nodes = (ingest, serve, deliver)
        try:
            for node in nodes:
                node.start()
            until((ingest.feeds / "all.atom").exists)
            _subscribe(port, f"{reader.url}/cb")
            until(lambda: reader.asked)
            until(lambda: ingest.json("status", status=None)["subscribers"] == {"websub": 1})
            ingest.story("a.txt", "A story for all")
            until(lambda: any(b"A story for all" in it.body for it in reader.sent))
            assert {it.target for it in reader.sent} == {"/cb"}
            assert len([it for it in reader.sent if b"A story for all" in it.body]) == 1
        finally:
            for node in nodes:
                node.kill()
