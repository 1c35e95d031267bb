"""An address in, its document or one plain error out, whatever the servers on the way do."""

from __future__ import annotations

import gzip
import re
import tracemalloc
import zlib
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeder.errors import FetchError
from feeder.net import Fetched, Fetcher, Guard
from feeder.net._unpack import Broken, TooLarge, unpacked
from tests.net.certificates import certificate, server
from tests.net.conftest import LOOPBACK
from tests.net.receivers import Receiver, answer, close, drip, exactly, flood, hang, head, redirect, reset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.net.receivers import Headers, Line

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMIT = 100_000
SECRET = "canary7c1f"


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    made = Fetcher(LOOPBACK, strange=LOOPBACK, total=1.5, now=lambda: NOW, lookup=lambda _: ["127.0.0.1"])
    yield made
    made.close()


def get(fetcher: Fetcher, url: str, headers: Headers = (), limit: int = LIMIT) -> Fetched:
    return fetcher.get(url, accept="application/xml", limit=limit, headers=headers)


def trouble(fetcher: Fetcher, url: str, headers: Headers = (), limit: int = LIMIT) -> FetchError:
    with pytest.raises(FetchError) as raised:
        get(fetcher, url, headers, limit)
    assert raised.value.reason == str(raised.value)
    assert "\n" not in raised.value.reason
    return raised.value


def packed(body: bytes, coding: str) -> Callable[[Line], bool]:
    return answer(200, body, (("Content-Encoding", coding),))


def raw_deflate(body: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(body) + engine.flush()


def test_a_document_comes_with_its_headers_and_address(fetcher: Fetcher) -> None:
    with Receiver(answer(200, b"news", (("ETag", '"1"'),))) as receiver:
        found = get(fetcher, f"{receiver.origin}/feed?x=1#part")
    assert (found.status, found.body, found.header("etag"), found.moved) == (200, b"news", '"1"', None)
    assert found.url == f"{receiver.origin}/feed?x=1"
    [heard] = receiver.heard
    assert (heard.method, heard.target) == ("GET", "/feed?x=1")
    assert (heard.headers["accept"], heard.headers["accept-encoding"]) == ("application/xml", "gzip, deflate")
    assert heard.headers["user-agent"].startswith("feeder/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(fetcher: Fetcher, status: int) -> None:
    with Receiver(redirect("../b?c=é".encode().decode("latin-1"), status), answer(200, b"here")) as receiver:
        found = get(fetcher, f"{receiver.origin}/a/a")
    assert found.body == b"here"
    assert receiver.heard[1].target == "/b?c=%C3%A9"
    assert (found.moved is not None) == (status in {301, 308})


def test_only_redirects_that_are_all_meant_to_last_are_a_new_address(fetcher: Fetcher) -> None:
    with Receiver(redirect("/b", 301), redirect("/c", 308), answer(200)) as receiver:
        assert get(fetcher, receiver.url).moved == f"{receiver.origin}/c"
    with Receiver(redirect("/b", 301), redirect("/c", 302), answer(200)) as receiver:
        assert get(fetcher, receiver.url).moved is None


def test_a_redirect_from_https_to_http_is_followed_and_is_no_new_address(tmp_path: Path) -> None:
    pem = certificate(tmp_path, "own")
    fetcher = Fetcher(LOOPBACK, cafile=str(pem))
    with Receiver(answer(200, b"open")) as plain, Receiver(redirect(plain.url, 301), tls=server(pem)) as closed:
        found = get(fetcher, closed.url, (("Authorization", SECRET),))
    fetcher.close()
    assert (found.body, found.moved) == (b"open", None)
    assert closed.heard[0].headers["authorization"] == SECRET
    assert "authorization" not in plain.heard[0].headers


def test_a_redirect_to_a_private_address_is_refused_where_it_connects() -> None:
    names = {"public.example": ["127.0.0.1"], "inside.example": ["10.1.2.3"]}
    fetcher = Fetcher(Guard(["127.0.0.0/8"]), lookup=names.__getitem__)
    with Receiver(redirect("http://inside.example/admin")) as receiver:
        error = trouble(fetcher, f"http://public.example:{receiver.port}/")
    fetcher.close()
    assert error.reason.startswith("blocked: 10.1.2.3 is a private address; to allow it add network:")


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("file:///etc/passwd", "redirects to an address that is not http:// or https://"),
        ("gopher://x/", "redirects to an address that is not http:// or https://"),
        ("http://[::1", "redirects to an address that cannot be read"),
        ("http://h:99999/", "redirects to an address that cannot be read"),
        ("", "answered 302 Found, but not where to"),
    ],
)
def test_a_redirect_to_nowhere_is_an_error(fetcher: Fetcher, location: str, reason: str) -> None:
    with Receiver(redirect(location)) as receiver:
        assert trouble(fetcher, receiver.url).reason == reason


