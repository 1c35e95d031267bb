"""What goes between us and a sender process."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.model.delivery import STRAIGHT, Answer, Phase, Request, Way
from feeder.senders import Job, Landed
from feeder.senders._wire import Messages, Nonsense, jobs_down, jobs_up, landed_down, landed_up, message

TEXT = st.text(st.characters(exclude_categories=()))  # lone surrogates, too
ANSWERS = st.builds(
    Answer,
    phase=st.sampled_from(Phase),
    took=st.floats(0, 60),
    status=st.none() | st.integers(100, 999),
    headers=st.lists(st.tuples(TEXT, TEXT)).map(tuple),
    body=st.binary(),
    truncated=st.booleans(),
    error=st.none() | TEXT,
    address=st.none() | TEXT,
    blocked=st.booleans(),
)


def split(data: bytes) -> tuple[bytes, bytes]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(data)
        (found,) = Messages(theirs).receive()
    return found


@given(st.integers(0, 511), ANSWERS)
def test_every_answer_is_carried_whole(slot: int, answer: Answer) -> None:
    head, body = split(landed_up(Landed(slot, answer, sent=True)))
    assert landed_down(head, body) == (slot, answer, True)


def test_a_job_that_was_not_sent_is_carried() -> None:
    assert landed_down(*split(landed_up(Landed(3, None, sent=False)))) == (3, None, False)


def test_jobs_are_carried_whole() -> None:
    plain = Request("POST", "https://x.example/", (("a", "b"),), b"\0\xff")
    odd = Request("PUT", "https://y.example/", (), b"", Way("cert.pem", None, "ca.pem", "http://proxy.example/"))
    head, _ = split(jobs_down([(1, 2.5, plain), (7, 3.5, odd)]))
    found = jobs_up(head)
    assert found == [(2.5, Job(1, "", plain)), (3.5, Job(7, "", odd))]
    assert found[0][1].request.way is STRAIGHT


@pytest.mark.parametrize(
    "head",
    [
        "",
        "no JSON",
        "1",
        "[]",
        "[1]",
        "[1, true] more",
        '[true, true, "done", 0.1, 204, [], false, null, null]',
        '[1, 1, "done", 0.1, 204, [], false, null, null]',
        '[1, true, "elsewhere", 0.1, 204, [], false, null, null]',
        '[1, true, ["done"], 0.1, 204, [], false, null, null]',
        '[1, true, "done", "soon", 204, [], false, null, null]',
        '[1, true, "done", 0.1, true, [], false, null, null]',
        '[1, true, "done", 0.1, 204, ["name"], false, null, null]',
        '[1, true, "done", 0.1, 204, ["name", 1], false, null, null]',
        '[1, true, "done", 0.1, 204, {}, false, null, null]',
        '[1, true, "done", 0.1, 204, [], 0, null, null]',
        '[1, true, "done", 0.1, 204, [], false, 1, null]',
        '[1, true, "done", 0.1, 204, [], false, null, []]',
        '[1, true, "done", 0.1, 204, [], false, null]',
        "[" * 100_000,
    ],
)
def test_what_no_sender_says_is_refused(head: str) -> None:
    with pytest.raises(Nonsense):
        landed_down(head.encode(), b"")


@given(st.lists(st.none() | st.booleans() | st.integers() | st.text() | st.just([]), max_size=10), st.binary())
def test_no_message_does_more_than_be_refused(said: Any, body: bytes) -> None:
    try:
        landed_down(json.dumps(said).encode(), body)
    except Nonsense:
        return


def test_messages_come_out_as_they_went_in_however_they_are_cut() -> None:
    sent = [(b"head", b""), (b"", b"body"), (b"h" * 300, b"b" * 70_000), (b"", b"")]
    data = b"".join(message(head, body) for head, body in sent)
    ours, theirs = socket.socketpair()
    with theirs:
        messages, found = Messages(theirs), []
        with ours:
            for at in range(0, len(data), 10_007):
                ours.sendall(data[at : at + 10_007])
                found += messages.receive()
        assert found == sent
        with pytest.raises(EOFError):
            messages.receive()


def test_a_message_that_is_too_long_is_refused_before_it_has_come() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(message(b"x" * 100)[:20])
        with pytest.raises(Nonsense):
            Messages(theirs, 50).receive()
