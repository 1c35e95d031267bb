"""Secrets stand in no output of any command, in no log and not in the database, whatever receivers repeat."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import asked
from tests.daemon.harness import free_port
from tests.net.receivers import Line, Receiver, answer, redirect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Said
    from tests.daemon.harness import Newsroom

    Feeder = Callable[..., Said]

LOGIN, PROXY = "us:canary-login-7c1f", "us:canary-proxy-7c1f"
SIGNED = b64encode(b"canary-signature-of-32-bytes-7c1").decode()
TOKEN, KEY = "canary-token-7c1f", "canary-key-7c1f"
SECRETS = (
    *("canary", SIGNED, b64encode(LOGIN.encode()).decode(), b64encode(PROXY.encode()).decode()),
    *("Y2FuYXJ5", "%63anary"),
)
LOOKS = (
    *("status", "webhooks list", "deliveries list", "deliveries list --state held", "check"),
    *("why rain echo", "why rain lost", "why rain gone", "why rain elsewhere", "why rain refused"),
    *(f"deliveries show {key}" for key in range(1, 6)),
    *("webhooks pause echo", "webhooks resume echo", "webhooks enable gone"),
    *("webhooks test echo", "webhooks test lost", "webhooks test refused"),
    *("deliveries retry 1 2", "deliveries replay --since 1h"),
)


class Echo:
    """Says all that it heard, as a whole and in pieces, with this status."""

    def __init__(self, status: int) -> None:
        self._status = status
        self.heard: list[Any] = []  # of the receiver

    def __call__(self, line: Line) -> bool:
        it = self.heard[-1]
        pieces = [word for value in it.headers.values() for word in value.split()]
        said = "\n".join([it.target, json.dumps(it.headers), *pieces, f"bad token {TOKEN}; bad key {KEY}"])
        return answer(self._status, said.encode())(line)


def receiver(house: ExitStack, behave: Callable[[Line], bool]) -> str:
    it = house.enter_context(Receiver(behave))
    if isinstance(behave, Echo):
        behave.heard = it.heard
    return it.origin


def webhook(origin: str) -> dict[str, Any]:
    return {
        "type": "json",
        "url": f"{origin.replace('//', f'//{LOGIN}@')}/T0/canary-path-7c1f?key=canary-query-7c1f",
        "secret": f"whsec_{SIGNED}",
        "headers": {"X-Token": f"Bearer {TOKEN}", "X-Key": KEY},
    }


@pytest.fixture(params=["straight", "by a proxy"])
def told(request: pytest.FixtureRequest, newsroom: Newsroom) -> Iterator[Newsroom]:
    """With a webhook for each way of failing."""
    with ExitStack() as house:
        url = "/T0/canary-path-7c1f?key=canary-query-7c1f"
        hooks = {
            "echo": receiver(house, Echo(500)),
            "gone": receiver(house, Echo(410)),
            "lost": receiver(house, answer(404, f"Cannot POST {url}".encode())),
            "elsewhere": receiver(house, redirect(f"https://other.example{url}")),
            "refused": f"http://127.0.0.1:{free_port()}",
        }
        network: dict[str, Any] = {"allow": ["127.0.0.0/8"]}
        if request.param == "by a proxy":
            network["proxy"] = receiver(house, Echo(502)).replace("//", f"//{PROXY}@")
        more = {name: webhook(origin) | {"backfill": 1} for name, origin in hooks.items()}
        newsroom.configure(webhooks=more, network=network)
        yield newsroom


def once(newsroom: Newsroom) -> str:
    """What the engine says at its most talkative."""
    done = subprocess.run(
        [sys.executable, "-m", "feeder", "run", "--once", "--verbose", "--config", str(newsroom.config)],
        capture_output=True,
        check=False,
        cwd=newsroom.folder,
        env=os.environ,
    )
    assert done.returncode == 1, done.stderr
    return (done.stdout + done.stderr).decode()


def found_in(text: str) -> list[str]:
    return [text[max(0, text.find(it) - 80) :][:160] for it in SECRETS if it in text]


def test_no_secret_is_said_by_any_command_nor_logged_nor_stored(feeder: Feeder, told: Newsroom) -> None:
    log = once(told)
    assert "to echo (delivery" in log
    assert not found_in(log)
    for words in LOOKS:
        for form in ([], ["--json"]):
            said = feeder(*words.split(), *form, "--config", told.config)
            assert said.out, (words, said.err)
            assert not found_in(said.out + said.err), words
    for file in told.folder.glob("feeder.db*"):
        assert not found_in(file.read_bytes().decode("latin-1")), file.name


def test_what_a_receiver_said_is_shown_all_the_same(feeder: Feeder, told: Newsroom) -> None:
    once(told)
    (echo,) = asked(feeder, told, "deliveries", "list", "--webhook", "echo", "--json").json
    (attempt,) = asked(feeder, told, "deliveries", "show", str(echo["id"]), "--json").json["attempts"]
    assert "bad token …; bad key …" in attempt["body"]


def test_the_password_of_the_database_is_not_said(feeder: Feeder, newsroom: Newsroom) -> None:
    newsroom.configure(store=f"postgresql://us:canary-base-7c1f@127.0.0.1:{free_port()}/post?password=canary2")
    for words in ("status", "status --json", "check", "webhooks list", "deliveries list", "run --once --verbose"):
        said = feeder(*words.split(), "--config", newsroom.config)
        assert said.status == 1, words
        assert not found_in(said.out + said.err), words
