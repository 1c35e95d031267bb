from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.server.coding import IDENTITY, accepted, holds, packed
from tests.daemon.harness import until
from tests.server.asking import ask
from tests.server.packing import PACK, TEXT, UNPACK, etag_of, publish, replace

if TYPE_CHECKING:
    from tests.server.conftest import Site


@pytest.mark.parametrize(
    ("header", "codings"),
    [
        (None, "identity br zstd gzip"),
        ("", "identity"),
        ("gzip", "gzip identity"),
        ("x-gzip", "gzip identity"),
        ("GZIP;Q=0.5", "gzip identity"),
        ("deflate, gzip, br, zstd", "br zstd gzip identity"),
        ("br;q=0.2, zstd;q=0.8, gzip;q=0.5", "zstd gzip br identity"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0.000", "identity"),
        ("gzip;q=0.001", "gzip identity"),
        ("gzip;q=0.5, identity", "identity gzip"),
        ("gzip, identity;q=0.5", "gzip identity"),
        ("gzip;q=0.5, identity;q=0.5", "gzip identity"),
        ("*", "br zstd gzip identity"),
        ("*;q=0", ""),
        ("identity;q=0", ""),
        ("identity;q=0, gzip", "gzip"),
        ("*;q=0, gzip", "gzip"),
        ("*;q=0, identity", "identity"),
        ("br;q=0, *;q=0.5", "zstd gzip identity"),
        ("gzip;q=2, br", "br identity"),
        ("gzip;level=9, ,;;", "identity"),
        ("gzip ; q=1.000 , br ;q=0.9", "gzip br identity"),
        ("deflate, compress", "identity"),
    ],
)
def test_rule_67_codings_are_chosen_by_their_weights(header: str | None, codings: str) -> None:
    assert " ".join(accepted(None if header is None else header.encode())) == codings


@given(
    st.binary(max_size=60)
    | st.lists(st.sampled_from([b"gzip", b"*", b";q=", b"0", b"1", b",", b"."])).map(b"".join)
)
def test_no_header_makes_the_choice_fail(header: bytes) -> None:
    assert set(accepted(header)) <= {"br", "gzip", "zstd", IDENTITY}


@pytest.mark.parametrize("coding", PACK)
def test_rule_67_a_packed_document_is_sent_to_whoever_takes_it(site: Site, coding: str) -> None:
    publish(site, "all.atom", TEXT)
    os.utime(site.folder / "all.atom", (0, 0))  # of this second it would get Last-Modified between two requests
    reply = ask(site.address, "/feeds/all.atom", {"Accept-Encoding": coding})
    assert (reply.status, reply["content-encoding"], reply["vary"]) == (200, coding, "Accept-Encoding")
    assert reply.body == PACK[coding](TEXT)
    assert reply["etag"] == f'"{etag_of(TEXT)}-{coding}"'
    head = ask(site.address, "/feeds/all.atom", {"Accept-Encoding": coding}, "HEAD")
    assert [it for it in head.headers if it[0] != "date"] == [it for it in reply.headers if it[0] != "date"]


def test_rule_67_what_clients_like_equally_is_sent_in_the_smallest(site: Site) -> None:
    publish(site, "all.atom", TEXT)
    freshrss, miniflux, newsboat = "deflate, gzip, br, zstd", "br,gzip", "gzip, deflate"
    assert ask(site.address, "/feeds/all.atom", {"Accept-Encoding": freshrss})["content-encoding"] == "br"
    assert ask(site.address, "/feeds/all.atom", {"Accept-Encoding": miniflux})["content-encoding"] == "br"
    assert ask(site.address, "/feeds/all.atom", {"Accept-Encoding": newsboat})["content-encoding"] == "gzip"


def test_rule_67_a_document_that_nobody_packed_is_packed_as_gzip(site: Site) -> None:
    site.write("all.atom", TEXT)
    reply = ask(site.address, "/feeds/all.atom", {"Accept-Encoding": "br, gzip"})
    assert (reply["content-encoding"], UNPACK["gzip"](reply.body)) == ("gzip", TEXT)
    assert ask(site.address, "/feeds/all.atom").body == TEXT
    again = {"Accept-Encoding": "br, gzip", "If-None-Match": reply["etag"]}
    assert ask(site.address, "/feeds/all.atom", again).status == 304


@pytest.mark.parametrize("size", [0, 10, 199])
def test_what_gets_no_smaller_is_not_packed(site: Site, size: int) -> None:
    site.write("all.atom", b"x" * size)
    site.write("talk.mp3", b"x" * 1000)
    for path in ("all.atom", "talk.mp3"):
        assert ask(site.address, f"/feeds/{path}", {"Accept-Encoding": "gzip"}).all("content-encoding") == []
    site.write("noise.txt", os.urandom(1000))
    assert ask(site.address, "/feeds/noise.txt", {"Accept-Encoding": "gzip"}).all("content-encoding") == []


def test_rule_67_who_takes_nothing_that_there_is_gets_406(site: Site) -> None:
    publish(site, "all.atom", TEXT)
    for header in ("*;q=0", "identity;q=0"):
        reply = ask(site.address, "/feeds/all.atom", {"Accept-Encoding": header})
        assert (reply.status, reply["vary"], reply.body.count(b"\n")) == (406, "Accept-Encoding", 1)
    assert ask(site.address, "/feeds/all.atom", {"Accept-Encoding": "identity;q=0, gzip"}).status == 200


def test_rule_67_each_coding_has_its_etag_and_each_of_them_is_known_again(site: Site) -> None:
    publish(site, "all.atom", TEXT)
    plain = ask(site.address, "/feeds/all.atom")["etag"]
    etags = {it: ask(site.address, "/feeds/all.atom", {"Accept-Encoding": it})["etag"] for it in PACK}
    assert len({plain, *etags.values()}) == 4
    for coding, etag in (etags | {"identity": plain}).items():
        for asked in ("*", "br, gzip, zstd, identity", coding):
            fields = {"If-None-Match": f'"other", W/{etag}', "Accept-Encoding": asked}
            reply = ask(site.address, "/feeds/all.atom", fields)
            assert (reply.status, reply["etag"]) == (304, etag)


def test_a_304_never_names_a_version_that_the_client_does_not_take(site: Site) -> None:
    """A cache would go on with that one, and give brotli to somebody who cannot read it (RFC 9111, 4.3.4)."""
    publish(site, "all.atom", TEXT)
    packed_as_br = ask(site.address, "/feeds/all.atom", {"Accept-Encoding": "br"})["etag"]
    asked = {"If-None-Match": packed_as_br, "Accept-Encoding": "gzip"}
    assert ask(site.address, "/feeds/all.atom", asked)["content-encoding"] == "gzip"


def test_of_several_that_fit_the_304_names_the_one_that_would_be_sent(site: Site) -> None:
    publish(site, "all.atom", TEXT)
    plain, gzipped = f'"{etag_of(TEXT)}"', f'"{etag_of(TEXT)}-gzip"'
    asked = {"If-None-Match": f"{plain}, {gzipped}", "Accept-Encoding": "gzip"}
    assert ask(site.address, "/feeds/all.atom", asked)["etag"] == gzipped


@pytest.mark.parametrize("sibling", [b"", b"not packed at all", *(PACK[it](TEXT + b"!") for it in PACK)])
def test_a_sibling_that_is_not_of_the_document_is_never_sent(site: Site, sibling: bytes) -> None:
    for suffix in (".br", ".gz", ".zst"):
        site.write("all.atom" + suffix, sibling)
    site.write("all.atom", TEXT)
    for coding in PACK:
        reply = ask(site.address, "/feeds/all.atom", {"Accept-Encoding": coding})
        used = (reply.all("content-encoding") or ["identity"])[0]
        assert UNPACK[used](reply.body) == TEXT


@pytest.mark.parametrize("coding", PACK)
def test_a_sibling_that_is_cut_off_or_goes_on_is_not_of_the_document(coding: str) -> None:
    whole = PACK[coding](TEXT)
    assert holds(coding, whole, TEXT)
    assert not holds(coding, whole[:-3], TEXT)
    assert not holds(coding, whole, TEXT[:-1])
    assert not holds(coding, PACK[coding](b"\0" * 50_000_000), TEXT)


@pytest.mark.parametrize("coding", PACK)
@given(noise=st.binary(max_size=200))
def test_no_sibling_makes_the_check_fail(coding: str, noise: bytes) -> None:
    assert not holds(coding, noise, TEXT)


def test_the_siblings_of_the_version_before_are_not_sent_with_this_one(site: Site) -> None:
    publish(site, "all.atom", TEXT)
    assert ask(site.address, "/feeds/all.atom", {"Accept-Encoding": "br"})["content-encoding"] == "br"
    replace(site, "all.atom", TEXT + b"<!-- more -->")
    reply = ask(site.address, "/feeds/all.atom", {"Accept-Encoding": "br"})
    assert (reply.all("content-encoding"), reply.body) == ([], TEXT + b"<!-- more -->")


def test_a_sibling_that_comes_after_its_document_is_found(site: Site) -> None:
    site.write("all.atom", TEXT)
    assert ask(site.address, "/feeds/all.atom", {"Accept-Encoding": "br"}).all("content-encoding") == []
    site.write("all.atom.br", PACK["br"](TEXT))
    until(
        lambda: ask(site.address, "/feeds/all.atom", {"Accept-Encoding": "br"}).all("content-encoding") == ["br"]
    )


def test_a_symbolic_link_beside_a_document_is_not_followed(site: Site) -> None:
    (site.folder.parent / "elsewhere").write_bytes(PACK["br"](TEXT))
    (site.folder / "all.atom.br").symlink_to("../elsewhere")
    site.write("all.atom", TEXT)
    assert ask(site.address, "/feeds/all.atom", {"Accept-Encoding": "br"}).all("content-encoding") == []


def test_packing_makes_the_same_bytes_each_time() -> None:
    assert packed(TEXT) == packed(TEXT)
    assert len(packed(TEXT)) < len(TEXT) / 3
