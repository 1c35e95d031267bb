"""How a receiver is reached: certificates that show who we are, authorities of one's own, proxies."""

from __future__ import annotations

import base64
import gc
import shutil
import ssl
from typing import TYPE_CHECKING, Any

import pytest

from feeder.model.delivery import STRAIGHT, Phase, Request, Way
from feeder.net import Client, Fetcher, Guard
from feeder.net import _ways as ways
from tests.net.certificates import certificate, server
from tests.net.conftest import LOOPBACK
from tests.net.receivers import Line, Receiver, answer, exactly, head, tunnel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from feeder.model.delivery import Answer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ways")


@pytest.fixture(scope="module")
def good(folder: Path) -> Path:
    return certificate(folder, "good")


@pytest.fixture
def patient() -> Iterator[Client]:
    made = Client(LOOPBACK, total=10.0)
    yield made
    made.close()


def post(client: Client, url: str, **way: str) -> Answer:
    return client.send(Request("POST", url, (("X-Key", "v"),), b"{}", Way(**way)))


def asking(pem: Path, *known: Path) -> ssl.SSLContext:
    """A receiver that wants to see one of the `known` certificates."""
    context = server(pem)
    context.verify_mode = ssl.CERT_REQUIRED
    for one in known:
        context.load_verify_locations(one)
    return context


def shown(line: Line) -> bool:
    """Answers with the name on the certificate that it was shown."""
    sock: Any = line.sock
    name = dict(pair for [pair] in sock.getpeercert()["subject"])["commonName"]
    return answer(200, name.encode())(line)


# ------------------------------------------------------------ authorities and certificates


def test_an_authority_of_ones_own_is_trusted_on_its_way_only(patient: Client, good: Path) -> None:
    with Receiver(tls=server(good)) as receiver:
        told = post(patient, receiver.url, authority=str(good)), post(patient, receiver.url)
    assert [one.status for one in told] == [204, None]
    assert told[1].error == "the certificate is self-signed (X509 18)"


def test_a_certificate_is_shown_to_who_asks_for_it(patient: Client, folder: Path, good: Path) -> None:
    us = certificate(folder, "us", name="DNS:us.example")
    key, cert = folder / "us.key", folder / "us.crt"
    with Receiver(shown, tls=asking(good, us)) as receiver:
        together = post(patient, receiver.url, authority=str(good), certificate=str(us))
        apart = post(patient, receiver.url, authority=str(good), certificate=str(cert), key=str(key))
        without = post(patient, receiver.url, authority=str(good))
    assert (together.body, apart.body, without.status) == (b"us", b"us", None)


def test_a_certificate_that_was_renewed_is_shown_from_then_on(patient: Client, folder: Path, good: Path) -> None:
    old, new = (certificate(folder, stem, name="DNS:us.example") for stem in ("old", "new"))
    ours = folder / "ours.pem"
    shutil.copy(old, ours)
    with Receiver(shown, tls=asking(good, old, new)) as receiver:
        first = post(patient, receiver.url, authority=str(good), certificate=str(ours))
        shutil.copy(new, folder / "ours.new")
        (folder / "ours.new").replace(ours)
        second = post(patient, receiver.url, authority=str(good), certificate=str(ours))
    assert (first.body, second.body) == (b"old", b"new")


@pytest.mark.parametrize(
    ("field", "content", "error"),
    [
        ("certificate", None, "the certificate cannot be read (ENOENT)"),
        ("authority", None, "the authority cannot be read (ENOENT)"),
        ("certificate", "no PEM", "the certificate cannot be used ("),
        ("authority", "no PEM", "the authority cannot be used ("),
        ("certificate", "a\0b", "the certificate cannot be used ("),
    ],
)
def test_a_file_that_is_of_no_use_is_told_and_its_path_is_not(
    patient: Client, tmp_path: Path, field: str, content: str | None, error: str
) -> None:
    path = tmp_path / "canary7c1f.pem"
    if content is not None:
        path.write_text(content)
    with Receiver() as receiver:
        told = post(patient, receiver.url, **{field: str(path)})
        reached = patient.reach(receiver.url, Way(**{field: str(path)}))
    assert (told.status, told.phase, receiver.connections) == (None, Phase.TLS, 0)
    assert (told.error or "").startswith(error)
    assert told.error == reached
    assert "canary7c1f" not in repr(told)


