from __future__ import annotations

import json
import re
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from feeder.errors import UsageError
from feeder.net.keys import github, standard
from feeder.net.signing import sign, sign_as_github
from feeder.secret import Secret
from feeder.server import build
from feeder.server.heard import Heard, Mark
from feeder.server.listen import Receiver, alone
from tests.server.asking import DEADLINE, Address, Reply, ask
from tests.server.conftest import KEY, Site, keys, running

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

EVENT: dict[str, Any] = {
    "type": "article.published",
    "data": {"article": {"title": "Fog <b>lifts</b> & ferries sail"}},
}
BODY = json.dumps(EVENT).encode()


def signed(body: bytes, id_: str = "evt_1", key: str = KEY, at: datetime | None = None) -> dict[str, str]:
    """Headers made by the reference library, not by ours."""
    at = at or datetime.now(UTC)
    seconds = str(int(at.timestamp()))
    signature = Webhook(key).sign(id_, at, body.decode())
    return {"webhook-id": id_, "webhook-timestamp": seconds, "webhook-signature": signature}


def post(address: Address, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> Reply:
    return ask(address, path, {"Content-Type": "application/json", **(headers or {})}, "POST", body)


def test_a_right_signature_is_answered_with_204_and_remembered_as_verified(site: Site) -> None:
    assert post(site.address, "/listen/partner", BODY, signed(BODY)).status == 204
    (heard,) = site.receiver.deliveries()
    assert (heard.mark, heard.reason, heard.status, heard.attempt) == (Mark.VERIFIED, "", 204, 1)
    assert (heard.webhook, heard.id, heard.kind) == ("partner", "evt_1", "article.published")
    assert (heard.title, heard.body) == ("Fog <b>lifts</b> & ferries sail", BODY.decode())


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (dict, "webhook-id is missing"),
        # Signed when the test begins: the whole suite takes longer than a signature is good for.
        (lambda: signed(BODY + b" "), "no signature fits"),
        (lambda: signed(BODY, key="whsec_" + "QW5vdGhlciBrZXkgdGhhdCBpcyBub3QgdGhlIG9uZSE="), "no signature fits"),
        (lambda: signed(BODY, at=datetime(2020, 1, 1, tzinfo=UTC)), "is the clock right?"),
    ],
)
def test_a_wrong_signature_is_answered_with_401_and_the_reason(
    site: Site, headers: Callable[[], dict[str, str]], reason: str
) -> None:
    reply = post(site.address, "/listen/partner", BODY, headers())
    assert reply.status == 401
    assert reason in reply.body.decode()
    assert [(heard.mark, heard.status) for heard in site.receiver.deliveries()] == [(Mark.WRONG, 401)]


def test_one_of_two_secrets_is_enough_while_one_is_being_changed() -> None:
    other = "whsec_" + "QW5vdGhlciBrZXkgdGhhdCBpcyBub3QgdGhlIG9uZSE="
    receiver = Receiver(lambda _name: [standard(Secret(other)), standard(Secret(KEY))], lambda: datetime.now(UTC))
    assert receiver.hear("partner", signed(BODY), BODY).mark is Mark.VERIFIED


def test_it_says_which_of_three_forms_of_signature_fitted(site: Site) -> None:
    now = datetime.now(UTC)
    private, word = standard(Secret("whsk_" + "A" * 43 + "=")), github(Secret("word"))
    receiver = Receiver(lambda _name: [standard(Secret(KEY)), private, word], lambda: now)
    came = [
        signed(BODY, at=now),
        dict(sign([private], "evt_1", now, BODY)),
        dict(sign_as_github([word], "evt_1", "article.published", now, BODY)),
    ]
    heard = [receiver.hear("partner", headers, BODY) for headers in came]
    assert [(one.mark, one.signature) for one in heard] == [
        (Mark.VERIFIED, "v1"),
        (Mark.VERIFIED, "v1a"),
        (Mark.VERIFIED, "github"),
    ]
    assert receiver.hear("partner", came[2], BODY + b" ").mark is Mark.WRONG
    post(site.address, "/listen/partner", BODY, signed(BODY))
    assert "✓ Verified: v1</span>" in ask(site.address, "/listen/").body.decode()


