from __future__ import annotations

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from feeder.errors import Passing, StoreError
from feeder.secret import Secret
from feeder.server import _access, _bodies, _items, _micropub, _multipart, build
from feeder.server._refusal import Refusal
from tests.pipeline.posting import PAGES, TEXT
from tests.server.asking import DEADLINE, ask, say
from tests.server.posting import ARTICLES, FORM, ITEM, TOKEN, Client, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from feeder.model.document import Document, Hints, Reading
    from tests.server.asking import Reply
    from tests.server.conftest import Site, Switch


WORDS = st.sampled_from(
    [
        *("id", "title", "content_html", "content_text", "tags", "authors", "author", "image", "_feeder", "draft"),
        *("name", "properties", "type", "url", "action", "add", "replace", "delete", "content", "category"),
        *("photo", "published", "summary", "post-status", "html", "value", "alt", "h", "items"),
    ]
)


@pytest.fixture
def serve(site: Site, switch: tuple[Switch, tuple[str, int]], client: Client) -> Callable[..., None]:
    """Serve with other options: token, sources."""

    def again(**options: Any) -> None:
        switch[0].app = build(site.parts(api=client.api(**options)))

    return again


# ---------------------------------------------------------------- take in


def test_an_item_is_taken_in_and_told_where_it_is(client: Client) -> None:
    reply = client.send(ITEM)
    assert (reply.status, reply["content-type"], reply["cache-control"]) == (201, "application/json", "no-store")
    facts = said(reply)
    (article,) = client.posting.articles()
    assert (facts["outcome"], facts["id"], facts["slug"]) == ("published", article.id, article.slug)
    assert (facts["title"], facts["source"], facts["revision"]) == ("Fog lifts", "desk", 1)
    assert facts["url"] == f"{PAGES}{article.slug}.html"
    assert reply["location"] == facts["api"] == f"{ARTICLES}/{article.slug}"
    assert client.get(reply["location"]).status == 200
    assert client.told() == 1


def test_the_same_id_is_the_same_article(client: Client) -> None:
    first = client.send(ITEM)
    again = client.send(ITEM)
    changed = client.send(ITEM | {"title": "Fog stays"}, kind="application/feed+json")
    assert [it.status for it in (first, again, changed)] == [201, 200, 200]
    assert [said(it)["outcome"] for it in (first, again, changed)] == ["published", "unchanged", "updated"]
    assert len({said(it)["id"] for it in (first, again, changed)}) == 1
    assert changed.all("location") == []
    assert said(changed)["revision"] == 2


def test_what_nobody_reads_is_named_in_the_answer(client: Client) -> None:
    reply = client.send(ITEM | {"titel": "x", "_feeder": {"place": "Ostend", "plaec": "y", "source": "z"}})
    assert said(reply)["ignored"] == ["titel", "_feeder.plaec"]
    (article,) = client.posting.articles()
    assert article.content.place == "Ostend"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain; charset=iso-8859-1", f"Caf\u00e9 opens\n\n{TEXT}\n".encode("latin-1")),
        ("text/markdown", f"# Caf\u00e9 opens\n\n{TEXT}\n".encode()),
        ("text/html; charset=utf-8", f"<title>Caf\u00e9 opens</title><p>{TEXT}</p>".encode()),
        (FORM, f"title=Caf%C3%A9+opens&text={quote(TEXT)}&tags=a,b&slug=open".encode()),
        (
            "multipart/form-data; boundary=x",
            f'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nCaf\u00e9 opens\r\n--x\r\n'
            f'Content-Disposition: form-data; name="text"\r\n\r\n{TEXT}\r\n--x--\r\n'.encode(),
        ),
    ],
)
def test_texts_and_forms_are_articles_too(client: Client, kind: str, body: bytes) -> None:
    assert client.send(body, kind=kind).status == 201
    (article,) = client.posting.articles()
    assert article.content.title == "Caf\u00e9 opens"
    assert TEXT in article.content.html


