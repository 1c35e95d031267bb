"""Of each document: what is new in it, what it is compressed; nothing beside it is ever of older bytes."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from feeder.errors import StoreError
from feeder.formats import EDITION, FORMATS
from feeder.pipeline import documents, files, fragments, siblings
from feeder.pipeline.files import Parcel
from feeder.pipeline.fragments import Fragments
from feeder.pipeline.output import Outlet
from feeder.pipeline.places import Place, as_feed
from feeder.pipeline.siblings import SUFFIXES, Siblings, unpack
from feeder.pipeline.splice import Splicer, groups
from feeder.pipeline.versions import etag_of
from feeder.store import feeds
from tests.pipeline.outside import OUTPUT, SITE
from tests.pipeline.paper import FORMS, LIMIT, Paper
from tests.pipeline.publishing import tree
from tests.programs import require_program
from tests.samples import NOW, article, feed

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.store import Store


@pytest.fixture
def paper(store: Store, tmp_path: Path) -> Paper:
    return Paper(store, tmp_path / "feeds", limit=50)


def sidecar(paper: Paper, path: str = "all.atom") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(paper.read(f".versions/{path}"))
    return found


# ---------------------------------------------------------------- joined from fragments


@pytest.mark.parametrize("form", FORMS)
def test_a_joined_document_is_the_one_that_the_format_builds_of_all(paper: Paper, form: str) -> None:
    paper.add(*range(30))
    paper.publish()
    paper.edit(3, "Corrected & <b>bold</b>")
    paper.add(99)
    paper.publish()
    with paper.store.read() as tx:
        newest, state = feeds.newest(tx, "all", 50), feeds.state_of(tx, "all")
    assert state is not None
    noun = as_feed(
        Place("all", "all", ""),
        paper.feeds["all"],
        SITE,
        OUTPUT,
        iri=state.iri,
        updated=max(it.updated for it in newest),
    )
    assert paper.read(f"all.{form}") == FORMATS[form].build(noun, newest).body


def test_an_article_is_read_and_written_once_for_all_feeds_and_processes(paper: Paper) -> None:
    paper.configure({name: feed(title=name) for name in ("all", "b", "c")})
    paper.add(*range(10))
    paper.publish()
    paper.publisher.close()
    read: list[str] = []

    def watch(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        read.extend([statement] if "revision.content" in statement else [])

    event.listen(paper.store._reader, "after_cursor_execute", watch)
    paper.restart()
    assert len(paper.publish().documents) == 3 * len(FORMS)
    # The pages of all three feeds read theirs once, and so does the index.
    assert len([it for it in read if "article.id IN" in it]) == 2
    event.remove(paper.store._reader, "after_cursor_execute", watch)


def test_fragments_of_what_left_the_document_are_not_kept(paper: Paper) -> None:
    paper.configure({"all": feed(title="All", limit=LIMIT)})
    paper.add(*range(LIMIT + 25))
    paper.publish()
    paper.edit(LIMIT + 24, "Corrected")
    paper.publish()
    paper.publisher.close()
    with paper.store.read() as tx:
        kept = tx.exec_driver_sql("SELECT count(*), count(DISTINCT article) FROM fragment").one()
    assert tuple(kept) == (len(FORMS) * (LIMIT + 5), LIMIT + 5)


def test_fragments_of_feeds_that_ended_or_were_in_another_manner_are_not_kept(paper: Paper) -> None:
    paper.configure({"all": feed(title="All"), "short": feed(title="Short", content="summary")})
    paper.add(*range(5))
    paper.publish()
    paper.publisher.close()
    assert _kept(paper) == 2 * 5 * len(FORMS)
    paper.configure({"all": feed(title="All", content="summary", formats=["json"])})
    paper.publish()
    paper.publisher.close()
    assert _kept(paper) == 5 * len(FORMS)  # of the short ones
    paper.configure({"none": feed(title="None", where={"category": ["Nobody's"]})})
    paper.publish()
    assert _kept(paper) == 0


def _kept(paper: Paper) -> int:
    with paper.store.read() as tx:
        return int(tx.exec_driver_sql("SELECT count(*) FROM fragment").scalar_one())


def test_what_memory_has_no_room_for_is_read_again(paper: Paper) -> None:
    paper.add(*range(10))
    paper.publisher._fragments = paper.publisher._documents._fragments = Fragments(paper.store, room=1000)
    paper.publish()
    paper.edit(3, "Corrected")
    paper.publish()
    assert len(paper.shown()) == 10


def test_what_was_kept_and_forgotten_is_not_rendered_again_for_something_new(paper: Paper) -> None:
    paper.publisher._fragments = paper.publisher._documents._fragments = Fragments(paper.store, room=1000)
    for some in (range(5), range(5, 10)):
        paper.add(*some)
        paper.publish()
    paper.publisher.close()
    read: list[int] = []

    def watch(
        _connection: object, _cursor: object, statement: str, parameters: tuple[str, ...], *_: object
    ) -> None:
        read.extend([len(parameters)] if "revision.content" in statement else [])

    event.listen(paper.store._reader, "after_cursor_execute", watch)
    paper.add(10)
    paper.publish()
    event.remove(paper.store._reader, "after_cursor_execute", watch)
    assert set(read) == {1}


def test_a_store_that_refuses_in_between_leaves_nothing_half_written_in_the_folder(paper: Paper) -> None:
    def refuse(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM membership" in statement:  # a page has been begun by then
            raise OperationalError(statement, None, Exception("disk I/O error"))

    paper.add(*range(3))
    event.listen(paper.store._reader, "before_cursor_execute", refuse)
    with pytest.raises(StoreError):
        paper.publish()
    event.remove(paper.store._reader, "before_cursor_execute", refuse)
    assert [it for it in tree(paper.folder) if str(it).endswith(".tmp")] == []
    paper.restart()
    paper.publish()
    assert len(paper.shown()) == 3


# ---------------------------------------------------------------- versions


def test_a_sidecar_says_where_each_entry_is_and_since_when(paper: Paper) -> None:
    paper.add(1, 2)
    paper.publish()
    first = sidecar(paper)["etag"]
    paper.add(3)
    paper.edit(1, "Corrected")
    paper.publish()
    found, body = sidecar(paper), paper.read("all.atom")
    assert found["etag"] == etag_of(body)
    assert [since for _, _, since in found["entries"]] == [2, 1, 2]
    assert found["known"] == [[first, 1]]
    new = [body[at : at + length] for at, length, since in found["entries"] if since > 1]
    assert all(it.startswith(b"<entry") and it.endswith(b"</entry>") for it in new)
    delta = body[: found["opening"]] + b"".join(new) + body[-found["closing"] :]
    assert b"Corrected" in delta
    assert b"Story number 2" not in delta


def test_the_versions_go_on_after_a_restart(paper: Paper) -> None:
    paper.add(1)
    paper.publish()
    for number in (2, 3):
        paper.restart()
        paper.add(number)
        paper.publish()
    assert [number for _, number in sidecar(paper, "all.json")["known"]] == [1, 2]


def test_a_withdrawal_or_another_head_ends_what_a_delta_may_start_from(paper: Paper) -> None:
    paper.add(1, 2, 3)
    paper.publish()
    paper.withdraw(2)
    paper.publish()
    assert sidecar(paper)["known"] == []
    paper.add(4)
    paper.publish()
    assert len(sidecar(paper)["known"]) == 1
    paper.configure({"all": feed(title="Other", limit=50)})
    paper.publish(everything=True)
    assert sidecar(paper)["known"] == []


def test_entries_that_a_newer_feeder_writes_in_another_way_are_new_to_everybody(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper.add(1, 2, 3)
    paper.publish()
    for module in (documents, fragments):
        monkeypatch.setattr(module, "EDITION", EDITION + 1)
    paper.restart()
    paper.add(4)
    paper.publish()
    assert sidecar(paper)["known"] == []


def test_what_leaves_because_newer_ones_came_is_missed_by_nobody(paper: Paper) -> None:
    paper.configure({"all": feed(title="All", limit=3, archive=False)})
    for number in range(5):
        paper.add(number)
        paper.publish()
    assert len(sidecar(paper)["known"]) == 4


# ---------------------------------------------------------------- compressed


@given(st.lists(st.binary(max_size=300), max_size=40), st.integers(0, 10**6), st.booleans())
@settings(max_examples=40, deadline=None)
def test_spliced_pieces_are_the_document(bodies: list[bytes], begin: int, slides: bool) -> None:  # noqa: FBT001
    splicer = Splicer(room=4000)
    parts = [(begin + number, body) for number, body in enumerate(bodies)]
    for shown in (parts, parts[1:], parts[:-1], parts):
        whole = b"<" + b",".join(body for _, body in shown) + b">"
        made = b"".join(splicer.gzip("x", b"<", shown, b">", [whole], between=b",", slides=slides))
        assert gzip.decompress(made) == whole


def test_groups_are_the_same_wherever_they_stand() -> None:
    parts = [(number, b"") for number in range(1000, 0, -1)]
    whole, later = groups(parts), groups([(1001, b""), *parts])
    assert [part for group in whole for part in group] == parts
    assert len([group for group in later if group not in whole]) <= 2
    assert len(whole) < 200


@pytest.mark.parametrize("program", ["gzip", "node"])
def test_other_programs_read_a_spliced_file(paper: Paper, program: str) -> None:
    require_program(program)
    paper.add(*range(40))
    paper.publish()
    paper.add(41)
    paper.publish()
    path = paper.folder / "all.atom.gz"
    reads = "process.stdout.write(require('zlib').gunzipSync(require('fs').readFileSync(process.argv[1])))"
    command = ["gzip", "-dc", str(path)] if program == "gzip" else ["node", "-e", reads, str(path)]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout == paper.read("all.atom")


def beside(paper: Paper, name: str = "all.atom") -> dict[str, bytes | None]:
    """What each sibling is of."""
    found = {suffix: paper.folder / f"{name}{suffix}" for suffix in SUFFIXES}
    there = {suffix: path.read_bytes() for suffix, path in found.items() if path.is_file()}
    return {suffix: unpack(suffix, body, 10**7) for suffix, body in there.items()}


def test_every_sibling_is_of_its_document_at_all_times(paper: Paper) -> None:
    paper.add(*range(10))
    paper.publish()
    assert beside(paper) == {".gz": paper.read("all.atom")}
    paper.publisher.close()
    assert beside(paper) == dict.fromkeys(SUFFIXES, paper.read("all.atom"))
    paper.edit(3, "Corrected")
    paper.publish()
    assert beside(paper) == {".gz": paper.read("all.atom")}


def test_a_directory_with_the_name_of_a_sibling_keeps_no_other_document_from_being_compressed(
    paper: Paper,
) -> None:
    paper.configure({"all": feed(title="All"), "other": feed(title="Other")})
    paper.add(*range(10))
    paper.publish()
    for form in FORMS:
        (paper.folder / f"all.{form}.zst").mkdir()
    paper.restart()
    paper.publish()
    paper.publisher.close()
    assert beside(paper, "other.atom") == dict.fromkeys(SUFFIXES, paper.read("other.atom"))
    assert (paper.folder / "all.atom.br").exists()


def test_archives_are_compressed_when_there_is_time(store: Store, tmp_path: Path) -> None:
    paper = Paper(store, tmp_path / "feeds")
    paper.add(*range(30))
    paper.publish()
    name = "archive/all/00001.rss"
    assert beside(paper, name) == {}
    paper.publisher.close()
    assert beside(paper, name) == dict.fromkeys(SUFFIXES, paper.read(name))


def test_what_a_crash_left_beside_a_document_is_found_and_mended(paper: Paper) -> None:
    paper.add(*range(10))
    paper.publish()
    (paper.folder / "all.atom.gz").write_bytes(gzip.compress(b"of another version"))
    (paper.folder / "all.atom.br").write_bytes(b"")
    paper.restart()
    paper.publish()
    paper.publisher.siblings.work()  # what is doubtful does not wait
    assert all(body == paper.read("all.atom") for body in beside(paper).values())


def test_a_document_that_cannot_be_replaced_has_nothing_beside_it_that_is_not_of_it(tmp_path: Path) -> None:
    (tmp_path / "all.atom").mkdir()
    failed = files.write_all(str(tmp_path), [Parcel("all.atom", [b"new"], siblings.beside("all.atom", [b"gz"]))])
    assert list(failed) == ["all.atom"]
    assert [it.name for it in tmp_path.iterdir()] == ["all.atom"]


def test_the_share_of_cpu_is_kept_and_documents_that_change_wait(tmp_path: Path) -> None:
    now, spent = [0.0], itertools.count()  # half a second of a core between two looks at it
    made = Siblings(Outlet(tmp_path), lambda: now[0], lambda: next(spent) / 2)
    for number in range(40):
        path = tmp_path / f"{number}.atom"
        path.write_bytes(os.urandom(3000))
        made.note(path.name, etag_of(path.read_bytes()))
    assert made.work() == 0  # too young
    now[0] = 11.0
    several = made.work()
    assert 0 < several < 40 * len(SUFFIXES)
    assert made.work() == 0
    now[0] += 1000
    assert made.work() > 0


def test_a_feed_that_ends_leaves_nothing_behind(paper: Paper) -> None:
    paper.add(*range(10))
    paper.publish()
    paper.publisher.close()
    paper.configure({"b": feed(title="B")})
    paper.publish()
    left = [str(it.relative_to(paper.folder)) for it in paper.folder.rglob("all.*")]
    assert left == []


# ---------------------------------------------------------------- tombstones


def test_what_was_withdrawn_leaves_a_tombstone_where_that_is_wanted(paper: Paper) -> None:
    paper.configure({"all": feed(title="All", tombstones=True), "plain": feed(title="Plain")})
    paper.add(1, 2)
    paper.publish()
    paper.withdraw(1)
    paper.publish()
    key = article(1).id.encode()
    assert b"deleted-entry" in paper.read("all.atom")
    assert key in paper.read("all.atom")
    assert key not in paper.read("plain.atom")
    assert key not in paper.read("all.rss")
    paper.bring_back(1)
    paper.publish()
    assert b"deleted-entry" not in paper.read("all.atom")


# ---------------------------------------------------------------- what is told of it


def test_the_report_names_every_document_that_was_looked_at(paper: Paper) -> None:
    paper.add(1)
    report = paper.publish()
    assert {(it.feed, it.form, it.path, it.written) for it in report.documents} == {
        ("all", form, f"all.{form}", True) for form in FORMS
    }
    assert all(it.etag == etag_of(paper.read(it.path)) for it in report.documents)
    paper.restart()
    assert {it.written for it in paper.publish().documents} == {False}


def test_a_lost_folder_is_written_again(paper: Paper) -> None:
    paper.add(*range(3))
    paper.publish()
    whole = tree(paper.folder)
    shutil.rmtree(paper.folder)
    paper.publish(everything=True)
    assert tree(paper.folder) == whole
    assert paper.now > NOW
