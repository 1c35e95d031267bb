"""How a webhook is reached, beside its address: headers, certificates and authorities, a proxy."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from feeder.config.base import Options
from feeder.config.fields import LocalPath, SecretField, http_url, told, wrong

if TYPE_CHECKING:
    from feeder.secret import Secret

_TOKEN = re.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
_VALUE = re.compile("[!-~](?:[ -~]{0,8000}[!-~])?")
# What feeder or HTTP itself says in a head: another word there would break the message or its signature.
_OURS = frozenset({
    "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "host",
    "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
})  # fmt: skip
_SIGNED = ("webhook-", "x-hub-signature")


def _header(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise told("is no name of a header; take letters, digits and -, as in X-Api-Key")
    if name.lower() in _OURS or name.lower().startswith(_SIGNED):
        raise told("is a header that feeder sets itself; leave it out")
    return name


def _sendable(value: Secret) -> Secret:
    if not _VALUE.fullmatch(value.reveal()):
        raise ValueError("cannot be sent; the value of a header is up to 8000 printable ASCII characters")
    return value


def _once(headers: dict[str, Secret]) -> dict[str, Secret]:
    names = [name.lower() for name in headers]
    twice = next((name for name in headers if names.count(name.lower()) > 1), None)
    if twice is not None:
        raise told(f"names {twice} twice; letter case makes no difference")
    return headers


def _readable(path: Path) -> Path:
    if not path.is_file():
        raise wrong("names a file that does not exist")
    if not os.access(path, os.R_OK):
        raise wrong("names a file that feeder may not read")
    return path


def _certificate(value: Any) -> Any:
    return {"file": value} if isinstance(value, (str, Path)) else value


def _proxy(value: Secret) -> Secret:
    if not _is_proxy(value.reveal()):
        raise ValueError("is no HTTP proxy; write it as http://host:3128 or http://user:password@host:3128")
    return value


def _is_proxy(url: str) -> bool:
    try:
        parts = urlsplit(http_url(url))
    except ValueError:
        return False
    return parts.scheme == "http" and parts.path in {"", "/"} and not (parts.query or parts.fragment)


Headers = Annotated[
    dict[Annotated[str, AfterValidator(_header)], Annotated[SecretField, AfterValidator(_sendable)]],
    Field(max_length=50),
    AfterValidator(_once),
]
PemFile = Annotated[LocalPath, AfterValidator(_readable)]
ProxyField = Annotated[SecretField, AfterValidator(_proxy)]


class CertificateOptions(Options):
    """PEM files; `key` is for a key that stands in a file of its own."""

    file: PemFile
    key: PemFile | None = None


CertificateField = Annotated[CertificateOptions, BeforeValidator(_certificate)]
