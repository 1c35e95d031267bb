"""docs/api.md -> its `curl` lines, run by a shell against a real daemon, and its answers, compared."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.daemon.harness import Newsroom, free_port, until
from tests.programs import require_program

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[2] / "docs" / "api.md"
TOKEN = "a-token-of-the-test"
ADDRESS = "127.0.0.1:8000"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    script: str
    answer: str


def blocks(kind: str) -> list[str]:
    return [text for language, text in BLOCK.findall(DOCS.read_text("utf-8")) if language == kind]


def examples() -> list[Example]:
    """Each `curl` with the answer that follows it."""
    found = BLOCK.findall(DOCS.read_text("utf-8"))
    return [
        Example(text, found[number + 1][1])
        for number, (language, text) in enumerate(found)
        if language == "sh" and text.startswith("curl ")
    ]


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    """As docs/api.md configures it, at a free port."""
    (written,) = blocks("yaml")
    config = yaml.safe_load(written.replace("${FEEDER_TOKEN}", TOKEN))
    listen = f"127.0.0.1:{free_port()}"
    config["server"]["listen"] = listen
    with Newsroom(tmp_path, listen=listen, more=config) as made:
        yield made.start()


def run(newsroom: Newsroom, script: str) -> str:
    """What `curl` shows."""
    shorthand = next(text for text in blocks("sh") if text.startswith("AUTH="))
    whole = f"{shorthand}\n{script}".replace(ADDRESS, newsroom.listen)
    done = subprocess.run(
        ["sh", "-eu", "-c", whole],
        capture_output=True,
        check=False,
        timeout=60,
        env={"PATH": os.environ["PATH"], "FEEDER_TOKEN": TOKEN, "CURL_HOME": str(newsroom.folder)},
    )
    assert done.returncode == 0, (script, done.stderr)
    return done.stdout.decode().replace("\r\n", "\n")


def fits(claimed: Any, real: Any) -> bool:
    """Whether an answer says what is claimed; it may say more."""
    if isinstance(claimed, dict):
        return isinstance(real, dict) and all(
            name in real and fits(it, real[name]) for name, it in claimed.items()
        )
    if isinstance(claimed, list):
        return isinstance(real, list) and len(real) == len(claimed) and all(map(fits, claimed, real))
    if isinstance(claimed, str):
        pattern = ".*".join(map(re.escape, claimed.split("…")))
        return isinstance(real, str) and re.fullmatch(pattern, real, re.DOTALL) is not None
    return bool(claimed == real)


def test_every_curl_line_is_followed_by_its_answer_and_is_true(newsroom: Newsroom) -> None:
    require_program("curl")
    shown = examples()
    assert len(shown) > 15
    for example in shown:
        real_head, _, real_body = run(newsroom, example.script).partition("\n\n")
        head, _, body = example.answer.strip().partition("\n\n")
        status, *headers = head.splitlines()
        real_status, *real_headers = real_head.splitlines()
        assert fits(status, real_status), (example.script, real_head, real_body)
        for line in headers:
            assert any(fits(line, real) for real in real_headers), (example.script, line, real_headers)
        if body:
            assert fits(json.loads(body), json.loads(real_body)), (example.script, real_body)
    until(lambda: newsroom.titles() == ["Sun shines", "Snow lies", "Rain falls"], what="for the feed")


def test_what_came_over_http_is_published_at_once_and_outlives_the_daemon(newsroom: Newsroom) -> None:
    require_program("curl")
    first = examples()[0].script
    run(newsroom, first)
    until(lambda: newsroom.titles() == ["Fog lifts over the harbour"], what="for the feed")
    newsroom.kill()
    newsroom.start()
    assert '"outcome":"unchanged"' in run(newsroom, first)
    assert newsroom.titles() == ["Fog lifts over the harbour"]


def test_the_docs_name_everything_that_is_answered() -> None:
    text = DOCS.read_text("utf-8")
    for word in (
        "Idempotency-Key",
        "If-Match",
        "q=config",
        "q=syndicate-to",
        "mp-slug",
        "access_token",
        "?state=",
    ):
        assert word in text