def test_a_text_has_its_name_in_the_address(client: Client) -> None:
    path = f"{ARTICLES}?key=fog"
    first = client.send(f"# Fog\n\n{TEXT}".encode(), path=path, kind="text/markdown")
    second = client.send(f"# Fog stays\n\n{TEXT}".encode(), path=path, kind="text/markdown")
    assert (first.status, said(second)["outcome"]) == (201, "updated")
    assert said(first)["id"] == said(second)["id"] == said(client.get(f"{ARTICLES}/fog"))["id"]


def test_a_request_that_names_itself_is_done_once(client: Client) -> None:
    item = {"title": "Fog lifts", "content_text": TEXT}
    first = client.send(item, Idempotency_Key='"k 1"'.replace(" ", ""))
    again = client.send(item, Idempotency_Key="k1")
    other = client.send(item | {"title": "Rain falls"}, Idempotency_Key="k1")
    assert [it.status for it in (first, again, other)] == [201, 201, 422]
    assert (first["location"], said(first)) == (again["location"], said(again))
    assert "Idempotency-Key" in said(other)["error_description"]
    assert len(client.posting.articles()) == 1


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, '"open', "caf\u00e9"])
def test_a_name_of_a_request_that_is_none_is_refused(client: Client, key: str) -> None:
    reply = ask(
        client.address,
        ARTICLES,
        {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", "Idempotency-Key": key},
        "POST",
        json.dumps(ITEM).encode(),
    )
    assert reply.status == 400
    assert client.posting.articles() == ()


def test_many_at_once_under_one_key_are_one(client: Client) -> None:
    replies: list[Reply] = []
    item = {"title": "Fog lifts", "content_text": TEXT}
    senders = [
        threading.Thread(target=lambda: replies.append(client.send(item, Idempotency_Key="k1"))) for _ in range(8)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert {it.status for it in replies} <= {201, 409}
    assert 201 in {it.status for it in replies}
    assert all(it["retry-after"] == "1" for it in replies if it.status == 409)
    assert client.posting.told() == [("published", 1)]


def test_a_draft_and_a_date_to_come_wait(client: Client) -> None:
    draft = client.send(ITEM | {"_feeder": {"draft": True}})
    when = client.posting.now + timedelta(days=1)
    later = client.send(ITEM | {"id": "a-2", "date_published": when.isoformat()})
    assert [it.status for it in (draft, later)] == [202, 202]
    assert [said(it)["outcome"] for it in (draft, later)] == ["waiting", "waiting"]
    assert "until" not in said(draft)
    assert said(later)["until"] == when.isoformat().replace("+00:00", "Z")
    shown = said(client.get(later["location"]))
    assert (shown["title"], shown["_feeder"]["state"]) == ("Fog lifts", "waiting")
    listed = said(client.get(state="waiting"))["articles"]
    assert [it["key"] for it in listed] == ["id:a-1", "id:a-2"]
    assert client.send(ITEM, "PUT", draft["location"]).status == 201
    assert client.ask("DELETE", later["location"]).status == 204
    assert client.get(later["location"]).status == 404
    assert said(client.get(draft["location"]))["id"] == client.posting.articles()[0].id


def test_one_of_several_sources_is_named(client: Client, serve: Callable[..., None]) -> None:
    serve(sources=("desk", "wire"))
    reply = client.send(ITEM)
    assert reply.status == 400
    assert "desk, wire" in said(reply)["error_description"]
    assert said(client.send(ITEM, path=f"{ARTICLES}?source=wire"))["source"] == "wire"
    assert client.send(ITEM, path=f"{ARTICLES}?source=newsroom").status == 404


def test_without_a_source_it_says_what_to_write(client: Client, serve: Callable[..., None]) -> None:
    serve(sources=())
    reply = client.send(ITEM)
    assert reply.status == 404
    assert "sources: {desk: {type: push}}" in said(reply)["error_description"]
    assert client.get().status == 200


# ---------------------------------------------------------------- look up


def test_an_article_is_shown_with_what_we_know_of_it(client: Client) -> None:
    client.send(ITEM | {"tags": ["weather"]})
    reply = client.get(f"{ARTICLES}/a-1")
    shown = said(reply)
    (article,) = client.posting.articles()
    assert (shown["id"], shown["title"], shown["tags"]) == (article.id, "Fog lifts", ["weather"])
    assert shown["_feeder"]["slug"] == article.slug
    assert (shown["_feeder"]["state"], shown["_feeder"]["revision"]) == ("live", 1)
    for word in (article.id, article.slug, quote(article.id, safe="")):
        assert said(client.get(f"{ARTICLES}/{word}")) == shown
    head = client.ask("HEAD", f"{ARTICLES}/a-1")
    assert (head.status, head.body, head["content-length"]) == (200, b"", str(len(reply.body)))


def test_an_article_that_is_known_already_is_not_sent_again(client: Client) -> None:
    client.send(ITEM)
    tag = client.get(f"{ARTICLES}/a-1")["etag"]
    assert client.ask("GET", f"{ARTICLES}/a-1", headers={"If-None-Match": tag}).status == 304
    client.send(ITEM | {"title": "Fog stays"})
    assert client.ask("GET", f"{ARTICLES}/a-1", headers={"If-None-Match": tag}).status == 200


def test_an_id_may_be_an_address(client: Client) -> None:
    name = "https://cms.example/?p=1&x=a b#c/../é"
    client.send(ITEM | {"id": name})
    assert client.get(f"{ARTICLES}/{quote(name, safe='')}").status == 200


def test_pages_of_articles_follow_one_another(client: Client) -> None:
    for number in range(5):
        client.posting.later(seconds=1)
        client.send(ITEM | {"id": f"a-{number}", "title": f"Story {number}"})
    titles, where, pages = [], f"{ARTICLES}?limit=2&source=desk", 0
    while where:
        reply = client.get(where)
        titles += [it["title"] for it in said(reply)["articles"]]
        link = "".join(reply.all("link"))
        where, pages = link.partition("<")[2].partition(">")[0], pages + 1
        assert link in {"", f'<{where}>; rel="next"'}
    assert (titles, pages) == ([f"Story {number}" for number in (4, 3, 2, 1, 0)], 3)
    assert said(client.get(source="wire")) == {"articles": []}


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "x"},
        {"limit": "\u0663"},
        {"state": "dead"},
        {"before": "x"},
        {"before": "AAAA"},
        {"before": "\u00e9"},
        {"limit": ["1", "2"]},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(client: Client, query: dict[str, Any]) -> None:
    reply = client.get(**query)
    assert (reply.status, said(reply)["error"]) == (400, "invalid_request")


# ---------------------------------------------------------------- replace and withdraw


def test_an_article_is_replaced_at_its_address(client: Client) -> None:
    first = client.send(ITEM)
    reply = client.send({"title": "Fog stays", "content_text": TEXT}, "PUT", first["location"])
    assert (reply.status, said(reply)["outcome"], said(reply)["id"]) == (200, "updated", said(first)["id"])
    assert (reply["etag"], client.told()) == ('"2"', 2)
    assert client.send(ITEM, "PUT", f"{ARTICLES}/nobody").status == 404


def test_what_was_shown_can_be_edited_and_put_back(client: Client) -> None:
    where = client.send(ITEM)["location"]
    shown = said(client.get(where))
    assert said(client.send(shown | {"title": "Fog stays"}, "PUT", where))["outcome"] == "updated"
    after = said(client.get(where))
    assert (after["title"], after["url"], after["content_html"]) == (
        "Fog stays",
        shown["url"],
        shown["content_html"],
    )
    (article,) = client.posting.articles()
    assert article.content.url is None  # its page is ours, and is made as before
    back = said(client.send(after, "PUT", where))
    assert (back["outcome"], "ignored" in back) == ("unchanged", False)
    assert said(client.send(after | {"title": "Fog goes"}))["id"] == article.id


def test_an_article_keeps_its_id(client: Client) -> None:
    where = client.send(ITEM)["location"]
    client.send(ITEM | {"id": "a-2", "title": "Rain"})
    assert client.send(ITEM | {"id": "a-2"}, "PUT", where).status == 409
    assert client.send(ITEM | {"title": "Fog stays"}, "PUT", where).status == 200
    assert len(client.posting.articles()) == 2


def test_only_the_revision_that_was_seen_is_replaced_or_withdrawn(client: Client) -> None:
    where = client.send(ITEM)["location"]
    assert client.send(ITEM | {"title": "B"}, "PUT", where, If_Match='"1"').status == 200
    for tag in ('"1"', '"x"', "1"):
        assert client.send(ITEM | {"title": "C"}, "PUT", where, If_Match=tag).status == 412
        assert client.ask("DELETE", where, headers={"If-Match": tag}).status == 412
    assert client.send(ITEM | {"title": "C"}, "PUT", where, If_Match='"9", W/"2"').status == 200
    assert client.send(ITEM | {"title": "D"}, "PUT", where, If_Match="*").status == 200


def test_a_withdrawn_article_is_gone_and_says_what_it_was(client: Client) -> None:
    where = client.send(ITEM)["location"]
    assert [client.ask("DELETE", where).status for _ in range(2)] == [204, 204]
    gone = client.get(where)
    assert (gone.status, said(gone)["error"], said(gone)["state"]) == (410, "gone", "retracted")
    assert (said(gone)["title"], said(gone)["revision"]) == ("Fog lifts", 2)
    posted = client.send(ITEM | {"title": "Fog stays"})
    assert (posted.status, said(posted)["error"]) == (409, "conflict")
    assert said(client.get(state="retracted"))["articles"][0]["title"] == "Fog lifts"
    assert client.send(ITEM | {"title": "Fog is back"}, "PUT", where).status == 200
    assert said(client.get(where))["title"] == "Fog is back"
    assert client.ask("DELETE", f"{ARTICLES}/nobody").status == 404


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", ARTICLES, "GET, HEAD, POST"),
        ("DELETE", ARTICLES, "GET, HEAD, POST"),
        ("OPTIONS", ARTICLES, "GET, HEAD, POST"),
        ("POST", f"{ARTICLES}/a-1", "DELETE, GET, HEAD, PUT"),
        ("PATCH", f"{ARTICLES}/a-1", "DELETE, GET, HEAD, PUT"),
    ],
)
def test_what_cannot_be_done_names_what_can(client: Client, method: str, path: str, allow: str) -> None:
    reply = client.ask(method, path)
    assert (reply.status, reply["allow"], said(reply)["error"]) == (405, allow, "method_not_allowed")
    assert reply.all("access-control-allow-origin") == []


