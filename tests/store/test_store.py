from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, text

from feeder.errors import StoreError, StoreInUse
from feeder.model.article import Change, Content, Enclosure, Episode, Origin, Person, State, Subject
from feeder.store import (
    Store,
    aliases,
    archives,
    articles,
    content,
    documents,
    engine,
    feeds,
    leases,
    lock,
    migrations,
    reckoning,
)
from feeder.store.documents import DocumentState, Known
from feeder.store.feeds import FeedState
from tests.samples import NOW, article

if TYPE_CHECKING:
    from feeder.store import Tx

LATER = NOW + timedelta(minutes=1)


def _put(tx: Tx, number: int = 1) -> str:
    it = article(number)
    articles.write(tx, it, Change.PUBLISHED, NOW, (("title", "first line"),))
    return it.id


def _known(key: str, state: DocumentState = DocumentState.READ, stored: str | None = None) -> Known:
    return Known("newsroom", key, "stamp", "digest", state, "", stored, NOW, NOW, None)


def test_an_article_comes_back_as_it_went_in(store: Store) -> None:
    full = Content(
        title="Grüße «аб» \U0001f4f0",
        html="<p>]]> &amp;</p>",
        summary="Kurz",
        language="de",
        url="https://post.example/1",
        authors=(Person("A", "a@post.example", None), Person("B", None, "https://b.example/")),
        categories=("Asia", "Trade"),
        place="Nara",
        publisher="The Post",
        tagline="Daily",
        caption="A bridge",
        image="https://post.example/1.jpg",
        enclosures=(Enclosure("https://post.example/1.mp3", "audio/mpeg", 7, "Sound", 60),),
        notes=("cut",),
        credit="C",
        rights="©",
        subjects=(Subject("Asia", "16", "https://post.example/topics"),),
        origin=Origin("Wire", "https://wire.example/atom", "urn:wire", NOW),
        episode=Episode(7, 2, "bonus", True, "https://post.example/7.vtt"),
    )
    it = article(content=full)
    with store.write() as tx:
        articles.write(tx, it, Change.PUBLISHED, NOW)
    with store.read() as tx:
        assert articles.get(tx, it.id) == it


@given(st.text(), st.lists(st.text(), max_size=3))
def test_content_survives_its_json(title: str, categories: list[str]) -> None:
    it = Content(title=title, html=title, categories=tuple(categories), authors=(Person(title),))
    assert content.load(content.dump(it)) == it


def test_what_says_nothing_new_is_kept_as_it_always_was() -> None:
    """Equal contents are equal text: what an earlier feeder stored is no new revision for this one."""
    old = (
        '{"enclosures":[{"length":7,"media_type":"a/b","title":null,"url":"https://post.example/1"}],'
        '"html":"<p>x</p>","title":"T"}'
    )
    made = Content("T", "<p>x</p>", enclosures=(Enclosure("https://post.example/1", "a/b", 7),))
    assert content.dump(made) == old
    assert content.load(old) == made


def test_an_older_revision_can_be_seen_as_it_was(store: Store) -> None:
    first = article()
    second = article(title="Changed", revision=2, updated=LATER, slug=first.slug)
    with store.write() as tx:
        articles.write(tx, first, Change.PUBLISHED, NOW)
        articles.write(tx, second, Change.UPDATED, LATER)
    with store.read() as tx:
        then = articles.at_revision(tx, first.id, 1)
        assert then is not None
        assert (then[0].content.title, then[1]) == ("Story number 1", NOW)
        assert [number for number, _, _ in articles.revisions(tx, first.id)] == [1, 2]
        assert articles.at_revision(tx, first.id, 3) is None


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    def half(tx: Tx) -> None:
        _put(tx)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), store.write() as tx:
        half(tx)
    with store.read() as tx:
        assert articles.count(tx) == {}


def test_articles_are_paged_newest_first_without_gap_or_repeat(store: Store) -> None:
    with store.write() as tx:
        for number in range(1, 8):
            _put(tx, number)
    with store.read() as tx:
        first = articles.newest(tx, 3)
        second = articles.newest(tx, 3, before=(first[-1].position, first[-1].id))
        third = articles.newest(tx, 3, before=(second[-1].position, second[-1].id))
    assert [it.content.title[-1] for it in (*first, *second, *third)] == list("7654321")


def test_an_article_is_found_by_slug_part_and_key(store: Store) -> None:
    with store.write() as tx:
        key = _put(tx, 5)
        aliases.add(tx, "newsroom", [("path", "asia/5.txt")], key, NOW)
    with store.read() as tx:
        for word in (key, article(5).slug, "story-number", "asia/5.txt"):
            assert [it.id for it in articles.find(tx, word)] == [key], word
        assert articles.find(tx, "100%") == ()


