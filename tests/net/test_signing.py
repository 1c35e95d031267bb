"""Signatures of Standard Webhooks, against its own vector and its own library."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from feeder.net.signing import parse, sign, verify
from feeder.secret import Secret

VECTOR = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
OTHER = Secret("whsec_" + base64.b64encode(b"another key of twenty-four bytes").decode())
THEN = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'


def test_the_vector_of_the_standard_holds() -> None:
    assert sign([VECTOR], "msg_p5jXN8AQM9LWM0D4loKWxJek", THEN, BODY) == (
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    )


@given(body=st.text(st.characters(codec="utf-8")).map(str.encode), secrets=st.permutations([VECTOR, OTHER]))
def test_the_standards_own_library_verifies_each_secret_of_a_rotation(body: bytes, secrets: list[Secret]) -> None:
    headers = dict(sign(secrets, "msg_1", datetime.now(UTC), body))
    for secret in secrets:
        Webhook(secret.reveal()).verify(body, headers, json_parse=False)
    assert headers["webhook-signature"].count(" ") == 1


@given(st.binary(), st.text("abc_0123", min_size=1))
def test_what_was_signed_verifies_and_nothing_else_does(body: bytes, name: str) -> None:
    headers = dict(sign([OTHER, VECTOR], name, THEN, body))
    assert verify(VECTOR, headers, body, THEN) is None
    assert verify(VECTOR, headers, body + b" ", THEN) is not None
    assert verify(VECTOR, headers | {"webhook-id": name + "x"}, body, THEN) is not None
    assert verify(VECTOR, dict(sign([OTHER], name, THEN, body)), body, THEN) is not None


def test_names_of_headers_may_be_in_any_case() -> None:
    headers = {name.title(): value for name, value in sign([VECTOR], "msg_1", THEN, BODY)}
    assert verify(VECTOR, headers, BODY, THEN) is None


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_or_early_timestamp_is_refused(minutes: int) -> None:
    headers = dict(sign([VECTOR], "msg_1", THEN, BODY))
    reason = verify(VECTOR, headers, BODY, THEN + timedelta(minutes=minutes))
    assert reason is not None
    assert reason.startswith("webhook-timestamp is 360 s")
    assert verify(VECTOR, headers, BODY, THEN + timedelta(minutes=minutes), timedelta(minutes=7)) is None


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_named(name: str) -> None:
    headers = {key: value for key, value in sign([VECTOR], "msg_1", THEN, BODY) if key != name}
    assert verify(VECTOR, headers, BODY, THEN) == f"the header {name} is missing"


@given(st.text(), st.text(), st.text(), st.binary())
def test_no_headers_whatever_raise(name: str, seconds: str, signature: str, body: bytes) -> None:
    headers = {"webhook-id": name, "webhook-timestamp": seconds, "webhook-signature": signature}
    assert verify(VECTOR, headers, body, THEN) is not None
    assert verify(VECTOR, headers | {"webhook-timestamp": "1614265330"}, body, THEN) is not None


@pytest.mark.parametrize("count", [24, 32, 64])
def test_a_secret_of_a_good_length_is_taken(count: int) -> None:
    assert parse("whsec_" + base64.b64encode(b"k" * count).decode()) == b"k" * count


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "canary-canary-canary", "whsec_canary!canary", "whsec_canary", "whsec_" + "canary00" * 12],
)
def test_a_secret_of_another_form_is_refused_unshown(secret: str) -> None:
    with pytest.raises(ValueError, match="make one with: python3 -c") as caught:
        parse(secret)
    assert "canary" not in str(caught.value)