def test_there_is_nothing_else_below_api(client: Client) -> None:
    for path in ("/api", "/api/", "/api/article", f"{ARTICLES}/"):
        reply = client.get(path)
        assert (reply.status, said(reply)["error"]) == (404, "not_found")


# ---------------------------------------------------------------- hostile bodies


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"1",
        b"{",
        b"\xff\xfe",
        b'{"title": NaN}',
        b'{"title": 1e999}',
        b'{"n": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b'{"a":' * 100_000,
        b'{"items": [], "version": "https://jsonfeed.org/version/1.1"}',
        b'{"id": ["x"], "title": "x"}',
        b'{"id": true, "title": "x"}',
        json.dumps(ITEM | {"id": "x" * 301}).encode(),
        json.dumps(ITEM | {"_feeder": {"draft": "yes"}}).encode(),
    ],
)
def test_json_that_is_no_article_is_one_plain_error(client: Client, body: bytes) -> None:
    reply = client.send(body)
    assert (reply.status, said(reply)["error"]) == (400, "invalid_request")
    assert client.told() == 0


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"title": "x"},
        {"content_html": "<script>alert(1)</script>"},
        ITEM | {"title": "\ud800\x00", "content_text": "\x00"},
    ],
)
def test_items_that_say_nothing_are_refused_with_a_reason(client: Client, item: dict[str, Any]) -> None:
    reply = client.send(item)
    assert (reply.status, said(reply)["error"]) == (422, "unprocessable")
    assert said(reply)["error_description"]
    assert client.posting.articles() == ()


