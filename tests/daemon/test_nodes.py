"""Several `feeder run` on one PostgreSQL: they share the work, take over from each other, and do nothing twice."""

from __future__ import annotations

import http.client
import signal
import threading
import time
from collections import Counter
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy.engine import make_url

from feeder.cli import run
from feeder.errors import UsageError
from feeder.store import Store, documents
from tests import postgres
from tests.daemon.brief import LEASE
from tests.daemon.clocks import off
from tests.daemon.harness import SECRET, Newsroom, Partner, free_port, until
from tests.daemon.wires import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
BRIEF = "tests.daemon.brief"
DAY = 24 * 60 * 60
ONE, TWO = "First story of the day", "Second story of the day"


@pytest.fixture
def partner() -> Iterator[Partner]:
    with Partner() as it:
        yield it


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as it:
        yield it


@pytest.fixture
def one(tmp_path: Path, partner: Partner, postgres_server: str) -> Iterator[Newsroom]:
    with Newsroom(
        tmp_path,
        {"partner": {"url": f"{partner.url}/partner"}},
        store=postgres.new_database(postgres_server),
        program=BRIEF,
    ) as it:
        yield it


@pytest.fixture
def two(one: Newsroom) -> Iterator[Newsroom]:
    it = one.beside("two")
    yield it
    it.kill()


def _ready(newsroom: Newsroom) -> Newsroom:
    newsroom.start()
    until((newsroom.feeds / "all.json").exists, what="for the first look")
    with closing(Store(newsroom.store)) as store:
        until(lambda: _looked(store), what="for the first look")
    return newsroom


def _looked(store: Store) -> bool:
    with store.read() as tx:
        return all(it.looked for it in documents.states(tx))


def _longer_than_a_lease() -> None:
    threading.Event().wait(LEASE.total_seconds() + 0.5)


def _well(*nodes: Newsroom) -> None:
    for node in nodes:
        assert "Traceback" not in node.log(), node.log()


# ---------------------------------------------------------------- sharing


def test_two_nodes_share_the_work_and_tell_nothing_twice(one: Newsroom, two: Newsroom, partner: Partner) -> None:
    _ready(one)
    two.start()
    number = 0

    def both_have_sent() -> bool:
        nonlocal number
        number += 1
        one.story(f"{number}.txt", f"Story number {number} of the day")
        threading.Event().wait(0.05)
        return all("delivered in" in node.log() for node in (one, two))

    until(both_have_sent)
    until(lambda: len(partner.ids("/partner")) == number)
    until(lambda: len(one.titles()) >= min(number, 50))  # and what is in no archive yet
    assert two.stop() == 0
    assert one.stop() == 0
    assert set(partner.ids("/partner").values()) == {1}
    assert set(Counter(title for _, title in partner.of("/partner")).values()) == {1}
    assert partner.wrong == []
    _well(one, two)


def test_roles_of_three_nodes_do_the_whole_walk_and_nobody_is_told_before_it_is_in_every_folder(
    one: Newsroom, partner: Partner
) -> None:
    seen: list[tuple[list[str], list[str]]] = []
    port = free_port()
    one.more["sources"] = {
        "newsroom": {"type": "folder", "path": "articles/", "every": "1s"},
        "desk": {"type": "push"},
    }
    one.configure()
    elsewhere = one.folder / "elsewhere"
    elsewhere.mkdir()
    sources = {"newsroom": {"type": "folder", "path": f"{one.articles}/"}, "desk": {"type": "push"}}
    ingest, deliver = one.beside("ingest", "ingest"), one.beside("deliver", "deliver")
    serve = one.beside("serve", "serve", folder=elsewhere, listen=f"127.0.0.1:{port}", more={"sources": sources})
    serve.configure()

    def look(_path: str, _nth: int, _times: int) -> int:
        seen.append((one.titles(), serve.titles()))
        return 204

    partner.answer = look
    try:
        deliver.start()
        serve.start()
        _ready(ingest)
        one.story("one.txt", ONE)
        until(lambda: partner.of("/partner") == [("article.published", ONE)])
        assert seen == [([ONE], [ONE])]
        assert ONE.encode() in serve.get("/feeds/all.json")[2]
        _post(port, TWO)
        until(lambda: len(partner.told) == 2)
        assert seen[1] == ([TWO, ONE], [TWO, ONE])
        assert [node.stop() for node in (deliver, serve, ingest)] == [0, 0, 0]
    finally:
        for node in (deliver, serve, ingest):
            node.kill()
    _well(deliver, serve, ingest)


