"""A Maildir and an mbox on disk -> mails, each once, and never a byte of theirs changed."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from feeder.errors import SourceError, Unreadable
from feeder.model.document import Document
from feeder.sources.mail import Mail, Options

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.sources import Look

OLD = time.time() - 3600

# Root may read everything.
UNREADABLE = ["unreadable"] if os.geteuid() else []


def letter(name: str, text: str = "Fog lifts.", sender: str = "Ida Wells <ida@post.example>") -> str:
    return f"From: {sender}\nSubject: {name}\nMessage-ID: <{name}@post.example>\n\n{text}\n"


def entry(name: str, text: str = "Fog lifts.", **more: str) -> str:
    return f"From ida@post.example Wed Jan 14 09:00:00 2026\n{letter(name, text, **more)}\n"


def opened(path: Path, **options: Any) -> Mail:
    return Mail("desk", Options(type="mail", path=path, **options))


def keys(look: Look) -> list[str]:
    return [it.key for it in look.found]


def refused(look: Look) -> dict[str, str]:
    return {it.found.key: it.reason for it in look.refused}


def texts(source: Mail, look: Look) -> list[str]:
    documents = [source.read(it) for it in look.found]
    return [it.body.decode().partition("\n\n")[2] for it in documents if it is not None]


class Desk:
    """A source with what its looks left: stamps and memory."""

    def __init__(self, source: Mail) -> None:
        self.source, self.known, self.memory = source, dict[str, str](), ""

    def look(self, *, final: bool = True) -> Look:
        look = self.source.look(self.known, final=final, memory=self.memory)
        self.known |= {it.key: it.stamp for it in look.found}
        self.known |= {it.found.key: it.found.stamp for it in look.refused}
        self.memory = look.memory
        return look


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for folder in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / folder).mkdir(parents=True)
    return tmp_path / "Maildir"


@pytest.fixture
def mbox(tmp_path: Path) -> Path:
    return tmp_path / "mbox"


def write(path: Path, text: str | bytes, *, settled: bool = True) -> None:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    if settled:
        os.utime(path, (OLD, OLD))


def add(path: Path, text: str, *, settled: bool = True) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
    if settled:
        os.utime(path, (OLD + len(path.read_bytes()), OLD))


# ---------------------------------------------------------------- Maildir


def test_mails_in_new_and_cur_are_documents_and_those_being_written_are_not(maildir: Path) -> None:
    write(maildir / "new" / "1.host", letter("one"))
    write(maildir / "cur" / "2.host:2,S", letter("two"))
    write(maildir / "tmp" / "3.host", letter("three"))
    write(maildir / "new" / ".hidden", letter("four"))
    source = opened(maildir)
    look = source.look({}, final=True)
    assert sorted(keys(look)) == ["1.host", "2.host"]
    assert look.present == frozenset({"1.host", "2.host"})
    document = source.read(look.found[0])
    assert isinstance(document, Document)
    assert document.media_type == "message/rfc822"
    assert (
        document.modified == datetime.fromtimestamp(int(OLD * 1e6) / 1e6, UTC)
        or document.modified.timestamp() < OLD + 1
    )


def test_reading_a_mail_elsewhere_changes_nothing_here(maildir: Path) -> None:
    write(maildir / "new" / "1.host", letter("one"))
    desk = Desk(opened(maildir))
    assert keys(desk.look()) == ["1.host"]
    (maildir / "new" / "1.host").rename(maildir / "cur" / "1.host:2,")
    assert keys(desk.look()) == []
    (maildir / "cur" / "1.host:2,").rename(maildir / "cur" / "1.host:2,RS")
    assert desk.look().present == frozenset({"1.host"})
    assert keys(Desk(opened(maildir)).look()) == ["1.host"]


def test_a_mail_that_moved_between_look_and_read_is_read_where_it_is(maildir: Path) -> None:
    write(maildir / "new" / "1.host", letter("one"))
    source = opened(maildir)
    look = source.look({}, final=True)
    (maildir / "new" / "1.host").rename(maildir / "cur" / "1.host:2,S")
    assert texts(source, look) == ["Fog lifts.\n"]
    (maildir / "cur" / "1.host:2,S").unlink()
    assert source.read(look.found[0]) is None


def test_a_mail_that_comes_twice_is_taken_in_once_after_a_restart_too(maildir: Path) -> None:
    write(maildir / "new" / "1.host", letter("one"))
    desk = Desk(opened(maildir))
    assert texts(desk.source, desk.look()) == ["Fog lifts.\n"]
    write(maildir / "new" / "2.host", letter("one", "Fog lifts.\n-- \nlist footer"))
    with pytest.raises(Unreadable, match="Message-ID is that of another"):
        texts(desk.source, desk.look())
    desk.source = opened(maildir)
    write(maildir / "new" / "3.host", letter("one"))
    with pytest.raises(Unreadable, match="the first one counts"):
        texts(desk.source, desk.look())


def test_a_cleared_mailbox_withdraws_nothing(maildir: Path) -> None:
    write(maildir / "new" / "1.host", letter("one"))
    desk = Desk(opened(maildir))
    desk.look()
    (maildir / "new" / "1.host").unlink()
    look = desk.look()
    assert (look.found, look.gone, look.missing, look.present) == ((), (), (), frozenset())
    assert not desk.source.exhaustive


def test_another_path_is_no_news(maildir: Path, tmp_path: Path) -> None:
    desk = Desk(opened(maildir))
    desk.look()
    (tmp_path / "other" / "new").mkdir(parents=True)
    write(tmp_path / "other" / "new" / "9.host", letter("nine"))
    desk.source = opened(tmp_path / "other")
    assert [it.old for it in desk.look().found] == [True]


def test_what_is_no_mail_of_ours_is_refused_with_a_reason_and_once(maildir: Path, tmp_path: Path) -> None:
    write(tmp_path / "secret", "x")
    (maildir / "new" / "1.link").symlink_to(tmp_path / "secret")
    os.mkfifo(maildir / "new" / "2.pipe")
    write(maildir / "new" / "3.large", letter("large", "x" * 2000))
    (maildir / "new" / "4.folder").mkdir()
    os.close(os.open(os.fsencode(maildir / "new") + b"/5.\xff", os.O_CREAT | os.O_WRONLY))
    desk = Desk(opened(maildir, max_size=1000))
    look = desk.look()
    assert keys(look) == []
    assert refused(look) == {
        "1.link": "a link that leads out of the folder is not followed; put the file itself here",
        "2.pipe": "not a regular file",
        "3.large": f"too large: {len(letter('large', 'x' * 2000)):,} bytes where max-size allows 1,000",
        "5.\\xff": "its name is not UTF-8; rename it",
    }
    assert refused(desk.look()) == {}
    desk.source = opened(maildir, max_size=100_000)
    assert keys(desk.look()) == ["3.large"]


def test_a_quiet_maildir_is_not_looked_through_and_a_mail_wakes_it(maildir: Path) -> None:
    for folder in ("new", "cur"):
        os.utime(maildir / folder, (OLD, OLD))
    desk = Desk(opened(maildir))
    assert desk.look().present == frozenset()
    assert desk.look().present is None
    write(maildir / "new" / "1.host", letter("one"))
    assert keys(desk.look()) == ["1.host"]
    os.utime(maildir / "new", (OLD, OLD))
    assert desk.source.look({}, memory=desk.memory).found  # what was found, but not stored, is found again


# ---------------------------------------------------------------- mbox


def test_an_mbox_is_read_to_its_end_and_then_only_what_is_added(mbox: Path) -> None:
    write(mbox, entry("one") + entry("two"))
    desk = Desk(opened(mbox))
    first = desk.look()
    assert keys(first) == ["one@post.example", "two@post.example"]
    assert texts(desk.source, first) == ["Fog lifts.\n", "Fog lifts.\n"]
    assert keys(desk.look()) == []
    add(mbox, entry("three", "Ferries sail."))
    third = desk.look()
    assert keys(third) == ["three@post.example"]
    assert third.present == frozenset({"two@post.example", "three@post.example"})  # the last one before, once more
    assert texts(desk.source, third) == ["Ferries sail.\n"]


def test_a_mail_has_its_date_from_the_line_above_it(mbox: Path) -> None:
    write(mbox, entry("one"))
    source = opened(mbox)
    document = source.read(source.look({}, final=True).found[0])
    assert document is not None
    assert document.modified == datetime(2026, 1, 14, 9, tzinfo=UTC)


def test_lines_that_only_begin_with_from_end_no_mail_and_lose_their_quote(mbox: Path) -> None:
    body = "From here on, fog.\n\nFrom nowhere it came.\n>From Oban to Mull\n>>From deep\n\n>From Wed"
    write(mbox, entry("one", body) + entry("two"))
    source = opened(mbox)
    look = source.look({}, final=True)
    assert keys(look) == ["one@post.example", "two@post.example"]
    assert texts(source, look)[0] == body.replace(">From", "From") + "\n"


def test_line_ends_of_windows_are_read_as_well(mbox: Path) -> None:
    write(mbox, (entry("one") + entry("two")).replace("\n", "\r\n"))
    assert keys(opened(mbox).look({}, final=True)) == ["one@post.example", "two@post.example"]


def test_a_mail_at_the_end_that_may_still_be_written_waits(mbox: Path) -> None:
    write(mbox, entry("one") + entry("two")[:-20], settled=False)
    desk = Desk(opened(mbox))
    look = desk.look(final=False)
    assert keys(look) == ["one@post.example"]
    assert len(look.unsettled) == 1
    add(mbox, entry("two")[-20:])
    asked = desk.source.look(desk.known, look.unsettled, memory=desk.memory)
    assert keys(asked) == ["two@post.example"]
    after = desk.look(final=False)
    assert keys(after) == ["two@post.example"]
    assert texts(desk.source, after) == ["Fog lifts.\n"]


def test_a_mail_of_which_only_the_beginning_had_come_is_read_again(mbox: Path) -> None:
    half = entry("one", "Fog lifts.\nFerries sail.")
    write(mbox, half[:-15])
    desk = Desk(opened(mbox))
    first = desk.look()
    assert texts(desk.source, first) == ["Fog lifts.\n"]
    add(mbox, half[-15:] + entry("two"))
    second = desk.look()
    assert keys(second) == ["one@post.example", "two@post.example"]
    assert texts(desk.source, second)[0] == "Fog lifts.\nFerries sail.\n"


def test_marks_of_mail_programs_are_no_change_and_a_cleared_mailbox_withdraws_nothing(mbox: Path) -> None:
    write(mbox, entry("one") + entry("two"))
    desk = Desk(opened(mbox))
    bodies = texts(desk.source, desk.look())
    marked = (entry("one") + entry("two")).replace(
        "Message-ID", "Status: RO\nX-Status: A\n B\nContent-Length: 11\nMessage-ID"
    )
    write(mbox, marked + entry("three"))
    look = desk.look()
    assert keys(look) == ["three@post.example"]
    write(mbox, entry("three"))
    assert keys(desk.look()) == []
    write(mbox, "")
    look = desk.look()
    assert (look.found, look.gone, look.missing) == ((), (), ())
    assert len(bodies) == 2


def test_another_mail_under_a_known_name_is_passed_over_and_said_once(mbox: Path) -> None:
    write(mbox, entry("one"))
    desk = Desk(opened(mbox))
    desk.look()
    add(mbox, entry("one", "Forged."))
    look = desk.look()
    assert (keys(look), look.notes) == ([], ("1 mails passed over: their Message-ID is that of another",))
    assert (keys(desk.look()), desk.look().notes) == ([], ())
    add(mbox, entry("two"))
    assert keys(desk.look()) == ["two@post.example"]


def test_a_mail_without_an_id_is_known_by_its_words(mbox: Path) -> None:
    write(mbox, "From x@y Wed Jan 14 09:00 2026\nSubject: Fog\n\nFog lifts.\n\n")
    desk = Desk(opened(mbox))
    (key,) = keys(desk.look())
    assert key.startswith("digest:")
    assert keys(desk.look()) == []


def test_what_a_mailbox_had_at_first_is_old_and_what_comes_is_not(mbox: Path, tmp_path: Path) -> None:
    write(mbox, entry("one"))
    desk = Desk(opened(mbox))
    assert [it.old for it in desk.look().found] == [True]
    add(mbox, entry("two"))
    assert [it.old for it in desk.look().found] == [False]
    write(tmp_path / "other", entry("three"))
    desk.source = opened(tmp_path / "other")
    assert [it.old for it in desk.look().found] == [True]


def test_a_large_mail_is_refused_and_the_others_are_read(mbox: Path) -> None:
    write(mbox, entry("large", "x" * 3000) + entry("two"))
    desk = Desk(opened(mbox, max_size=1000))
    look = desk.look()
    assert keys(look) == ["two@post.example"]
    assert "too large" in refused(look)["large@post.example"]
    assert refused(desk.look()) == {}


def test_what_a_mail_server_keeps_for_itself_is_no_mail(mbox: Path) -> None:
    internal = (
        "From MAILER-DAEMON Wed Jan 14 09:00:00 2026\n"
        "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n\n"
        "This text is part of the internal format of your mail folder.\n\n"
    )
    write(mbox, internal + entry("one"))
    assert keys(opened(mbox).look({}, final=True)) == ["one@post.example"]


def test_a_mailbox_that_is_written_anew_between_look_and_read_is_looked_through_again(mbox: Path) -> None:
    write(mbox, entry("one") + entry("two"))
    source = opened(mbox)
    look = source.look({}, final=True)
    write(mbox, entry("zero") + entry("one") + entry("two"))
    assert source.read(look.found[0]) is None
    again = source.look({}, final=True, memory=look.memory)
    assert keys(again) == ["zero@post.example", "one@post.example", "two@post.example"]


def test_a_whole_archive_is_taken_in_by_and_by(mbox: Path) -> None:
    write(mbox, "".join(entry(f"n{number}") for number in range(5200)))
    desk = Desk(opened(mbox))
    first, second = desk.look(), desk.look()
    assert (len(first.found), len(second.found)) == (5000, 200)
    assert all(it.old for it in second.found)
    assert keys(desk.look()) == []


@pytest.mark.parametrize(
    "junk", [b"\xff" * 5000, b"From ", b"From \n" * 300, b"From x 1:00 2026\n\n" * 50, b"From x 9:00 2026"]
)
def test_junk_after_a_good_beginning_is_no_crash(mbox: Path, junk: bytes) -> None:
    write(mbox, entry("one").encode() + junk)
    source = opened(mbox)
    for found in source.look({}, final=True).found:
        assert source.read(found)


# ---------------------------------------------------------------- both


def test_only_named_senders_are_taken_in(maildir: Path, mbox: Path) -> None:
    stranger = "Someone <x@elsewhere.example>"
    write(maildir / "new" / "1.host", letter("one", sender=stranger))
    write(maildir / "new" / "2.host", letter("two", sender="IDA@Post.Example"))
    write(maildir / "new" / "3.host", letter("three", sender="una@wire.example"))
    write(maildir / "new" / "4.host", "Subject: x\n\nFog.")
    write(mbox, entry("one", sender=stranger) + entry("two"))
    senders = {"from": ["ida@post.example", "@wire.example"]}
    source = opened(maildir, **senders)
    found = {it.key: it for it in source.look({}, final=True).found}
    for key, name in (("1.host", "x@elsewhere.example"), ("4.host", "nobody")):
        with pytest.raises(Unreadable, match=f"it is from {name}, who is not named in from"):
            source.read(found[key])
    assert source.read(found["2.host"])
    assert source.read(found["3.host"])
    desk = Desk(opened(mbox, **senders))
    with pytest.raises(Unreadable, match=r"x@elsewhere\.example"):
        texts(desk.source, desk.look())
    desk.source = opened(mbox)  # whoever is let in now is read now
    assert texts(desk.source, desk.look()) == ["Fog lifts.\n", "Fog lifts.\n"]


@pytest.mark.parametrize("sender", ["ida", "ida@", "@", "a b@c.example", "<a@b.example>"])
def test_a_sender_that_can_be_none_is_a_mistake_in_the_configuration(sender: str, mbox: Path) -> None:
    with pytest.raises(ValueError, match="from"):
        opened(mbox, **{"from": sender})


@pytest.mark.parametrize("kind", ["nothing", "empty folder", "pipe", "text", *UNREADABLE])
def test_what_is_no_mailbox_is_an_error_of_the_source(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "place"
    if kind == "empty folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "text":
        path.write_text("Dear all,\n", "utf-8")
    elif kind == "unreadable":
        write(path, entry("one"))
        path.chmod(0)
    with pytest.raises(SourceError, match="source desk: "):
        opened(path).look({})


def test_a_mailbox_is_never_changed(maildir: Path, mbox: Path) -> None:
    write(maildir / "new" / "1.host", letter("one"))
    write(mbox, entry("one"))
    before = mbox.read_bytes(), mbox.stat().st_mtime_ns, sorted(str(path) for path in maildir.rglob("*"))
    for path in (maildir, mbox):
        desk = Desk(opened(path))
        assert texts(desk.source, desk.look()) == ["Fog lifts.\n"]
        desk.look()
    assert before == (mbox.read_bytes(), mbox.stat().st_mtime_ns, sorted(str(path) for path in maildir.rglob("*")))


def test_no_mail_is_lost_or_read_twice_while_others_deliver(mbox: Path) -> None:
    write(mbox, entry("n0"))
    desk, seen = Desk(opened(mbox)), list[str]()

    def deliver() -> None:
        for number in range(1, 200):
            add(mbox, entry(f"n{number}", "Fog lifts.\n" * (number % 7)), settled=False)

    thread = threading.Thread(target=deliver)
    thread.start()
    while thread.is_alive():
        seen += keys(desk.look(final=False))
    thread.join()
    seen += keys(desk.look())
    assert seen == [f"n{number}@post.example" for number in range(200)]
