"""docs/webhooks.md -> receivers made of other people's libraries, run as they stand there, told over real HTTP."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from feeder.model.delivery import Outcome, Request
from feeder.net import Client, Guard
from feeder.pipeline.retry import SCHEDULE
from feeder.webhooks.json import Options, notice, request
from tests.daemon.harness import free_port, until
from tests.programs import npm_package, require_program
from tests.webhooks.events import NOTICE, event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DOCS = Path(__file__).parents[2] / "docs" / "webhooks.md"
TEXT = DOCS.read_text("utf-8")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECOND = "whsec_c2Vjb25kc2Vjb25kc2Vjb25kc2Vjb25k"
PRIVATE = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc="
WORD = "any text"
# The docs show how to verify v1a; these make a receiver of it.
AROUND = {
    "python": """
from http.server import BaseHTTPRequestHandler, HTTPServer


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.send_response(204 if verified(headers, body) else 401)
        self.end_headers()


HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Receiver).serve_forever()
""",
    "js": """
require("node:http")
  .createServer((request, response) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
      response.writeHead(verified(request.headers, Buffer.concat(pieces)) ? 204 : 401).end();
    });
  })
  .listen(process.env.PORT, "127.0.0.1");
""",
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def options(secret: Any, port: int = 1, **more: str) -> Options:
    said = {"type": "json", "url": f"http://127.0.0.1:{port}/hooks/news", "secret": secret} | more
    return Options.model_validate(said)


@contextmanager
def running(folder: Path, *command: str | Path, **environ: str) -> Iterator[int]:
    """A receiver that listens at `{port}`, which is also in $PORT."""
    port = free_port()
    log = folder / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [str(part).replace("{port}", str(port)) for part in command],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PORT": str(port), **environ},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        until(lambda: _answers(port) or process.poll() is not None, what="for the receiver")
        assert process.poll() is None, log.read_text()
        yield port
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def answers(*requests: Request) -> list[int | None]:
    client = Client(Guard(["127.0.0.0/8"]))
    try:
        return [client.send(one).status for one in requests]
    finally:
        client.close()


def changed(one: Request, **headers: str) -> Request:
    return replace(
        one, headers=tuple((name, headers.get(name.replace("-", "_"), value)) for name, value in one.headers)
    )


def changed_byte(one: Request) -> Request:
    return replace(one, body=one.body.replace(b"article", b"articlE", 1))


def hard_to_forge(secret: Any, others: Any, port: int) -> None:
    """It knows `secret`: it takes what that signed, alone or beside others, and nothing that was changed."""
    now, told = datetime.now(UTC), event()
    right = request(told, options(secret, port), now)
    good = [
        right,
        request(told, options([others, secret], port), now),
        notice(NOTICE, options(secret, port), now),
    ]
    bad = [
        request(told, options(others, port), now),
        changed_byte(right),
        changed(right, webhook_id="msg_2"),
        changed(right, webhook_timestamp=str(int(now.timestamp()) + 1)),
        request(told, options(secret, port), now - timedelta(minutes=6)),
        request(told, options(secret, port), now + timedelta(minutes=6)),
    ]
    assert answers(*good, *bad) == [204] * len(good) + [401] * len(bad)


def test_the_docs_receiver_in_python_takes_what_we_sign_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "receiver.py").write_text(blocks("python")[0])
    with running(tmp_path, sys.executable, "receiver.py", SECRET=SECRET) as port:
        hard_to_forge(SECRET, SECOND, port)


def test_the_docs_receiver_in_javascript_takes_what_we_sign_and_nothing_else(tmp_path: Path) -> None:
    modules = npm_package("standardwebhooks")
    (tmp_path / "receiver.js").write_text(blocks("js")[0])
    with running(tmp_path, "node", "receiver.js", SECRET=SECRET, NODE_PATH=str(modules)) as port:
        hard_to_forge(SECRET, SECOND, port)


def test_who_has_the_public_key_verifies_v1a_in_python(tmp_path: Path) -> None:
    (tmp_path / "receiver.py").write_text(blocks("python")[1] + AROUND["python"])
    [key] = options(PRIVATE).secret
    with running(tmp_path, sys.executable, "receiver.py", PUBLIC_KEY=key.public or "") as port:
        hard_to_forge(PRIVATE, SECRET, port)


def test_who_has_the_public_key_verifies_v1a_in_javascript(tmp_path: Path) -> None:
    require_program("node")
    (tmp_path / "receiver.js").write_text(blocks("js")[1] + AROUND["js"])
    [key] = options(PRIVATE).secret
    with running(tmp_path, "node", "receiver.js", PUBLIC_KEY=key.public or "") as port:
        hard_to_forge(PRIVATE, SECRET, port)


def test_debians_webhook_takes_what_we_sign_as_github_and_nothing_else(tmp_path: Path) -> None:
    program = require_program("webhook")
    command, taken = tmp_path / "take-news", tmp_path / "taken"
    command.write_text(f'#!/bin/sh\necho "$1: $2" >>{taken}\n')
    command.chmod(0o755)
    [hooks] = blocks("json")
    for word, real in {"/usr/local/bin/take-news": str(command), "the text under secret:": WORD}.items():
        assert word in hooks
        hooks = hooks.replace(word, real)
    (tmp_path / "hooks.json").write_text(hooks)
    with running(tmp_path, program, "-hooks", "hooks.json", "-ip", "127.0.0.1", "-port", "{port}") as port:
        now = datetime.now(UTC)
        right = request(event(), options(WORD, port, signature="github"), now)
        other = request(event(), options("another", port, signature="github"), now)
        taking, *refusing = answers(
            right, changed_byte(right), other, request(event(), options(SECRET, port), now)
        )
        assert (taking, len(refusing)) == (200, 3)
        # It says 500 of a wrong signature, 401 of a missing one.
        assert all(status is not None and status >= 400 for status in refusing)
        until(lambda: taken.exists() and taken.read_text(), what="for the command")
    assert taken.read_text() == f"article.published: {event().article.content.title}\n"


# ---------------------------------------------------------------- what else the docs say


@pytest.mark.parametrize("block", blocks("yaml"))
def test_each_configuration_in_the_docs_is_one(block: str) -> None:
    environ = {"PARTNER_SECRET": SECRET, "OLD_PARTNER_SECRET": SECOND, "AUTOMATION_SECRET": WORD}
    for name, value in environ.items():
        block = block.replace(f"${{{name}}}", value)
    read: Mapping[str, Any] = yaml.load(block, yaml.BaseLoader)  # noqa: S506 - strings only
    for entry in read["webhooks"].values():
        found = Options.model_validate(entry)
        assert request(event(), found, datetime.now(UTC)).headers


def test_the_line_that_makes_a_secret_makes_one_of_either_form() -> None:
    [line] = blocks("sh")
    for prefix in ("whsec_", "whsk_"):
        made = subprocess.run(
            ["sh", "-c", line.replace("whsec_", prefix)], capture_output=True, text=True, check=True
        ).stdout.strip()
        assert options(made).secret[0].secret.reveal() == made


def test_the_docs_name_every_outcome_and_the_schedule() -> None:
    for outcome in Outcome:
        assert f"| `{outcome}` |" in TEXT
    units = {"s": "seconds", "min": "minutes", "h": "hours"}
    (line,) = [line for line in TEXT.splitlines() if line.startswith("5 s, ")]
    found = re.findall(r"(\d+) (s|min|h)\b", line)
    assert [timedelta(**{units[unit]: int(number)}) for number, unit in found] == list(SCHEDULE)