@pytest.mark.parametrize(
    "odd",
    [
        {"title": 1},
        {"content_html": ["x"]},
        {"date_published": 20260114},
        {"image": {"url": "x"}},
        {"tags": "weather, harbour"},
        {"tags": ["weather", 1]},
        {"authors": {"name": "An"}},
        {"authors": ["An"]},
        {"author": "An"},
        {"attachments": ["https://x.example/a.mp3"]},
        {"_feeder": []},
        {"_feeder": {"place": 1}},
    ],
)
def test_a_value_of_another_type_is_refused_and_not_passed_over(client: Client, odd: dict[str, Any]) -> None:
    reply = client.send(ITEM | odd)
    assert reply.status == 400
    assert next(iter(odd)) in said(reply)["error_description"] or "place" in said(reply)["error_description"]


def test_what_is_null_is_as_if_it_were_not_there(client: Client) -> None:
    reply = client.send(ITEM | {"id": 7, "summary": None, "tags": None, "_feeder": {"place": None, "draft": None}})
    assert reply.status == 201
    assert client.get(f"{ARTICLES}/7").status == 200


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, b"content=%ff"),
        (FORM, b"&".join(b"a=1" for _ in range(1001))),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nx\r\n--x--"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="content"\r\n\r\nFog'),
        ("multipart/form-data; boundary=x", b"--x\r\n" * 1000 + b"--x--"),
        ("text/plain; charset=utf-9", b"x"),
        ("text/plain; charset=utf-8", b"\xff"),
        ("text/plain; charset=base64", b"x"),
    ],
)
def test_forms_and_texts_that_are_none_are_refused(client: Client, kind: str, body: bytes) -> None:
    reply = client.send(body, kind=kind)
    assert (reply.status, said(reply)["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("kind", ["", "image/jpeg", "application/xml", "application/x-ndjson"])
def test_a_kind_that_nobody_reads_is_refused_with_those_that_are(client: Client, kind: str) -> None:
    reply = client.send(b"x", kind=kind)
    assert reply.status == 415
    assert "application/json" in said(reply)["error_description"]


def test_an_uploaded_file_is_refused_and_says_what_to_do(client: Client) -> None:
    """300 and 301 of micropub.rocks."""
    head = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    reply = client.send(head + b"\xff\xd8\r\n--x--\r\n", kind="multipart/form-data; boundary=x")
    assert (reply.status, said(reply)["error"]) == (501, "not_implemented")
    assert "files are not taken" in said(reply)["error_description"]


def test_an_empty_file_of_a_browsers_form_is_no_file() -> None:
    body = (
        b'--x\r\ncontent-disposition: form-data; name="photo"; filename=""\r\nContent-Type: x/y\r\n\r\n\r\n--x--'
    )
    assert _multipart.fields('multipart/form-data; boundary="x"', body) == (
        _multipart.Field("photo", b"", file=True),
    )


def test_a_body_that_is_too_long_is_refused(client: Client) -> None:
    assert client.send(b" " * (4 * 1024 * 1024 + 1)).status == 413
    client.token = None
    long = f"access_token={TOKEN}&content=".encode() + b"x" * 300_000
    reply = client.send(long, kind=FORM)  # whose token is in the form is not yet known to be anybody
    assert (reply.status, said(reply)["error"]) == (413, "too_large")


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("path", [ARTICLES, f"{ARTICLES}/a-1", "/api/other"])
def test_nothing_is_said_to_whoever_has_no_token(client: Client, method: str, path: str) -> None:
    client.send(ITEM)
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}):
        reply = ask(client.address, f"{path}?access_token={TOKEN}", headers, method, b"{}")
        assert (reply.status, reply["www-authenticate"][:6]) == (401, "Bearer")
        assert TOKEN.encode() not in reply.body
    assert len(client.posting.articles()) == 1


