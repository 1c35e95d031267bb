"""What cannot be sent, what the environment says, what is shown of addresses."""

from __future__ import annotations

import base64
import logging
import socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.model.delivery import Phase, Request
from feeder.net import Client, Guard, hide, redact, scrub
from tests.net.receivers import Receiver, answer, close, drip, exactly, head, redirect

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "canary7c1f"


@pytest.mark.parametrize("value", ["a\r\nX-Evil: b", "a\nb", "\x00", "🙂", "é", "\ud800", "a\x7f", " a"])
def test_a_header_value_that_is_not_printable_ascii_is_not_sent(client: Client, value: str) -> None:
    with Receiver() as receiver:
        told = client.send(Request("POST", receiver.url, (("X-Title", value),), b""))
    assert (told.phase, told.status, receiver.connections) == (Phase.GUARD, None, 0)
    assert told.error == "a header cannot be sent: names and values are printable ASCII"


def test_a_header_that_is_given_stands_instead_of_ours_whatever_its_case(client: Client) -> None:
    given_headers = (("user-AGENT", "The Post"), ("content-length", "999"), ("HOST", "other.example"))
    with Receiver() as receiver:
        assert client.send(Request("POST", receiver.url, given_headers, b"{}")).status == 204
    [heard] = receiver.heard
    assert (heard.headers["user-agent"], heard.headers["content-length"]) == ("The Post", "2")
    assert heard.headers["host"] == f"127.0.0.1:{receiver.port}", "the address says where it goes"


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "é"])
def test_a_header_name_that_is_no_token_is_not_sent(client: Client, name: str) -> None:
    with Receiver() as receiver:
        assert client.send(Request("POST", receiver.url, ((name, "v"),), b"")).phase is Phase.GUARD
    assert receiver.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        *("", "hook", "//host/x", "ftp://host/x", "file:///etc/passwd", "http://", "http:///x", "http://[::1"),
        *("http://h:x/", "http://h:99999/", "http://*.example/"),
    ],
)
def test_an_address_that_is_none_is_not_sent_to(client: Client, url: str) -> None:
    told = client.send(Request("POST", url, (), b""))
    assert told.phase is Phase.GUARD
    assert told.error is not None
    assert told.error.startswith("the address")


@given(st.text(max_size=60))
def test_no_address_raises(text: str) -> None:
    client = Client(Guard(), total=0.5, lookup=lambda _: ["10.0.0.1"])
    assert client.send(Request("POST", text, (), b"")).status is None
    assert client.send(Request("POST", f"http://{text}", (), b"")).status is None
    client.close()


def test_a_user_name_in_the_address_becomes_basic_authentication(client: Client) -> None:
    with Receiver() as receiver:
        client.send(Request("POST", receiver.url.replace("//", "//us%20er:word@"), (), b""))
    expected = "Basic " + base64.b64encode(b"us er:word").decode()
    assert receiver.heard[0].headers["authorization"] == expected


def test_the_environment_changes_nothing(client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login intruder password word\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with Receiver() as proxy, Receiver() as receiver:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.origin)
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
            monkeypatch.setenv(name, str(tmp_path / "missing.pem"))
        given_header = (("Authorization", "Bearer ours"),)
        assert client.send(Request("POST", receiver.url, given_header, b"")).status == 204
    assert proxy.connections == 0
    assert receiver.heard[0].headers["authorization"] == "Bearer ours"


