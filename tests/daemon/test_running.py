"""`feeder run` as its users have it: files in, feeds and verified webhooks out, whatever happens in between."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import feedparser
import pytest

from tests.conftest import ROOT
from tests.daemon.harness import Newsroom, Partner, free_port, newest_thread, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEED = ROOT.parent / "shared" / "seed"
ONE, TWO = "First story of the day", "Second story of the day"


@pytest.fixture
def partner() -> Iterator[Partner]:
    with Partner() as it:
        yield it


@pytest.fixture
def newsroom(tmp_path: Path, partner: Partner) -> Iterator[Newsroom]:
    with Newsroom(tmp_path, {"partner": {"url": f"{partner.url}/partner"}}) as it:
        yield it


def _ready(newsroom: Newsroom) -> Newsroom:
    newsroom.start()
    until((newsroom.feeds / "all.json").exists, what="for the first look")
    return newsroom


@contextmanager
def _told(folder: Path, partner: Partner) -> Iterator[Newsroom]:
    """A daemon, past its first look, that tells this partner."""
    with Newsroom(folder, {"partner": {"url": f"{partner.url}/partner"}}) as newsroom:
        yield _ready(newsroom)


# ---------------------------------------------------------------- the first walk


def test_the_seed_copied_into_the_folder_is_in_every_feed_and_at_a_receiver(
    newsroom: Newsroom, partner: Partner, capsys: pytest.CaptureFixture[str]
) -> None:
    facts_file = next(SEED.glob("*.json"), None)
    if facts_file is None:
        pytest.skip("the seed article is not beside this repository (../shared/seed)")
    facts = json.loads(facts_file.read_text(encoding="utf-8"))
    _ready(newsroom)
    began = time.time()
    (newsroom.articles / "seed.txt").write_bytes(facts_file.with_suffix(".txt").read_bytes())
    until(lambda: newsroom.titles() == [facts["title"]])
    in_feeds = time.time() - began
    (told,) = until(lambda: list(partner.told))
    with capsys.disabled():
        # Shown, not asserted: `python -m bench.first_walk` measures it.
        print(f"\nseed: in the feeds after {in_feeds * 1000:.0f} ms, told after {(told.at - began) * 1000:.0f} ms")  # noqa: T201
    assert told.event["type"] == "article.published"
    _has_the_facts(told.event["data"]["article"], facts)
    _has_the_facts(json.loads((newsroom.feeds / "all.json").read_bytes())["items"][0], facts)
    for name in ("all.atom", "all.rss"):
        (entry,) = feedparser.parse((newsroom.feeds / name).read_bytes()).entries
        assert entry.title == facts["title"]
        assert entry.summary.startswith(facts["first_paragraph_begins"])
        body = entry.content[0].value
        assert body.count("<p>") == facts["paragraphs"]
        assert facts["last_paragraph_ends"] in body
        assert time.strftime("%Y-%m-%d", entry.published_parsed) == facts["published"]


def _has_the_facts(item: dict[str, object], facts: dict[str, object]) -> None:
    extension, body = item["_feeder"], str(item["content_html"])
    assert isinstance(extension, dict)
    assert item["title"] == facts["title"]
    assert extension["place"] == facts["place"]
    assert extension["publisher"] == facts["publisher"]
    assert str(item["date_published"]).startswith(str(facts["published"]))
    assert str(item["summary"]).startswith(str(facts["first_paragraph_begins"]))
    assert body.count("<p>") == facts["paragraphs"]
    assert str(facts["first_paragraph_begins"]) in body
    assert str(facts["last_paragraph_ends"]) in body
    for words in facts["must_not_be_in_the_body"]:  # type: ignore[attr-defined]
        assert words not in body


def test_what_happens_to_a_file_happens_to_its_article_everywhere(newsroom: Newsroom, partner: Partner) -> None:
    _ready(newsroom)
    path = newsroom.story("one.txt", ONE)
    until(lambda: partner.of("/partner") == [("article.published", ONE)])
    newsroom.story("one.txt", "First story, corrected")
    until(lambda: len(partner.told) == 2)
    path.rename(newsroom.articles / "renamed.txt")
    newsroom.story("two.txt", TWO)
    until(lambda: len(partner.told) == 3)
    (newsroom.articles / "renamed.txt").unlink()
    until(lambda: len(partner.told) == 4)
    assert partner.of("/partner") == [
        ("article.published", ONE),
        ("article.updated", "First story, corrected"),
        ("article.published", TWO),
        ("article.withdrawn", "First story, corrected"),
    ]
    ids = [told.event["data"]["article"]["id"] for told in partner.told]
    assert ids[0] == ids[1] == ids[3] != ids[2]
    until(lambda: newsroom.titles() == [TWO])
    assert len(list((newsroom.feeds / "articles").iterdir())) == 1
    assert partner.wrong == []


def test_a_restart_tells_nothing_again_and_touches_no_file(newsroom: Newsroom, partner: Partner) -> None:
    _ready(newsroom)
    newsroom.story("one.txt", ONE)
    until(lambda: len(partner.told) == 1)
    until(lambda: newsroom.titles() == [ONE])
    assert newsroom.stop() == 0
    before = {path: path.stat().st_mtime_ns for path in newsroom.feeds.rglob("*.*")}
    newsroom.start()
    newsroom.story("two.txt", TWO)
    until(lambda: len(partner.told) == 2)
    newsroom.stop()
    newsroom.start()
    until(lambda: newsroom.json("status")["sources"][0]["read"] == 2)
    newsroom.stop()
    assert [title for _, title in partner.of("/partner")] == [ONE, TWO]
    page = next(path for path in before if path.parent.name == "articles")
    assert page.stat().st_mtime_ns == before[page]


def test_a_daemon_that_was_down_takes_in_what_came_meanwhile(newsroom: Newsroom, partner: Partner) -> None:
    path = newsroom.story("zero.txt", "Was there before")
    _ready(newsroom).stop()
    newsroom.story("one.txt", ONE)
    path.unlink()
    newsroom.start()
    until(lambda: partner.of("/partner") == [("article.published", ONE)])
    until(lambda: newsroom.titles() == [ONE], what="for the deleted one to leave the feed")


def test_what_a_command_writes_is_published_and_told_by_an_idle_daemon_at_once(
    tmp_path: Path, partner: Partner
) -> None:
    sources = {"newsroom": {"type": "folder", "path": "articles/", "every": "1h"}}
    more = {"sources": sources}
    with Newsroom(tmp_path, {"partner": {"url": f"{partner.url}/partner"}}, more=more) as newsroom:
        _ready(newsroom)
        newsroom.write("one.txt", f"{ONE}\n\nIt rained all day in the village.\n")
        until(lambda: newsroom.titles() == [ONE])
        until(lambda: len(partner.told) == 1)
        newsroom.command("articles", "withdraw", "first-story-of-the-day")
        until(lambda: newsroom.titles() == [], 10, "for the command's change")
        until(lambda: [it.event["type"] for it in partner.told][1:] == ["article.withdrawn"], 10)


# ---------------------------------------------------------------- receivers


def test_a_receiver_that_never_answers_holds_back_nobody_else(tmp_path: Path, partner: Partner) -> None:
    done = threading.Event()

    def hang(_path: str, _nth: int, _times: int) -> int:
        done.wait(60)
        return 204

    with Partner(answer=hang) as slow:
        hooks = {f"slow{n}": {"url": f"{slow.url}/{n}"} for n in range(4)}
        with Newsroom(tmp_path, {**hooks, "partner": {"url": f"{partner.url}/partner"}}) as newsroom:
            _ready(newsroom)
            for number in range(30):
                newsroom.story(f"{number}.txt", f"Story number {number} of many")
            until(lambda: len(partner.told) == 30, 10)
            newsroom.kill()
        done.set()


def test_a_refused_delivery_is_tried_again_under_the_same_id(tmp_path: Path) -> None:
    refuses = Partner(lambda _path, _nth, times: 500 if times == 1 else 204)
    with refuses as partner, _told(tmp_path, partner) as newsroom:
        newsroom.story("one.txt", ONE)
        until(lambda: len(partner.told) == 1)
        (delivery,) = until(lambda: newsroom.json("deliveries", "list", "--state", "delivered"))
        shown = newsroom.json("deliveries", "show", str(delivery["id"]))
    assert [(it["status"], it["outcome"]) for it in shown["attempts"]] == [(500, "retry"), (204, "delivered")]
    assert delivery["event"] == partner.told[0].id


def test_gone_disables_a_webhook_and_keeps_what_it_is_owed_until_it_is_enabled(tmp_path: Path) -> None:
    with (
        Partner(lambda _path, nth, _times: 410 if nth == 1 else 204) as partner,
        _told(tmp_path, partner) as newsroom,
    ):
        newsroom.story("one.txt", ONE)
        until(lambda: newsroom.json("webhooks", "list")[0]["status"] == "disabled")
        newsroom.story("two.txt", TWO)
        until(lambda: newsroom.json("webhooks", "list")[0]["waiting"] == 2)
        assert newsroom.json("status", status=1)["problems"]
        newsroom.command("webhooks", "enable", "partner")
        until(lambda: len(partner.told) == 2)
    assert {title for _, title in partner.of("/partner")} == {ONE, TWO}


def test_a_paused_webhook_gets_everything_when_it_goes_on(newsroom: Newsroom, partner: Partner) -> None:
    _ready(newsroom)
    newsroom.command("webhooks", "pause", "partner")
    newsroom.story("one.txt", ONE)
    until(lambda: newsroom.json("webhooks", "list")[0]["waiting"] == 1)
    assert "paused" in newsroom.command("why", "first-story", "partner")
    newsroom.command("webhooks", "resume", "partner")
    until(lambda: len(partner.told) == 1)


# ---------------------------------------------------------------- stopping and reading the configuration again


def test_a_signal_that_comes_to_another_thread_stops_it_too(newsroom: Newsroom) -> None:
    newsroom.start()
    assert newsroom.process is not None
    main = newsroom.process.pid
    # Where the main thread waits for a core, Linux may give a signal of the process to any other thread.
    os.kill(newest_thread(main), signal.SIGTERM)
    assert newsroom.ended() == 0
    assert "stopped" in newsroom.log()


@pytest.mark.parametrize("by_signal", [True, False])
def test_an_edited_configuration_is_in_force_at_once(
    newsroom: Newsroom, partner: Partner, *, by_signal: bool
) -> None:
    _ready(newsroom)
    newsroom.webhooks["late"] = {"url": f"{partner.url}/late"}
    newsroom.configure(feeds={"all": {"title": "All"}, "more": {"title": "More"}})
    if by_signal:
        newsroom.signal(signal.SIGHUP)
    until(lambda: "is in force" in newsroom.log())
    newsroom.story("one.txt", ONE)
    until(lambda: {told.path for told in partner.told} == {"/partner", "/late"})
    until(lambda: newsroom.titles("more") == [ONE])
    newsroom.configure()
    until(lambda: not (newsroom.feeds / "more.json").exists(), what="for the ended feed to go")


def test_a_webhook_whose_address_is_mended_gets_what_waits_at_the_new_one(
    tmp_path: Path, partner: Partner
) -> None:
    with Newsroom(tmp_path, {"partner": {"url": f"http://127.0.0.1:{free_port()}/old"}}) as newsroom:
        _ready(newsroom)
        newsroom.story("one.txt", ONE)
        until(lambda: [it["tries"] for it in newsroom.json("deliveries", "list")] == [1])
        newsroom.webhooks["partner"]["url"] = f"{partner.url}/new"
        newsroom.configure()
        until(lambda: partner.of("/new") == [("article.published", ONE)])


def test_a_folder_that_vanishes_and_comes_back_loses_nothing(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.story("one.txt", ONE)
    _ready(newsroom)
    until(lambda: newsroom.titles() == [ONE])
    hidden = newsroom.folder / "hidden"
    newsroom.articles.rename(hidden)
    until(lambda: newsroom.json("status", status=None)["sources"][0]["error"])
    hidden.rename(newsroom.articles)
    until(lambda: not newsroom.json("status", status=None)["sources"][0]["error"])
    newsroom.story("two.txt", TWO)
    until(lambda: newsroom.titles() == [TWO, ONE])
    until(lambda: partner.of("/partner") == [("article.published", TWO)])


def test_once_takes_in_publishes_delivers_and_ends(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.story("one.txt", ONE)
    newsroom.command("run", "--once")
    assert (newsroom.titles(), partner.told) == ([ONE], [])
    newsroom.story("two.txt", TWO)
    newsroom.command("run", "--once")
    assert newsroom.titles() == [TWO, ONE]
    assert [title for _, title in partner.of("/partner")] == [TWO]
    newsroom.command("run", "--once")
    assert len(partner.told) == 1


def test_once_says_what_failed_with_status_1(tmp_path: Path) -> None:
    with Newsroom(tmp_path, {"partner": {"url": f"http://127.0.0.1:{free_port()}/x", "backfill": 1}}) as newsroom:
        newsroom.story("one.txt", ONE)
        newsroom.command("run", "--once", status=1)
        assert newsroom.titles() == [ONE]


# ---------------------------------------------------------------- the sample, served


def test_the_sample_shows_a_feed_a_page_and_a_verified_webhook(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path, listen=f"127.0.0.1:{free_port()}", fresh=True)
    newsroom.command("init", str(tmp_path))
    sample = newsroom.config.read_text(encoding="utf-8")
    newsroom.config.write_text(sample.replace("127.0.0.1:8000", newsroom.listen), encoding="utf-8")
    try:
        newsroom.start()
        until(lambda: _verified(newsroom) == 1)
        status, headers, body = newsroom.get("/feeds/all.atom")
        assert (status, headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
        assert headers["link"] == f'<http://{newsroom.listen}/feeds/all.atom>; rel="self"'
        assert newsroom.get("/feeds/all.atom", If_None_Match=headers["etag"])[0] == 304
        (entry,) = feedparser.parse(body).entries
        assert newsroom.get(entry.link.partition(newsroom.listen)[2])[0] == 200
        for path in (
            "/",
            "/feeds/",
            "/feeds/all.rss",
            "/feeds/all.json",
            "/health/live",
            "/health/ready",
            "/listen/",
        ):
            assert newsroom.get(path)[0] == 200, path
        for path in ("/feeds/../config.yaml", "/feeds/%2e%2e/feeder.db", "/feeds/none.atom"):
            assert newsroom.get(path)[0] == 404, path
        assert all(row["well"] for row in newsroom.json("check")["checks"])
        assert newsroom.json("webhooks", "test", "sample")["outcome"] == "delivered"
    finally:
        newsroom.kill()


def _verified(newsroom: Newsroom) -> int:
    heard = json.loads(newsroom.get("/listen/-/deliveries")[2])
    found = heard["deliveries"] if isinstance(heard, dict) else heard
    return sum(it["mark"] == "verified" for it in found)


def test_health_tells_why_it_is_not_ready(tmp_path: Path) -> None:
    with Newsroom(tmp_path, listen=f"127.0.0.1:{free_port()}") as newsroom:
        _ready(newsroom)
        until(lambda: newsroom.get("/health/ready")[0] == 200)
        (newsroom.feeds / "all.json").unlink()
        (newsroom.feeds / "all.json").mkdir()  # nothing can be written there
        newsroom.story("one.txt", ONE)
        until(lambda: newsroom.get("/health/ready")[0] == 503)
        assert b"all.json" in newsroom.get("/health/ready")[2]
        assert newsroom.get("/health/live")[0] == 200
        assert feedparser.parse((newsroom.feeds / "all.atom").read_bytes()).entries, "the others go on"
        (newsroom.feeds / "all.json").rmdir()
        until(lambda: newsroom.get("/health/ready")[0] == 200)
        assert newsroom.titles() == [ONE]