def test_two_tokens_are_none(client: Client) -> None:
    raw = f"GET {ARTICLES} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    raw += f"Authorization: Bearer {TOKEN}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    assert say(client.address, raw.encode()).startswith(b"HTTP/1.1 400 ")


def test_without_a_token_a_program_of_this_machine_is_let_in(client: Client, serve: Callable[..., None]) -> None:
    serve(token=None)
    client.token = None
    assert client.send(ITEM).status == 201
    assert client.send(ITEM, Host=f"localhost:{client.address[1]}").status == 200
    assert client.form("h=entry&content=Fog+lifts&access_token=whatever").status == 201
    client.token = "whatever"
    assert client.get().status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example"},
        {"Host": "127.0.0.1.attacker.example"},
        {"Host": "[::1"},
        {"Host": "feeds.post.example:8000"},
        {"Origin": "https://attacker.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"X-Forwarded-For": "192.0.2.1"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"X-Real-IP": "127.0.0.1"},
    ],
)
def test_without_a_token_nobody_else_is(
    client: Client, serve: Callable[..., None], headers: dict[str, str]
) -> None:
    serve(token=None)
    client.token = None
    for method in ("GET", "POST"):
        reply = client.ask(method, headers={"Content-Type": "application/json"} | headers, body=b"{}")
        assert (reply.status, said(reply)["error"]) == (403, "forbidden")
        assert "server: {token: ...}" in said(reply)["error_description"]


