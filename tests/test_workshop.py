"""Processes that may be killed: limits, answers, deaths and what is left behind."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.errors import Claimed, ConfigError, FeederError, NotYet, Problem, SourceError, TooHard
from feeder.model.article import Content, Person, State
from feeder.model.document import Reading
from feeder.workshop import Workshop, _plain
from tests import jobs

if TYPE_CHECKING:
    from collections.abc import Iterator

BRIEF = 1.5  # seconds that a call may take where the test waits for its end


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    opened = Workshop(workers=2, seconds=60)
    yield opened
    opened.close()


def hurried(function: Any, *args: Any) -> str:
    """Why a call under a short limit failed."""
    opened = Workshop(workers=1, seconds=BRIEF, memory=512 << 20)
    try:
        with pytest.raises(TooHard) as failed:
            opened.call(function, *args)
        assert opened.call(jobs.same, "next") == "next"
    finally:
        opened.close()
    return str(failed.value)


def ended(pid: int) -> bool:
    """Waits until the process is dead, even if nobody has buried it."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 30)[0])
    finally:
        os.close(handle)


def test_a_result_comes_back_as_it_was(workshop: Workshop) -> None:
    reading = Reading(
        Content("A title", "<p>x</p>", authors=(Person("Nellie Bly", url="https://x.example/"),)),
        published=datetime(2026, 1, 14, 9, tzinfo=UTC),
        origins=(("title", "h1"),),
    )
    for value in (reading, None, "a\ud800\0b", b"\0\xff", [1, (2.5, True)], {"a": {1, 2}}, State.LIVE, date.max):
        assert workshop.call(jobs.same, value) == value


def test_an_error_of_ours_comes_back_as_it_was(workshop: Workshop) -> None:
    with pytest.raises(Claimed, match=r'"tag:x" is already that of other\.md') as failed:
        workshop.call(jobs.refuse)
    assert failed.value.by == "other.md"
    assert failed.value.reason.startswith("its id")


def test_children_are_used_again(workshop: Workshop) -> None:
    assert len({workshop.call(jobs.process) for _ in range(5)}) == 1


def test_many_threads_share_no_more_children_than_there_may_be(workshop: Workshop) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: (workshop.call(jobs.same, n), workshop.call(jobs.process)), range(60)))
    assert [number for number, _ in answers] == list(range(60))
    assert len({process for _, process in answers}) <= 2


@pytest.mark.parametrize("function", [jobs.loop, jobs.loop_in_c])
def test_an_endless_call_is_ended(function: Any) -> None:
    assert hurried(function) == "it takes more than the 1.5 seconds that one document may"


def test_a_call_that_eats_memory_is_ended() -> None:
    assert "512 MB of memory" in hurried(jobs.fill_memory)


def test_a_call_that_ends_its_process_fails_alone() -> None:
    assert hurried(jobs.leave, 3) == "it ended the process that read it (exit 3)"
    assert hurried(jobs.crash) == "it ended the process that read it (SIGSEGV)"


def test_a_child_killed_from_outside_is_the_fault_of_the_machine(workshop: Workshop) -> None:
    with pytest.raises(TooHard, match="SIGKILL") as failed:
        workshop.call(jobs.killed_by, "SIGKILL")
    assert failed.value.passing


def test_a_child_that_died_while_idle_is_replaced_unseen(workshop: Workshop) -> None:
    first = workshop.call(jobs.process)
    os.kill(first, signal.SIGKILL)
    assert ended(first)
    assert workshop.call(jobs.process) != first


def test_a_mistake_in_a_function_is_told_with_its_place(workshop: Workshop) -> None:
    with pytest.raises(TooHard, match=r"breaks its reader \(ValueError in .*tests/jobs\.py:\d+\)"):
        workshop.call(jobs.blunder)


def test_what_cannot_be_said_fails_alone(workshop: Workshop) -> None:
    for function, args in ((jobs.unspeakable, ()), (jobs.too_deep, (100_000,))):
        with pytest.raises(TooHard, match="breaks its reader"):
            workshop.call(function, *args)
    assert workshop.call(jobs.same, 1) == 1


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_signals_to_the_whole_group_are_left_to_the_parent(workshop: Workshop, name: str) -> None:
    assert workshop.call(jobs.shrug_off, name) == name


