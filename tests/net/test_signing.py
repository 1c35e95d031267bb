"""Signatures of Standard Webhooks, against its own vector and its own library."""

from __future__ import annotations

import base64
import hmac
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from feeder.errors import RequestError
from feeder.net.keys import Form, Key, github, standard
from feeder.net.signing import sign, sign_as_github, verify
from feeder.secret import Secret

VECTOR = standard(Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
OTHER = standard(Secret("whsec_" + base64.b64encode(b"another key of twenty-four bytes").decode()))
THEN = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'


def test_the_vector_of_the_standard_holds() -> None:
    assert sign([VECTOR], "msg_p5jXN8AQM9LWM0D4loKWxJek", THEN, BODY) == (
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    )


@given(body=st.text(st.characters(codec="utf-8")).map(str.encode), keys=st.permutations([VECTOR, OTHER]))
def test_the_standards_own_library_verifies_each_secret_of_a_rotation(body: bytes, keys: list[Key]) -> None:
    headers = dict(sign(keys, "msg_1", datetime.now(UTC), body))
    for key in keys:
        Webhook(key.secret.reveal()).verify(body, headers, json_parse=False)
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
    raw = b"k" * count
    key = standard(Secret("whsec_" + base64.b64encode(raw).decode()))
    assert key.sign(BODY) == hmac.new(raw, BODY, sha256).digest()


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "canary-canary-canary", "whsec_canary!canary", "whsec_canary", "whsec_" + "canary00" * 12],
)
def test_a_secret_of_another_form_is_refused_unshown(secret: str) -> None:
    with pytest.raises(ValueError, match="make one with: python3 -c") as caught:
        standard(Secret(secret))
    assert "canary" not in str(caught.value)


# ---------------------------------------------------------------- v1a

SEED = bytes(range(32))
# The key with which the example in the standard's own text was signed: that v1a signature is this one.
PAIR = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
V1A = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="


def private(raw: bytes) -> Key:
    return standard(Secret("whsk_" + base64.b64encode(raw).decode()))


