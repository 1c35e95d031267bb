"""The signed JSON of Standard Webhooks: event in, bytes out."""

from __future__ import annotations

import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from standardwebhooks import Webhook

from feeder.errors import RequestError
from feeder.model.article import Content
from feeder.model.delivery import Kind, Outcome
from feeder.model.item import item
from feeder.net import Client, Guard
from feeder.net.signing import verify
from feeder.webhooks._verdict import verdict
from feeder.webhooks.json import LIMIT, Options, body, notice, request
from tests.formats.samples import RICH
from tests.net.receivers import Receiver
from tests.webhooks.events import AT, LINK, NOTICE, event

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.model.delivery import Event

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECOND = "whsec_c2Vjb25kc2Vjb25kc2Vjb25kc2Vjb25k"
LARGE = "wörd " * 100_000
ANYTHING = st.text(st.characters(), max_size=40)


def options(**more: Any) -> Options:
    return Options.model_validate({"type": "json", "url": "https://partner.example/hook", "secret": SECRET} | more)


def message(of: Event) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(body(of))
    return read


def test_the_body_is_the_one_that_is_promised() -> None:
    told = event()
    assert message(told) == {
        "type": "article.published",
        "timestamp": "2026-01-14T09:00:00Z",
        "data": {
            "article": item(told.article, LINK),
            "feeds": [
                {
                    "name": "all",
                    "title": "All the news",
                    "atom": "https://feeds.gazette.example/all.atom",
                    "json": "https://feeds.gazette.example/all.json",
                    "rss": "https://feeds.gazette.example/all.rss",
                }
            ],
        },
    }


def test_the_body_is_compact_utf_8() -> None:
    told = body(event())
    assert "Økonomi".encode() in told
    assert b'","' in told
    assert b'", "' not in told


def test_it_is_posted_as_signed_json_at_the_time_of_the_attempt() -> None:
    now = AT + timedelta(hours=3)
    sent = request(event(), options(), now)
    headers = dict(sent.headers)
    assert (sent.method, sent.url) == ("POST", "https://partner.example/hook")
    assert headers["Content-Type"] == "application/json"
    assert headers["webhook-id"] == "msg_1"
    assert headers["webhook-timestamp"] == str(int(now.timestamp()))
    assert verify(options().secret[0], headers, sent.body, now) is None


def test_every_attempt_has_the_same_id_and_bytes() -> None:
    first, second = (request(event(), options(), AT + timedelta(hours=hours)) for hours in (0, 3))
    assert first.body == second.body
    assert first.headers != second.headers
    assert dict(first.headers)["webhook-id"] == dict(second.headers)["webhook-id"]


def test_all_secrets_of_a_rotation_sign() -> None:
    rotating = options(secret=[SECRET, SECOND])
    sent = request(event(), rotating, AT)
    assert [verify(secret, dict(sent.headers), sent.body, AT) for secret in rotating.secret] == [None, None]


def test_an_old_secret_signs_until_its_end_and_not_after(tmp_path: Path) -> None:
    (tmp_path / "old").write_text(SECOND + "\n")
    rotating = options(secret=[SECRET, {"file": str(tmp_path / "old"), "not-after": "2999-12-01T13:00:00+01:00"}])
    end = datetime(2999, 12, 1, 12, tzinfo=UTC)
    assert [key.not_after for key in rotating.secret] == [None, end]
    for now, signatures in ((end, 2), (end + timedelta(seconds=1), 1)):
        headers = dict(request(event(), rotating, now).headers)
        assert len(headers["webhook-signature"].split(" ")) == signatures
        assert verify(options().secret[0], headers, body(event()), now) is None


def test_a_day_counts_to_its_end() -> None:
    [key] = options(secret={"value": SECRET, "not-after": "2999-12-01"}).secret
    assert not key.expired(datetime(2999, 12, 1, 23, 59, 59, tzinfo=UTC))
    assert key.expired(datetime(2999, 12, 2, tzinfo=UTC))


def test_when_all_secrets_have_expired_there_is_no_request() -> None:
    ending = options(secret={"value": SECRET, "not-after": "2999-12-01"})
    over = datetime(2999, 12, 2, tzinfo=UTC)
    assert dict(request(event(), ending, AT).headers)["webhook-signature"]
    with pytest.raises(RequestError, match="every secret of this webhook has expired"):
        request(event(), ending, over)
    with pytest.raises(RequestError, match="every secret of this webhook has expired"):
        notice(NOTICE, ending, over)


def test_a_configuration_with_expired_secrets_alone_is_wrong() -> None:
    old = {"value": SECOND, "not-after": "2020-01-01"}
    with pytest.raises(ValidationError, match="holds only secrets whose not-after is over"):
        options(secret=[old, old])
    assert len(options(secret=[old, SECRET]).secret) == 2


@pytest.mark.parametrize(
    "secret",
    [
        {"value": SECRET, "not-after": "canary"},
        {"value": SECRET, "not-after": "2999-12-01T12:00:00"},
        {"value": SECRET, "not-after": "0001-01-01T00:00:00+23:00"},
        {"value": SECRET, "not-after": "٢٩٩٩-١٢-٠١"},
        {"value": SECRET, "not-after": ["2999-12-01"]},
        {"value": SECRET, "not-after": None},
        {"value": SECRET, "not_after": "2999-12-01"},
        {"value": SECRET, "file": "canary"},
        {"value": {"file": "canary"}, "not-after": ["x"]},
        {"value": ["canary"]},
        {"file": ["canary"], "not-after": "2999-12-01"},
        {"not-after": "2999-12-01"},
        {"canary": "canary"},
        {},
        [[SECRET]],
    ],
)
def test_a_secret_with_an_end_that_cannot_be_read_is_refused_unshown(secret: object) -> None:
    with pytest.raises(ValidationError) as caught:
        options(secret=secret)
    assert "canary" not in str(caught.value)
    assert SECRET not in str(caught.value)