def test_the_newest_owner_of_a_key_is_found(store: Store) -> None:
    with store.write() as tx:
        one, two = _put(tx, 1), _put(tx, 2)
        aliases.add(tx, "newsroom", [("path", "a.txt")], one, NOW)
        aliases.add(tx, "newsroom", [("path", "a.txt")], two, LATER)
        assert aliases.newest(tx, "newsroom", "path", "a.txt") == two
        assert aliases.of(tx, one) == (("path", "a.txt"),)


def test_revisions_are_followed_in_order_from_a_cursor(store: Store) -> None:
    with store.write() as tx:
        keys = [_put(tx, number) for number in (1, 2, 3)]
    with store.write() as tx:
        first = articles.changed_since(tx, 0, 2)
        rest = articles.changed_since(tx, first[-1][0], 2)
        assert [key for _, key in (*first, *rest)] == keys
        feeds.write_cursor(tx, "pages", rest[-1][0], "shape")
    with store.read() as tx:
        assert feeds.read_cursor(tx, "pages") == (rest[-1][0], "shape")
        assert feeds.read_cursor(tx, "unknown") == (0, "")


def test_who_follows_the_revisions_sees_that_one_took_the_place_of_another(store: Store) -> None:
    seqs: list[int] = []
    with store.write() as tx:
        _put(tx)
    for title in ("First mended", "Then mended"):
        with store.write() as tx:
            articles.write(tx, article(1, revision=2, title=title), Change.AMENDED, NOW)
        with store.read() as tx:
            seqs += [seq for seq, _ in articles.changed_since(tx, max(seqs, default=1), 10)]
            assert [number for number, _, _ in articles.revisions(tx, article(1).id)] == [1, 2]
    assert len(set(seqs)) == 2


def test_documents_keep_their_state_and_what_is_gone_is_no_longer_known(store: Store) -> None:
    with store.write() as tx:
        key = _put(tx)
        documents.put(tx, _known("a.txt", stored=key))
        documents.put(tx, _known("b.txt", DocumentState.QUARANTINED))
        documents.put(tx, _known("c.txt", DocumentState.GONE, key))
    with store.read() as tx:
        assert documents.stamps(tx, "newsroom").keys() == {"a.txt", "b.txt"}
        assert documents.stamps(tx, "newsroom", ["b.txt", "c.txt"]).keys() == {"b.txt"}
        assert [it.key for it in documents.of_article(tx, key)] == ["a.txt"]
        assert [it.key for it in documents.same_bytes(tx, "newsroom", "digest")] == ["a.txt", "c.txt"]
        assert reckoning.reckon(tx)["newsroom"].documents == {"read": 1, "quarantined": 1, "gone": 1}


def test_a_source_is_due_until_it_was_looked_at(store: Store) -> None:
    with store.write() as tx:
        documents.register(tx, ["newsroom"], NOW)
        documents.register(tx, ["newsroom"], LATER)
        assert documents.due(tx, ["newsroom", "other"], NOW) == ("newsroom",)
        documents.looked(tx, "newsroom", NOW, LATER)
        assert documents.due(tx, ["newsroom"], NOW) == ()
        assert documents.due(tx, ["newsroom"], LATER) == ("newsroom",)
        documents.looked(tx, "newsroom", LATER, LATER, "gone")
        state = documents.state_of(tx, "newsroom")
    assert state is not None
    assert (state.since, state.at, state.error) == (NOW, NOW, "gone")


def test_a_feed_shows_its_newest_articles_and_counts_its_changes(store: Store) -> None:
    with store.write() as tx:
        feeds.put(tx, FeedState("all", "all", "", "urn:x", 0, NOW, ended=False))
        for number in (1, 2, 3):
            _put(tx, number)
            feeds.enter(tx, "all", article(number))
        feeds.touch(tx, ["all"], LATER)
    with store.write() as tx:
        assert [it.content.title[-1] for it in feeds.newest(tx, "all", 2)] == ["3", "2"]
        assert feeds.versions(tx) == {"all": 1}
        feeds.leave(tx, ["all"], article(3).id)
        assert [it.content.title[-1] for it in feeds.newest(tx, "all", 2)] == ["2", "1"]
        feeds.end(tx, "all", LATER)
        state = feeds.state_of(tx, "all")
        assert state is not None
        assert (state.ended, state.version, feeds.newest(tx, "all", 2)) == (True, 2, ())


