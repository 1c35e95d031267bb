"""Certificates are verified, always, and the deadline holds within TLS."""

from __future__ import annotations

import ssl
import warnings
from typing import TYPE_CHECKING

import pytest

from feeder.model.delivery import Phase, Request
from feeder.net import Client
from tests.net.certificates import certificate, expired, server
from tests.net.conftest import LOOPBACK
from tests.net.receivers import Receiver, answer, close, drip, hang, head

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.model.delivery import Answer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def good(folder: Path) -> Path:
    return certificate(folder, "good")


def post(url: str, cafile: Path | None = None, times: int = 1) -> list[Answer]:
    client = Client(LOOPBACK, total=1.0, cafile=str(cafile) if cafile else None)
    told = [client.send(Request("POST", url, (), b"{}")) for _ in range(times)]
    client.close()
    return told


def test_a_receiver_whose_authority_is_trusted_is_delivered_to(good: Path) -> None:
    with Receiver(answer(200, b"ok"), tls=server(good)) as receiver:
        told = post(receiver.url, good, times=3)
    assert [(one.status, one.body) for one in told] == [(200, b"ok")] * 3
    assert receiver.connections == 1


def test_a_kept_connection_that_dies_is_resent_over_tls_too(good: Path) -> None:
    with Receiver(answer(), close(), answer(201), tls=server(good)) as receiver:
        told = post(receiver.url, good, times=2)
    assert [one.status for one in told] == [204, 201]
    assert [heard.connection for heard in receiver.heard] == [1, 1, 2]


def test_a_certificate_that_proves_nothing_is_refused_with_the_reason(folder: Path, good: Path) -> None:
    authority = certificate(folder, "authority", name="DNS:authority.example")
    signed = certificate(folder, "signed", signer=authority)
    old = expired(folder, "old")
    other = certificate(folder, "other", name="IP:127.0.0.2")
    cases = [
        (good, None, "the certificate is self-signed (X509 18)"),
        (signed, good, "the certificate comes from an unknown authority (X509 20)"),
        (old, old, "the certificate has expired (X509 10)"),
        (other, other, "the certificate is for another address (X509 64)"),
    ]
    for pem, trusted, error in cases:
        with Receiver(tls=server(pem)) as receiver:
            [told] = post(receiver.url, trusted)
        assert (told.status, told.phase, told.error) == (None, Phase.TLS, error)
        assert receiver.heard == []


def test_a_certificate_of_a_trusted_authority_is_accepted(folder: Path) -> None:
    authority = certificate(folder, "authority2", name="DNS:authority.example")
    with Receiver(tls=server(certificate(folder, "signed2", signer=authority))) as receiver:
        assert post(receiver.url, authority)[0].status == 204


def test_old_versions_of_tls_are_refused(good: Path) -> None:
    context = server(good)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with Receiver(tls=context) as receiver:
        [told] = post(receiver.url, good)
    assert (told.status, told.phase) == (None, Phase.TLS)
    assert told.error is not None
    assert told.error.startswith("TLS failed (")


def test_a_handshake_that_stalls_ends_at_the_deadline() -> None:
    with Receiver() as receiver:  # waits for a request that never comes
        [told] = post(receiver.url.replace("http:", "https:"))
    assert (told.status, told.phase) == (None, Phase.TLS)
    assert told.error is not None
    assert told.error.endswith("while agreeing on TLS")
    assert 1.0 <= told.took < 1.5


def test_drips_and_silence_within_tls_end_at_the_deadline(good: Path) -> None:
    for behaviour in (drip(b"HTTP/1.1 200 OK\r\n", b"a"), hang()):
        with Receiver(behaviour, tls=server(good)) as receiver:
            [told] = post(receiver.url, good)
        assert (told.status, told.phase) == (None, Phase.HEAD)
        assert 1.0 <= told.took < 1.5


def test_a_dripped_body_within_tls_is_a_delivery(good: Path) -> None:
    with Receiver(drip(head(200)), tls=server(good)) as receiver:
        client = Client(LOOPBACK, total=2.0, body=0.2, cafile=str(good))
        told = client.send(Request("POST", receiver.url, (), b"{}"))
        client.close()
    assert (told.status, told.phase) == (200, Phase.BODY)
    assert told.took < 1.0