@pytest.mark.parametrize(
    ("peer", "host", "good"),
    [
        ("127.0.0.1", "localhost:8000", True),
        ("127.9.9.9", "127.0.0.1", True),
        ("::1", "[::1]:8000", True),
        ("::ffff:127.0.0.1", "localhost", True),
        ("192.0.2.1", "localhost", False),
        ("::ffff:192.0.2.1", "localhost", False),
        ("", "localhost", False),
        ("127.0.0.1", "", False),
        ("127.0.0.1", "localhost.attacker.example", False),
    ],
)
def test_this_machine_is_known_by_both_ends(peer: str, host: str, good: bool) -> None:  # noqa: FBT001
    headers = Headers({"host": host})
    if good:
        _access.check_local(peer, headers, "1.1")
    else:
        with pytest.raises(Refusal):
            _access.check_local(peer, headers, "1.1")


@pytest.mark.parametrize("token", ["", " ", "a-token-of-the-tes", "a-token-of-the-testt", "\u00e9"])
def test_a_token_is_right_or_it_is_none(token: str) -> None:
    with pytest.raises(Refusal):
        _access.check(Secret(TOKEN), token, None)
    _access.check(Secret(TOKEN), None, TOKEN)


def test_no_token_comes_into_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.send(ITEM)
    client.token = None
    client.form(f"h=entry&content=Fog+lifts&access_token={TOKEN}")
    client.form("h=entry&content=Fog&access_token=wrong-but-somebodys")
    assert TOKEN not in caplog.text
    assert "somebodys" not in caplog.text


# ---------------------------------------------------------------- trouble


def failing(client: Client, error: Exception) -> None:
    """Whoever reads a document meets this."""

    def read(*_: object) -> Any:
        raise error

    object.__setattr__(client.posting.desk, "read", read)


@pytest.mark.parametrize("error", [StoreError("the store sqlite:///x refused: disk full"), Passing("busy now")])
def test_what_will_pass_asks_to_come_again(client: Client, error: Exception) -> None:
    failing(client, error)
    reply = client.send(ITEM)
    assert (reply.status, reply["retry-after"]) == (503, "10")
    assert b"sqlite" not in reply.body
    assert client.told() == 0


def test_slow_work_holds_back_neither_feeds_nor_health(client: Client, site: Site) -> None:
    site.write("all.json", b"{}")
    begun, go = threading.Semaphore(0), threading.Event()
    read = client.posting.desk.read

    def slow(*words: Any) -> Any:
        begun.release()
        assert go.wait(DEADLINE)
        return read(*words)

    object.__setattr__(client.posting.desk, "read", slow)
    replies: list[Reply] = []
    senders = [
        threading.Thread(target=lambda n=n: replies.append(client.send(ITEM | {"id": f"a-{n}"})))
        for n in range(60)
    ]
    for sender in senders:
        sender.start()
    try:
        for _ in range(4):
            assert begun.acquire(timeout=DEADLINE)
        assert not begun.acquire(blocking=False)
        assert ask(site.address, "/feeds/all.json").status == 200
        assert ask(site.address, "/health/live").status == 200
    finally:
        go.set()
        for sender in senders:
            sender.join()
    assert [it.status for it in replies] == [201] * 60


def test_a_client_that_goes_away_harms_nobody(client: Client) -> None:
    with socket.create_connection(client.address, timeout=DEADLINE) as connection:
        head = f"POST {ARTICLES} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
        connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{".encode())
    assert client.send(ITEM).status == 201


# ---------------------------------------------------------------- pure


def test_the_same_item_is_the_same_bytes() -> None:
    one = _bodies.read("application/json", b'{"id": "x", "title": "y"}').what
    two = _bodies.read("application/json", b' {"title":"y","id":"x"}').what
    assert isinstance(one, _bodies.Offer)
    assert isinstance(two, _bodies.Offer)
    assert _items.encoded(one.item or {}) == _items.encoded(two.item or {})
    assert (one.item or {})["_feeder"] == {"wait": True}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(), inner, max_size=5),
)