def test_as_github_it_bears_githubs_headers_and_any_text_is_a_secret() -> None:
    sent = request(event(), options(secret="any text", signature="github"), AT)
    assert sent.headers == (
        ("Content-Type", "application/json"),
        ("X-Hub-Signature-256", "sha256=" + hmac.new(b"any text", sent.body, "sha256").hexdigest()),
        ("X-GitHub-Event", "article.published"),
        ("X-GitHub-Delivery", "msg_1"),
        ("webhook-id", "msg_1"),
    )
    assert sent.body == body(event())
    with pytest.raises(ValidationError, match="is empty"):
        options(secret="", signature="github")


def test_a_signature_that_is_misspelt_is_the_only_thing_that_is_told() -> None:
    with pytest.raises(ValidationError) as caught:
        options(secret="any text", signature="githb")
    assert [error["loc"] for error in caught.value.errors()] == [("signature",)]


@pytest.mark.parametrize("signature", ["standard", "github"])
def test_a_notice_is_signed_like_an_event(signature: str) -> None:
    chosen = options(signature=signature)
    sent = notice(NOTICE, chosen, AT)
    headers = dict(sent.headers)
    assert json.loads(sent.body) == {
        "type": "webhook.disabled",
        "timestamp": "2026-01-14T09:00:00Z",
        "data": {"name": "partner", "text": "webhook partner is disabled: 410 Gone"},
    }
    assert (sent.method, sent.url, headers["webhook-id"]) == ("POST", chosen.url, "ops_1")
    assert headers.get("X-GitHub-Event", "webhook.disabled") == "webhook.disabled"
    assert verify(chosen.secret[0], headers, sent.body, AT) is None


def test_two_hundred_webhooks_that_are_told_of_one_event_share_its_bytes() -> None:
    told = event()
    bodies = {id(request(told, options(url=f"https://{n}.example/"), AT).body) for n in range(200)}
    assert len(bodies) == 1


@given(title=ANYTHING, html=ANYTHING, place=ANYTHING, category=ANYTHING, link=ANYTHING)
def test_whatever_the_content_the_standards_library_verifies_valid_utf_8(
    title: str, html: str, place: str, category: str, link: str
) -> None:
    content = Content(title=title, html=html, place=place, categories=(category,))
    sent = request(event(content=content, link=link), options(), datetime.now(UTC))
    read = Webhook(SECRET).verify(sent.body, dict(sent.headers))
    assert read["type"] == "article.published"
    assert all(value.isascii() and value.isprintable() for _, value in sent.headers)


def test_a_withdrawn_article_is_told_without_its_content() -> None:
    told = message(event(Kind.WITHDRAWN))
    article = told["data"]["article"]
    assert told["type"] == "article.withdrawn"
    assert "content_html" not in article
    assert (article["id"], article["url"]) == ("urn:uuid:00000000-0000-4000-8000-000000000001", LINK)
    assert article["title"] == RICH.title


@pytest.mark.parametrize(
    "content", [replace(RICH, html=LARGE), replace(RICH, title=LARGE), replace(RICH, summary=LARGE)]
)
def test_what_would_be_too_large_is_told_thin(content: Content) -> None:
    told = event(content=content)
    assert len(body(told)) <= LIMIT
    article = message(told)["data"]["article"]
    assert article.keys() == {"id", "url", "title", "summary", "_feeder"}
    assert article["_feeder"] == {
        "source": "newsroom",
        "place": "Harbourtown",
        "publisher": "The Harbour Gazette",
        "revision": 1,
        "thin": True,
    }


def test_what_is_just_small_enough_is_told_in_full() -> None:
    spare = LIMIT - len(body(event(content=replace(RICH, html=""))))
    exact, over = (event(content=replace(RICH, html="x" * length)) for length in (spare, spare + 1))
    assert len(body(exact)) == LIMIT
    assert "content_html" in message(exact)["data"]["article"]
    assert message(over)["data"]["article"]["_feeder"]["thin"] is True


@pytest.mark.parametrize("secret", ["canary", "whsec_canary", ["whsec_canary", SECRET], []])
def test_a_secret_of_another_form_is_refused_unshown_with_how_to_make_one(secret: object) -> None:
    with pytest.raises(ValidationError) as caught:
        options(secret=secret)
    assert "canary" not in str(caught.value)
    assert "make one with: python3 -c" in str(caught.value) or secret == []


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET + "\n")
    assert options(secret={"file": str(tmp_path / "secret")}).secret == options().secret


def test_options_do_not_show_their_secrets() -> None:
    shown = repr(options(url="https://partner.example/canary"))
    assert SECRET not in shown
    assert "canary" not in shown


def test_a_delivery_over_the_wire_is_verified_by_the_standards_own_library() -> None:
    with Receiver() as receiver:
        client = Client(Guard(["127.0.0.0/8"]), total=2.0)
        now = datetime.now(UTC)
        answer = client.send(request(event(), options(url=receiver.url), now))
        client.close()
    [heard] = receiver.heard
    Webhook(SECRET).verify(heard.body, heard.headers)
    assert verdict(answer, now).outcome is Outcome.DELIVERED