def test_a_webhook_without_a_secret_is_taken_and_says_that_nothing_was_checked(site: Site) -> None:
    assert post(site.address, "/listen/newsroom-slack", b'{"text": "Fog lifts"}').status == 204
    (heard,) = site.receiver.deliveries()
    assert (heard.mark, heard.title) == (Mark.UNCHECKED, "Fog lifts")


@pytest.mark.parametrize("body", [b"", b"{", b"plain", b"[" * 100_000, b"\xff\xfe", b"9" * 5000])
def test_what_is_not_json_is_answered_with_400_and_still_shown(site: Site, body: bytes) -> None:
    reply = post(site.address, "/listen/newsroom-slack", body)
    assert (reply.status, b"not JSON" in reply.body) == (400, True)
    assert [heard.status for heard in site.receiver.deliveries()] == [400]
    assert ask(site.address, "/listen/").status == 200


def test_a_repeat_of_the_same_id_is_counted(site: Site) -> None:
    for id_ in ("evt_1", "evt_1", "evt_2", "evt_1"):
        post(site.address, "/listen/partner", BODY, signed(BODY, id_))
    newest_first = [(heard.id, heard.attempt) for heard in site.receiver.deliveries()]
    assert newest_first == [("evt_1", 3), ("evt_2", 1), ("evt_1", 2), ("evt_1", 1)]
    assert "Attempt 3 of this id" in ask(site.address, "/listen/").body.decode()


def test_a_body_of_two_mebibytes_is_refused_with_413(site: Site) -> None:
    assert post(site.address, "/listen/partner", b" " * 2 * 1024 * 1024).status == 413
    assert post(site.address, "/listen/partner", BODY, signed(BODY)).status == 204
    assert len(site.receiver.deliveries()) == 1


def test_a_body_that_does_not_say_its_length_is_bounded_too(site: Site) -> None:
    head = b"POST /listen/partner HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with socket.create_connection(site.address, timeout=DEADLINE) as client:
        client.sendall(head + piece * 32 + b"0\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 413 ")


def test_it_fails_as_often_as_it_was_told_and_then_takes_again(site: Site) -> None:
    site.receiver.fail(2, 503)
    assert [post(site.address, "/listen/partner", BODY, signed(BODY)).status for _ in range(3)] == [503, 503, 204]
    assert [heard.reason for heard in site.receiver.deliveries()] == ["", "told to fail", "told to fail"]


@pytest.mark.parametrize(("times", "status"), [(-1, 500), (1001, 500), (1, 200), (1, 99), (1, 600)])
def test_it_is_only_told_what_makes_sense(site: Site, times: int, status: int) -> None:
    with pytest.raises(UsageError):
        site.receiver.fail(times, status)
    assert site.receiver.failing[0] == 0


def tell(site: Site, form: str, headers: Mapping[str, str] | None = None) -> Reply:
    fields = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
    return ask(site.address, "/listen/-/fail", fields, "POST", form.encode())


def test_the_form_on_the_page_makes_it_fail_and_leads_back(site: Site) -> None:
    host, port = site.address
    reply = tell(site, "times=2&status=410", {"Origin": f"http://{host}:{port}", "Sec-Fetch-Site": "same-origin"})
    assert (reply.status, reply["location"], site.receiver.failing) == (303, "../", (2, 410))
    assert "The next 2 deliveries get the answer 410." in ask(site.address, "/listen/").body.decode()
    assert tell(site, "times=3&status=410&times=0").status == 303  # the second button
    assert site.receiver.failing == (0, 410)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
    ],
)
def test_the_form_is_not_taken_from_another_site(site: Site, headers: dict[str, str]) -> None:
    assert tell(site, "times=2&status=500", headers).status == 403
    assert site.receiver.failing[0] == 0


@pytest.mark.parametrize(
    "form", ["", "times=2", "times=x&status=500", "times=2&status=200", "times=%ff&status=1e3"]
)
def test_a_form_that_makes_no_sense_is_answered_with_400(site: Site, form: str) -> None:
    assert tell(site, form).status == 400