def test_a_key_with_a_password_does_not_ask_at_the_terminal(patient: Client, folder: Path) -> None:
    pem = certificate(folder, "locked", password="word")
    told = post(patient, "https://127.0.0.1:1/", certificate=str(pem))
    assert told.error == "the certificate's key needs a password, which nobody can type here"


def test_a_certificate_without_its_key_is_told(patient: Client, folder: Path, good: Path) -> None:
    told = post(patient, "https://127.0.0.1:1/", certificate=str(folder / "good.crt"))
    assert (told.error or "").startswith("the certificate cannot be used (")
    other = certificate(folder, "other")
    told = post(patient, "https://127.0.0.1:1/", certificate=str(good), key=str(other))
    assert told.error == "the certificate cannot be used (KEY_VALUES_MISMATCH)"


# ------------------------------------------------------------ proxies


def via(proxy: Receiver) -> str:
    return proxy.origin.replace("//", "//us%20er:canary7c1f@")


LOGIN = "Basic " + base64.b64encode(b"us er:canary7c1f").decode()


def nowhere(_host: str) -> list[str]:
    raise OSError("nobody but the proxy knows")


@pytest.fixture
def blind() -> Iterator[Client]:
    """Cannot look up any host."""
    made = Client(LOOPBACK, total=10.0, lookup=nowhere)
    yield made
    made.close()


def test_a_plain_address_is_asked_of_the_proxy_whole(blind: Client) -> None:
    with Receiver(answer(201)) as proxy:
        told = [post(blind, "http://us:word@hook.example:81/a?b=c", proxy=via(proxy)) for _ in range(2)]
    assert [(one.status, one.address) for one in told] == [(201, "127.0.0.1")] * 2
    heard = proxy.heard[1]
    assert (heard.method, heard.target) == ("POST", "http://hook.example:81/a?b=c")
    assert (heard.headers["host"], heard.headers["proxy-authorization"]) == ("hook.example:81", LOGIN)
    assert heard.headers["authorization"] == "Basic " + base64.b64encode(b"us:word").decode()
    assert proxy.connections == 1


def test_tls_is_with_the_receiver_and_the_proxy_only_lays_the_way(blind: Client, folder: Path) -> None:
    pem = certificate(folder, "far", name="DNS:hook.example")
    with Receiver(tls=server(pem)) as receiver, Receiver(tunnel(receiver.port)) as proxy:
        told = [
            post(blind, "https://hook.example/a", proxy=via(proxy), authority=str(pem)),
            post(blind, "https://hook.example/a", proxy=via(proxy), authority=str(pem)),
            post(blind, "https://other.example/a", proxy=via(proxy), authority=str(pem)),
        ]
        assert blind.reach("https://hook.example/a", Way(proxy=via(proxy), authority=str(pem))) is None
    assert [one.status for one in told] == [204, 204, None]
    assert told[2].error == "the certificate is for another host (X509 62)"
    assert [heard.target for heard in proxy.heard] == ["hook.example:443", "other.example:443", "hook.example:443"]
    assert {heard.headers["proxy-authorization"] for heard in proxy.heard} == {LOGIN}
    assert {heard.headers.get("proxy-authorization") for heard in receiver.heard} == {None}


