"""`feeder check --web`: real servers with the block that it prints, and what they keep of what ours does."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from bench import _hosts
from feeder.errors import FeederError
from feeder.server.hosts import KINDS, Site, block
from tests.hub.scene import Subscriber
from tests.programs import require_program
from tests.server.asking import ask, say
from tests.server.packing import PACK, SUFFIXES, TEXT, UNPACK

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cli.conftest import Said

HUBS = ("https://hub.example/", "https://second.example/hub?a=b&c=%7Bd")
CONFIG = """
site: {{title: The Harbour Post, url: "https://post.example/"}}
output: {{path: public, url: "http://127.0.0.1:{port}/{prefix}"}}
server: {{listen: off, hub: ["https://hub.example/", "https://second.example/hub?a=b&c={{d"]}}
sources: {{desk: {{type: folder, path: desk}}}}
feeds: {{all: {{title: All the news}}}}
"""
LIVE = """
site: {{title: The Harbour Post, url: "https://post.example/"}}
output: {{path: public, url: "http://127.0.0.1:{port}/{prefix}"}}
server: {{listen: "127.0.0.1:{behind}", url: "http://127.0.0.1:{port}/{root}", rss-cloud: true}}
feeds: {{all: {{title: All the news}}}}
"""
START = {"nginx": _hosts.nginx, "caddy": _hosts.caddy}


class Host:
    """A web server that publishes `folder`."""

    def __init__(self, port: int, prefix: str, folder: Path) -> None:
        self.address, self.prefix, self.folder = ("127.0.0.1", port), prefix, folder
        self.url = f"http://127.0.0.1:{port}/{prefix}"

    def write(self, path: str, body: bytes) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(body)


@contextmanager
def hosted(
    kind: str, prefix: str, feeder: Callable[..., Said], folder: Path, config: str = CONFIG, **words: object
) -> Iterator[Host]:
    if shutil.which(kind, path="/usr/sbin") is None:
        require_program(kind)
    port = _hosts.free_port()
    (folder / "config.yaml").write_text(config.format(port=port, prefix=prefix, **words))
    said = feeder("check", "--web", kind, "--config", folder / "config.yaml")
    assert said.status == 0, said.err
    host = Host(port, prefix, folder / "public")
    host.folder.mkdir()
    process: subprocess.Popen[bytes] = START[kind](folder, said.out)
    try:
        _hosts.wait_for(port)
        yield host
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(params=[("nginx", "feeds/"), ("nginx", ""), ("caddy", "feeds/"), ("caddy", "")], ids="-".join)
def host(request: pytest.FixtureRequest, feeder: Callable[..., Said], tmp_path: Path) -> Iterator[Host]:
    kind, prefix = request.param
    with hosted(kind, prefix, feeder, tmp_path) as made:
        made.write("all.atom", TEXT)
        yield made


def test_the_printed_block_keeps_as_much_of_our_serving_as_such_a_server_can(host: Host) -> None:
    _types(host)
    _codings(host)
    _validators(host)
    _manners(host)
    _hidden(host)


def _types(host: Host) -> None:
    for name, kind in [
        ("all.atom", "application/atom+xml"),
        ("all.rss", "application/rss+xml"),
        ("all.json", "application/feed+json"),
        ("index.html", "text/html"),
        ("index.opml", "text/x-opml"),
        ("articles/fog.html", "text/html"),
    ]:
        host.write(name, TEXT)
        reply = ask(host.address, f"/{host.prefix}{name}")
        assert (reply.status, reply["content-type"].lower(), reply.body) == (200, f"{kind}; charset=utf-8", TEXT)
    host.write("fog.jpg", b"\xff\xd8")
    assert ask(host.address, f"/{host.prefix}fog.jpg")["content-type"] == "image/jpeg"
    assert ask(host.address, f"/{host.prefix}").body == TEXT  # its index


def _codings(host: Host) -> None:
    """What lies packed beside a document is what is sent; nginx as Debian builds it has gzip only."""
    for coding, pack in PACK.items():
        host.write("packed.atom" + SUFFIXES[coding], pack(TEXT))
    host.write("packed.atom", TEXT)
    for coding in PACK:
        reply = ask(host.address, f"/{host.prefix}packed.atom", {"Accept-Encoding": coding})
        used = (reply.all("content-encoding") or ["identity"])[0]
        assert UNPACK[used](reply.body) == TEXT
        assert used == coding or coding != "gzip"
        if used == coding:
            assert reply.body == PACK[coding](TEXT)
            assert "Accept-Encoding" in ", ".join(reply.all("vary"))
    reply = ask(host.address, f"/{host.prefix}all.atom", {"Accept-Encoding": "gzip"})  # nobody packed it
    assert UNPACK[reply["content-encoding"]](reply.body) == TEXT


def _validators(host: Host) -> None:
    for name in ("all.atom", "packed.atom"):
        for fields in ({}, {"Accept-Encoding": "gzip"}):
            whole = ask(host.address, f"/{host.prefix}{name}", fields)
            for condition in ({"If-None-Match": whole["etag"]}, {"If-Modified-Since": whole["last-modified"]}):
                reply = ask(host.address, f"/{host.prefix}{name}", fields | condition)
                assert (reply.status, reply.body, reply["cache-control"]) == (304, b"", whole["cache-control"])
    assert ask(host.address, f"/{host.prefix}all.atom", method="HEAD")["content-length"] == str(len(TEXT))


def _manners(host: Host) -> None:
    reply = ask(host.address, f"/{host.prefix}all.atom")
    assert reply["cache-control"] == "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
    assert (reply["access-control-allow-origin"], reply["x-content-type-options"]) == ("*", "nosniff")
    assert "default-src 'none'" in reply["content-security-policy"]
    links = [f'<{hub}>; rel="hub"' for hub in HUBS]
    assert sorted(reply.all("link")) == sorted([*links, f'<{host.url}all.atom>; rel="self"'])
    assert ask(host.address, f"/{host.prefix}articles/fog.html").all("link") == []
    assert ask(host.address, f"/{host.prefix}fog.jpg")["cache-control"] == "public, max-age=3600"
    host.write("archive/all/00001.atom", TEXT)
    archive = ask(host.address, f"/{host.prefix}archive/all/00001.atom")
    assert (archive["cache-control"], archive.all("link")) == ("public, max-age=86400", [])
    asked = {"Origin": "https://reader.example", "Access-Control-Request-Method": "GET"}
    reply = ask(host.address, f"/{host.prefix}all.atom", asked, "OPTIONS")
    assert (reply.status, reply["access-control-allow-origin"]) == (204, "*")
    assert "If-None-Match" in reply["access-control-allow-headers"]


def _hidden(host: Host) -> None:
    """What our publisher writes down for our server is for nobody else; nothing leads out of the folder."""
    host.write(".versions/all.atom", b"{}")
    host.write(".next", b"half")
    (host.folder.parent / "secret").write_bytes(b"secret")
    for path in (".versions/all.atom", ".next", "none.atom", "%2e%2e/secret", "..%2fsecret"):
        raw = (
            f"GET /{host.prefix}{path} HTTP/1.1\r\nHost: 127.0.0.1:{host.address[1]}\r\nConnection: close\r\n\r\n"
        )
        answer = say(host.address, raw.encode())
        assert answer.split()[1] in {b"404", b"400", b"301", b"308"}
        assert b"half" not in answer


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("prefix", "root"), [("feeds/", ""), ("", "live/")])
def test_what_is_no_file_is_handed_on_to_our_server_at_once(
    kind: str, prefix: str, root: str, feeder: Callable[..., Said], tmp_path: Path
) -> None:
    with Subscriber() as ours:
        behind = urlsplit(ours.url).port
        with hosted(kind, prefix, feeder, tmp_path, LIVE, behind=behind, root=root) as host:
            host.write("all.atom", TEXT)
            assert ask(host.address, f"/{prefix}all.atom").body == TEXT
            for path in ("hub", "rsscloud/pleaseNotify", "websub/abc?x=y", "events?last-event-id=3"):
                assert ask(host.address, f"/{root}{path}", {"x-forwarded-for": "203.0.113.9"}).status == 200
            assert ask(host.address, f"/{root}api/articles").status == 404
        assert [it.target for it in ours.heard] == [
            "/hub",
            "/rsscloud/pleaseNotify",
            "/websub/abc?x=y",
            "/events?last-event-id=3",
        ]
        assert {it.headers["x-forwarded-for"] for it in ours.heard} == {"127.0.0.1"}


def test_with_https_nginx_is_asked_for_a_certificate_and_caddy_gets_its_own(tmp_path: Path) -> None:
    site = Site(tmp_path, "https://feeds.example/", ())
    assert "# listen 443 ssl;" in block("nginx", site)
    assert "\nhttps://feeds.example {\n" in block("caddy", site)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("folder", ['/a"b', "/a$b", "/a{b}", "/a\\b", "/a\nb"])
def test_a_folder_whose_name_means_something_in_the_block_is_refused(
    kind: str, folder: str, tmp_path: Path
) -> None:
    with pytest.raises(FeederError, match="cannot be written"):
        block(kind, Site(tmp_path / folder.lstrip("/"), "https://feeds.example/", ()))