def test_the_page_shows_everything_and_nothing_of_a_delivery_becomes_markup(site: Site) -> None:
    hostile = dict(EVENT, type="<script>alert(1)</script>", extra="</pre><img src=x onerror=y>\ud800\x00")
    body = json.dumps(hostile).encode()
    post(site.address, "/listen/partner", body, signed(body, "evt_<i>"))
    page = ask(site.address, "/listen/").body.decode()
    for word in (
        "✓ Verified",
        "Fog &lt;b&gt;lifts",
        "&lt;script&gt;alert",
        "evt_&lt;i&gt;",
        "&lt;/pre&gt;&lt;img",
    ):
        assert word in page
    assert page.count("<script") == 1
    assert "<img" not in page


def test_the_page_runs_only_its_own_script_and_has_a_name_for_every_part(site: Site) -> None:
    reply = ask(site.address, "/listen/")
    page, policy = reply.body.decode(), reply["content-security-policy"]
    (nonce,) = set(re.findall(r'nonce="([^"]+)"', page))
    assert f"script-src 'nonce-{nonce}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert nonce not in ask(site.address, "/listen/").body.decode()
    for part in ("<main>", "<header>", "<h1>", 'lang="en"', 'aria-live="polite"', "Refresh</a>"):
        assert part in page
    assert "http-equiv" not in page
    assert set(re.findall(r'<label for="([^"]+)"', page)) == {"times", "status"}


def test_deliveries_can_be_had_as_json(site: Site) -> None:
    body = b'{"type": "x", "lone": "\\ud800"}'
    post(site.address, "/listen/partner", body, signed(body))
    reply = ask(site.address, "/listen/-/deliveries")
    (row,) = json.loads(reply.body)["deliveries"]
    assert (row["number"], row["webhook"], row["mark"], row["body"]) == (1, "partner", "verified", body.decode())
    assert row["at"].endswith("Z")
    assert json.loads(ask(site.address, "/listen/-/latest").body) == {"latest": 1}


def test_no_answer_of_the_receiver_shows_its_secret(site: Site) -> None:
    post(site.address, "/listen/partner", BODY)
    for path in ("/listen/", "/listen/-/deliveries"):
        assert KEY.removeprefix("whsec_") not in ask(site.address, path).body.decode()


def test_what_is_remembered_is_bounded_in_number_and_in_bytes() -> None:
    receiver = Receiver(keys, lambda: datetime.now(UTC), keep=3)
    for _ in range(5):
        receiver.hear("x", {}, b"{}")
    assert [heard.number for heard in receiver.deliveries()] == [5, 4, 3]
    many = Receiver(keys, lambda: datetime.now(UTC))
    for _ in range(40):
        many.hear("x", {}, b'"' + b"a" * 1_000_000 + b'"')
    assert 0 < sum(len(heard.body) for heard in many.deliveries()) <= 16 * 1024 * 1024


def test_each_delivery_is_handed_on_for_printing() -> None:
    printed: list[Heard] = []
    receiver = Receiver(keys, lambda: datetime.now(UTC), on_delivery=printed.append)
    with running(alone(receiver)) as address:
        assert post(address, "/partner", BODY, signed(BODY)).status == 204
        assert post(address, "/", b"{}").status == 204
        assert ask(address, "/").status == 200
        assert ask(address, "/-/latest").status == 200
        put = ask(address, "/", method="PUT")
        assert (put.status, put["allow"]) == (405, "GET, HEAD, POST")
        assert put["x-content-type-options"] == "nosniff"
    assert [heard.webhook for heard in printed] == ["partner", ""]


def test_without_a_receiver_there_is_no_such_place(site: Site) -> None:
    with running(build(site.parts(receiver=None))) as address:
        assert ask(address, "/listen/").status == 404
        assert post(address, "/listen/partner", BODY).status == 404


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.binary() | JSON.map(json.dumps).map(str.encode), st.text(), st.dictionaries(st.text(), st.text()))
def test_whatever_comes_is_judged_and_can_be_shown(body: bytes, webhook: str, headers: dict[str, str]) -> None:
    receiver = Receiver(lambda _name: [standard(Secret(KEY))], lambda: datetime.now(UTC))
    heard = receiver.hear(webhook, headers, body)
    assert heard.mark is Mark.WRONG
    assert (heard.webhook + heard.id + heard.kind + heard.title + heard.reason + heard.shown).encode()