def _post(port: int, title: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    body = f"{title}\n\nThe council met on Monday and agreed on nothing.\n"
    connection.request("POST", "/api/articles", body.encode(), {"content-type": "text/plain"})
    answer = connection.getresponse()
    assert answer.status < 300, answer.read()
    connection.close()


def test_a_node_that_only_delivers_sends_what_is_published_and_nothing_else(
    one: Newsroom, partner: Partner
) -> None:
    one.write("one.txt", f"{ONE}\n\nThe council met on Monday and agreed on nothing.\n")
    deliver = one.beside("deliver", "deliver")
    deliver.start()
    try:
        one.command("add", str(one.articles / "one.txt"))
        problem = "articles wait to be published, and no node is at work that does it (feeder run --role ingest)"
        assert problem in one.json("status", status=1)["problems"]
        threading.Event().wait(1.5)
        assert partner.told == []
        serve = one.beside("serve", "serve").start()
        until(lambda: partner.of("/partner") == [("article.published", ONE)])
        assert problem not in one.json("status", status=None)["problems"]
        serve.kill()
    finally:
        deliver.kill()


def test_roles_need_a_store_that_can_be_shared(tmp_path: Path) -> None:
    with Newsroom(tmp_path) as newsroom:
        newsroom.command("run", "--role", "deliver", status=2)
        with pytest.raises(UsageError, match="--once"):
            run.command.main(["--once", "--role", "deliver"], standalone_mode=False)
        assert not (tmp_path / "feeder.db").exists()


# ---------------------------------------------------------------- taking over


def test_who_takes_over_from_a_node_that_was_killed_while_it_polled_goes_by_the_stores_clock(
    one: Newsroom,
    two: Newsroom,
    site: Site,
    record_property: Callable[[str, object], None],
) -> None:
    site.feed("/rss", ["Old news"])
    one.configure(sources={"wire": {"type": "feed", "url": f"{site.url}/rss", "every": "1s"}})
    one.roles = two.roles = ("ingest",)
    one.environ, two.environ = off(one.folder, DAY), off(one.folder, -DAY)
    one.start()
    until(lambda: one.titles() == ["Old news"])
    site.feed("/rss", ["New news", "Old news"])
    answer, asked = site.pages["/rss"], threading.Event()

    def hang_once() -> tuple[int, str, bytes]:
        first = not asked.is_set()
        asked.set()
        if first:
            site.closing.wait(60)
        assert not callable(answer)
        return answer

    site.pages["/rss"] = hang_once
    assert asked.wait(20)
    two.start()
    before = site.asked["/rss"]
    _longer_than_a_lease()
    assert site.asked["/rss"] == before, "the source is the first one's as long as that lives"
    one.kill()
    began = time.monotonic()
    until(lambda: site.asked["/rss"] > before)
    record_property("takeover", time.monotonic() - began)
    until(lambda: one.titles() == ["New news", "Old news"])
    assert [it["kind"] for it in one.json("deliveries", "list")] == ["published"]
    _well(one, two)


def test_who_takes_over_from_a_node_that_was_killed_while_it_published_writes_everything_once(
    one: Newsroom, two: Newsroom, partner: Partner, record_property: Callable[[str, object], None]
) -> None:
    _ready(one)
    two.start()
    with _stuck(one):
        one.story("one.txt", ONE)
        until(lambda: one.json("articles", "list"))
        _longer_than_a_lease()
        assert (one.titles(), partner.told) == ([], [])
        one.kill()
        began = time.monotonic()
    until(lambda: one.titles() == [ONE])
    record_property("takeover", time.monotonic() - began)
    until(lambda: partner.of("/partner") == [("article.published", ONE)])
    assert (one.feeds / "all.atom").read_bytes().count(b"<entry>") == 1
    _well(one, two)


def test_what_a_node_writes_that_was_held_up_for_too_long_does_not_stay(
    one: Newsroom, two: Newsroom, partner: Partner
) -> None:
    _ready(one)
    two.start()
    with _stuck(one) as waits:
        one.story("one.txt", ONE)
        until(waits)
        one.signal(signal.SIGSTOP)
    until(lambda: one.titles() == [ONE])
    one.story("two.txt", TWO)
    until(lambda: one.titles() == [TWO, ONE])
    one.signal(signal.SIGCONT)
    until(lambda: "was taken over by another node" in one.log())
    until(lambda: one.titles() == [TWO, ONE])
    until(lambda: len(partner.told) == 2)
    assert set(partner.ids("/partner").values()) == {1}
    _well(one, two)


@contextmanager
def _stuck(node: Newsroom) -> Iterator[Callable[[], bool]]:
    """Whoever publishes waits for what its feeds are made of; yields what says whether somebody does."""
    with psycopg.connect(node.store) as connection:  # no write of a store, for which others would wait
        connection.execute("LOCK TABLE fragment IN ACCESS EXCLUSIVE MODE")
        waiting = "SELECT FROM pg_locks WHERE relation = 'fragment'::regclass AND NOT granted"
        yield lambda: connection.execute(waiting).fetchone() is not None


# ---------------------------------------------------------------- what stands between


def test_through_a_pooler_everything_is_told_and_the_log_says_once_that_hints_do_not_come(
    one: Newsroom, partner: Partner, postgres_server: str
) -> None:
    with postgres.pooled(postgres_server) as pool:
        one.store = pool % make_url(one.store).database
        one.configure()
        _ready(one)
        for number in range(8):
            one.story(f"{number}.txt", f"Story number {number} of the day")
        until(lambda: len(partner.told) == 8)
        assert one.stop() == 0
    assert set(partner.ids("/partner").values()) == {1}
    assert one.log().count("stands behind a pooler") == 1
    assert "ERROR" not in one.log()


def test_a_database_that_starts_again_is_used_again(tmp_path: Path, partner: Partner) -> None:
    with postgres.restartable() as (server, restart):
        hooks = {"partner": {"url": f"{partner.url}/partner", "secret": SECRET}}
        with Newsroom(tmp_path, hooks, store=postgres.new_database(server), program=BRIEF) as newsroom:
            _ready(newsroom)
            newsroom.story("one.txt", ONE)
            until(lambda: len(partner.told) == 1)
            restart()
            newsroom.story("two.txt", TWO)
            until(lambda: len(partner.told) == 2)
            until(lambda: newsroom.titles() == [TWO, ONE])
            assert newsroom.stop() == 0
    assert set(partner.ids("/partner").values()) == {1}
    _well(newsroom)