def test_a_proxy_is_judged_by_the_guard_and_what_is_behind_it_is_not() -> None:
    with Receiver() as proxy:
        strict, allowing = Client(Guard()), Client(Guard(["127.0.0.1"]))
        assert "private" in (post(strict, "http://1.1.1.1/", proxy=proxy.origin).error or "")
        assert post(allowing, "http://10.0.0.1/", proxy=proxy.origin).status == 204
        strict.close()
        allowing.close()
    assert len(proxy.heard) == 1


@pytest.mark.parametrize(
    ("behaviour", "phase", "error"),
    [
        (answer(407), Phase.CONNECT, "the proxy refuses the way to the host (407)"),
        (exactly(head(502)), Phase.CONNECT, "the proxy refuses the way to the host (502)"),
        (exactly(b"nonsense\r\n\r\n"), Phase.CONNECT, "no HTTP answer (BadStatusLine)"),
        (exactly(b""), Phase.CONNECT, "connection closed without an answer (RemoteDisconnected)"),
    ],
)
def test_a_proxy_that_lays_no_way_is_told(
    blind: Client, behaviour: Callable[[Line], bool], phase: Phase, error: str
) -> None:
    with Receiver(behaviour) as proxy:
        told = post(blind, "https://hook.example/canary7c1f", proxy=via(proxy))
    assert (told.status, told.phase) == (None, phase)
    assert error in (told.error or "")
    assert "canary7c1f" not in repr(told)


def test_a_proxy_that_is_not_there_or_none_is_told(blind: Client) -> None:
    with Receiver() as proxy:
        gone = via(proxy)
    told = post(blind, "https://hook.example/", proxy=gone)
    assert (told.phase, told.error) == (Phase.CONNECT, "the proxy: connection refused (ECONNREFUSED)")
    for bad in ("socks5://127.0.0.1:1", "https://127.0.0.1:1", "http://", "http://[::1", "http://h:x"):
        told = post(blind, "https://hook.example/", proxy=bad)
        assert (told.phase, told.error) == (Phase.GUARD, "the proxy's address cannot be used")


def test_documents_are_fetched_through_the_proxy_wherever_redirects_lead() -> None:
    script = [
        exactly(head(302, [("Location", "http://b.example/y"), ("Content-Length", "0")]), keep=True),
        answer(200, b"it"),
    ]
    with Receiver(*script) as proxy:
        fetcher = Fetcher(LOOPBACK, lookup=nowhere, proxy=via(proxy))
        got = fetcher.get("http://a.example/x", accept="*/*", limit=100)
        fetcher.close()
    assert (got.body, [heard.target for heard in proxy.heard]) == (
        b"it",
        ["http://a.example/x", "http://b.example/y"],
    )


def test_a_way_shows_no_password() -> None:
    assert "canary7c1f" not in repr(Way(proxy="http://us:canary7c1f@proxy.example:1"))


# ------------------------------------------------------------ how many


def test_ways_are_kept_to_a_number_and_those_pushed_out_hang_up(
    patient: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "_WAYS", 2)
    with Receiver() as first, Receiver() as second, Receiver() as third:
        in_use = patient._ways.adapter(Way(proxy=first.origin))
        for proxy in (first, second, third):
            assert post(patient, "http://hook.example/", proxy=proxy.origin).status == 204
        gone = in_use._targets("http://hook.example/").pool()
        assert gone is not None, "what is in use is not closed under the hands of its user"
        assert post(patient, "http://hook.example/", proxy=third.origin).status == 204
        del in_use, gone
        gc.collect()
        assert len(patient._ways._kept) == 2
        assert post(patient, "http://hook.example/", proxy=first.origin).status == 204
    assert (first.connections, second.connections, third.connections) == (2, 1, 1)


def test_ways_that_differ_in_the_proxy_share_a_context(patient: Client, good: Path) -> None:
    first, second = (
        patient._ways.adapter(Way(authority=str(good), proxy=f"http://127.0.0.1:{port}")) for port in (1, 2)
    )
    assert first is not second
    assert first._context is second._context
    assert patient._ways.adapter(Way()) is patient._ways.adapter(STRAIGHT)