def test_the_v1a_signature_of_the_standards_text_is_made() -> None:
    key = standard(Secret(PAIR))
    headers = dict(sign([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", THEN, BODY))
    assert headers["webhook-signature"] == V1A
    assert key.public == "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
    assert verify(key, headers, BODY, THEN) is None


def test_a_private_key_may_stand_alone_or_with_its_public_key() -> None:
    whole = base64.b64decode(PAIR.removeprefix("whsk_"))
    alone = private(whole[:32])
    assert (alone.form, alone.public) == (Form.V1A, standard(Secret(PAIR)).public)
    assert alone.sign(BODY) == standard(Secret(PAIR)).sign(BODY)


@given(st.binary(), st.text("abc_0123", min_size=1))
def test_v1a_is_ed25519_over_id_time_and_body(body: bytes, name: str) -> None:
    key = private(SEED)
    headers = dict(sign([key], name, THEN, body))
    version, signature = headers["webhook-signature"].split(",")
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode((key.public or "").removeprefix("whpk_")))
    public.verify(base64.b64decode(signature), f"{name}.1614265330.".encode() + body)
    assert version == "v1a"
    assert verify(key, headers, body + b"x", THEN) is not None
    assert verify(key, headers | {"webhook-id": name + "x"}, body, THEN) is not None


def test_one_receiver_may_have_a_shared_secret_and_another_a_public_key() -> None:
    headers = dict(sign([VECTOR, private(SEED)], "msg_1", THEN, BODY))
    assert [one.split(",")[0] for one in headers["webhook-signature"].split(" ")] == ["v1", "v1a"]
    assert [verify(key, headers, BODY, THEN) for key in (VECTOR, private(SEED))] == [None, None]
    assert verify(private(SEED[::-1]), headers, BODY, THEN) is not None


@pytest.mark.parametrize("count", [0, 31, 33, 63, 65])
def test_a_private_key_of_another_length_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"holds {count} bytes; a private key is whsk_"):
        private(b"k" * count)


def test_a_private_key_with_somebody_elses_public_key_is_refused() -> None:
    with pytest.raises(ValueError, match="do not belong together"):
        private(SEED + b"k" * 32)


def test_a_public_key_does_not_sign() -> None:
    with pytest.raises(ValueError, match="is the public key"):
        standard(Secret("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="))


def test_without_its_library_a_private_key_names_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
    with pytest.raises(ValueError, match=r"pip install 'newsfeeder\[ed25519\]'"):
        private(SEED)
    assert standard(VECTOR.secret) == VECTOR


def test_a_key_does_not_show_its_secret() -> None:
    for key in (VECTOR, private(SEED), github(Secret("canary"))):
        shown = f"{key} {key!r}"
        assert key.secret.reveal() not in shown
        assert base64.b64encode(SEED).decode()[:8] not in shown


# ---------------------------------------------------------------- secrets with an end


def test_only_secrets_that_have_not_expired_sign_the_first_first() -> None:
    old, last = replace(OTHER, not_after=THEN - timedelta(seconds=1)), replace(OTHER, not_after=THEN)
    assert sign([old, VECTOR], "msg_1", THEN, BODY) == sign([VECTOR], "msg_1", THEN, BODY)
    assert sign([last, VECTOR], "msg_1", THEN, BODY) == sign([OTHER, VECTOR], "msg_1", THEN, BODY)


def test_nothing_leaves_unsigned_when_all_have_expired() -> None:
    old = [replace(key, not_after=THEN - timedelta(days=1)) for key in (OTHER, VECTOR)]
    with pytest.raises(RequestError, match="every secret of this webhook has expired"):
        sign(old, "msg_1", THEN, BODY)
    with pytest.raises(RequestError, match="every secret of this webhook has expired"):
        sign_as_github([replace(WORD, not_after=THEN - timedelta(days=1))], "msg_1", "ping", THEN, BODY)


def test_an_expired_secret_verifies_nothing() -> None:
    headers = dict(sign([VECTOR], "msg_1", THEN, BODY))
    reason = verify(replace(VECTOR, not_after=THEN - timedelta(seconds=1)), headers, BODY, THEN)
    assert reason == "the secret has expired (see not-after)"


# ---------------------------------------------------------------- github

WORD = github(Secret("It's a Secret to Everybody"))


def test_the_example_of_githubs_documentation_holds() -> None:
    headers = dict(sign_as_github([WORD], "msg_1", "article.published", THEN, b"Hello, World!"))
    assert headers == {
        "X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        "X-GitHub-Event": "article.published",
        "X-GitHub-Delivery": "msg_1",
        "webhook-id": "msg_1",
    }
    assert verify(WORD, headers, b"Hello, World!", THEN + timedelta(days=1)) is None


def test_as_github_one_secret_signs_the_first_that_has_not_expired() -> None:
    other = github(Secret("another"))
    old, last = replace(other, not_after=THEN - timedelta(seconds=1)), replace(other, not_after=THEN)
    assert sign_as_github([old, WORD], "m", "e", THEN, BODY) == sign_as_github([WORD], "m", "e", THEN, BODY)
    assert sign_as_github([last, WORD], "m", "e", THEN, BODY) == sign_as_github([other], "m", "e", THEN, BODY)


def test_as_github_a_changed_body_and_a_missing_header_are_told() -> None:
    headers = dict(sign_as_github([WORD], "msg_1", "e", THEN, BODY))
    assert verify(WORD, headers, BODY + b" ", THEN) == (
        "no signature fits: the secret is another one, or the body was changed"
    )
    assert verify(WORD, {}, BODY, THEN) == "the header X-Hub-Signature-256 is missing"


@given(st.text(), st.binary())
def test_no_header_of_github_raises(signature: str, body: bytes) -> None:
    assert verify(WORD, {"x-hub-signature-256": signature}, body, THEN) is not None