def test_redirects_in_a_circle_end(fetcher: Fetcher) -> None:
    with Receiver(redirect("/b"), redirect("/a")) as receiver:
        assert trouble(fetcher, f"{receiver.origin}/a").reason == "redirects in a circle"
    assert len(receiver.heard) == 2


def test_redirects_without_end_end(fetcher: Fetcher) -> None:
    def onwards(line: Line) -> bool:
        return redirect(f"/{len(receiver.heard)}")(line)

    with Receiver(onwards) as receiver:
        assert trouble(fetcher, receiver.url).reason == "redirects more than 5 times"
    assert len(receiver.heard) == 6


def test_the_deadline_holds_for_all_redirects_together(fetcher: Fetcher) -> None:
    with Receiver(redirect("/b"), redirect("/c"), hang()) as receiver:
        error = trouble(fetcher, receiver.url)
    assert re.match(r"timeout after [0-9.]+ s while waiting for the answer", error.reason)


def test_only_conditions_and_languages_go_to_another_host(fetcher: Fetcher) -> None:
    given = tuple((name, SECRET) for name in ("Authorization", "Cookie", "X-Api-Key", "Proxy-Authorization"))
    kept = (("If-None-Match", '"1"'), ("If-Modified-Since", "then"), ("Accept-Language", "de"))
    with Receiver(answer(200)) as other:
        elsewhere = redirect(f"http://other.example:{other.port}/")
        with Receiver(redirect("/same"), elsewhere) as receiver:
            get(fetcher, receiver.url, given + kept)
    assert all(one.headers[name.lower()] == SECRET for one in receiver.heard for name, _ in given)
    assert SECRET not in repr(other.heard)
    assert {name: other.heard[0].headers[name.lower()] for name, _ in kept} == dict(kept)


def test_name_and_password_stay_with_their_host_and_are_not_shown(fetcher: Fetcher) -> None:
    with Receiver(answer(200)) as other:
        elsewhere = redirect(f"http://other.example:{other.port}/", 301)
        with Receiver(redirect("/b", 301), elsewhere) as receiver:
            found = get(fetcher, receiver.url.replace("//", f"//user:{SECRET}@"))
    assert [("authorization" in one.headers) for one in receiver.heard] == [True, True]
    assert "authorization" not in other.heard[0].headers
    assert SECRET not in repr(found)