def test_a_lease_has_one_owner_until_it_runs_out(store: Store) -> None:
    with store.write() as tx:
        assert leases.take(tx, "source x", "one", NOW, LATER)
        assert leases.take(tx, "source x", "one", NOW, LATER)
        assert not leases.take(tx, "source x", "two", NOW, LATER)
        assert leases.take(tx, "source x", "two", LATER + timedelta(seconds=1), LATER + timedelta(hours=1))
        leases.drop(tx, "source x", "one")
        assert not leases.take(tx, "source x", "one", NOW, LATER)


def test_writers_in_many_threads_wait_for_one_another(store: Store) -> None:
    def write(number: int) -> None:
        with store.write() as tx:
            store.in_order(tx)
            _put(tx, number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(1, 13)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as tx:
        assert articles.count(tx) == {State.LIVE: 12}


def test_a_new_store_is_made_once_and_migrating_again_changes_nothing(store: Store) -> None:
    assert migrations.version(store) == migrations.VERSION
    with store.write() as tx:
        _put(tx)
    assert migrations.migrate(store) == migrations.VERSION
    with store.read() as tx:
        assert articles.count(tx) == {"live": 1}


def test_what_the_database_refuses_is_said_without_statement_and_values(store: Store) -> None:
    with store.write() as tx:
        _put(tx)
    with pytest.raises(StoreError) as caught, store.write() as tx:
        _put(tx)
    assert "INSERT" not in str(caught.value)
    assert "Story" not in str(caught.value)


def test_a_password_in_the_address_is_not_shown() -> None:
    store = Store("postgresql://user:hunter2@127.0.0.1:1/none?connect_timeout=1")
    assert "hunter2" not in str(store)
    with pytest.raises(StoreError) as caught, store.read():
        pass
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://host/x", "sqlite://"])
def test_an_address_that_is_no_store_says_what_would_be_right(url: str) -> None:
    with pytest.raises(StoreError, match="sqlite:///FILE or postgresql://"):
        Store(url)


def test_the_embedded_store_is_durable_and_keeps_a_write_ahead_log(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/feeder.db", daemon=True)
    migrations.migrate(store)
    with store.write() as tx:
        assert tx.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert tx.execute(text("PRAGMA synchronous")).scalar() == 2, "FULL"
    with pytest.raises(StoreError), store.read() as reader:
        reader.execute(text("DELETE FROM article"))
    store.close()
    with sqlite3.connect(tmp_path / "feeder.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_what_was_struck_is_found_by_an_index_of_its_own_in_a_store_that_knows_nothing_of_sizes(
    tmp_path: Path,
) -> None:
    store = Store(f"sqlite:///{tmp_path}/feeder.db")
    migrations.migrate(store)
    asked: list[str] = []
    with store.read() as tx:
        event.listen(tx, "before_cursor_execute", lambda *said: asked.append(said[2]))
        assert archives.struck(tx, "all") == ()
        (plan,) = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[0]}", ("all",)).all()
    assert "USING INDEX archived_struck (feed=? AND struck=?)" in plan.detail
    store.close()


def test_a_second_daemon_is_refused_and_told_who_has_the_store(tmp_path: Path) -> None:
    database = str(tmp_path / "feeder.db")
    program = f"from feeder.store.lock import DaemonLock\nwith DaemonLock({database!r}): print('have'); input()"
    with subprocess.Popen(
        [sys.executable, "-u", "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"have\n"
        with pytest.raises(StoreInUse, match=rf"process {other.pid}\b") as caught, lock.DaemonLock(database):
            pass
        assert caught.value.exit_status == 3
        assert lock.holder(database) == other.pid
        other.kill()
        other.wait()
        assert lock.holder(database) is None
        with lock.DaemonLock(database):
            assert Path(f"{database}.lock").exists()


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_connection_that_rested_is_asked_whether_it_lives(
    store: Store, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_FRESH", 0.0)
    first = _server_process(store)
    _end(first, store_url)
    assert _server_process(store) != first


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_one_that_was_just_used_and_died_costs_one_error(
    store: Store, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_FRESH", 3600.0)
    first = _server_process(store)
    _end(first, store_url)
    with pytest.raises(StoreError, match="refused"):
        _server_process(store)
    assert _server_process(store) != first


def _server_process(store: Store) -> int:
    with store.read() as tx:
        return int(tx.execute(text("SELECT pg_backend_pid()")).scalar_one())


def _end(process: int, url: str) -> None:
    other = Store(url)
    with other.read() as tx:
        assert tx.execute(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process}).scalar_one()
    other.close()
