"""Rows 30, 43 to 47 and 49: one article among others, webhooks that change, and what stands in articles."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from standardwebhooks import Webhook

from feeder.errors import RequestError
from feeder.sources.folder import Folder
from feeder.webhooks._kind import Kind
from feeder.webhooks.json import Options, notice, request
from tests.faults.scene import Scene, ids, verified
from tests.net.receivers import Line, Receiver, answer
from tests.pipeline.outside import SECRET, hook

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.model.delivery import Event, Request
    from feeder.store import Store
    from tests.faults.scene import See
    from tests.net.receivers import Heard

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


def test_row_30_one_refused_article_is_given_up_and_the_webhook_stays_in_service(
    store: Store, tmp_path: Path, see: See
) -> None:
    def judge(line: Line) -> bool:
        refused = b"Story number 1" in receiver.heard[-1].body
        return answer(400 if refused else 204)(line)

    with Receiver(judge) as receiver:
        one_by_one = hook("faulty", url=receiver.url, concurrency=1)
        with Scene(store, tmp_path, faulty=one_by_one) as scene:
            scene.tell(3)
            assert scene.states() == ["delivered", "pending", "delivered"]
            while scene.states()[1] == "pending":
                scene.next_try()
            scene.tell()
            assert scene.states() == ["delivered", "dead", "delivered", "delivered"]
            bad = scene.post.newsroom.owed("faulty")[1]
            assert (bad.tries, bad.reason) == (10, "400 Bad Request")
            it = scene.webhook()
            assert (it.status, it.fails, it.rest) == ("active", 0, None)
    see("given up after 10 tries: 400 Bad Request", "the webhook active, all others delivered at once")


def test_row_43_what_waits_goes_to_the_corrected_address(store: Store, tmp_path: Path, see: See) -> None:
    with Receiver() as receiver:
        wrong = receiver.url
    with Receiver() as right, Scene(store, tmp_path, faulty=hook("faulty", url=wrong, concurrency=16)) as scene:
        scene.tell(100)
        assert set(scene.states()) == {"pending"}
        assert scene.webhook().rest is not None
        scene.configure(hook("faulty", url=right.url, concurrency=16))
        scene.work()
        assert set(scene.states()) == {"delivered"}
        assert sorted(ids(right)) == sorted(it.event for it in scene.post.newsroom.owed("faulty"))
    see("100 delivered to the new address at once, each once")


def test_row_44_a_webhook_that_comes_back_gets_what_it_was_owed(store: Store, tmp_path: Path, see: See) -> None:
    with Receiver(answer(503), answer()) as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        scene.tell()
        scene.configure()
        scene.later(days=6)
        assert (scene.states(), len(receiver.heard)) == (["pending"], 1)
        scene.configure(*scene.hooks[:-1])
        scene.work()
        assert scene.states() == ["delivered"]
    see("delivered after six days' absence")


TITLES = {
    "line breaks": "Fog\r\nX-Evil: yes\r\n\r\nlifts",
    "NUL": "Fog \0 lifts",
    "emoji": "Fog 🌫️ lifts 👩🏽‍🚒",
    "right to left": "الضباب \u202e ينقشع",
}


def markdown(title: str, words: str = "The council met on Monday and agreed on nothing.") -> str:
    return f";;;\n{json.dumps({'title': title})}\n;;;\n\n{words}\n"


@pytest.mark.parametrize("kind", TITLES)
def test_row_45_a_title_is_never_in_a_header_and_the_signature_holds(
    store: Store, tmp_path: Path, see: See, kind: str
) -> None:
    with Receiver() as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        scene.post.newsroom.write("odd.md", markdown(TITLES[kind]))
        scene.tell()
        assert set(scene.states()) == {"delivered"}
        assert len(receiver.heard) == 2
        for heard in receiver.heard:
            verified(heard)
            said = {name: value for name, value in heard.headers.items() if name != "webhook-signature"}
            assert "fog" not in repr(said).lower()  # which may well stand in a signature, by chance
            assert not {"x-evil", "fog"} & heard.headers.keys()
        (odd,) = (it for it in bodies(receiver) if "Story number" not in it["title"])
        assert {"Fog", "الضباب"} & set(odd["title"].split()), odd["title"]
        assert odd["title"].isprintable() or "\u202e" in odd["title"] or "\u200d" in odd["title"]
    see("delivered, verified by the official library", "no header but those of the signature")


def test_row_45_what_is_too_large_is_sent_thin(store: Store, tmp_path: Path, see: See) -> None:
    with Receiver() as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        scene.post.newsroom.source = Folder("newsroom", scene.post.newsroom.root, 4 * 2**20)
        scene.post.newsroom.write("title.txt", "Fog " * 2**18 + "\n\nThe council met.\n")
        scene.post.newsroom.write("text.txt", "Fog lifts\n\n" + "The council met on Monday.\n\n" * 20_000)
        scene.tell()
        assert scene.states() == ["delivered"] * 3
        for heard in receiver.heard:
            verified(heard)
            assert len(heard.body) <= 256 * 1024
        thin = [it for it in bodies(receiver) if it["_feeder"].get("thin")]
        assert thin
        assert all(it["url"].startswith("https://feeds.post.example/articles/") for it in thin)
    see("over 256 KiB: delivered thin, with the address of the whole")


def test_row_46_whatever_bytes_came_in_valid_utf_8_goes_out(store: Store, tmp_path: Path, see: See) -> None:
    with Receiver() as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        root = scene.post.newsroom.root
        (root / "mark.txt").write_bytes("\ufeffFog with a mark\n\nThe council met – on Monday.\n".encode())
        (root / "invalid.txt").write_bytes(b"Fog that is broken \xff\xfe\xc3\n\nThe council \xe2\x82 met.\n")
        (root / "half.md").write_text(markdown("Fog by half \ud83d"), encoding="ascii")
        scene.tell()
        assert set(scene.states()) == {"delivered"}
        for heard in receiver.heard:
            verified(heard)
        titles = sorted(it["title"] for it in bodies(receiver) if it["title"].startswith("Fog"))
        assert [" ".join(it.split()[:3]) for it in titles] == ["Fog by half", "Fog that is", "Fog with a"]
    see("delivered, verified by the official library", "U+FFFD for what was no text")


def unable(event: Event, options: Options, now: datetime) -> Request:
    """A kind that stumbles over one article in one way, over one in another."""
    if "number 1" in event.article.content.title:
        raise RequestError("no picture, and this service wants one")
    if "number 2" in event.article.content.title:
        raise KeyError("picture")
    return request(event, options, now)


def test_row_47_an_article_of_which_no_request_can_be_made_costs_only_itself(
    store: Store, tmp_path: Path, see: See
) -> None:
    with Receiver() as receiver:
        broken = hook("faulty", Kind(Options, unable, notice), url=receiver.url)
        with Scene(store, tmp_path, faulty=broken) as scene:
            scene.tell(4)
            assert scene.states() == ["delivered", "dead", "pending", "delivered"]
            owed = scene.post.newsroom.owed("faulty")
            assert owed[1].reason == "no picture, and this service wants one"
            assert owed[2].reason == "our own mistake: KeyError"
            assert (scene.webhook().status, scene.webhook().fails) == ("active", 0)
            scene.configure(hook("faulty", url=receiver.url))  # a version of feeder that is mended
            scene.next_try()
            assert scene.states() == ["delivered", "dead", "delivered", "delivered"]
        assert len(receiver.heard) == 3
    see(
        "given up at once with the kind's reason, the others delivered",
        "a mistake of ours is tried again: delivered when it is mended",
    )


NEW = "whsec_YW5vdGhlciBvbmUsIGFuZCBubyBzZWNyZXQgZWl0aGVy"


def verifies(heard: Heard, secret: str) -> bool:
    """What a receiver with this secret makes of it, whatever the day."""
    at = datetime.fromtimestamp(int(heard.headers["webhook-timestamp"]), UTC)
    ours = Webhook(secret).sign(heard.headers["webhook-id"], at, heard.body.decode())
    return ours in heard.headers["webhook-signature"].split()


def test_row_49_an_attempt_is_signed_with_every_secret_that_is_valid_then(
    store: Store, tmp_path: Path, see: See
) -> None:
    with Receiver(answer(400)) as receiver, Scene(store, tmp_path, faulty=receiver.url) as scene:
        scene.tell()
        ends = (scene.post.now + timedelta(hours=1)).isoformat()
        both = [{"value": SECRET, "not-after": ends}, NEW]
        scene.configure(hook("faulty", url=receiver.url, secret=both))
        for _ in range(4):
            scene.next_try()
        found = [(verifies(it, SECRET), verifies(it, NEW)) for it in receiver.heard]
        assert found == [(True, False), (True, True), (True, True), (True, True), (False, True)]
        assert len(set(ids(receiver))) == 1
        assert len({it.body for it in receiver.heard}) == 1
    see("both verify until the old one's end, then the new one alone", "the same id, the same bytes")


def bodies(receiver: Receiver) -> list[dict[str, Any]]:
    """The articles as they were sent."""
    return [json.loads(heard.body.decode("utf-8", "strict"))["data"]["article"] for heard in receiver.heard]
