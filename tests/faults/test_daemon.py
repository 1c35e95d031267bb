"""Rows 19, 35, 39, 42 and 48: what needs a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from feeder.cli import main
from tests.daemon.harness import Newsroom, Partner, free_port, until
from tests.net.certificates import certificate, server
from tests.net.receivers import Line, Receiver, answer, head

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.faults.scene import See

    Daemon = Callable[..., Newsroom]


def test_row_19_only_the_configuration_counts(
    daemon: Daemon, partner: Partner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, see: See
) -> None:
    pem = certificate(tmp_path, "stranger")
    home = tmp_path / "home"
    home.mkdir()
    (home / ".netrc").write_text("machine 127.0.0.1 login intruder password word\n")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(pem))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NETRC", str(home / ".netrc"))
    with Receiver() as proxy, Receiver() as plain, Receiver(tls=server(pem)) as stranger:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.origin)
            monkeypatch.setenv(name.upper(), proxy.origin)
        newsroom = daemon(plain=plain.url, stranger=stranger.url, partner=f"{partner.url}/partner")
        newsroom.story("one.txt", "Fog lifts")
        plain.wait(1)
        until(lambda: "self-signed" in newsroom.log())
        until(lambda: len(partner.told) == 1)
    assert (proxy.connections, stranger.heard) == (0, [])
    assert "authorization" not in plain.heard[0].headers
    see("the proxy not asked, the password not sent", "a certificate of the environment's authority refused")


def test_row_35_a_daemon_that_is_told_to_stop_waits_for_what_is_under_way(daemon: Daemon, see: See) -> None:
    go, late = threading.Event(), []

    def slowly(path: str, _nth: int, _times: int) -> int:
        if go.is_set():
            late.append(path)
        under_way.release()
        go.wait(30)
        return 204

    under_way = threading.Semaphore(0)
    with Partner(answer=slowly) as partner:
        newsroom = daemon(**{f"hook{n}": f"{partner.url}/{n}" for n in range(8)})
        for number in range(3):
            newsroom.story(f"{number}.txt", f"Story number {number} of three")
        for _ in range(16):
            assert under_way.acquire(timeout=30)
        newsroom.signal(signal.SIGTERM)
        until(lambda: "stopping" in newsroom.log())
        go.set()
        assert newsroom.ended(20) == 0
        states = newsroom.json("webhooks", "list")
        assert [(it["delivered"], it["waiting"]) for it in states] == [(2, 1)] * 8
        assert late == []
        newsroom.start()
        until(lambda: len(partner.told) == 24)
        assert newsroom.stop() == 0
        assert set(Counter(it.id + it.path for it in partner.told).values()) == {1}
    see("exit 0, 16 delivered, nothing new begun", "the other 8 after the next start, nothing twice")


def test_row_39_a_second_daemon_names_the_first_and_ends(daemon: Daemon, partner: Partner, see: See) -> None:
    newsroom = daemon(partner=f"{partner.url}/partner")
    assert newsroom.process is not None
    second = subprocess.run(
        [sys.executable, "-m", "feeder", "run", "--config", str(newsroom.config)],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert second.returncode == 3
    assert f"process {newsroom.process.pid}" in second.stderr.decode()
    newsroom.command("run", "--once", status=3)
    newsroom.story("one.txt", "Fog lifts")
    until(lambda: len(partner.told) == 1)
    assert newsroom.stop() == 0
    see("status 3, with the first one's process id", "the first delivered afterwards")


def invalid(good: str) -> list[tuple[str, str]]:
    """What may become of a configuration, and what is said of it."""
    return [
        ("{" + good, "config.yaml:"),
        (good.replace('"feeds": {', '"feeds": {}, "feeds": {'), "is given a second time"),
        (good.replace("The Test Post", "${FEEDER_NOWHERE}"), "FEEDER_NOWHERE"),
    ]


def logged(newsroom: Newsroom, words: str, times: int) -> bool:
    return newsroom.log().count(words) == times


def has_told(partner: Partner, times: int) -> bool:
    return len(partner.told) == times


def test_row_42_an_invalid_configuration_changes_nothing_and_is_said_once(
    daemon: Daemon, partner: Partner, see: See
) -> None:
    newsroom = daemon(f"127.0.0.1:{free_port()}", partner=f"{partner.url}/partner")
    good = newsroom.config.read_text(encoding="utf-8")
    for number, (text, said) in enumerate(invalid(good), start=1):
        newsroom.config.write_text(text, encoding="utf-8")
        until(partial(logged, newsroom, "is refused", number), what="for the refusal")
        newsroom.story(f"{number}.txt", f"Fog lifts for the {number}. time")
        until(partial(has_told, partner, number), what="for the delivery")
        assert said in newsroom.log()
        newsroom.config.write_text(good, encoding="utf-8")
        until(partial(logged, newsroom, "is in force", number), what="for the good one")
    newsroom.config.write_text("{}", encoding="utf-8")
    until(partial(logged, newsroom, "is refused", 4), what="for the refusal")
    assert newsroom.get("/health/ready")[0] == 200
    assert b"is refused, the last good one stays in force" in newsroom.get("/health/ready")[2]
    newsroom.command("status", status=2)
    see(
        "refused once in the log and at /health, delivered by the old one",
        "feeder status fails until it is mended",
    )


CANARY = "canary7c1f"


def repeats_all(line: Line) -> bool:
    """A receiver that says back whatever it was asked, and where else to go."""
    target = "/".join(("", f"{CANARY}-path", f"{CANARY}-other"))
    body = f"no hook at {target}?key={CANARY}-query for {CANARY}-user".encode()
    line.say(
        head(302, [("Location", f"https://{CANARY}-user@h.example{target}"), ("Content-Length", str(len(body)))])
    )
    line.say(body)
    return False


def test_row_48_no_secret_comes_out_anywhere(
    daemon: Daemon, see: See, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["feeder", *words, "--config", str(newsroom.config)])
        with suppress(SystemExit):
            main()
        return "".join(capsys.readouterr())

    listen = f"127.0.0.1:{free_port()}"
    with Receiver(repeats_all) as receiver, Receiver(answer(500, CANARY.encode() + b"-path")) as failing:
        login = f"{CANARY}-user:{CANARY}-word@"
        path = f"/{CANARY}-path/{CANARY}-other?key={CANARY}-query"
        newsroom = daemon(
            listen,
            flags=("--verbose",),
            repeating=receiver.origin.replace("//", f"//{login}") + path,
            failing=failing.origin.replace("//", f"//{login}") + path,
            unknown=f"http://{login}nobody.invalid{path}",
        )
        newsroom.story("one.txt", "Fog lifts")
        until(lambda: all(it["tries"] for it in newsroom.json("deliveries", "list") or [{"tries": 0}]))
        outputs = {" ".join(words): said(*words) for words in commands(newsroom)}
        outputs |= {path: newsroom.get(path)[2].decode("utf-8", "replace") for path in PAGES}
        outputs["refused"] = of_a_configuration_with_mistakes(newsroom, login, path)
        newsroom.stop()
    outputs["log"] = newsroom.log()
    leaks = [name for name, text in outputs.items() if CANARY in text]
    files = [it for it in newsroom.folder.rglob("*") if it.is_file() and it != newsroom.config]
    leaks += [it.name for it in files if CANARY.encode() in it.read_bytes()]
    assert leaks == []
    see("not in the log (--verbose), the database, a page, or an output of a command")
    see("not in what is said of a configuration whose secrets are mistaken")


def of_a_configuration_with_mistakes(newsroom: Newsroom, login: str, path: str) -> str:
    """Everything that is said of it."""
    good = newsroom.config.read_text(encoding="utf-8")
    bad = {
        "wrong": {"type": "json", "url": f"ftp://{login}h.example{path}", "secret": f"{CANARY}-key"},
        "cut": {"type": "json", "url": f"http://{login}h.example:port{path}", "secret": f"whsec_{CANARY}"},
    }
    newsroom.configure(webhooks=bad)
    until(lambda: "is refused" in newsroom.log())
    said = newsroom.get("/health/ready")[2].decode() + newsroom.command("check", status=2)
    newsroom.config.write_text(good, encoding="utf-8")
    until(lambda: "is in force" in newsroom.log())
    return said


PAGES = ("/", "/health/live", "/health/ready", "/metrics", "/feeds/", "/feeds/all.json", "/listen/")


def commands(newsroom: Newsroom) -> list[tuple[str, ...]]:
    shown = [("deliveries", "show", str(it["id"])) for it in newsroom.json("deliveries", "list")]
    names = ("repeating", "failing", "unknown")
    every = [
        *shown,
        *(("webhooks", "test", name) for name in names),
        *(("why", "fog-lifts", name) for name in names),
        *(("status",), ("webhooks", "list"), ("deliveries", "list"), ("articles", "list"), ("check",)),
    ]
    return [*every, *((*words, "--json") for words in every)]