@given(st.dictionaries(WORDS, JSON, max_size=6), st.sampled_from(_bodies.TAKEN), st.binary(max_size=200))
def test_whatever_comes_is_an_offer_an_order_or_a_refusal(value: dict[str, Any], kind: str, raw: bytes) -> None:
    part = b"--x\r\nContent-Disposition: form-data; name=" + raw + b"--x--"
    for body in (json.dumps(value).encode(), raw, part):
        with suppress(Refusal):
            what = _bodies.read(f"{kind}; boundary=x", body).what
            if isinstance(what, _bodies.Offer) and what.item is not None:
                assert json.loads(_items.encoded(what.item)) == what.item
                _micropub.item_of(_micropub.properties_of(what.item))


@given(st.dictionaries(WORDS, JSON, max_size=5), st.dictionaries(WORDS, JSON, max_size=5))
def test_whatever_an_update_says_it_is_done_or_refused(item: dict[str, Any], order: dict[str, Any]) -> None:
    with suppress(Refusal):
        what = _bodies.read("application/json", json.dumps(item).encode()).what
        if isinstance(what, _bodies.Offer):
            _items.encoded(_micropub.updated(what.item or {}, order))


# ---------------------------------------------------------------- who waits for whom


def test_articles_that_take_long_to_be_read_keep_no_reader_waiting(
    site: Site, switch: tuple[Switch, tuple[str, int]], client: Client
) -> None:
    began, go_on = threading.Semaphore(0), threading.Event()

    def slow(document: Document, hints: Hints) -> Reading:
        began.release()
        assert go_on.wait(DEADLINE)
        return quick(document, hints)

    quick = client.posting.desk.read
    client.posting.desk = replace(client.posting.desk, read=slow)
    api = client.api()
    switch[0].app = build(site.parts(api=replace(api, inbox=replace(api.inbox, desk=client.posting.desk))))
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(client.send, ITEM | {"id": f"a-{number}"}) for number in range(8)]
        try:
            assert all(began.acquire(timeout=DEADLINE) for _ in range(4))
            assert client.get().status == 200
            assert client.get(f"{ARTICLES}/a-1").status == 404
        finally:
            go_on.set()
        assert [it.result().status for it in sent] == [201] * 8


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('{"title": "A secret", "title": "Fog lifts", "content_text": "x"}', "title"),
        ('{"title": "Fog", "_feeder": {"draft": true, "draft": false}, "content_text": "A secret"}', "draft"),
        ('{"properties": {"content": ["A secret"], "content": ["y"]}}', "content"),
        (json.dumps({"k" * 9000: 1})[:-1] + ', "' + "k" * 9000 + '": 2}', "kkkk"),
    ],
)
def test_an_object_that_names_a_key_twice_is_refused_by_the_key_s_name(
    client: Client, body: str, name: str
) -> None:
    reply = client.send(body.encode())
    assert reply.status == 400
    assert said(reply)["error_description"].startswith(f'"{name}')
    assert "secret" not in reply.body.decode()
    assert len(reply.body) < 500
    assert client.posting.articles() == ()


def test_only_the_revision_that_was_seen_is_withdrawn(client: Client) -> None:
    path = client.send(ITEM)["location"]
    client.send(ITEM | {"title": "Fog stays"})
    assert client.ask("DELETE", path, headers={"If-Match": '"1"'}).status == 412
    assert client.get(path).status == 200
    assert client.ask("DELETE", path, headers={"If-Match": '"2"'}).status == 204
    assert client.get(path).status == 410


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_what_waits_has_no_revision_that_could_be_meant(client: Client, method: str) -> None:
    path = client.send(ITEM | {"_feeder": {"draft": True}})["location"]
    assert client.send(ITEM, method, path, If_Match='"1"').status == 412
    assert client.send(ITEM, method, path, If_Match="*").status in {201, 204}