def test_a_redirect_cannot_make_us_send_a_password(fetcher: Fetcher) -> None:
    with Receiver(answer(200)) as other, Receiver(redirect(other.url.replace("//", "//a:b@"))) as receiver:
        get(fetcher, receiver.url)
    assert "authorization" not in other.heard[0].headers


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(b"news"), "gzip"),
        (gzip.compress(b"ne") + gzip.compress(b"ws") + b"\0" * 9, "x-gzip"),
        (zlib.compress(b"news"), "deflate"),
        (raw_deflate(b"news"), "Deflate"),
        (gzip.compress(zlib.compress(b"news")), "deflate, gzip"),
        (b"news", "identity"),
        (b"news", "utf-8"),
        (b"news", ""),
    ],
    ids=["gzip", "members", "zlib", "raw", "twice", "identity", "nonsense", "nothing"],
)
def test_what_is_packed_is_unpacked(fetcher: Fetcher, body: bytes, coding: str) -> None:
    with Receiver(packed(body, coding)) as receiver:
        assert get(fetcher, receiver.url).body == b"news"


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(b"news" * 99)[:-9], "gzip"),
        (gzip.compress(b"news" * 99) + gzip.compress(b"more" * 99)[:-3], "gzip"),
        (gzip.compress(b"news") + b"rubbish", "gzip"),
        (gzip.compress(b"news")[:-8] + bytes(8), "gzip"),
        (zlib.compress(b"news" * 99)[:-5], "deflate"),
        (b"plain", "gzip"),
        (b"anything", "br"),
        (gzip.compress(b"news"), "gzip, gzip, gzip"),
        (gzip.compress(b"") * 10_001, "gzip"),
    ],
    ids=["cut", "second cut", "rubbish", "wrong sum", "zlib cut", "plain", "unasked", "thrice", "members"],
)
def test_what_cannot_be_unpacked_whole_is_an_error(fetcher: Fetcher, body: bytes, coding: str) -> None:
    with Receiver(packed(body, coding)) as receiver:
        assert trouble(fetcher, receiver.url, limit=10**6).reason.startswith("the answer's body is broken: ")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "gzip, gzip"])
def test_a_bomb_costs_no_more_than_the_limit(fetcher: Fetcher, coding: str) -> None:
    inner = zlib.compress(bytes(1 << 28)) if coding == "deflate" else gzip.compress(bytes(1 << 28))
    bomb = gzip.compress(inner) if "," in coding else inner
    tracemalloc.start()
    with Receiver(packed(bomb, coding)) as receiver:
        error = trouble(fetcher, receiver.url, limit=1 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.reason == "is larger than 1,048,576 bytes"
    assert peak < 8 << 20


@pytest.mark.parametrize("first", [head(200), head(200, [("Content-Length", str(1 << 33))])])
def test_a_body_without_end_is_too_large(fetcher: Fetcher, first: bytes) -> None:
    with Receiver(flood(first)) as receiver:
        assert trouble(fetcher, receiver.url).reason == "is larger than 100,000 bytes"


def test_a_body_of_just_the_limit_is_whole(fetcher: Fetcher) -> None:
    with Receiver(answer(200, b"x" * LIMIT)) as receiver:
        assert len(get(fetcher, receiver.url).body) == LIMIT


@pytest.mark.parametrize("first", [b"", head(200), head(200, [("Content-Length", "99999")])])
def test_an_endless_drip_ends(fetcher: Fetcher, first: bytes) -> None:
    with Receiver(drip(first)) as receiver:
        assert trouble(fetcher, receiver.url).reason.startswith("timeout after 1.5 s while ")


@pytest.mark.parametrize(
    "behaviour",
    [
        exactly(head(200, [("Content-Length", "100")]) + b"half"),
        exactly(head(200, [("Transfer-Encoding", "chunked")]) + b"4\r\nhalf\r\n"),
        exactly(head(200, [("Transfer-Encoding", "chunked")]) + b"zz\r\nhalf"),
        reset(head(200, [("Content-Length", "100")]) + b"half"),
        close(),
    ],
)
def test_a_body_that_breaks_off_is_never_content(fetcher: Fetcher, behaviour: Callable[[Line], bool]) -> None:
    with Receiver(behaviour) as receiver:
        trouble(fetcher, receiver.url)


def test_nothing_new_is_no_error_when_it_was_asked_for(fetcher: Fetcher) -> None:
    with Receiver(answer(304, headers=(("ETag", '"2"'),))) as receiver:
        found = get(fetcher, receiver.url, (("If-None-Match", '"1"'),))
        assert (found.status, found.body, found.header("ETag")) == (304, b"", '"2"')
        assert trouble(fetcher, receiver.url).reason == "answered 304 Not Modified"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "answered 401 Unauthorized"),
        (403, "answered 403 Forbidden"),
        (404, "answered 404 Not Found"),
        (410, "answered 410 Gone: it will not come back"),
        (204, "answered 204 No Content"),
        (206, "answered 206 Partial Content"),
        (503, "answered 503 Service Unavailable"),
        (799, "answered 799"),
    ],
)
def test_any_other_status_is_an_error(fetcher: Fetcher, status: int, reason: str) -> None:
    with Receiver(answer(status)) as receiver:
        error = trouble(fetcher, receiver.url)
    assert (error.reason, error.status, error.rest) == (reason, status, None)


