"""The signed JSON of Standard Webhooks: event in, bytes out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from standardwebhooks import Webhook

from feeder.model.article import Content
from feeder.model.delivery import Kind, Outcome
from feeder.model.item import item
from feeder.net import Client, Guard
from feeder.net.signing import verify
from feeder.webhooks._verdict import verdict
from feeder.webhooks.json import LIMIT, Options, body, request
from tests.formats.samples import RICH
from tests.net.receivers import Receiver
from tests.webhooks.events import AT, LINK, event

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