def test_a_child_is_in_no_terminal_and_inherits_neither_sockets_nor_secrets(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("FEEDER_SECRET", "hush")
    with open(f"{tmp_path}/lock", "w") as lock:  # noqa: PTH123 - as it may be
        os.set_inheritable(lock.fileno(), True)
        assert "FEEDER_SECRET" not in workshop.call(jobs.environment)
        assert not [name for name in workshop.call(jobs.open_sockets_and_files) if name.endswith("lock")]
        assert os.getsid(workshop.call(jobs.process)) != os.getsid(0)


def test_closing_leaves_no_child_and_ends_the_service() -> None:
    opened = Workshop(workers=3)
    started = threading.Barrier(3)

    def together(_: int) -> int:
        started.wait(30)
        return opened.call(jobs.process)

    with ThreadPoolExecutor(3) as pool:
        processes = set(pool.map(together, range(3)))
    opened.close()
    for process in processes:
        with pytest.raises(ProcessLookupError):  # buried, too
            os.kill(process, 0)
    with pytest.raises(RuntimeError, match="closed"):
        opened.call(jobs.process)


def test_an_idle_child_is_ended() -> None:
    opened = Workshop(idle=0.2)
    try:
        assert ended(opened.call(jobs.process))
        assert opened.call(jobs.same, 1) == 1
    finally:
        opened.close()


@pytest.mark.parametrize("busy", [False, True])
def test_children_end_when_the_parent_is_killed(*, busy: bool) -> None:
    last = "w.call(jobs.loop_in_c)" if busy else "input()"
    program = (
        "from feeder.workshop import Workshop; from tests import jobs\n"
        f"w = Workshop(1, {BRIEF}); print(w.call(jobs.process), flush=True); {last}"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        parent.kill()
    assert ended(child)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "no JSON",
        "1",
        "{}",
        "[" * 50_000,
        '["tuple"]',
        '["tuple", "returned"]',
        '["tuple", "else", 1]',
        '["tuple", "raised", "text"]',
        '["tuple", "returned", ["data", "os", "system", "true"]]',
        '["tuple", "returned", ["data", "feeder.text", "slug", "x"]]',
        '["tuple", "returned", ["data", "feeder.__main__", "x"]]',
        '["tuple", "returned", ["data", "feeder.errors", "FeederError"]]',
        '["tuple", "returned", ["data", "feeder.model.article", "Person", 1]]',
        '["tuple", "returned", ["datetime", "yesterday"]]',
        '["tuple", "returned", ["set", ["list"]]]',
        '["tuple", "raised", ["error", "builtins", "SystemExit", ["tuple"], ["dict"]]]',
    ],
)
def test_a_child_that_was_taken_over_can_say_nothing_harmful(workshop: Workshop, answer: str) -> None:
    with pytest.raises(TooHard, match="nonsense"):
        workshop.call(jobs.speak_nonsense, answer)
    assert workshop.call(jobs.same, 1) == 1


ERRORS = (
    NotYet("a date to come", datetime(2026, 1, 14, tzinfo=UTC)),
    SourceError("press", "it is gone", timedelta(hours=1)),
    ConfigError([Problem("config.yaml", 1, 2, "site", "no title")]),
    TooHard("no process", passing=True),
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_error_is_carried_whole(error: FeederError) -> None:
    again = _plain.loads(_plain.dumps(error))
    assert type(again) is type(error)
    assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=()))
    | st.binary()
    | st.dates()
    | st.datetimes(timezones=st.just(UTC) | st.just(timezone(timedelta(hours=9))))
    | st.timedeltas()
    | st.builds(Person, st.text(), st.none() | st.text()),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text(), inner)
        | st.frozensets(st.integers() | st.text())
    ),
    max_leaves=20,
)


@given(PLAIN)
def test_every_plain_value_is_carried_whole(value: Any) -> None:
    assert _plain.loads(_plain.dumps(value)) == value


@given(st.recursive(st.none() | st.integers() | st.sampled_from(sorted(_plain._READERS)), st.lists))
def test_no_message_does_more_than_be_refused(message: Any) -> None:
    try:
        _plain.loads(json.dumps(message).encode())
    except ValueError:
        return


@dataclass
class Changeable:
    name: str


def test_only_frozen_dataclasses_of_ours_are_made() -> None:
    with pytest.raises(ValueError, match="not of ours"):
        _plain.loads(_plain.dumps(Changeable("x")))