@pytest.mark.parametrize(
    ("value", "rest"),
    [
        ("120", timedelta(seconds=120)),
        ("0", timedelta(0)),
        ("Sun, 01 Mar 2026 13:00:00 GMT", timedelta(hours=1)),
        ("Sunday, 01-Mar-26 13:00:00 GMT", timedelta(hours=1)),
        ("Sun Mar  1 13:00:00 2026", timedelta(hours=1)),
        ("Sun, 01 Mar 2026 11:00:00 GMT", timedelta(0)),
        ("Sun, 01 Mar 2099 11:00:00 GMT", timedelta(days=7)),
        ("9" * 50, timedelta(days=7)),
        *((value, None) for value in ("", "-5", "1.5", "soon", "1_000", "٣")),
    ],
)
@pytest.mark.parametrize("status", [429, 503, 403])
def test_how_long_to_wait_is_passed_on(fetcher: Fetcher, value: str, rest: timedelta | None, status: int) -> None:
    header = (("Retry-After", value.encode().decode("latin-1")),)
    with Receiver(answer(status, headers=header)) as receiver:
        assert trouble(fetcher, receiver.url).rest == rest


def test_no_part_of_an_address_is_in_a_reason(fetcher: Fetcher) -> None:
    script = (answer(404), redirect(f"/{SECRET}2"), redirect(f"http://[{SECRET}"), close(), exactly(b"what?"))
    with Receiver(*script, reset()) as receiver:
        origin = receiver.origin
        said = [trouble(fetcher, f"{origin}/{SECRET}?k={SECRET}").reason for _ in script]
    said.append(trouble(fetcher, f"{origin}/{SECRET}").reason)
    assert SECRET not in repr(said)


@pytest.mark.parametrize("url", ["", "x", "ftp://a/", "http://", "http://[::1", "http://h:x/"])
def test_what_is_no_address_is_an_error(fetcher: Fetcher, url: str) -> None:
    assert trouble(fetcher, url).reason.startswith("the address")


@settings(max_examples=300, deadline=None)
@given(
    body=st.binary(max_size=300) | st.binary(max_size=300).map(gzip.compress),
    cut=st.integers(0, 40),
    codings=st.text("gzip,defla x-r", max_size=20) | st.sampled_from(["gzip", "deflate", "gzip,deflate"]),
)
def test_unpacking_raises_nothing_else(body: bytes, cut: int, codings: str) -> None:
    with suppress(Broken, TooLarge):
        assert len(unpacked(body[: len(body) - cut], codings, 200)) <= 200


def test_private_networks_are_for_the_host_that_the_operator_wrote() -> None:
    with Receiver(answer(200, b"inside")) as inside, closing(Fetcher(LOOPBACK)) as fetcher:
        url = f"{inside.url}/x"
        assert fetcher.get(url, accept="*/*", limit=100).body == b"inside"
        assert fetcher.get(url, accept="*/*", limit=100, home=url).body == b"inside"
        with pytest.raises(FetchError, match="blocked"):
            fetcher.get(url, accept="*/*", limit=100, home="https://feed.example/rss")
    assert len(inside.heard) == 2
