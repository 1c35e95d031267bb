"""GET /events: what happens is heard at once, what was missed is made up for, and nobody can hold it up."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from feeder.daemon.streaming import Streaming
from feeder.pipeline.events import Events, Shape
from feeder.server.events import Events as Endpoint
from tests.daemon.harness import until
from tests.hub.scene import Scene
from tests.pipeline.desk import Newsroom
from tests.pipeline.outside import FEEDS, OUTPUT, SITE
from tests.server.asking import ask
from tests.server.conftest import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from feeder.store import Store


class Listener:
    """Reads what comes, in a thread."""

    def __init__(self, address: tuple[str, int], **headers: str) -> None:
        self._socket = socket.create_connection(address, timeout=20)
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self._socket.sendall("\r\n".join(["GET /events HTTP/1.1", "host: x", *lines, "", ""]).encode())
        self.text = ""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with suppress(OSError):  # closed by the test
            while piece := self._socket.recv(65536):
                self.text += piece.decode()

    def close(self) -> None:
        self._socket.close()

    def hears(self, *words: str) -> bool:
        return bool(until(lambda: all(word in self.text for word in words), 20, f"for {words} in {self.text}"))

    @property
    def events(self) -> list[tuple[int, str, dict[str, Any]]]:
        """(id, event, data) of each."""
        found = []
        for block in self.text.replace("\r\n", "\n").split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            if "data" in fields:
                found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
        return found


class Stand:
    def __init__(self, path: Path) -> None:
        self.scene = Scene(path)
        self.streaming = Streaming(self.scene.store, self.scene.app)

    def say(self, title: str, name: str = "") -> None:
        self.scene.publish(title, name)
        self.streaming.loop.wake()


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    made = Stand(tmp_path)
    with made.scene:
        made.streaming.loop.start()
        yield made
        assert made.streaming.stop(5)


@pytest.fixture
def address(stand: Stand) -> Iterator[tuple[str, int]]:
    from starlette.routing import Route

    from feeder.server.application import application

    endpoint = Endpoint(stand.streaming, clients=3, heartbeat=0.2)
    with running(application([Route("/events", endpoint, methods=["GET"])])) as found:
        yield found


def test_what_happens_is_heard_in_the_words_of_a_webhook(stand: Stand, address: tuple[str, int]) -> None:
    listener = Listener(address)
    assert listener.hears("text/event-stream", "access-control-allow-origin: *", ": feeder")
    stand.say("Fog over the harbour", "a.txt")
    listener.hears("article.published")
    stand.say("Fog over the harbour lifts at last", "a.txt")
    listener.hears("article.updated")
    (_, one, published), (_, two, updated) = listener.events
    assert [one, two] == ["article.published", "article.updated"]
    assert published["type"] == one
    assert published["data"]["article"]["title"] == "Fog over the harbour"
    assert updated["data"]["article"]["id"] == published["data"]["article"]["id"]
    assert published["data"]["feeds"][0]["atom"] == stand.scene.topic()
    listener.close()


def test_who_comes_back_gets_what_it_missed_once_and_in_order(stand: Stand, address: tuple[str, int]) -> None:
    listener = Listener(address)
    listener.hears(": feeder")
    for nth in range(3):
        stand.say(f"Story {nth}")
    listener.hears("Story 2")
    first = listener.events[0][0]
    back = Listener(address, last_event_id=str(first))
    back.hears("Story 2")
    stand.say("Story 3")
    back.hears("Story 3")
    titles = [data["data"]["article"]["title"] for _, _, data in back.events]
    assert titles == ["Story 1", "Story 2", "Story 3"]
    assert [key for key, _, _ in back.events] == sorted({key for key, _, _ in back.events})
    back.close()
    listener.close()


def test_silence_is_kept_alive(address: tuple[str, int]) -> None:
    listener = Listener(address)
    until(lambda: listener.text.replace("\r\n", "\n").count("\n:\n\n") >= 3)
    listener.close()


def test_listeners_are_bounded_and_who_leaves_makes_room(address: tuple[str, int]) -> None:
    listeners = [Listener(address) for _ in range(3)]
    for it in listeners:
        it.hears(": feeder")
    refused = ask(address, "/events")
    assert (refused.status, refused["retry-after"]) == (503, "60")
    listeners[0].close()
    last = until(lambda: _accepted(address), 20, "for room")
    for it in (*listeners, last):
        it.close()


def _accepted(address: tuple[str, int]) -> Listener | None:
    listener = Listener(address)
    until(lambda: "HTTP/1.1" in listener.text)
    if "200" in listener.text:
        return listener
    listener.close()
    return None


@pytest.mark.parametrize("word", ["-1", "x", "1" * 30, "1.5"])
def test_an_id_that_is_none_is_refused(address: tuple[str, int], word: str) -> None:
    assert ask(address, "/events", {"last-event-id": word}).status == 400


def test_head_is_answered_without_end(address: tuple[str, int]) -> None:
    reply = ask(address, "/events", method="HEAD")
    assert (reply.status, reply["content-type"]) == (200, "text/event-stream; charset=utf-8")


def test_listeners_are_let_go_when_the_daemon_ends(stand: Stand, address: tuple[str, int]) -> None:
    listener = Listener(address)
    listener.hears(": feeder")
    stand.streaming.stop(5)
    assert listener.hears("\r\n0\r\n\r\n")  # the end of a body in pieces
    listener.close()


def test_while_the_store_refuses_who_missed_something_is_let_go_without_a_word_in_the_log(
    stand: Stand, address: tuple[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    stand.say("Fog over the harbour")
    with stand.scene.store.write() as tx:
        tx.execute(text("ALTER TABLE revision RENAME TO away"))
    listener = Listener(address, last_event_id="0")
    assert listener.hears(": feeder", "\r\n0\r\n\r\n")
    listener.close()
    with stand.scene.store.write() as tx:
        tx.execute(text("ALTER TABLE away RENAME TO revision"))
    back = Listener(address, last_event_id="0")
    back.hears("Fog over the harbour")
    back.close()
    assert "Traceback" not in caplog.text


# ---------------------------------------------------------------- what is told


def _kinds(events: Events, seq: int) -> list[str]:
    found = []
    while pieces := events.since(seq):
        found += [json.loads(it.text.partition(b"data: ")[2])["type"] for it in pieces if it.text]
        seq = pieces[-1].seq
    return found


def test_it_tells_what_webhooks_are_told_and_no_more(store: Store, tmp_path: Path) -> None:
    newsroom = Newsroom(store, tmp_path / "articles", FEEDS)
    newsroom.story("old.txt", "It was there before")
    newsroom.began()
    events = Events(store, lambda: Shape(SITE, OUTPUT, FEEDS))
    assert not events.read()
    newsroom.story("new.txt", "A new story")
    newsroom.look()
    newsroom.story("new.txt", "A new story, told at length", "Other words, and many more of them than before.")
    newsroom.look()
    assert events.since(events.newest()) == ()
    assert events.read()
    assert _kinds(events, 0) == ["article.published", "article.updated"]
    (newsroom.root / "new.txt").unlink()
    newsroom.look()
    assert events.read()
    assert _kinds(events, 0) == ["article.withdrawn"]  # what is gone by now is not told to who was away


def test_one_look_at_the_store_serves_all_who_listen(store: Store, tmp_path: Path) -> None:
    newsroom = Newsroom(store, tmp_path / "articles", FEEDS).began()
    events = Events(store, lambda: Shape(SITE, OUTPUT, FEEDS))
    events.read()
    start = events.newest()
    for nth in range(3):
        newsroom.story(f"{nth}.txt", f"Story number {nth}")
    newsroom.look()
    assert events.read()
    events._after = None  # type: ignore[method-assign, assignment]  # whoever asks the store now fails
    assert [len(events.since(seq)) for seq in range(start, start + 4)] == [3, 2, 1, 0]


def test_what_nobody_hears_is_not_read_until_somebody_asks_for_it(store: Store, tmp_path: Path) -> None:
    newsroom = Newsroom(store, tmp_path / "articles", FEEDS).began()
    read: list[Shape] = []

    def shape() -> Shape:
        read.append(Shape(SITE, OUTPUT, FEEDS))
        return read[-1]

    events = Events(store, shape)
    start = events.newest()
    newsroom.story("one.txt", "One story")
    newsroom.look()
    events.skip()
    newsroom.story("two.txt", "Another story")
    newsroom.look()
    assert (events.newest(), read) == (start + 1, [])
    assert _kinds(events, start) == ["article.published"]  # and not yet what may not be told
    assert events.read()
    assert _kinds(events, start) == ["article.published"] * 2


def test_a_waiter_of_a_server_that_has_ended_disturbs_nobody(stand: Stand) -> None:
    async def wait() -> None:
        stand.streaming.waiter()

    asyncio.run(wait())
    stand.say("Another story")
    until(lambda: stand.streaming.newest() >= 2)
