"""`feeder listen` in a process of its own: shows and verifies what it is told, and can be told to fail."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.daemon.harness import SECRET, newest_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Said
    from tests.daemon.harness import Newsroom

    Feeder = Callable[..., Said]

OTHER = "whsec_YW5vdGhlciBzZWNyZXQgb2Ygbm8gdXNlIGF0IGFsbCE="


@contextmanager
def listening(newsroom: Newsroom, *words: str) -> Iterator[subprocess.Popen[str]]:
    """`newsroom`'s webhook points at it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "feeder", "listen", "--port", "0", *words, "--config", str(newsroom.config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background of a script has it ignored, and so would all children.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - it takes no lock
    )
    try:
        assert process.stderr is not None
        found = re.fullmatch(r"Listening on (http://127\.0\.0\.1:\d+/) .*\n", process.stderr.readline())
        assert found is not None
        url = f"{found[1]}partner"
        newsroom.configure(webhooks={"partner": {"type": "json", "url": url, "secret": SECRET}})
        yield process
    finally:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_a_delivery_is_shown_as_verified(feeder: Feeder, empty: Newsroom) -> None:
    with listening(empty) as process:
        assert feeder("webhooks", "test", "partner", "--config", empty.config).status == 0
        assert re.search(
            r"  204  verified v1  article\.published  A test from feeder  msg_test\w+$", line(process)
        )
        # To whichever thread: the main one has to be told as well.
        os.kill(newest_thread(process.pid), signal.SIGINT)
        assert process.wait(20) == 130


def test_a_delivery_that_is_signed_as_github_signs_is_shown_as_that(feeder: Feeder, empty: Newsroom) -> None:
    with listening(empty, "--secret", "any text", "--signature", "github") as process:
        webhook = json.loads(empty.config.read_text())["webhooks"]["partner"]
        for secret, status in (("any text", 0), ("another", 1)):
            empty.configure(webhooks={"partner": webhook | {"secret": secret, "signature": "github"}})
            assert feeder("webhooks", "test", "partner", "--config", empty.config).status == status
        assert "  204  verified github  article.published" in line(process)
        assert "  401  wrong  " in line(process)


def test_a_delivery_that_somebody_else_signed_is_refused(feeder: Feeder, empty: Newsroom) -> None:
    with listening(empty, "--secret", OTHER) as process:
        tested = feeder("webhooks", "test", "partner", "--json", "--config", empty.config)
        assert tested.status == 1
        assert tested.json["status"] >= 400
        assert "  wrong  " in line(process)


def test_it_fails_as_often_as_it_is_told(feeder: Feeder, empty: Newsroom) -> None:
    with listening(empty, "--fail", "1", "--status", "503") as process:
        statuses = [
            feeder("webhooks", "test", "partner", "--json", "--config", empty.config).json["status"] for _ in "ab"
        ]
        assert statuses == [503, 204]
        assert "  503  " in line(process)


def test_for_programs_each_delivery_is_a_document(feeder: Feeder, empty: Newsroom) -> None:
    with listening(empty, "--json") as process:
        feeder("webhooks", "test", "partner", "--config", empty.config)
        text = line(process)
        while not text.endswith("}\n"):
            text += line(process)
        assert {"webhook", "id", "kind", "title", "mark", "status"} <= json.loads(text).keys()


@pytest.mark.parametrize("words", ["--secret nonsense", "--port 70000", "--fail -1", "--status 200"])
def test_wrong_words_are_status_2_and_nothing_listens(feeder: Feeder, empty: Newsroom, words: str) -> None:
    said = feeder("listen", *words.split(), "--config", empty.config)
    assert (said.status, said.out) == (2, "")