def test_no_secret_reaches_log_or_answer(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    script = [
        *(answer(), close(), exactly(b"garbage\r\n\r\n"), drip(b""), redirect("/else")),
        exactly(head(200, [("Content-Length", "7, 8"), ("no colon\r\n broken", "x")])),
    ]
    with Receiver(*script) as receiver:
        origin = receiver.origin
        told = [
            client.send(Request("POST", f"{origin}/{CANARY}?q={CANARY}", (("X-Key", CANARY),), CANARY.encode()))
            for _ in script
        ]
    told += [client.send(Request("POST", f"{origin}/{CANARY}", (), b""))]
    told += [client.send(Request("POST", f"http://{CANARY}:{CANARY}/", (), b""))]
    told += [client.send(Request("POST", f"{origin}/", (("X-Key", f"{CANARY}\r\n"),), b""))]
    assert CANARY not in repr(told)
    assert CANARY not in caplog.text


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://hooks.example/services/T0/B0/secret", "https://hooks.example/ser…"),
        ("https://name:word@hooks.example:8443/abcdef", "https://hooks.example:8443/abc…"),
        ("https://hooks.example/?token=secret", "https://hooks.example/…"),
        ("/login?next=secret", "/log…"),
    ],
)
def test_only_the_start_of_an_address_is_shown(url: str, shown: str) -> None:
    assert redact(url).startswith(shown)
    assert len(redact(url)) == len(shown) + 8


def test_an_address_that_hides_nothing_is_shown_whole() -> None:
    assert redact("https://hooks.example/") == "https://hooks.example/"


def test_two_addresses_can_be_told_apart() -> None:
    assert redact("https://hooks.example/services/a") != redact("https://hooks.example/services/b")


@given(st.text())
def test_redact_never_raises_and_is_one_line(text: str) -> None:
    for url in (text, f"https://{text}", f"https://host/{text}"):
        assert len(redact(url).splitlines()) <= 1


@given(st.text(alphabet="abcdefghijk0123456789", min_size=12))
def test_redact_hides_the_path(secret: str) -> None:
    assert secret not in redact(f"https://host.example/bot{secret}/x")


def test_a_receiver_is_reached_without_a_byte_being_sent(client: Client) -> None:
    with Receiver() as receiver:
        assert client.reach(receiver.url) is None
    assert receiver.heard == []
    assert client.reach(receiver.url) is not None, "nobody listens there any more"
    assert "private" in (Client(Guard()).reach("http://127.0.0.1:1/") or "")


@pytest.mark.parametrize(
    "said",
    [
        "Cannot POST /services/T0001/canary7c1f-secret?key=canary7c1f-key",
        "no such hook: canary7c1f-secret",
        "bad key canary7c1f-key for canary7c1f-user:canary7c1f-password",
        "%2Fservices%2FT0001%2Fcanary7c1f-secret",
    ],
)
def test_what_a_receiver_repeats_of_a_secret_address_is_taken_out(said: str) -> None:
    login = "canary7c1f-user:canary7c1f-password"
    url = f"https://{login}@hooks.example/services/T0001/canary7c1f-secret?key=canary7c1f-key"
    assert CANARY not in scrub(said, url)


@pytest.mark.parametrize("size", range(8, len(CANARY) + 1))
def test_what_is_cut_off_within_a_secret_ends_before_it(size: int) -> None:
    assert hide(f"bad token {CANARY[:size]}", [CANARY, "other-word"], cut=True) == "bad token …"
    assert hide(f"bad token {CANARY[:size]} so", [CANARY[:7]], cut=True).endswith(f"…{CANARY[7:size]} so")


@pytest.mark.parametrize("said", ['"key": "canary\\"7c1f"', "canary%227c1f", 'canary"7c1f'])
def test_a_secret_is_taken_out_in_the_spellings_of_json_and_of_addresses(said: str) -> None:
    assert "7c1f" not in hide(said, ['canary"7c1f'])


def test_an_ordinary_answer_is_left_as_it_is() -> None:
    assert scrub("ok: the hooks of news are listening", "https://a.example/hooks/news") == (
        "ok: the hooks of news are listening"
    )


def test_a_scripted_receiver_that_closes_while_somebody_hangs_up_says_nothing() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    ours.shutdown(socket.SHUT_RDWR)
    lone = socket.socket()  # never connected: as a socket whose other end has gone, it cannot be shut down
    with Receiver() as receiver:
        pass
    for sock in (ours, lone):
        receiver._serve(sock, 1)
        assert sock.fileno() == -1, "closed all the same"
