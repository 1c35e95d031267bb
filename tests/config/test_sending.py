"""How a webhook is reached: headers, certificates, authorities, a proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feeder.webhooks import way_of
from tests.config.files import SITE, loaded, problems

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.config import Config

CANARY = "canary7c1f"


def hook(words: str) -> str:
    return SITE + "webhooks:\n  w: {type: hook, url: https://w.example/, " + words + "}\n"


def load(folder: Path, words: str) -> Config:
    return loaded(folder, hook(words), {"KEY": CANARY})


def test_headers_are_secrets_from_wherever_secrets_come(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{CANARY} of a file\n")
    config = load(tmp_path, 'headers: {X-Plain: plain, X-Env: "Bearer ${KEY}", X-File: {file: key}}')
    headers = config.webhooks["w"].headers
    assert {name: value.reveal() for name, value in headers.items()} == {
        "X-Plain": "plain",
        "X-Env": f"Bearer {CANARY}",
        "X-File": f"{CANARY} of a file",
    }
    assert CANARY not in f"{config!r} {config}"


def test_files_are_beside_the_configuration(tmp_path: Path) -> None:
    for name in ("a.pem", "a.key", "ca.pem"):
        (tmp_path / name).touch()
    one = way_of(load(tmp_path, "certificate: a.pem").webhooks["w"], None)
    two = way_of(load(tmp_path, "certificate: {file: a.pem, key: a.key}, authority: ca.pem").webhooks["w"], None)
    assert (one.certificate, one.key, one.authority) == (f"{tmp_path}/a.pem", None, None)
    assert (two.certificate, two.key, two.authority) == tuple(
        f"{tmp_path}/{it}" for it in ("a.pem", "a.key", "ca.pem")
    )


@pytest.mark.parametrize("proxy", [f"http://us:{CANARY}@proxy.example:3128", "http://[::1]:3128/"])
def test_a_proxy_is_a_secret(tmp_path: Path, proxy: str) -> None:
    config = loaded(tmp_path, SITE + f'network: {{proxy: "{proxy}"}}\n')
    assert config.network.proxy
    assert config.network.proxy.reveal() == proxy
    assert way_of(loaded(tmp_path, hook("")).webhooks["w"], config.network.proxy).proxy == proxy
    assert CANARY not in repr(config)


HTTP_PROXY = "is no HTTP proxy; write it as http://host:3128 or http://user:password@host:3128"
OURS = "is a header that feeder sets itself; leave it out"
NAME = "is no name of a header; take letters, digits and -, as in X-Api-Key"
MISSING = "is missing, and there is no default for it"
UNKNOWN = 'unknown key; did you mean "key"?'
SENDABLE = "cannot be sent; the value of a header is up to 8000 printable ASCII characters"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("headers: {X Y: a}", f"54: webhooks.w.headers.X Y: {NAME}"),
        ("headers: {host: a}", f"54: webhooks.w.headers.host: {OURS}"),
        ("headers: {Content-Length: 1}", f"54: webhooks.w.headers.Content-Length: {OURS}"),
        ("headers: {Content-Type: a}", f"54: webhooks.w.headers.Content-Type: {OURS}"),
        ("headers: {Webhook-Signature: a}", f"54: webhooks.w.headers.Webhook-Signature: {OURS}"),
        ("headers: {X-A: canary é}", f"59: webhooks.w.headers.X-A: {SENDABLE}"),
        ('headers: {X-A: " canary"}', f"59: webhooks.w.headers.X-A: {SENDABLE}"),
        ("headers: {X-A: {file: gone}}", "59: webhooks.w.headers.X-A: names a file that does not exist"),
        ("headers: {X-A: a, x-a: b}", "53: webhooks.w.headers: names X-A twice; letter case makes no difference"),
        ("headers: [X-A]", '53: webhooks.w.headers: must be made of "key: value" lines'),
        ("certificate: gone.pem", '57: webhooks.w.certificate: "gone.pem" names a file that does not exist'),
        ("certificate: {file: a.pem, kye: a.pem}", f"71: webhooks.w.certificate.kye: {UNKNOWN}"),
        ("certificate: {key: a.pem}", f"44: webhooks.w.certificate.file: {MISSING}"),
        ("authority: gone.pem", '55: webhooks.w.authority: "gone.pem" names a file that does not exist'),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_told_with_its_place(tmp_path: Path, words: str, problem: str) -> None:
    (tmp_path / "a.pem").touch()
    assert problems(tmp_path, hook(words)) == [f"config.yaml:3:{problem}"]


@pytest.mark.parametrize(
    "proxy",
    ["https://canary:1", "socks5://canary:1", "canary:3128", "http://", "http://h/canary", "http://h:x", "http://h?canary"],
)  # fmt: skip
def test_what_is_no_proxy_is_told_and_not_shown(tmp_path: Path, proxy: str) -> None:
    assert problems(tmp_path, SITE + f'network: {{proxy: "{proxy}"}}\n') == [
        f"config.yaml:2:18: network.proxy: {HTTP_PROXY}"
    ]
